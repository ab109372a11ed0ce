"""Any sequence of exports: each session is new in one digest, with the figures of the end of its week."""

from __future__ import annotations

import re
import tempfile
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from pathlib import Path
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from debrief.delivery.ledger.ledger import DIGEST, SessionRecord
from debrief.delivery.rules.rules import Recipient
from debrief.model import Part
from debrief.pipeline.mailing.add_to_digests import add_to_digests
from debrief.pipeline.mailing.periods import period_of
from debrief.runner import run_deliveries
from debrief.settings import Settings
from debrief.wiring import connect

BERLIN = ZoneInfo("Europe/Berlin")
HOUR = timedelta(hours=1)
START = datetime(2026, 10, 12, tzinfo=UTC)  # the clocks change on the second Sunday after it
ANN = Recipient("ann@example.com", "You hosted this session.", digest="weekly")
# (hours after START, session, attendees, whether the figures are final)
EXPORTS = st.lists(
    st.tuples(st.integers(0, 24 * 28), st.integers(0, 4), st.integers(0, 60), st.booleans()), max_size=14
)


def text_of(path: Path) -> str:
    body = message_from_bytes(path.read_bytes(), policy=policy.default).get_body(("plain",))
    assert body is not None
    return str(body.get_content()).replace("\r\n", "\n")


def figure(text: str, label: str) -> int:
    found = re.search(rf"^{label}: (\d+)", text, re.MULTILINE)
    return int(found[1]) if found else 0


@given(exports=EXPORTS.map(sorted))
@settings(max_examples=15, deadline=None)
def test_each_session_is_new_in_one_digest_and_later_only_changed(exports: list[tuple[int, int, int, bool]]) -> None:
    now = START
    with tempfile.TemporaryDirectory() as folder:
        base = Settings(
            archive=f"{folder}/archive", outbox=f"{folder}/outbox", timezone="Europe/Berlin", partner_id="1"
        )
        services = connect(base, lambda: now, asks_kaltura=False)
        first: dict[int, str] = {}  # the week of each session's first export
        weeks: dict[tuple[str, int], int] = {}  # attendees at the end of each week
        for hours, place, people, is_final in exports:
            now = START + timedelta(hours=hours)
            record = services.ledger.session(f"1_c{place}") or SessionRecord(
                f"1_c{place}", "1_r", START, START + timedelta(minutes=50), "Sales"
            )
            revision = record.revision + 1
            figures = {**record.history, revision: {"unique_attendees": float(people)}}
            state = "final" if is_final else "exported"
            record = replace(record, revision=revision, history=figures, state=state)
            add_to_digests(services, record, [ANN], ())
            add_to_digests(services, record, [ANN], ())  # the export was killed, and is repeated
            services.ledger.save(record)
            week = period_of("weekly", now, BERLIN).label
            first.setdefault(place, week)
            weeks[week, place] = people
        now = START + timedelta(days=40)
        assert run_deliveries(services) == []
        assert {mail.state for mail in services.ledger.deliveries(DIGEST)} <= {"sent"}
        services.ledger.close()
        texts = {path.name[-12:-4]: text_of(path) for path in Path(folder, "outbox").glob("*.eml")}
    assert texts.keys() == {week for week, _ in weeks}
    for week, text in texts.items():
        new = [place for place, label in first.items() if label == week]
        assert figure(text, "Sessions") == len(new)
        assert figure(text, "Visits") == sum(weeks[week, place] for place in new)
        changed = text.partition("Changed since your earlier digest")[2].partition("Notes")[0]
        later = [place for (label, place) in weeks if label == week and first[place] != week]
        assert changed.count("\n- ") == len(later)


def test_a_later_digest_does_not_count_the_parts_of_a_merged_session(tmp_path: Path) -> None:
    now = START + timedelta(hours=2)
    base = Settings(
        archive=f"{tmp_path}/archive", outbox=f"{tmp_path}/outbox", timezone="Europe/Berlin", partner_id="1"
    )
    services = connect(base, lambda: now, asks_kaltura=False)

    def export(name: str, people: float, parts: tuple[Part, ...] = ()) -> None:
        figures = {1: {"unique_attendees": people}}
        record = SessionRecord(name, "1_r", START, START + HOUR, "Sales", state="final", revision=1, history=figures)
        record = services.ledger.save(replace(record, parts=parts))
        add_to_digests(services, record, [ANN], ())

    export("1_part", 20)
    part = services.ledger.session("1_part")
    assert part
    services.ledger.save(replace(part, merged_id="joint-1_part"))
    export("joint-1_part", 25, (Part("1_part", START, START + HOUR),))
    now += timedelta(days=7)
    export("1_next", 7)
    now = START + timedelta(days=30)
    assert run_deliveries(services) == []
    services.ledger.close()
    texts = sorted(text_of(path) for path in Path(tmp_path, "outbox").glob("*.eml"))
    assert [figure(text, "Visits") for text in texts] == [25, 7]
    assert "18 fewer than in the week before (25)" in texts[1]
