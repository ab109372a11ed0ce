"""What the sample account's organizers read: the same story on the page, in the PDF and in the email."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from email import message_from_bytes, policy
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from lxml import html as lxml_html

from debrief.documents.data.summary_json import from_json
from debrief.documents.event.pdf import EventPdf
from debrief.documents.event.summary import event_from_json
from debrief.documents.pdf.report import PdfReport
from debrief.documents.presentation import Presentation
from debrief.documents.read_back import all_text_of_pdf
from support.held import TIMEZONE, Held, Run

LOOK = Presentation(ZoneInfo(TIMEZONE))
REPORT_NUMBERS = re.compile(r"\b(?:600[0-2]|600(?:0[1-9]|1[0-2])|70001)\b")


def words_of_page(body: bytes) -> str:
    document = lxml_html.document_fromstring(body.decode())
    for element in document.xpath("//script | //style"):
        element.drop_tree()
    labels = document.xpath("//@aria-label | //@title")
    return " ".join([*document.itertext(), *labels])


def words_of_pdf(body: bytes) -> str:
    is_event = b'"debrief.event/' in body
    pdf = EventPdf(event_from_json(body), LOOK).full() if is_event else PdfReport(from_json(body), LOOK).full()
    return " ".join(all_text_of_pdf(pdf).split())


def words_of_mail(body: bytes) -> Iterator[str]:
    message = message_from_bytes(body, policy=policy.default)
    yield str(message["Subject"])
    for kind in ("plain", "html"):
        part = message.get_body((kind,))
        assert part is not None
        content = part.get_content()
        yield words_of_page(content.encode()) if kind == "html" else content


@pytest.mark.parametrize("kind", ["page", "pdf", "mail"])
def test_no_document_for_organizers_quotes_the_number_of_a_report(sample_archive: Path, kind: str) -> None:
    reports = sample_archive / "archive" / "reports"
    texts = {
        "page": lambda: (words_of_page(file.read_bytes()) for file in reports.rglob("report*.html")),
        "pdf": lambda: (words_of_pdf(file.read_bytes()) for file in reports.rglob("summary.json")),
        "mail": lambda: (
            words for file in (sample_archive / "outbox").glob("*.eml") for words in words_of_mail(file.read_bytes())
        ),
    }
    found = list(texts[kind]())
    assert len(found) > 10
    assert [REPORT_NUMBERS.findall(words) for words in found if REPORT_NUMBERS.search(words)] == []


def test_commands_use_the_words_times_and_lengths_of_the_reports(debrief: Run, held: Held) -> None:
    files = (held.root / "archive" / "reports").rglob("summary.json")
    stories = {}
    for summary in (json.loads(file.read_bytes()) for file in files):
        about = summary.get("session") or summary["event"]
        parts = summary["sections"]["sessions"]["rows"] if "event" in summary else []
        stories[about.get("cue_point_id") or f"event-{about['event_id']}"] = (
            about.get("entry_name") or about["name"],
            summary.get("state", "final"),
            about["start"],
            about.get("duration_minutes") or sum(part["duration_minutes"] for part in parts),
        )
    span = ("--since", "2026-10-01", "--until", "2026-12-01")
    rows = [json.loads(line) for line in debrief("archive", "ls", *span, "--json")[1].splitlines()]
    assert {row["cue_point_id"]: (row["entry_name"], row["state"], row["start"]) for row in rows} == {
        key: value[:3] for key, value in stories.items()
    }
    lines = debrief("archive", "ls", *span)[1].splitlines()[1:]
    lengths = {line.split()[0]: float(line.split()[3].replace(",", "")) for line in lines}
    assert lengths == {key: pytest.approx(value[3], abs=0.05) for key, value in stories.items()}
    stands = [json.loads(line) for line in debrief("status", "--since", "2026-10-01", "--json")[1].splitlines()]
    states = {row["cue_point_id"]: row["state"] for row in stands}
    assert {key: states[key] for key in stories} == {key: value[1] for key, value in stories.items()}
