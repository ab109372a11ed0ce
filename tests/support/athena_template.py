"""The tables and views of infra/athena.yaml, written from the dictionary of columns by `make generated`."""

from __future__ import annotations

import re
from collections.abc import Iterable
from textwrap import wrap

from debrief.documents.data import dictionary
from debrief.documents.data.dictionary import FileColumn
from support.archive_page import columns_of

START, END = "  # ── the tables", "  # ── where queries run"
JSON_TABLES = ("summaries", "events")
DESCRIPTIONS = {
    "rooms": "Sessions and their breakouts, from report 6000. The row of the session itself has no parent_entry_id.",
    "attendees": "One row per person and session, from reports 6001 and 60010.",
    "breakouts": "One row per breakout of a session, from report 6002.",
    "summaries": "One row per session with all its metrics. A merged session has no row; its parts have rows.",
    "polls": "One row per option of a poll. What people wrote is an option too.",
    "timeline": "One row per minute of a session.",
    "recordings": "One row per recording of a session.",
    "countries": "One row per country of a session's viewers.",
    "devices": "One row per kind of device of a session's viewers.",
    "follow_up": "One row per person on a follow-up list of a session.",
    "registrations": "One row per registrant of a session, and per person who came without registering.",
    "events": "One row per virtual event with all its metrics.",
}
_GLUE = {"varchar": "string"}
_PRESTO = {"timestamp": "timestamp(3)"}
_FILES = """\
  {name}:
    Type: AWS::Glue::Table
    Properties:
      CatalogId: !Ref AWS::AccountId
      DatabaseName: !Ref Tables
      TableInput:
        Name: {table}
        Description: Content of the {file} files{how}. Query {view} instead.
        TableType: EXTERNAL_TABLE
        Parameters:
{header}          projection.enabled: "true"
          projection.date.type: date
          projection.date.format: yyyy-MM-dd
          projection.date.range: !Sub "${{FirstDay}},NOW"
          storage.location.template: !Sub s3://${{ArchiveBucket}}/${{ArchivePrefix}}{prefix}/date=${{!date}}/
        PartitionKeys: [{{Name: date, Type: string}}]
        StorageDescriptor:
          Location: !Sub s3://${{ArchiveBucket}}/${{ArchivePrefix}}{prefix}/
          InputFormat: org.apache.hadoop.mapred.TextInputFormat
          OutputFormat: org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat
          SerdeInfo:
            SerializationLibrary: {serde}
            Parameters: {options}
          Columns:
{columns}
"""
_VIEW = """\
  {name}:
    Type: AWS::Glue::Table
    DependsOn: {base_name}
    Properties:
      CatalogId: !Ref AWS::AccountId
      DatabaseName: !Ref Tables
      TableInput:
        Name: {table}
        Description: {description}
        TableType: VIRTUAL_VIEW
        Parameters: {{presto_view: "true", comment: Presto View}}
        ViewExpandedText: /* Presto View */
        ViewOriginalText: !Sub
          - "/* Presto View: ${{View}} */"
          - View:
              Fn::Base64: !Sub >-
                {{"catalog": "awsdatacatalog", "schema": "${{Database}}", "originalSql": "SELECT
{select}
                FROM {base}", "columns": [
{columns}
                ]}}
        StorageDescriptor:
          SerdeInfo: {{Name: "-", SerializationLibrary: "-"}}
          Columns:
{glue}
"""
_CSV_READER = (
    "org.apache.hadoop.hive.serde2.OpenCSVSerde",
    """{separatorChar: ",", quoteChar: '"', escapeChar: "\\u2029"}""",
)
_JSON_READER = ("org.apache.hive.hcatalog.data.JsonSerDe", """{timestamp.formats: "yyyy-MM-dd'T'HH:mm:ss'Z'"}""")
_SECONDS = """CASE WHEN TRY_CAST({0} AS double) BETWEEN 0 AND 99999999999
                THEN TIMESTAMP '1970-01-01 00:00:00' + INTERVAL '1' SECOND * CAST(CAST({0} AS double) AS bigint)
                END"""
# The columns that no file has: computed, or from the file's key.
_COMPUTED = {
    "started_at": _SECONDS.format("session_start_time"),
    "ended_at": _SECONDS.format("session_end_time"),
    "is_identified": "trim(translate(user_id, chr(9) || chr(160), '')) <> '' AND user_id <> 'Unknown'",
    "session": """url_decode(regexp_extract(\\"$path\\", 'session=([^/]+)', 1))""",
    "date": "CAST(date AS date)",
}
_TYPED = {
    "varchar": "NULLIF({0}, '')",
    "bigint": "TRY_CAST(TRY_CAST({0} AS double) AS bigint)",
    "double": "CASE WHEN TRY_CAST({0} AS double) BETWEEN -1e15 AND 1e15 THEN TRY_CAST({0} AS double) END",
    "boolean": "CASE {0} WHEN 'true' THEN true WHEN 'false' THEN false END",
    "timestamp": "TRY_CAST(replace(replace({0}, 'T', ' '), 'Z', '') AS timestamp)",
}


def filled(text: str) -> str:
    """The template with its tables as they should be."""
    head, rest = text[: text.index(START)], text[text.index(END) :]
    title = text[text.index(START) :].partition("\n")[0]
    tables = "\n".join(block for table in dictionary.FILES for block in (_files(table), _view(table)))
    reads = "".join(
        f"              - !Sub arn:${{AWS::Partition}}:s3:::${{ArchiveBucket}}/${{ArchivePrefix}}{table}/*\n"
        for table in map(folder_of, dictionary.FILES)
    )
    pattern = r"(?: +- !Sub arn:[^\n]+ArchivePrefix[^\n]+\n)+"
    return f"{head}{title}\n{tables}\n{re.sub(pattern, lambda _: reads, rest)}"


def folder_of(table: str) -> str:
    """The folder of the table's files."""
    return dictionary.FOLDERS.get(table, table)


def base_of(table: str) -> str:
    """The name of the table of the files over which a view is."""
    return f"{table}_json" if table in JSON_TABLES else f"{table}_csv"


def _files(table: str) -> str:
    is_json = table in JSON_TABLES
    serde, options = _JSON_READER if is_json else _CSV_READER
    types = ((column.name, column.type if is_json else "varchar") for column in columns_of(table))
    return _FILES.format(
        name=_name(base_of(table)),
        table=base_of(table),
        file=f"{folder_of(table)}.{'json' if is_json else 'csv'}",
        how="" if is_json else ", all columns as text",
        header="" if is_json else '          skip.header.line.count: "1"\n',
        prefix=folder_of(table),
        view=table,
        serde=serde,
        options=options,
        columns=_glue(types),
    )


def _view(table: str) -> str:
    own = columns_of(table)
    added = dictionary.ADDED[table]
    cast = {} if table in JSON_TABLES else _TYPED
    select = [_selected(column, cast.get(column.type, "{0}")) for column in own]
    select += [f"{_COMPUTED[column.name]} AS {column.name}" for column in added]
    columns = (f'{{"name":~"{one.name}",~"type":~"{_PRESTO.get(one.type, one.type)}"}}' for one in (*own, *added))
    wrapped = wrap(", ".join(columns), 118, initial_indent=" " * 16, subsequent_indent=" " * 16)
    return _VIEW.format(
        name=_name(table),
        base_name=_name(base_of(table)),
        base=base_of(table),
        table=table,
        description=DESCRIPTIONS[table],
        select=",\n".join(f"{' ' * 16}{one}" for one in select),
        columns="\n".join(wrapped).replace("~", " "),
        glue=_glue((one.name, one.type) for one in (*own, *added)),
    )


def _selected(column: FileColumn, cast: str) -> str:
    return column.name if cast == "{0}" else f"{cast.format(column.name)} AS {column.name}"


def _glue(columns: Iterable[tuple[str, str]]) -> str:
    return "\n".join(f"            - {{Name: {name}, Type: {_GLUE.get(type_, type_)}}}" for name, type_ in columns)


def _name(table: str) -> str:
    """The resource of a table: `FollowUpCsv` for `follow_up_csv`."""
    return "".join(part.capitalize() for part in table.split("_"))
