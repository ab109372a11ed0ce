"""An erasure finds a person's name in PDFs, in whatever order and with whatever gaps it is read back."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from debrief.documents.event.pdf import EventPdf
from debrief.documents.pdf.report import PdfReport
from debrief.documents.presentation import Presentation
from debrief.model import Person
from debrief.pipeline.erasure.search_terms import Terms
from support import event_samples, summaries

LOOK = Presentation(ZoneInfo("Europe/Berlin"))
NAMES = ("דנה לוי", "محمد عبد الله", "Zoë 🎉 O'Brien", "Ana Souza")


@pytest.mark.parametrize("name", NAMES)
def test_a_name_in_a_pdf_is_found(name: str) -> None:
    rows = [summaries.attendee(number, name) for number in range(3)]
    for body in (
        PdfReport(summaries.summary(rows), LOOK).full(),
        EventPdf(event_samples.sample(2, 40), LOOK).full(),
    ):
        assert Terms.of([Person("", name, "")]).found_in("report.pdf", body)
        assert not Terms.of([Person("", "Nobody 🎉 Known", "")]).found_in("report.pdf", body)
