"""A file of registrations beside Kaltura's reports: each registrant in one class, and nobody's data left behind."""

from __future__ import annotations

import argparse
import csv
import gzip
import io
import json
import re
from collections.abc import Iterator
from email import message_from_string
from email.policy import default
from pathlib import Path

import pytest

from debrief.cli.registrations import use_list
from debrief.documents.access_tiers import for_tier
from debrief.documents.data.summary_json import from_json, to_json
from debrief.documents.text import sanitize
from debrief.documents.view.registered import in_one_sentence
from debrief.documents.view.registrations import registrations
from debrief.errors import BadRequest, BadSettings
from debrief.model import NotKnown, Part, Session, SessionData, Tier
from debrief.orders import ExportOrder
from debrief.pipeline.erasure.erase_person import erase, find_person
from debrief.pipeline.erasure.person_folder import person_files
from debrief.pipeline.erasure.subject_access import personal_data
from debrief.pipeline.maintenance.replay import replay
from debrief.pipeline.maintenance.verify import verify
from debrief.pipeline.session.registration_files import registrations_in_files
from debrief.pipeline.stages import deliver, run_export
from debrief.registration import Registrations
from support.registered import END, FOLDER, HEAD, LIST, ROOM, SESSION, START, export, figures, give, held_session
from support.world import World

TIERS: tuple[tuple[Tier, bool], ...] = (("names", True), ("totals", False))  # and whether it has attendees' companies


@pytest.fixture
def place(tmp_path: Path) -> Iterator[World]:
    with held_session(tmp_path) as place:
        yield place


def listed(place: World, key: str) -> dict[str, str]:
    text = place.read(f"{FOLDER}follow-up/{key}.csv").decode("utf-8-sig")
    return {row["user_email"]: row["reason"] for row in csv.DictReader(io.StringIO(text))}


def test_every_registrant_is_in_exactly_one_class(place: World) -> None:
    give(place, LIST)
    summary = export(place)
    assert figures(summary) == {
        "registered": 3,
        "came": 1,
        "recording_only": 0,
        "absent": 1,
        "not_known": 1,
        "registration_rate": None,
        "walk_ins": 2,
    }
    assert summary["metrics"]["registration_rate"]["reason"].startswith(
        "not known, because some lines of the list have neither"
    )
    assert summary["sections"]["registrations"]["apart"] == {"cancelled": 1, "invited": 1, "staff": 1}
    assert listed(place, "registered-absent") == {"bea@example.org": "registered and not seen in the session"}
    assert set(listed(place, "came-unregistered")) == {"cy@example.org", "eve@example.org"}


def test_people_with_an_unclear_status_who_came_are_counted_apart_and_are_no_walk_ins(place: World) -> None:
    cy, eve = "Cy,Cole,cy@example.org,Acme,Cancelled,\n", "Eve,Earl,eve@example.org,,On hold,\n"
    give(place, HEAD + cy + eve + "Ann,Ames,ann@example.org,,Blocked,\nAnn,Ames,ann@example.org,,Invited,\n")
    summary = export(place)
    section = summary["sections"]["registrations"]
    assert (figures(summary)["walk_ins"], section["unclear"], section["apart"]["unclear"]) == (2, 1, 1)
    reasons = {address: reason.partition(";")[0] for address, reason in listed(place, "came-unregistered").items()}
    assert reasons == {"cy@example.org": "not registered: cancelled", "ann@example.org": "not registered: blocked"}
    rows = {row["key"]: row for row in summary["sections"]["segments"]["rows"]}
    assert rows["came-unregistered"]["formula"] == (
        "In the session or a breakout, and not registered for this session. Some of them are on the list, but "
        "cancelled, were blocked or only invited. 1 person with an unclear status on the list left out."
    )
    table = place.read(f"registrants/date=2026-10-12/session={SESSION}/registrants.csv").decode("utf-8-sig")
    classes = {row["user_email"]: (row["class"], row["status"]) for row in csv.DictReader(io.StringIO(table))}
    assert classes["eve@example.org"] == ("not-counted", "unclear")
    assert classes["cy@example.org"] == ("walk-in", "cancelled")


def test_without_a_file_a_report_says_nothing_of_registrations(place: World) -> None:
    summary = export(place)
    assert not figures(summary)
    assert "registrations" not in summary["sections"]
    keys = {row["key"] for row in summary["sections"]["segments"]["rows"]}
    assert not {"registered-absent", "came-unregistered"} & keys


def test_without_the_setting_nobody_looks_for_a_file(place: World) -> None:
    give(place, LIST)
    with place.services(pdf=False, html=False, portal_url="") as services:
        run_export(services, ExportOrder(SESSION, ROOM, START, END, mail=False))
    assert "registrations" not in json.loads(place.read(FOLDER + "summary.json"))["sections"]


def test_the_sessions_own_file_counts_before_the_rooms(place: World) -> None:
    give(place, HEAD + "Bea,Bell,bea@example.org,,,\n", f"room={ROOM}")
    assert export(place)["sections"]["registrations"]["scope"] == "room"
    give(place, HEAD + "Ann,Ames,ann@example.org,,,\n")
    summary = export(place)
    assert summary["sections"]["registrations"]["scope"] == "session"
    assert figures(summary)["registration_rate"] == 1.0


@pytest.mark.parametrize("body", ["", "Name,Company\nAnn,Acme\n", "\0\0"])
def test_a_file_that_cannot_be_read_makes_no_number(place: World, body: str) -> None:
    give(place, body)
    summary = export(place)
    assert set(figures(summary).values()) == {None}
    reason = summary["sections"]["registrations"]["unavailable"]
    assert reason.startswith(f"The list of registrations registrations/session={SESSION}.csv cannot be read: it ")
    assert listed(place, "registered-absent") == {}


def test_a_report_with_registrations_is_the_same_from_the_archive_alone(place: World) -> None:
    give(place, LIST)
    export(place)
    give(place, HEAD)  # a later file changes no archived report
    with place.services(pdf=False, html=False) as services:
        record = services.ledger.session(SESSION)
        assert record
        assert replay(services, record).change == "same"
        assert not verify(services, record).differences


@pytest.mark.parametrize("who", ["bea@example.org", "ann@example.org"])
def test_an_erased_registrant_stays_in_the_counts_and_nowhere_else(place: World, who: str) -> None:
    give(place, LIST)
    before = figures(export(place))
    with place.services(pdf=False, html=False) as services:
        assert erase(services, find_person(services, who), None).lists == 1
    assert figures(json.loads(place.read(FOLDER + "summary.json"))) == before
    name = who.partition("@")[0].encode()
    for file in (place.root / "archive").rglob("*"):
        if file.is_file():
            assert who.encode() not in place.read(str(file.relative_to(place.root / "archive"))).lower(), (file, name)


def test_somebody_on_the_list_of_a_later_session_can_be_erased(place: World) -> None:
    give(place, HEAD + "Zoe,Zorn,zoe@example.org,,,\nAnn,Ames,ann@example.org,,,\n", "event=77")
    with place.services(pdf=False, html=False) as services:
        assert erase(services, find_person(services, "Zoe@example.org"), None).lists == 1
    assert place.read("registrations/event=77.csv").decode() == HEAD + "Ann,Ames,ann@example.org,,,\n"


def test_a_person_gets_their_registrations_too(place: World) -> None:
    give(place, LIST)
    export(place)
    with place.services(pdf=False, html=False) as services:
        rows = personal_data(services, find_person(services, "bea@example.org")).rows["registrations"]
    assert [row.get("session") or row.get("list") for row in rows] == [SESSION, f"registrations/session={SESSION}.csv"]
    assert all(row["email"] == "bea@example.org" and row["name"] == "Bea Bell" for row in rows)
    assert [row["source"] for row in rows] == ["copy in the report", "list"]
    assert (rows[1]["company"], rows[1]["status"], rows[1]["Newsletter"]) == ("Birch", "approved", "")


@pytest.mark.parametrize(
    ("name", "who", "part"),
    [
        (f"session={SESSION}", "bea@example.org", "Registered; not seen in the session."),
        (f"room={ROOM}", "bea@example.org", "Registered for the room; not seen in the session."),
        (f"session={SESSION}", "dee@example.org", "On the list of registrations (invited); not seen in the session."),
        (f"session={SESSION}", "ann@example.org", "Took part (60 minutes), registered."),
    ],
)
def test_the_first_page_says_what_a_registration_is_and_where_it_is_from(
    place: World, name: str, who: str, part: str
) -> None:
    give(place, LIST, name)
    export(place)
    with place.services(pdf=False, html=False) as services:
        page = dict(person_files(personal_data(services, find_person(services, who)), ""))["start-here.html"].decode()
    text = " ".join(re.sub("<[^>]*>", " ", page.partition("</style>")[2]).split())
    assert f"Your registration comes from a list that the organizers added (registrations/{name}.csv)." in text
    assert f"Weekly {part}" in text
    assert ("2 rows, 2 copies in reports." if who.startswith("ann") else "1 row, 1 copy in reports.") in text


def test_a_list_put_back_from_the_own_machine_does_not_bring_an_erased_person_back(
    place: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    give(place, LIST)
    with place.services(pdf=False, html=False) as services:
        erase(services, find_person(services, "bea@example.org"), None)
        file = tmp_path / "old.csv"
        file.write_text(LIST, encoding="utf-8")
        options = argparse.Namespace(registrations=str(file), session=[], event=[], room=[ROOM], dry_run=False)
        assert use_list(services, options).settings.registrations
    assert "1 row belongs to an erased person and was left out." in capsys.readouterr().err
    expected = "".join(line for line in LIST.splitlines(keepends=True) if "bea@" not in line)
    assert place.read(f"registrations/room={ROOM}.csv").decode() == expected


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (
            "Name;Dienst-Mail;Betreut von\n{}A;ann@example.org;cy@example.org\nB;b@example.org;cy@example.org\n",
            "Zoë;ZOE@example.org;cy@example.org\n",
        ),
        ("sep=;\r\nWho;Contact\n{}Ames;ann@example.org\n", "Zoë;<ZOE@example.org>\n"),
        ("{}ann@example.org|Ann\n", "ZOE@example.org|Zoë\n"),
        ("Email,Name\n{}ann@example.org,Ann\n", " Zoe@Example.org ,Zoë\n"),
        ("Email,Contact\n{}ann@example.org,Ann\n", "Zoë,zoe@example.org\n"),
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_a_person_is_found_and_erased_whatever_the_columns_and_the_form_of_a_list(
    place: World, text: str, line: str, encoding: str
) -> None:
    give(place, "", "event=77")
    file = place.root / "archive" / "registrations" / "event=77.csv"
    file.write_bytes(text.format(line).encode(encoding))
    with place.services(pdf=False, html=False) as services:
        found = find_person(services, "zoe@example.org")
        (row,) = personal_data(services, found).rows["registrations"]
        assert "Zoë" in row.values()
        assert "ann@example.org" not in str(row)
        assert erase(services, found, None).lists == 1
    assert file.read_bytes() == text.format("").encode(encoding)


def test_the_address_of_somebody_in_other_peoples_lines_is_found_and_erased_alone(place: World) -> None:
    text = "Email,Name,Owner\nann@example.org,Ann,{0}\nbea@example.org,Bea,{0}\n"
    give(place, text.format("Zoe@example.org"), "event=77")
    with place.services(pdf=False, html=False) as services:
        found = find_person(services, "zoe@example.org")
        rows = personal_data(services, found).rows["registrations"]
        expected = {"source": "list", "list": "registrations/event=77.csv", "Owner": "Zoe@example.org"}
        assert rows == [expected, expected]
        erase(services, found, None)
    assert place.read("registrations/event=77.csv").decode() == text.format("Erased attendee")


def test_a_user_id_of_several_addresses_is_no_reason_to_erase_their_lines(place: World) -> None:
    text = "Email,User id\nann@example.org,1001\nbea@example.org,1001\nzoe@example.org,1002\n"
    give(place, text, "event=77")
    with place.services(pdf=False, html=False) as services:
        with pytest.raises(BadSettings):
            find_person(services, "1001")
        assert erase(services, find_person(services, "1002"), None).lists == 1
    assert place.read("registrations/event=77.csv").decode() == text.replace("zoe@example.org,1002\n", "")


@pytest.mark.parametrize("name", ["README.txt", "old/session=1_cue00001.csv", "Copy of registered.csv", "list (1).csv"])
def test_an_erasure_leaves_other_files_in_the_folder_alone(place: World, name: str) -> None:
    give(place, HEAD + "Zoe,Zorn,zoe@example.org,,,\n", "event=77")
    other = place.root / "archive" / "registrations" / name
    other.parent.mkdir(exist_ok=True)
    other.write_text("Ask zoe@example.org for the lists.", encoding="utf-8")
    with place.services(pdf=False, html=False) as services:
        done = erase(services, find_person(services, "zoe@example.org"), None)
    assert (done.lists, done.failed) == (1, {})
    assert other.read_text(encoding="utf-8") == "Ask zoe@example.org for the lists."


def test_other_peoples_lines_forget_an_erased_person(place: World) -> None:
    head = "Email,Name,Manager,Invited by,Work email\n"
    others = "ann@example.org,Ann Ames,{0},{1},\nzoe.zorn@example.net,Zoe Zorn,,,\n"
    lines = "zoe@example.org,Zoe Zorn,,,\nhome@example.net,Zoe Z.,,,ZOE@example.org\n"
    give(place, head + lines + others.format("see zoe@example.org", "Zoe"), "event=77")
    with place.services(pdf=False, html=False) as services:
        erase(services, find_person(services, "zoe@example.org"), None)
    expected = head + others.format("see Erased attendee", "Zoe")
    assert place.read("registrations/event=77.csv").decode() == expected


def test_erasing_one_contact_of_a_shared_owner_leaves_the_others(place: World) -> None:
    text = "Email,User id\nann@example.org,1001\nbea@example.org,1001\nzoe@example.org,1001\n"
    give(place, text)
    export(place)
    with place.services(pdf=False, html=False) as services:
        erase(services, find_person(services, "zoe@example.org"), None)
    assert place.read(f"registrations/session={SESSION}.csv").decode() == text.replace("zoe@example.org,1001\n", "")
    assert set(listed(place, "registered-absent")) >= {"bea@example.org"}


def test_who_may_be_on_a_list_that_cannot_be_read_is_not_called_unknown(place: World) -> None:
    give(place, 'Email\n"zoe@example.org\n', "event=77")
    with (
        place.services(pdf=False, html=False) as services,
        pytest.raises(
            BadRequest, match=r"registrations/event=77[.]csv could not be read, so this answer may be incomplete"
        ),
    ):
        find_person(services, "zoe@example.org")


def test_people_of_unknown_attendance_do_not_count_as_absent_in_the_email(place: World) -> None:
    nobody = HEAD + "No,Address,,,,\n"
    for text, sentence in (
        (LIST, "At least 1 of 3 registered people came; 2 came without registering."),
        (nobody, "Not known how many of 1 registered person came; 3 came without registering."),
    ):
        give(place, text)
        export(place)
        assert in_one_sentence(from_json(place.read(FOLDER + "summary.json"))) == sentence


def test_an_erased_walk_in_and_an_erased_id_in_other_letters_stay_in_the_counts(place: World) -> None:
    give(place, "Email,User id\n,ID-ANN\nbea@example.org,bea\n")
    before = figures(export(place))
    assert (before["came"], before["walk_ins"]) == (1, 2)
    with place.services(pdf=False, html=False) as services:
        for who in ("eve@example.org", "ann@example.org"):
            erase(services, find_person(services, who), None)
    assert figures(json.loads(place.read(FOLDER + "summary.json"))) == before


def test_a_person_of_an_expired_session_gets_their_lines_on_lists(place: World) -> None:
    head = "Email,Company,Status,User id,list,date,session\n"
    give(place, head + "eve@example.org,Elm,Cancelled,id-eve,blue,Monday,B\n", "event=77")
    export(place)
    with place.services(pdf=False, html=False) as services:
        data = personal_data(services, find_person(services, "eve@example.org"))
        assert data.known_as == ["Eve", "eve@example.org", "id-eve"]
        data.sessions.append("event-77")  # whose rows are in no answer
        data.dates["event-77"], data.titles["event-77"] = "2026-10-12", "Event"
        assert dict(person_files(data, "")).keys() >= {"registrations.csv"}
        (row,) = data.rows["registrations"]
    assert row["list"] == "registrations/event=77.csv"
    assert not {"session", "date"} & row.keys()
    assert {"Elm", "Cancelled", "id-eve", "blue", "Monday", "B"} <= set(row.values())


def test_copies_for_others_have_the_counts_and_nobody_of_the_list(place: World) -> None:
    give(place, LIST)
    export(place)
    summary = from_json(place.read(FOLDER + "summary.json"))
    for tier, has_company in TIERS:
        text = to_json(for_tier(summary, tier)).decode().lower()
        assert '"registered_absent"' in text
        assert not [word for word in ("bea", "dorn", "birch", "newsletter", "registered-absent.csv") if word in text]
        assert ("acme" in text) is has_company  # of Ann, who came


def test_a_formula_on_a_list_is_a_text_in_the_files(place: World) -> None:
    give(place, 'Email,Name\n=1+1@example.org,"=HYPERLINK(""http://x.example"")"\n@SUM(A1)@example.org,-1\n')
    export(place)
    text = place.read(f"{FOLDER}follow-up/registered-absent.csv").decode("utf-8-sig")
    cells = [cell for row in csv.reader(io.StringIO(text)) for cell in row if cell.lstrip("'")[:1] in {"=", "@", "-"}]
    assert len(cells) >= 4
    assert all(cell.startswith("'") for cell in cells)


def test_the_lists_of_all_parts_of_an_interrupted_session_count_together(place: World) -> None:
    data = SessionData(Session("joint-1_a", ROOM, START, END, parts=(Part("1_a", START, START), Part("1_b", END, END))))
    give(place, "Email\nann@example.org\n", "session=1_a")
    give(place, "Email\nbea@example.org\n", "session=1_b")
    with place.services(registrations=True) as services:
        found = registrations_in_files(services, data)
        assert isinstance(found, Registrations)
        assert [one.email for one in found.people] == ["ann@example.org", "bea@example.org"]
        give(place, "Name\nBea\n", "session=1_b")
        assert isinstance(registrations_in_files(services, data), NotKnown)


ASKED = (("answer", "Newsletter"), ("origin", "Via"))


def test_companies_and_answers_are_in_the_report_and_its_lists_and_gone_after_an_erasure(place: World) -> None:
    rows = "Ann,Ames,ann@example.org,Acme,Fair,=1+1\nBea,Bell,bea@example.org,Birch,Fair,@x\n"
    give(place, HEAD.replace("Status", "Via") + rows)
    with place.services(pdf=False, html=False, registrations=True, registration_columns=ASKED) as services:
        run_export(services, ExportOrder(SESSION, ROOM, START, END, mail=False))
        attendees = json.loads(place.read(FOLDER + "summary.json"))["sections"]["attendees"]
        assert attendees["questions"] == ["Newsletter"]
        known = {row["email"]: (row["company"], row.get("answers")) for row in attendees["rows"]}
        assert known["ann@example.org"] == ("Acme", ["=1+1"])
        assert known["eve@example.org"] == (None, None)
        head, line = place.read(f"{FOLDER}follow-up/registered-absent.csv").decode("utf-8-sig").splitlines()
        assert head == "segment,user_id,user_name,user_email,reason,company,Newsletter"
        assert line.endswith(",Birch,'@x")
        erase(services, find_person(services, "ann@example.org"), None)
        section = json.loads(place.read(FOLDER + "summary.json"))["sections"]["registrations"]
        assert section["by_origin"]["blank"] == {"registered": 1, "came": 1, "not_known": 0, "rate": 1.0}
        (copy,) = (place.root / "archive").rglob("registrations.json.gz")
    keys = (FOLDER + "summary.json", f"registrations/session={SESSION}.csv")
    everything = b"".join(map(place.read, keys)) + gzip.decompress(copy.read_bytes())
    assert not [word for word in (b"Acme", b"=1+1") if word in everything]


def test_a_person_gets_the_origin_and_the_answers_of_a_copy(place: World) -> None:
    give(place, "Email,Source,origin story\nbea@example.org,Fair,long\n")
    export(place)
    with place.services(pdf=False, html=False) as services:
        copy, line = personal_data(services, find_person(services, "bea@example.org")).rows["registrations"]
    assert (copy["origin"], copy["origin story"]) == (line["origin"], line["origin story"]) == ("Fair", "long")


NOTE = "The figures use the list of an earlier check."


def test_a_list_that_was_removed_before_a_later_check_still_counts_and_the_report_says_so(place: World) -> None:
    give(place, LIST)
    before = export(place)
    assert "note" not in before["sections"]["registrations"]
    (place.root / "archive" / "registrations" / f"session={SESSION}.csv").unlink()
    for _ in range(2):  # the second check reads the list that the first one has kept
        after = export(place)
        assert figures(after) == figures(before)
        assert after["sections"]["registrations"]["note"] == f"The list of registrations was removed. {NOTE}"
    section = registrations(from_json(place.read(FOLDER + "summary.json")), sanitize.clean)
    assert section
    assert f"The list of registrations was removed. {NOTE}" in section.section.sentences
    with place.services(pdf=False, html=False) as services:
        record = services.ledger.session(SESSION)
        assert record
        assert replay(services, record).change == "same"
    give(place, LIST)
    assert "note" not in export(place)["sections"]["registrations"]


def test_a_list_that_is_damaged_at_a_later_check_does_not_replace_the_earlier_one(place: World) -> None:
    give(place, LIST)
    before = export(place)
    give(place, "Name\nAnn\n")
    after = export(place)
    assert figures(after) == figures(before)
    note = after["sections"]["registrations"]["note"]
    assert "cannot be read: it has no column of email addresses or user ids" in note
    assert note.endswith(NOTE)


def test_an_earlier_list_is_not_used_after_the_setting_was_turned_off(place: World) -> None:
    give(place, LIST)
    export(place)
    with place.services(pdf=False, html=False, portal_url="") as services:
        run_export(services, ExportOrder(SESSION, ROOM, START, END, mail=False))
    assert "registrations" not in json.loads(place.read(FOLDER + "summary.json"))["sections"]


def test_a_person_who_was_erased_does_not_come_back_with_an_earlier_list(place: World) -> None:
    give(place, LIST)
    before = figures(export(place))
    with place.services(pdf=False, html=False) as services:
        erase(services, find_person(services, "bea@example.org"), None)
    (place.root / "archive" / "registrations" / f"session={SESSION}.csv").unlink()
    assert figures(export(place)) == before
    for file in (place.root / "archive").rglob("*.gz"):
        assert b"bea@" not in gzip.decompress(file.read_bytes()).lower(), file


def test_a_late_list_is_worth_an_email_and_a_list_that_is_gone_is_not(place: World) -> None:
    def emails() -> list[str]:
        with place.services(pdf=False, html=False, portal_url="", registrations=True) as services:
            for order in run_export(services, ExportOrder(SESSION, ROOM, START, END, mail=True)):
                deliver(services, order)
            return [each.state for each in services.ledger.deliveries(SESSION)]

    assert emails() == ["sent"]
    give(place, HEAD + "Ann,Ames,ann@example.org,,,\nBea,Bell,bea@example.org,,,\n")
    assert emails() == ["sent", "sent"]
    latest = max((place.root / "outbox").glob("*-r2-*.eml")).read_text(encoding="utf-8")
    assert re.search(r"Share of the registered who came: . before, now 50.0%", message_text(latest))
    give(place, 'Email\n"broken\n')
    assert emails() == ["sent", "sent"]


def message_text(raw: str) -> str:
    part = message_from_string(raw, policy=default).get_body(("plain",))
    assert part
    return str(part.get_content())
