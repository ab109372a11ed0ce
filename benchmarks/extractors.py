"""The programs that extraction.py compares. Each brings one session's attendees from HTTP into a CSV.

A program is a function that imports what it needs and gives back its work, so that both can be measured; the work
gives back the CSV that it has made.
"""

from __future__ import annotations

import csv
import io
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests

from debrief.kaltura.api.ks import generate_ks

SESSION, ROOM = "1_bigcue01", "1_bigroom1"
PARTNER, SECRET = "12345", "0123456789abcdef0123456789abcdef"
ACTION = "report/action/getCsvFromStringParams"

Work = Callable[[], Path]


@dataclass(frozen=True)
class Program:
    """A program, and the modules without which it is left out."""

    prepare: Callable[[str, Path], Work]  # from the stand-in's address and a folder that is not there yet
    modules: Sequence[str] = ()


def fields(report: str = "6001") -> dict[str, str]:
    """The form that asks for a report with a KS made just now."""
    ks = generate_ks(SECRET, PARTNER, expiry=int(time.time()) + 600, noise=bytes(16))
    params = f"from_date=1795010400;to_date=1795021200;entry_ids={ROOM};cue_point_ids={SESSION}"
    return {"id": report, "params": params, "ks": ks, "format": "1"}


def fetch(url: str, report: str = "6001") -> bytes:
    """The answer to a report."""
    return requests.post(f"{url}/api_v3/service/{ACTION}", data=fields(report), timeout=60).content


def _plain(url: str, folder: Path) -> Work:
    def work() -> Path:
        lines = fetch(url).decode("utf-8-sig").split("\n")
        rows = [line.split(",") for line in lines[1:] if line]
        print(len(rows), sum(float(row[6]) for row in rows))
        return _written(folder, "\n".join([lines[0], *map(",".join, rows), ""]))

    return work


def _pandas(url: str, folder: Path) -> Work:
    import pandas as pd

    def work() -> Path:
        table = pd.read_csv(io.BytesIO(fetch(url)), encoding="utf-8-sig", quoting=csv.QUOTE_NONE)
        print(len(table), table.groupby("user_id")["meeting_view_time"].sum().describe())
        return _written(folder, table.to_csv(index=False))

    return work


def _polars(url: str, folder: Path) -> Work:
    import polars as pl

    def work() -> Path:
        table = pl.read_csv(fetch(url), quote_char=None)
        print(len(table), table.group_by("user_id").agg(pl.col("meeting_view_time").sum()).describe())
        return _written(folder, table.write_csv())

    return work


def _duckdb(url: str, folder: Path) -> Work:
    import duckdb

    def work() -> Path:
        folder.mkdir()
        (folder / "answer.csv").write_bytes(fetch(url))
        database = duckdb.connect()
        database.sql(f"CREATE TABLE attendees AS FROM read_csv('{folder}/answer.csv', header = true, quote = '')")
        minutes = "SELECT sum(meeting_view_time) AS minutes FROM attendees GROUP BY user_id"
        print(database.sql(f"SELECT count(*), sum(minutes) FROM ({minutes})"))
        database.sql("FROM attendees").write_csv(str(folder / "attendees.csv"))
        return folder / "attendees.csv"

    return work


def _polars_export(url: str, folder: Path) -> Work:
    import orjson  # noqa: F401  imports are no part of what is measured
    import polars  # noqa: F401, ICN001

    from benchmarks.polars_export import export

    return lambda: export({report: fetch(url, report) for report in ("6000", "6001", "6002")}, folder)


def _written(folder: Path, text: str) -> Path:
    folder.mkdir()
    (folder / "attendees.csv").write_text(text)
    return folder / "attendees.csv"


def _dlt(url: str, folder: Path) -> Work:
    def rows(body: bytes) -> list[Any]:
        return list(csv.DictReader(io.StringIO(body.decode("utf-8-sig")), quoting=csv.QUOTE_NONE))

    return _dlt_pipeline(url, folder, rows)


def _dlt_arrow(url: str, folder: Path) -> Work:
    from pyarrow import csv as arrow

    def rows(body: bytes) -> list[Any]:
        return [arrow.read_csv(io.BytesIO(body), parse_options=arrow.ParseOptions(quote_char=False))]

    return _dlt_pipeline(url, folder, rows)


def _dlt_pipeline(url: str, folder: Path, rows: Callable[[bytes], list[Any]]) -> Work:
    """The REST source of dlt knows JSON only, so the answer's rows are put where it looks for JSON."""
    import dlt
    from dlt.sources.rest_api import rest_api_source

    def decoded(response: Any, *_args: Any, **_kwargs: Any) -> Any:
        found = rows(response.content)
        response.json = lambda **_: found
        return response

    def work() -> Path:
        endpoint = {"path": ACTION, "method": "POST", "data": fields(), "data_selector": "$"}
        resource = {"name": "attendees", "endpoint": {**endpoint, "response_actions": [decoded]}}
        client = {"base_url": f"{url}/api_v3/service/", "paginator": "single_page"}
        source = rest_api_source({"client": client, "resources": [resource]})
        files = dlt.destinations.filesystem(folder.as_uri())
        pipeline = dlt.pipeline("bench", destination=files, dataset_name="out", pipelines_dir=f"{folder}-state")
        pipeline.run(source, loader_file_format="csv")
        return next(folder.glob("out/attendees/*.csv"))

    return work


def _debrief(*, page: bool, workbook: bool = False) -> Callable[[str, Path], Work]:
    def prepare(url: str, folder: Path) -> Work:
        from debrief.env import AdminSecret
        from debrief.pipeline.session.selection import Selection, select
        from debrief.pipeline.state.session_records import export_order_of
        from debrief.runner import run
        from debrief.settings import Settings
        from debrief.wiring import connect

        def work() -> Path:
            settings = Settings(
                service_url=url, partner_id=PARTNER, credential=AdminSecret(SECRET), archive=str(folder),
                outbox=f"{folder}-mail", pdf=False, html=False, page=page, workbook=workbook,
            )  # fmt: skip
            services = connect(settings)
            (session,) = select(services, Selection(sessions=(SESSION,)))
            (outcome,) = run(services, [export_order_of(session, mail=False)])
            if outcome.result != "exported":
                sys.exit(outcome.reason)
            return next(folder.glob("attendees/**/attendees.csv"))

        return work

    return prepare


PROGRAMS = {
    "plain pass": Program(_plain),
    "three reports": Program(_debrief(page=False)),
    "whole page": Program(_debrief(page=True)),
    "with workbook": Program(_debrief(page=False, workbook=True)),
    "polars export": Program(_polars_export, ["polars", "orjson"]),
    "pandas": Program(_pandas, ["pandas"]),
    "polars": Program(_polars, ["polars"]),
    "DuckDB": Program(_duckdb, ["duckdb"]),
    "dlt": Program(_dlt, ["dlt"]),
    "dlt with Arrow": Program(_dlt_arrow, ["dlt", "pyarrow"]),
}
