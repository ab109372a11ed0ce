"""infra/athena.yaml: the same columns and types as the code writes, read at little cost, by those who may."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
import pytest

from debrief.delivery.archive.layout import PREFIXES, key
from debrief.documents.data import dictionary
from debrief.documents.data.csv_tables import _LINE_BREAKS, machine_csv
from debrief.model import Session
from debrief.util.values import moment
from support import athena
from support.archive_page import SCRIPT, columns_of
from support.athena import JSON, OPEN_CSV, Table, in_duckdb
from support.athena_template import base_of, folder_of
from support.aws import moto_aws
from support.cloudformation import ROOT, load, of_type

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

PAGE = ROOT / "docs" / "archive.md"
NAMES = tuple(dictionary.FILES)
JSONS = ("summaries", "events")
CSVS = tuple(name for name in NAMES if name not in JSONS)
GLUE = {"varchar": "string"}
TRINO = {"timestamp": "timestamp(3)"}
START = moment("2026-11-18T09:00:00Z")


@pytest.fixture(scope="module")
def glue() -> dict[str, Table]:
    """The tables by name."""
    return {table.name: table for table in athena.tables(athena.stack())}


def files_of(name: str, glue: dict[str, Table]) -> Table:
    return glue[base_of(name)]


def test_there_is_a_table_for_each_kind_of_file_and_a_view_over_each(glue: dict[str, Table]) -> None:
    assert set(glue) == {*NAMES, *map(base_of, NAMES)}
    assert {name for name, table in glue.items() if table.is_view} == set(NAMES)
    assert set(map(folder_of, NAMES)) < set(PREFIXES)


@pytest.mark.parametrize("name", NAMES)
def test_the_columns_of_a_table_are_those_of_its_files_in_their_order(name: str, glue: dict[str, Table]) -> None:
    """OpenCSVSerde goes by the place of a column, not by its name."""
    assert list(files_of(name, glue).columns) == [column.name for column in columns_of(name)]


def test_csvs_are_read_as_text_and_lines_of_json_as_numbers(glue: dict[str, Table]) -> None:
    for name in CSVS:
        assert (files_of(name, glue).serde, set(files_of(name, glue).columns.values())) == (OPEN_CSV, {"string"})
    for name in JSONS:
        assert files_of(name, glue).serde == JSON
        wanted = {column.name: GLUE.get(column.type, column.type) for column in columns_of(name)}
        assert files_of(name, glue).columns == wanted


@pytest.mark.parametrize("name", NAMES)
def test_a_view_promises_the_types_of_the_dictionary_to_glue_and_to_athena(name: str, glue: dict[str, Table]) -> None:
    columns = (*columns_of(name), *dictionary.ADDED[name])
    assert glue[name].columns == {column.name: GLUE.get(column.type, column.type) for column in columns}
    promised = [(column["name"], column["type"]) for column in glue[name].view["columns"]]
    assert promised == [(column.name, TRINO.get(column.type, column.type)) for column in columns]


def test_a_view_is_what_athena_itself_writes(glue: dict[str, Table]) -> None:
    for name in NAMES:
        definition, view = glue[name].definition, glue[name].view
        assert definition["Parameters"] == {"presto_view": "true", "comment": "Presto View"}
        assert definition["ViewExpandedText"] == "/* Presto View */"
        assert (view["catalog"], view["schema"]) == ("awsdatacatalog", "debrief")
        assert view["originalSql"].endswith(f"FROM {base_of(name)}")
        assert "\n" not in view["originalSql"]


def test_another_name_of_the_database_reaches_the_views() -> None:
    found = athena.tables(athena.stack(Database="webinars"))
    assert {table.view["schema"] for table in found if table.is_view} == {"webinars"}


@pytest.mark.parametrize("prefix", ["", "kaltura/live/"])
@pytest.mark.parametrize("name", NAMES)
def test_a_day_leads_to_the_folder_into_which_the_code_writes(name: str, prefix: str) -> None:
    tables = {table.name: table for table in athena.tables(athena.stack(ArchivePrefix=prefix))}
    definition = files_of(name, tables).definition
    assert START
    written = prefix + key(folder_of(name), START, "1_cue/1", f"{folder_of(name)}.csv")
    folder = definition["Parameters"]["storage.location.template"].replace("${date}", "2026-11-18")
    assert f"s3://{athena.BUCKET}/{written}".startswith(folder)
    assert folder.startswith(definition["StorageDescriptor"]["Location"])
    assert folder.endswith("/")


def test_days_are_computed_and_nothing_else_is(glue: dict[str, Table]) -> None:
    """A session's id in the key needs no partition: Athena reads the folders below a day's."""
    for name in NAMES:
        definition = files_of(name, glue).definition
        assert definition["PartitionKeys"] == [{"Name": "date", "Type": "string"}]
        projected = {key: value for key, value in definition["Parameters"].items() if key.startswith("projection.")}
        assert projected == {
            "projection.enabled": "true",
            "projection.date.type": "date",
            "projection.date.format": "yyyy-MM-dd",
            "projection.date.range": "2020-01-01,NOW",
        }


def test_headers_are_skipped_where_there_is_one(glue: dict[str, Table]) -> None:
    skipped = {name: files_of(name, glue).definition["Parameters"].get("skip.header.line.count") for name in NAMES}
    assert skipped == {**dict.fromkeys(CSVS, "1"), **dict.fromkeys(JSONS)}


def test_the_escape_character_of_the_csvs_is_one_that_they_never_hold(glue: dict[str, Table]) -> None:
    for name in CSVS:
        options = files_of(name, glue).definition["StorageDescriptor"]["SerdeInfo"]["Parameters"]
        assert (options["separatorChar"], options["quoteChar"]) == (",", '"')
        assert len(options["escapeChar"]) == 1
        assert _LINE_BREAKS.fullmatch(options["escapeChar"])


def test_times_of_summaries_are_read_as_the_code_writes_them(glue: dict[str, Table]) -> None:
    for name in JSONS:
        options = files_of(name, glue).definition["StorageDescriptor"]["SerdeInfo"]["Parameters"]
        assert options == {"timestamp.formats": "yyyy-MM-dd'T'HH:mm:ss'Z'"}


def test_glue_takes_every_table(glue: dict[str, Table]) -> None:
    """moto's CloudFormation knows neither Glue nor Athena, so they are called directly; botocore checks each name."""
    with moto_aws():
        client = boto3.client("glue", "eu-west-1")
        client.create_database(DatabaseInput={"Name": "debrief"})
        for table in glue.values():
            client.create_table(DatabaseName="debrief", TableInput=dict(table.definition))
        kept = client.get_tables(DatabaseName="debrief")["TableList"]
    assert {table["Name"] for table in kept} == set(glue)


def test_athena_takes_the_workgroup() -> None:
    stack = athena.stack()
    (group,) = of_type(stack.template, "AWS::Athena::WorkGroup").values()
    definition = stack.whole(group["WorkGroupConfiguration"])
    definition["BytesScannedCutoffPerQuery"] = int(definition["BytesScannedCutoffPerQuery"])
    with moto_aws():
        client = boto3.client("athena", "eu-west-1")
        client.create_work_group(Name="debrief", Configuration=definition)
        assert "debrief" in {one["Name"] for one in client.list_work_groups()["WorkGroups"]}


def test_a_query_is_cut_off_and_its_results_are_encrypted_whatever_the_client_asks_for() -> None:
    (group,) = of_type(load("infra/athena.yaml"), "AWS::Athena::WorkGroup").values()
    definition = group["WorkGroupConfiguration"]
    assert definition["EnforceWorkGroupConfiguration"] is True
    assert definition["BytesScannedCutoffPerQuery"] == {"Ref": "MostBytesPerQuery"}
    assert definition["ResultConfiguration"]["EncryptionConfiguration"] == {"EncryptionOption": "SSE_S3"}
    assert definition["ResultConfiguration"]["OutputLocation"] == {"Fn::Sub": "s3://${Results}/"}


def test_results_are_private_and_deleted() -> None:
    template = load("infra/athena.yaml")
    (results,) = of_type(template, "AWS::S3::Bucket").values()
    assert list(results["PublicAccessBlockConfiguration"].values()) == [True] * 4
    assert results["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    (rule,) = results["LifecycleConfiguration"]["Rules"]
    assert (rule["Status"], rule["ExpirationInDays"]) == ("Enabled", {"Ref": "ResultDays"})
    (policy,) = of_type(template, "AWS::S3::BucketPolicy").values()
    (statement,) = policy["PolicyDocument"]["Statement"]
    assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}


def granted() -> list[dict[str, Any]]:
    stack = athena.stack()
    (policy,) = of_type(stack.template, "AWS::IAM::ManagedPolicy").values()
    statements: list[dict[str, Any]] = stack.whole(policy["PolicyDocument"]["Statement"])
    return statements


def as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def test_an_analyst_reads_the_tables_files_and_nothing_else_of_the_archive() -> None:
    reads = [one for one in granted() if "s3:GetObject" in as_list(one["Action"])]
    readable = {resource for one in reads for resource in as_list(one["Resource"])}
    assert readable == {
        *(f"arn:aws:s3:::{athena.BUCKET}/{folder_of(name)}/*" for name in NAMES),
        "arn:aws:s3:::debrief-results/*",
    }


def test_an_analyst_writes_results_and_nothing_else() -> None:
    for one in granted():
        actions = as_list(one["Action"])
        assert not [action for action in actions if "*" in action]
        if any(re.search("Put|Delete|Create|Update", action) for action in actions):
            assert one["Resource"] == "arn:aws:s3:::debrief-results/*"


def test_every_parameter_is_used_and_documented() -> None:
    template = load("infra/athena.yaml")
    rest = json.dumps({name: part for name, part in template.items() if name != "Parameters"})
    for name, parameter in template["Parameters"].items():
        assert f'"{name}"' in rest or f"${{{name}}}" in rest
        assert parameter["Description"].endswith(".")


@pytest.mark.parametrize(
    ("name", "right", "wrong"),
    [
        ("ArchivePrefix", ["", "a/", "a/b.c/"], ["a", "/", "*/", "a//", "${Database}/"]),
        ("Database", ["debrief", "d_2"], ["", "De", "2d", "a-b", 'a"b']),
        ("FirstDay", ["2020-01-01", "2026-11-30"], ["2020", "1-1-2020", "NOW"]),
        ("ArchiveBucket", ["debrief-archive-1a2b3c"], ["", "s3://x", "a*b", "x/y"]),
    ],
)
def test_a_parameter_takes_no_pattern_and_nothing_malformed(name: str, right: list[str], wrong: list[str]) -> None:
    allowed = load("infra/athena.yaml")["Parameters"][name]["AllowedPattern"]
    assert all(re.fullmatch(allowed, value) for value in right)
    assert not any(re.fullmatch(allowed, value) for value in wrong)


def test_the_template_has_no_more_bytes_than_a_deployment_takes() -> None:
    """From a bucket, which `sam deploy --resolve-s3` creates; the limit without one is 51,200."""
    assert (ROOT / "infra" / "athena.yaml").stat().st_size <= 1_000_000


def test_the_page_deploys_with_parameters_and_outputs_that_there_are(template: dict[str, Any]) -> None:
    text, own = PAGE.read_text(encoding="utf-8"), load("infra/athena.yaml")
    set_in_text = set(re.findall(r"(?:--parameter-overrides |`)([A-Z][A-Za-z]+)(?:=|` \()", text))
    assert {"ArchiveBucket", "MostBytesPerQuery", "FirstDay", "ResultDays"} <= set_in_text <= set(own["Parameters"])
    assert "Archive" in template["Outputs"]
    assert {"Analyst", "WorkGroup", "Database", "Results"} <= set(own["Outputs"])
    assert "infra/athena.yaml" in text


def test_the_script_for_duckdb_is_made_from_the_template() -> None:
    """To write it again: `make generated`."""
    assert SCRIPT.read_text(encoding="utf-8") == athena.script()


HOSTILE = ["", " ", "x", "-", "1e400", "1e30", "-5", "0", "58.166666666667", "1.0E-5", "1795003200", "1795003200123"]
HOSTILE += [
    "NaN",
    "Infinity",
    "0x10",
    "1_0",
    "'",
    '"',
    "\\",
    "a,b",
    "=1+1",
    "Unknown",
    "\u202eabc",
    "NULL",
    "true",
    "9" * 40,
]


@pytest.mark.parametrize("cell", HOSTILE)
def test_no_cell_makes_a_query_fail_and_each_column_keeps_its_type(cell: str, tmp_path: Path) -> None:
    connection = archive_of(tmp_path, cell)
    for name in CSVS:
        columns = (*columns_of(name), *dictionary.ADDED[name])
        promised = in_duckdb((column.name, column.type) for column in columns)
        assert athena.types(connection, name) == promised
        (row,) = connection.execute(f"SELECT * FROM {name}").fetchall()
        found = dict(zip(promised, row, strict=True))
        for column in columns_of(name):
            if column.type == "varchar" and column.name != "session":
                assert found[column.name] == (cell.replace("\u202e", "") or None)  # no CSV holds it
        assert (found["session"], str(found["date"])) == ("1_cue/1", "2026-11-18")


@pytest.mark.parametrize(
    ("cell", "number", "whole", "time"),
    [
        ("", None, None, None),
        ("x", None, None, None),
        ("0.5", 0.5, 0, "1970-01-01 00:00:00"),
        ("1795003200", 1795003200.0, 1795003200, "2026-11-18 12:00:00"),
        ("1e30", None, None, None),  # as the metrics read it
        ("-5", -5.0, -5, None),
    ],
)
def test_a_number_is_a_number_and_what_is_none_is_null(
    cell: str, number: float | None, whole: int | None, time: str | None, tmp_path: Path
) -> None:
    connection = archive_of(tmp_path, cell)
    (definition,) = connection.execute(
        "SELECT meeting_engaged_play_time_ratio, meeting_view_period_unique_users, CAST(started_at AS varchar)"
        " FROM rooms"
    ).fetchall()
    assert definition == (number, whole, time)


@pytest.mark.parametrize("cell", ["NaN", "nan", "Infinity", "-inf", "1e400"])
def test_what_is_no_finite_number_spoils_no_sum(cell: str, tmp_path: Path) -> None:
    connection = archive_of(tmp_path, cell)
    for name in CSVS:
        numbers = [one.name for one in columns_of(name) if one.type in {"double", "bigint"}]
        if not numbers:
            continue
        sums = connection.execute(f"SELECT {', '.join(f'sum({one})' for one in numbers)} FROM {name}").fetchall()
        assert sums == [(None,) * len(numbers)]


@pytest.mark.parametrize(
    ("user", "is_known"), [("ann", True), ("", False), (" ", False), ("\u00a0", False), ("Unknown", False)]
)
def test_who_is_identified_is_decided_as_in_the_metrics(user: str, is_known: bool, tmp_path: Path) -> None:
    assert archive_of(tmp_path, user).execute("SELECT is_identified FROM attendees").fetchall() == [(is_known,)]


def archive_of(root: Path, cell: str) -> DuckDBPyConnection:
    """An archive of one session whose every cell is this."""
    assert START
    session = Session("1_cue/1", "1_room", START, START)
    for name in CSVS:
        names = [column.name for column in columns_of(name)]
        path = root / key(folder_of(name), START, session.cue_point_id, f"{folder_of(name)}.csv")
        path.parent.mkdir(parents=True)
        path.write_bytes(machine_csv([names, [cell] * len(names)]))
    for name in JSONS:
        line = root / key(name, START, session.cue_point_id, f"{name}.json")
        line.parent.mkdir(parents=True)
        line.write_text('{"session":"1_cue/1"}\n')
    return athena.opened(root)


def test_an_archive_of_an_earlier_version_has_its_rows_and_none_of_the_tables_it_lacks(tmp_path: Path) -> None:
    archive_of(tmp_path, "x").close()
    for name in NAMES[4:]:
        shutil.rmtree(tmp_path / folder_of(name))
    path = next((tmp_path / "attendees").rglob("*.csv"))
    path.write_text("".join(line.rpartition(",")[0] + "\n" for line in path.read_text().splitlines()))
    connection = athena.opened(tmp_path)
    assert connection.execute("SELECT user_id, event_id FROM attendees").fetchall() == [("x", None)]
    for name in NAMES[4:]:
        assert connection.execute(f"SELECT * FROM {name} WHERE date > DATE '2026-01-01'").fetchall() == []
        columns = (*columns_of(name), *dictionary.ADDED[name])
        assert athena.types(connection, name) == in_duckdb((column.name, column.type) for column in columns)
