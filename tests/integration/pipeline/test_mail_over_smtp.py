"""The whole job through a real SMTP server: each mail as it arrived, compared with summary.json and with its tier."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from email import message_from_bytes, policy
from email.message import EmailMessage
from functools import reduce
from html.parser import HTMLParser
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from pypdf import PdfReader

from debrief.delivery.links.tokens import token_hash
from debrief.pipeline.session.selection import Selection, select
from debrief.pipeline.state.session_records import export_order_of
from debrief.runner import run
from kaltura_standin.sample_account import SAMPLE_NOW, sample_account
from support.smtp import mail_server
from support.world import World, world

PORTAL = "https://reports.example.com"
CONTACT = "ops@example.com"
SESSIONS = ("1_onbcue01", "1_onbcue02", "1_brfcue01", "1_brfcue02", "1_wrkcue01")  # two are one with an interruption
REPORTED = {"1_onbcue01", "1_onbcue02", "joint-1_brfcue01", "1_wrkcue01"}
ADA, BEA, CY = "ada@example.com", "bea@example.com", "cy@example.com"
RULES = f"""
version: 1
people:
  {BEA}: {{timezone: America/New_York, language: de-DE}}
rules:
  - {{name: Everything, when: {{title: "*"}}, to: {ADA}}}
  - {{name: Names, when: {{title: "*"}}, to: {BEA}, see: names}}
  - {{name: Totals, when: {{title: "*"}}, to: {CY}, see: totals}}
"""
NUMBER = re.compile(r"\d[\d.,]*\d|\d")


@dataclass(frozen=True)
class Arrived:
    """One mail as the server got it, and what the archive holds of its session."""

    to: str
    tier: str
    message: EmailMessage
    raw: bytes
    tokens: frozenset[str]
    summary: dict[str, Any]
    attendees: list[dict[str, str]]

    def part(self, kind: str) -> str:
        found = self.message.get_body((kind,))
        assert found is not None
        text = found.get_content()
        assert isinstance(text, str)
        return text

    @property
    def pdf(self) -> str:
        (attachment,) = self.message.iter_attachments()
        assert attachment.get_content_type() == "application/pdf"
        return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(attachment.get_content())).pages)

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo("America/New_York" if self.to == BEA else "UTC")


@pytest.fixture(scope="module")
def arrived(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Arrived]]:
    root = tmp_path_factory.mktemp("smtp")
    (root / "rules.yaml").write_text(RULES)
    with world(root, sample_account(), SAMPLE_NOW) as place, mail_server() as server:
        smtp = {"outbox": "", "smtp_url": f"smtp://127.0.0.1:{server.port}", "contact": f"Ops <{CONTACT}>"}
        portal = {"portal_url": PORTAL, "rules": str(root / "rules.yaml")}
        with place.services(**smtp, **portal) as services:
            orders = [export_order_of(session) for session in select(services, Selection(sessions=SESSIONS))]
            for outcome in run(services, orders):
                assert outcome.is_well, outcome
            yield [_arrived(place, services.ledger, *mail) for mail in server.mails]


def _arrived(place: World, ledger: Any, _sender: str, recipients: list[str], raw: bytes) -> Arrived:
    message = message_from_bytes(raw, policy=policy.default)
    tokens = frozenset(re.findall(rf"{PORTAL}/[ru]/([a-z2-7]{{32}})", _decoded(message)))
    (link,) = {ledger.link(token_hash(token)) for token in tokens}
    assert link is not None
    (to,) = recipients
    record = ledger.session(link.cue_point_id)
    folder = f"reports/date={record.start:%Y-%m-%d}/session={link.cue_point_id}"
    rows = list(csv.DictReader(io.StringIO(place.read(f"{folder}/attendees.csv").decode("utf-8-sig"))))
    return Arrived(to, link.tier, message, raw, tokens, json.loads(place.read(f"{folder}/summary.json")), rows)


def _decoded(message: EmailMessage) -> str:
    """Headers and texts of a mail, as whoever reads it sees them."""
    texts = [part.get_content() for part in message.walk() if part.get_content_maintype() == "text"]
    return "\n".join([*(f"{name}: {value}" for name, value in message.items()), *texts])


class Page(HTMLParser):
    """The HTML part: its texts by row and cell of the innermost table, where it leads, and what it would load."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[list[list[str]]] = [[[]]]
        self.links: list[str] = []
        self.remote: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "tr":
            self.rows.append([[]])
        if tag == "td":
            self.rows[-1].append([])
        named = dict(attrs)
        self.links += [named["href"] or ""] if tag == "a" else []
        self.remote += [value for name, value in named.items() if value and name in {"src", "background"}]

    def handle_data(self, data: str) -> None:
        if data.strip():
            self.rows[-1][-1].append(" ".join(data.split()))

    @property
    def texts(self) -> list[str]:
        return [text for row in self.rows for cell in row for text in cell]

    def figures(self, labels: set[str]) -> dict[str, str]:
        """By label: the value, which stands in the row's last cell, then what stands below the label."""
        rows = ([cell for cell in row if cell] for row in self.rows)
        return {row[0][0]: " ".join([*row[-1], *row[0][1:]]) for row in rows if row and row[0][0] in labels}


def parsed(html: str) -> Page:
    parser = Page()
    parser.feed(html)
    return parser


def in_text(text: str, labels: set[str]) -> dict[str, str]:
    """The lines of figures: by label, what stands behind it."""
    pairs = (line.split(": ", 1) for line in text.splitlines() if ": " in line)
    return {label: rest for label, rest in pairs if label in labels}


def numbers(words: str, *, german: bool) -> list[Decimal]:
    """All numbers of a text that is written in the recipient's formats; a time of day is two."""
    thousands, decimal = (".", ",") if german else (",", ".")
    return [Decimal(found.replace(thousands, "").replace(decimal, ".")) for found in NUMBER.findall(words)]


def rounded(value: float, places: int = 1) -> Decimal:
    return Decimal(repr(value)).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)


def expected(mail: Arrived) -> dict[str, list[Decimal]]:
    """Which numbers stand in the row of each figure, from summary.json alone."""
    metrics = {key: metric["value"] for key, metric in mail.summary["metrics"].items()}
    minutes, people = metrics["attended_minutes"], rounded(metrics["unique_attendees"], 0)
    present = [rounded(metrics["people_present"], 0), *filter(None, [metrics["people_breakout_only"]])]
    apart, total = metrics["people_breakout_only"], metrics["minutes_total"]
    both = [people, people + apart] if apart else []  # with and without breakouts
    peak = datetime.fromisoformat(metrics["peak_live_viewers_at"]).astimezone(mail.zone)
    found = {
        "Attendees": [people, *both[:1], metrics["users"], metrics["guests"], *both[1:]],
        "Average stay": [rounded(metrics["presence_average"]), percent(metrics["presence_share"]), rounded(minutes)],
        "Stayed at least 75%": [percent(metrics["present_75"]), *present, rounded(minutes * 0.75)],
        "Engagement rate": [percent(metrics["engagement_rate"]), rounded(total, 0 if total >= 1000 else 1)],
        "Peak live viewers": [metrics["peak_live_viewers"], peak.hour, peak.minute],
    }
    earlier = mail.summary["sections"]["earlier"]["figures"]
    return {label: [*map(Decimal, row), *compared(label, metrics, earlier)] for label, row in found.items()}


def compared(label: str, metrics: dict[str, Any], earlier: dict[str, float]) -> list[Decimal]:
    """By how much a figure differs from the room's earlier sessions, and what it was there; nothing without any."""
    key, scale, places = {
        "Attendees": ("unique_attendees", 1, 0),
        "Average stay": ("presence_average", 1, 1),
        "Stayed at least 75%": ("present_75", 100, 1),
        "Engagement rate": ("engagement_rate", 100, 1),
        "Peak live viewers": ("peak_live_viewers", 1, 0),
    }[label]
    if key not in earlier:
        return []
    now, then = (rounded(float(Decimal(repr(value)) * scale), places) for value in (metrics[key], earlier[key]))
    return [abs(now - then), then]


def percent(share: float) -> Decimal:
    return rounded(float(Decimal(repr(share)) * 100))


def _minutes(part: dict[str, Any]) -> float:
    start, end = (datetime.fromisoformat(part[name]) for name in ("start", "end"))
    return (end - start).total_seconds() / 60


def test_everybody_gets_one_mail_a_session_in_their_own_tier(arrived: list[Arrived]) -> None:
    got = {(mail.to, mail.summary["session"]["cue_point_id"]): mail.tier for mail in arrived}
    assert len(got) == len(arrived)
    for session in REPORTED:
        assert [got[who, session] for who in (ADA, BEA, CY)] == ["full", "names", "totals"]
    assert {session for _, session in got} == REPORTED
    assert {who for who, _ in got} > {ADA, BEA, CY}


def test_every_figure_of_both_parts_is_the_one_of_summary_json(arrived: list[Arrived]) -> None:
    checked = 0
    for mail in arrived:
        wanted = expected(mail)
        rows = in_text(mail.part("plain"), set(wanted)), parsed(mail.part("html")).figures(set(wanted))
        for row in rows:
            found = {label: numbers(words, german=mail.to == BEA) for label, words in row.items()}
            assert found == wanted, (mail.to, mail.summary["session"]["cue_point_id"])
            checked += sum(map(len, found.values()))
    assert checked > 300


def test_both_parts_give_the_session_s_day_time_and_room(arrived: list[Arrived]) -> None:
    for mail in arrived:
        session = mail.summary["session"]
        start = datetime.fromisoformat(session["start"]).astimezone(mail.zone)
        day = f"{start:%a} {start.day} {start:%B %Y}"
        short, _, came = str(mail.message["Subject"]).partition(" \N{EN DASH} ")
        assert short == f"Report: {session['entry_name']}, {start:%a} {start.day} {start:%b}"
        people = rounded(mail.summary["metrics"]["unique_attendees"]["value"], 0)
        assert numbers(came, german=mail.to == BEA) == [people]
        for kind in ("plain", "html"):
            words = " ".join(parsed(mail.part(kind)).texts)
            assert session["entry_name"] in words
            assert f"{day}, {start:%H:%M}" in words


def test_the_headers_are_those_of_one_recipient(arrived: list[Arrived]) -> None:
    for mail in arrived:
        (token,) = mail.tokens
        assert mail.message["To"] == mail.to
        assert mail.message["From"] == "Webinar reports <debrief@example.com>"
        assert mail.message["Reply-To"] == CONTACT
        assert mail.message["List-Unsubscribe"] == f"<{PORTAL}/u/{token}>"
        assert mail.message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        assert mail.message["Auto-Submitted"] == "auto-generated"
        assert [name for name in ("Cc", "Bcc") if mail.message[name]] == []
        assert max(map(len, mail.raw.split(b"\r\n"))) <= 998
    assert len({mail.message["Message-ID"] for mail in arrived}) == len(arrived)


def test_no_mail_holds_another_s_address_or_token(arrived: list[Arrived]) -> None:
    everybody = {mail.to for mail in arrived}
    tokens = {token for mail in arrived for token in mail.tokens}
    assert len(tokens) == len(arrived)
    for mail in arrived:
        words = _decoded(mail.message)
        assert {who for who in everybody if who in words} == {mail.to}
        assert {token for token in tokens if token in words} == mail.tokens


def test_no_subject_holds_anything_of_a_person(arrived: list[Arrived]) -> None:
    for mail in arrived:
        people = {row[name] for row in mail.attendees for name in ("user_name", "user_email", "user_id")}
        assert not [one for one in people if len(one) > 3 and one in mail.message["Subject"]]


def test_the_tiers_hold_nothing_that_they_must_not(arrived: list[Arrived]) -> None:
    seen: dict[str, int] = {"names": 0, "totals": 0, "full": 0}
    for mail in arrived:
        words = squeezed(f"{mail.part('plain')}\n{mail.part('html')}\n{mail.pdf}")
        ids = {row[name] for row in mail.attendees for name in ("user_email", "user_id") if "@" in row[name]}
        names = {row["user_name"] for row in mail.attendees if len(row["user_name"]) > 6}
        assert ids
        assert names
        found_ids = {one for one in ids if squeezed(one) in words}
        found_names = {one for one in names if squeezed(one) in words}
        seen[mail.tier] += len(found_names)
        if mail.tier != "full":
            assert not found_ids
        if mail.tier == "totals":
            assert not found_names
            assert "attendees.csv" not in words
    assert seen["names"]  # the host
    assert seen["full"]
    assert seen["totals"] == 0


def squeezed(text: str) -> str:
    """Without blanks, so that a line's end in a narrow column of the PDF hides nothing."""
    return re.sub(r"\s+", "", text).casefold()


def test_a_mail_is_small_and_loads_nothing(arrived: list[Arrived]) -> None:
    for mail in arrived:
        html = mail.part("html")
        assert len(html.encode()) < 100_000
        assert not parsed(html).remote
        assert {link.split("/")[2] for link in parsed(html).links} == {"reports.example.com"}
        assert len(mail.raw) < 7_000_000


def test_the_buttons_lead_to_what_the_tier_may_see(arrived: list[Arrived]) -> None:
    for mail in arrived:
        (token,) = mail.tokens
        page = f"{PORTAL}/r/{token}"
        files = {f"{page}/{name}" for name in ("report", "pdf", "full", "workbook")}
        rows = mail.summary["sections"]["segments"]["rows"] if mail.tier == "full" else []
        lists = {f"{page}/{row['key']}" for row in rows if row.get("people")}
        links = set(parsed(mail.part("html")).links)
        assert links == files | lists | {page, f"{PORTAL}/u/{token}"}
        assert all(link in mail.part("plain") for link in links)


def test_the_text_part_holds_every_line_that_an_html_reader_sees(arrived: list[Arrived]) -> None:
    """Notes, comparison and the sentence below the picture, word for word; but not what only explains the picture."""
    for mail in arrived:
        text = " ".join(mail.part("plain").split())
        sentences = [words for words in parsed(mail.part("html")).texts if words.endswith(".") and len(words) > 40]
        assert sentences
        drawn = (" The grey stretch is the interruption.", " That time is shaded.")
        said = [reduce(str.removesuffix, drawn, words) for words in sentences]
        assert [words for words in said if words not in text] == []
