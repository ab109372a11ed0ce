"""The whole job over the sample account: complete, apart, repeatable, and silent about secrets."""

import csv
import gzip
import io
import json
import logging
from datetime import timedelta

import pytest

from debrief.pipeline.session.selection import Selection, select
from debrief.pipeline.state.session_records import export_order_of
from debrief.runner import Outcome, run
from support.world import World

KEY = "reports/date=2026-11-18/session=1_drlcue01/"


def export_all(world: World, **changes: object) -> list[Outcome]:
    with world.services(**changes) as services:
        sessions = select(services, Selection(since=world.clock() - timedelta(days=60)))
        return list(run(services, [export_order_of(session) for session in sessions if not session.is_open]))


def rows_of(body: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(body.decode())))


def raw_lines(world: World, key: str) -> list[str]:
    return gzip.decompress(world.read(key)).decode("utf-8-sig").splitlines()[1:]


def test_every_ended_session_is_exported_and_every_mail_sent(sample: World) -> None:
    outcomes = export_all(sample, pdf=False)
    assert len(outcomes) == 14  # the parts of the interrupted briefing, and both as one
    assert {outcome.result for outcome in outcomes} == {"exported"}
    assert not [outcome.mail_problems for outcome in outcomes if outcome.mail_problems]
    assert len(sample.mails()) == sum(len(outcome.mails) for outcome in outcomes) > 0


def test_a_second_run_changes_no_byte_and_sends_no_mail(sample: World) -> None:
    export_all(sample)
    archived, mails = sample.archived(), sample.mails()
    ledger = (sample.root / "archive/.debrief/ledger.sqlite3").read_bytes()
    outcomes = export_all(sample)
    assert {outcome.result for outcome in outcomes} == {"unchanged"}
    assert (sample.archived(), sample.mails()) == (archived, mails)
    assert (sample.root / "archive/.debrief/ledger.sqlite3").read_bytes() == ledger


def test_every_row_that_kaltura_gave_is_in_the_machine_csv(sample: World) -> None:
    export_all(sample, pdf=False, html=False)
    for key in sample.archived():
        if not key.endswith("/6001.csv.gz") or "session=joint-" in key:
            continue
        csv_key = key.replace("raw/", "attendees/").replace("6001.csv.gz", "attendees.csv")
        rows = [row for row in rows_of(sample.read(csv_key)) if row["meeting_view_time"]]
        received = gzip.decompress(sample.read(key)).decode("utf-8-sig")
        assert len(rows) == received.count(f",{key.split('session=')[1].split('/')[0]},"), key
        assert all(f",{row['user_type']},{row['meeting_view_time']}," in received for row in rows)


def test_no_file_holds_another_sessions_people(sample: World) -> None:
    export_all(sample, pdf=False, html=False)
    for key in sample.archived():
        session = key.split("session=")[1].split("/")[0]
        if key.startswith("attendees/"):
            assert {row["cue_point_id"] for row in rows_of(sample.read(key))} <= {session}
        if key.endswith("6001.csv.gz") and not session.startswith("joint-"):
            assert all(f",{session}," in line for line in raw_lines(sample, key) if line.startswith("1_"))


def test_breakouts_are_inside_their_parents_report(sample: World) -> None:
    export_all(sample, pdf=False, html=False)
    summary = json.loads(sample.read("reports/date=2026-11-18/session=1_wrkcue01/summary.json"))
    assert summary["metrics"]["breakout_rooms"]["value"] == 4
    people = rows_of(sample.read("attendees/date=2026-11-18/session=1_wrkcue01/attendees.csv"))
    assert sum(bool(row["breakout_minutes"]) for row in people) > 4
    assert any(row["breakout_minutes"] and not row["meeting_view_time"] for row in people)
    assert not [key for key in sample.archived() if "wrkbrk" in key or "brkcue" in key]


def test_the_credential_is_in_no_url_no_log_and_no_file(sample: World, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        export_all(sample, pdf=False)
    secret = sample.kaltura.account.app_tokens[0].token
    keys = {ks for request in sample.kaltura.requests if (ks := str(request.params.get("ks", "")))}
    assert keys
    everything = caplog.text + "".join(path.read_text("latin-1") for path in sample.root.rglob("*") if path.is_file())
    assert all(not any(ks in request.path for ks in keys) for request in sample.kaltura.requests)
    assert not [ks for ks in {*keys, secret} if ks in everything]
    assert "@example" not in caplog.text


def test_hostile_names_are_text_in_every_document(sample: World) -> None:
    export_all(sample)
    html = sample.read(KEY + "report.html").decode()
    assert "<script>alert(1)</script>" not in html
    assert "<img src=x" not in html
    assert "&lt;script&gt;" in html
    excel = sample.read(KEY + "attendees.csv").decode("utf-8-sig")
    cells = [cell for row in csv.reader(io.StringIO(excel)) for cell in row[:6]]
    assert not [cell for cell in cells if cell[:1] in {"=", "+", "-", "@", "\t", "\r"}]


def test_the_manifest_vouches_for_every_file_of_its_session(sample: World) -> None:
    export_all(sample, html=False, pdf=False)
    archived = sample.archived()
    vouched = {}
    for key in archived:
        if key.endswith("manifest.json"):
            manifest = json.loads(sample.read(key))
            vouched |= {file["key"]: file["sha256"] for file in manifest["files"]}
            vouched[key] = archived[key]
    assert vouched == archived


def test_a_session_that_fails_does_not_stop_the_others(sample: World) -> None:
    from kaltura_standin.faults import Fault

    sample.kaltura.faults.add(Fault("drop_column", report=6001, column="meeting_view_time", after=2))
    outcomes = export_all(sample, pdf=False, html=False)
    failed = [outcome for outcome in outcomes if outcome.result == "failed"]
    assert [outcome.reason for outcome in failed] == [
        "Kaltura's report 6001 no longer has the column meeting_view_time."
    ]
    assert sum(outcome.result == "exported" for outcome in outcomes) == 13
    assert not [key for key in sample.archived() if f"session={failed[0].order.cue_point_id}/" in key]


def test_a_session_is_compared_with_the_rooms_earlier_ones(sample: World) -> None:
    export_all(sample, pdf=False)
    later = "reports/date=2026-11-19/session=1_onbcue02/"
    section = json.loads(sample.read(later + "summary.json"))["sections"]["earlier"]
    assert [one["cue_point_id"] for one in section["sessions"]] == ["1_onbcue01"]
    first = json.loads(sample.read("reports/date=2026-11-12/session=1_onbcue01/summary.json"))
    assert section["figures"]["unique_attendees"] == first["metrics"]["unique_attendees"]["value"]
    html = sample.read(later + "report.html").decode()
    assert "is this room&#39;s last session of Thu 12 Nov." in html
    assert "3 more than last time (11)" in html
    assert "last time" not in sample.read("reports/date=2026-11-12/session=1_onbcue01/report.html").decode()


def test_an_interrupted_session_counts_once_in_the_comparison(sample: World) -> None:
    export_all(sample, pdf=False, html=False)
    for session, compared in (("1_brfcue02", []), ("1_brfcue03", ["joint-1_brfcue01"])):
        (key,) = (key for key in sample.archived() if key.endswith(f"session={session}/summary.json"))
        section = json.loads(sample.read(key))["sections"]["earlier"]
        assert [one["cue_point_id"] for one in section.get("sessions", [])] == compared
