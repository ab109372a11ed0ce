"""`debrief compare`: every difference from Kaltura's Summary page is accounted for, or named."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cli_world import kaltura_settings

from debrief.cli import compare
from debrief.cli.compare_words import CAUSES
from debrief.cli.demo import sample_settings
from debrief.cli.main import main
from debrief.documents.data.summary_json import from_json
from debrief.kaltura.sessions.discovery import find_sessions
from debrief.model import Summary
from debrief.pipeline.maintenance.compare.compare_figure import total_of
from debrief.pipeline.maintenance.compare.compare_page import PageComparison, compare_page
from debrief.pipeline.maintenance.replay import archived_summary
from debrief.pipeline.services import Services
from debrief.pipeline.state.revisions import manifest_of
from debrief.pipeline.state.session_records import export_order_of
from debrief.runner import run
from debrief.wiring import connect
from kaltura_standin.faults import Fault
from kaltura_standin.sample_account import SAMPLE_NOW, sample_account
from support.planted import PLANTS, Plant, PlantingStandIn
from support.world import files

pytestmark = pytest.mark.slow
SESSION = "1_onbcue01"  # of eleven people, with polls, a recording and everything else
READING = {"get", "list", "getTable", "getTotal", "getGraphs", "getCsvFromStringParams", "polls/analytics"}
LOGGING_IN = {"startWidgetSession", "startSession"}


@pytest.fixture(scope="module")
def kaltura() -> Iterator[PlantingStandIn]:
    with PlantingStandIn(sample_account()) as standin:
        yield standin


@pytest.fixture(scope="module")
def services(kaltura: PlantingStandIn, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    """The session, exported after its last check."""
    settings = sample_settings(kaltura, tmp_path_factory.mktemp("compare"))
    connected = connect(settings, clock=lambda: SAMPLE_NOW)
    with closing(connected.ledger):
        orders = [export_order_of(session) for session in find_sessions(connected.kaltura, [SESSION])]
        assert all(outcome.is_well for outcome in run(connected, orders))
        yield connected


@pytest.fixture(autouse=True)
def unchanged(kaltura: PlantingStandIn) -> Iterator[None]:
    yield
    kaltura.plants = ()
    kaltura.faults.clear()


def compared(services: Services) -> PageComparison:
    record = services.ledger.session(SESSION)
    assert record
    return compare_page(services, record)


def statuses(services: Services, status: str) -> set[str]:
    return {each.figure.key for each in compared(services).figures if each.status == status}


def test_there_are_27_plants_each_of_a_figure_of_its_own() -> None:
    assert len({plant.figure for plant in PLANTS}) == len(PLANTS) == 27


def test_without_a_change_every_difference_is_explained_to_the_last_digit(services: Services) -> None:
    comparison = compared(services)
    assert {each.status for each in comparison.figures} == {"same", "explained"}
    for each in comparison.figures:
        assert {cause.code for cause in each.causes} <= set(CAUSES)
        if each.status == "explained" and not each.figure.items and each.page and each.report:
            changes = [cause.change for cause in each.causes if cause.change is not None]
            if len(changes) == len(each.causes):
                difference = total_of(each.report) - total_of(each.page)
                assert sum(changes) == pytest.approx(difference, abs=0.051), each.figure.key


@pytest.mark.parametrize("plant", PLANTS, ids=lambda plant: plant.figure)
def test_a_planted_difference_is_found_and_named(services: Services, kaltura: PlantingStandIn, plant: Plant) -> None:
    kaltura.plants = (plant,)
    assert plant.figure in statuses(services, "different")


def test_a_total_that_is_not_the_sum_of_its_rows_is_found(services: Services, kaltura: PlantingStandIn) -> None:
    kaltura.plants = (Plant("attendees_total", 60010, "count_reaction_clicked"),)
    assert statuses(services, "different") == {"attendees_total"}


def test_27_planted_differences_at_once_are_all_named(services: Services, kaltura: PlantingStandIn) -> None:
    kaltura.plants = PLANTS
    assert statuses(services, "different") >= {plant.figure for plant in PLANTS}


def test_a_figure_of_a_report_that_cannot_be_read_is_not_known(services: Services, kaltura: PlantingStandIn) -> None:
    kaltura.faults.add(Fault("api_error", None, service="report", report=60003, code="SERVICE_FORBIDDEN"))
    comparison = compared(services)
    unknown = {each.figure.key: each.reason for each in comparison.figures if each.status == "not known"}
    assert {"live_engagement_rate", "reactions_count", "downloads_count"} <= set(unknown)
    assert "no permission" in unknown["reactions_count"]


def test_a_change_in_a_provisional_report_is_explained_only_if_kaltura_counts_more(
    services: Services, kaltura: PlantingStandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    from debrief.pipeline.maintenance.compare import compare_page as module

    read = module.from_json
    monkeypatch.setattr(module, "from_json", lambda body: replace(read(body), state="provisional"))
    kaltura.plants = (Plant("reactions_count", 60003, "count_reaction_clicked"),)
    assert not statuses(services, "different")
    kaltura.plants = (Plant("reactions_count", 60003, "count_reaction_clicked", add=-1),)
    assert statuses(services, "different") == {"reactions_count"}


def test_each_figure_that_was_changed_in_the_archive_is_found(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    from debrief.pipeline.maintenance.compare import compare_page as module

    read = module.from_json
    printed = {each.figure.key for each in compared(services).figures if each.report and not each.figure.items}
    keys = [key for key in printed if key in read_summary(services).metrics and key != "peak_live_viewers_at"]
    assert len(keys) > 20

    def spoilt(body: bytes) -> Summary:
        summary = read(body)
        changed = {key: replace(summary.metrics[key], value=float(summary.metrics[key].value or 0) + 1) for key in keys}
        return replace(summary, metrics=summary.metrics | changed)

    monkeypatch.setattr(module, "from_json", spoilt)
    assert statuses(services, "different") >= set(keys)


def read_summary(services: Services) -> Summary:
    record = services.ledger.session(SESSION)
    assert record
    manifest = manifest_of(services, record.start, SESSION)
    assert manifest
    return from_json(archived_summary(services, manifest))


def test_a_person_who_was_erased_is_no_difference(
    kaltura: PlantingStandIn, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = sample_settings(kaltura, tmp_path)
    connected = connect(settings, clock=lambda: SAMPLE_NOW)
    with closing(connected.ledger):
        list(run(connected, [export_order_of(one) for one in find_sessions(connected.kaltura, [SESSION])]))
        record = connected.ledger.session(SESSION)
        assert record
        manifest = manifest_of(connected, record.start, SESSION)
        assert manifest
        rows = from_json(archived_summary(connected, manifest)).sections["attendees"]["rows"]
        person = next(row["email"] for row in rows if row["email"])
        environ = {"DEBRIEF_ARCHIVE": settings.archive, "DEBRIEF_OUTBOX": settings.outbox}
        assert main(("erase", "--person", person, "--yes"), environ) == 0
    capsys.readouterr()
    connected = connect(settings, clock=lambda: SAMPLE_NOW)
    with closing(connected.ledger):
        wrong = {each.figure.key for each in compared(connected).figures if each.status in {"different", "not known"}}
    assert not wrong


def command(
    services: Services,
    kaltura: PlantingStandIn,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    *argv: str,
) -> tuple[int, str, str]:
    monkeypatch.setattr(compare, "connect", lambda settings: connect(settings, clock=lambda: SAMPLE_NOW))
    environ = kaltura_settings(kaltura) | {
        "KALTURA_CHAT_URL": kaltura.chat_url,
        "DEBRIEF_ARCHIVE": services.settings.archive,
    }
    code = main(("compare", *argv), environ)
    out, err = capsys.readouterr()
    return code, out, err


def test_the_command_begins_with_the_result_and_writes_nothing(
    services: Services, kaltura: PlantingStandIn, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    before, asked = files(Path(services.settings.archive).parent), len(kaltura.requests)
    code, out, _ = command(services, kaltura, capsys, monkeypatch, "--session", SESSION)
    assert code == 0
    lines = out.splitlines()
    assert lines[0] == "Nothing to do: every difference is explained."
    assert lines[1].endswith("0 not explained, 0 not known.")
    assert [line for line in lines if line.startswith("later views")]
    assert not [line for line in lines if line.startswith(("Reactions", "figure "))]
    assert lines[-1] == "To see every figure, add --all."
    assert files(Path(services.settings.archive).parent) == before
    assert {request.action for request in kaltura.requests[asked:]} <= READING | LOGGING_IN


def test_all_prints_each_figure_with_its_reason_and_no_explanation_twice(
    services: Services, kaltura: PlantingStandIn, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    _, out, _ = command(services, kaltura, capsys, monkeypatch, "--session", SESSION, "--all")
    lines = out.splitlines()
    assert [line for line in lines if line.split() == ["Reactions", "2", "2", "same"]]
    people = {text for user in kaltura.account.users for text in (user.id, user.full_name) if text}
    recordings = {
        entry for each in compared(services).figures if each.figure.items == "recordings" for entry in each.page or {}
    }
    assert recordings
    assert not [text for text in people | recordings if text in out]
    sentences = [text for _, text in CAUSES.values()] + ["There is no recording."]
    assert not [text for text in sentences if out.count(text) > 1]


def test_equal_numbers_with_a_reason_say_that_they_are_of_other_items(
    services: Services, kaltura: PlantingStandIn, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    _, out, _ = command(services, kaltura, capsys, monkeypatch, "--session", SESSION, "--all")
    figures = [re.split(r" {2,}", line) for line in out.splitlines()]
    equal = [cells[3] for cells in figures if len(cells) == 4 and cells[1] == cells[2] != "-"]
    assert len(equal) > 20
    assert not [why for why in equal if why != "same" and not why.startswith("equal, but other ")]
    assert [why for why in equal if why.startswith("equal, but other ")]


def test_only_figures_without_an_explanation_are_printed_with_what_to_do(
    services: Services, kaltura: PlantingStandIn, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    kaltura.plants = (Plant("chat_messages_count", 70001, "count_cnc_group_message_sent"),)
    code, out, _ = command(services, kaltura, capsys, monkeypatch, "--session", SESSION)
    assert code == 1
    lines = out.splitlines()
    assert lines[0] == (
        "1 figure differs without an explanation:"
        f" run debrief export --session {SESSION} --no-mail, then compare again."
    )
    table = lines[lines.index("figure                         Kaltura     report  why") + 1 :]
    assert [line.split("  ")[0] for line in table[: table.index("")]] == ["Chat messages"]


def test_figures_that_are_not_known_share_one_sentence(
    services: Services, kaltura: PlantingStandIn, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    kaltura.faults.add(Fault("api_error", None, service="report", report=60003, code="SERVICE_FORBIDDEN"))
    _, out, _ = command(services, kaltura, capsys, monkeypatch, "--session", SESSION)
    assert re.match(r"\d+ figures are not known: the lines below give the cause\.\n", out)
    assert out.count("NOT KNOWN: [1]") > 5
    assert out.count("no permission to read report 60003") == 1


def test_an_unknown_session_names_the_archive_and_the_next_step(
    services: Services, kaltura: PlantingStandIn, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    code, _, err = command(services, kaltura, capsys, monkeypatch, "--session", "1_other000")
    assert code == 2
    assert services.settings.archive in err
    assert "Give another archive with --archive, or export the session first." in err


def test_a_planted_difference_ends_with_exit_code_1_and_is_in_the_json(
    services: Services, kaltura: PlantingStandIn, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    kaltura.plants = (Plant("chat_messages_count", 70001, "count_cnc_group_message_sent"),)
    code, out, _ = command(services, kaltura, capsys, monkeypatch, "--session", SESSION, "--json")
    found: dict[str, Any] = {one["figure"]: one for one in map(json.loads, out.splitlines())}
    assert code == 1
    assert {key for key, one in found.items() if one["status"] == "different"} == {"chat_messages_count"}
    one = found["chat_messages_count"]
    assert (one["kaltura"], one["report"], one["reasons"][-1]["reason"]) == (6.0, 3.0, "since")


@pytest.mark.parametrize("session", ["event-77", "1_other000", "a,b"])
def test_an_event_an_unknown_session_and_a_list_are_bad_input(
    services: Services,
    kaltura: PlantingStandIn,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    session: str,
) -> None:
    assert command(services, kaltura, capsys, monkeypatch, "--session", session)[0] == 2


def test_later_viewers_of_the_recording_are_counted_separately(services: Services) -> None:
    later = replace(services, clock=lambda: SAMPLE_NOW + timedelta(days=3))
    assert not statuses(later, "different")
