"""infra/athena.yaml in DuckDB: the same tables and views over an archive in a folder, taken from the template."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from textwrap import wrap
from typing import Any

import duckdb

from support.cloudformation import Stack, load, of_type

OPEN_CSV = "org.apache.hadoop.hive.serde2.OpenCSVSerde"
JSON = "org.apache.hive.hcatalog.data.JsonSerDe"
BUCKET = "debrief-archive-1a2b3c"
VALUES = {
    "ArchiveBucket": BUCKET,
    "Tables": "debrief",
    "AWS::AccountId": "123456789012",
    "AWS::Partition": "aws",
    "AWS::Region": "eu-west-1",
    "Results": "debrief-results",
    "Results.Arn": "arn:aws:s3:::debrief-results",
}
_HEAD = """\
-- The tables of infra/athena.yaml for DuckDB, made from it by `make generated`.
-- SET VARIABLE archive = 'out/archive' (or 's3://THE-BUCKET') comes before it; docs/archive.md has the queries."""
# Archives of earlier versions have no files of these, and DuckDB cannot read no file.
_LATER = {"polls", "timeline", "recordings", "countries", "devices", "follow_up", "registrations", "events"}
_DUCKDB = {"string": "VARCHAR", "timestamp(3)": "TIMESTAMP"}


@dataclass(frozen=True)
class Table:
    """A table or view as Glue defines it."""

    definition: Mapping[str, Any]

    @property
    def name(self) -> str:
        return str(self.definition["Name"])

    @property
    def columns(self) -> dict[str, str]:
        """Glue's type of each column, in order."""
        return {column["Name"]: column["Type"] for column in self.definition["StorageDescriptor"]["Columns"]}

    @property
    def serde(self) -> str:
        return str(self.definition["StorageDescriptor"]["SerdeInfo"]["SerializationLibrary"])

    @property
    def is_view(self) -> bool:
        return bool(self.definition["TableType"] == "VIRTUAL_VIEW")

    @cached_property
    def view(self) -> dict[str, Any]:
        """What Athena reads of a view: its SQL, its columns, its place."""
        found = re.fullmatch(r"/\* Presto View: (\S+) \*/", self.definition["ViewOriginalText"])
        assert found
        view: dict[str, Any] = json.loads(base64.b64decode(found[1]))
        return view

    @property
    def place(self) -> str:
        """Its files below an archive: whatever lies below a date, as Athena reads it."""
        template = str(self.definition["Parameters"]["storage.location.template"])
        assert template.startswith(f"s3://{BUCKET}/")
        assert template.endswith("/date=${date}/")
        return template.removeprefix(f"s3://{BUCKET}/").replace("${date}", "*") + "**/*"


def stack(**parameters: str) -> Stack:
    """The template with values."""
    template = load("infra/athena.yaml")
    return Stack.of(template, VALUES | parameters)


def tables(stack: Stack) -> list[Table]:
    """All tables, then the views over them."""
    found = (Table(stack.whole(one["TableInput"])) for one in of_type(stack.template, "AWS::Glue::Table").values())
    return sorted(found, key=lambda table: table.is_view)


def script() -> str:
    """infra/duckdb.sql: the template's tables and views for DuckDB."""
    return "\n\n".join((_HEAD, *map(_statements, tables(stack())), ""))


def opened(root: Path) -> duckdb.DuckDBPyConnection:
    """A database with the template's tables over an archive in a folder."""
    connection = duckdb.connect()
    connection.execute(f"SET VARIABLE archive = '{root}'")
    connection.execute(script())
    return connection


def types(connection: duckdb.DuckDBPyConnection, name: str) -> dict[str, str]:
    """DuckDB's type of each column, in order."""
    return {row[0]: row[1] for row in connection.execute(f"DESCRIBE {name}").fetchall()}


def in_duckdb(athena: Iterable[tuple[str, str]]) -> dict[str, str]:
    """The types by which DuckDB calls those of Athena or Glue."""
    return {name: _DUCKDB.get(type_, type_.upper()) for name, type_ in athena}


def _statements(table: Table) -> str:
    sql = _sql(table)
    name = table.name.removesuffix("_csv").removesuffix("_json")
    if table.is_view or name not in _LATER:
        return f"CREATE OR REPLACE VIEW {table.name} AS\n{sql};"
    files = f"SELECT count(*) > 0 FROM glob(getvariable('archive') || '/{table.place}')"
    columns = {**in_duckdb(table.columns.items()), **({} if table.serde == JSON else {'"$path"': "VARCHAR"})}
    nothing = ", ".join(f"NULL::{type_} AS {column}" for column, type_ in {**columns, "date": "VARCHAR"}.items())
    without = _wrapped(f"SELECT {nothing} WHERE false")
    return (
        f"SET VARIABLE has_{name} = ({files});\n"
        f"CREATE OR REPLACE VIEW {table.name} AS\n"
        f"FROM query(CASE WHEN getvariable('has_{name}') THEN $$\n{sql}\n$$ ELSE $$\n{without}\n$$ END);"
    )


def _sql(table: Table) -> str:
    if table.is_view:
        select, _, source = str(table.view["originalSql"]).rpartition(" FROM ")
        return f"{_wrapped(select)}\nFROM {source}"
    columns = in_duckdb(table.columns.items())
    shown, reader = _from_json(columns) if table.serde == JSON else _from_csv(columns)
    place = f"getvariable('archive') || '/{table.place}', hive_partitioning = true, hive_types = {{'date': VARCHAR}},"
    definition = _wrapped(f"columns = {columns}", "  ")
    select = _wrapped("SELECT " + ", ".join((*shown, "date")))
    return f"{select}\nFROM {reader[0]}({place}\n{definition},\n  {reader[1]})"


def _from_json(columns: Mapping[str, str]) -> tuple[list[str], tuple[str, str]]:
    """What to select, and the reader with its options. A missing key is null, as in Athena."""
    return list(columns), ("read_json", "format = 'newline_delimited'")


def _from_csv(columns: Mapping[str, str]) -> tuple[list[str], tuple[str, str]]:
    """The same. An empty cell is an empty text, as in Athena.

    Not by force_not_null: DuckDB 2.0 moves a view's TRY_CAST into the reader, where an empty cell then is an error.
    """
    options = (
        "filename = '$path', auto_detect = false, null_padding = true, header = true, "
        """delim = ',', quote = '"', escape = '"'"""
    )
    return [*(f"coalesce({name}, '') AS {name}" for name in columns), '"$path"'], ("read_csv", options)


def _wrapped(text: str, indent: str = "") -> str:
    """Broken between words; the one space inside a text of SQL's stays."""
    whole = text.replace("01 00:", "01\N{NO-BREAK SPACE}00:")
    lines = wrap(whole, 118, initial_indent=indent, subsequent_indent=indent + "  ", break_on_hyphens=False)
    return "\n".join(lines).replace("\N{NO-BREAK SPACE}", " ")
