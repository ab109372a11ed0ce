"""What an archive needs of a PDF (PDF/A-2a), as pypdf sees it. `make audit` has a validator."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from typing import Any
from xml.etree import ElementTree as ET
from zoneinfo import ZoneInfo

import pytest
from PIL import Image, ImageCms
from pypdf import PdfReader

from debrief.documents.event.pdf import EventPdf
from debrief.documents.pdf import srgb
from debrief.documents.pdf.report import PdfReport
from debrief.documents.presentation import Presentation
from debrief.documents.text.sanitize import REPLACEMENT
from support import event_samples, summaries

LOOK = Presentation(ZoneInfo("Europe/Berlin"))
KINDS = ("session", pytest.param("event", marks=pytest.mark.slow))
NAMES = {
    "pdfaid": "http://www.aiim.org/pdfa/ns/id/",
    "pdfuaid": "http://www.aiim.org/pdfua/ns/id/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "xmp": "http://ns.adobe.com/xap/1.0/",
    "pdf": "http://ns.adobe.com/pdf/1.3/",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "schema": "http://www.aiim.org/pdfa/ns/schema#",
    "property": "http://www.aiim.org/pdfa/ns/property#",
}


@cache
def drawn(kind: str, title: str = "", logo: bytes = b"") -> PdfReader:
    summary, pdf = (summaries.few(), PdfReport) if kind == "session" else (event_samples.sample(2, 20), EventPdf)
    if title:
        summary = replace(summary, session=replace(summary.session, entry_name=title))
    return PdfReader(io.BytesIO(pdf(summary, replace(LOOK, logo=logo)).full()))


def objects(pdf: PdfReader) -> Iterator[Any]:
    yield from (pdf.get_object(number) for number in range(1, pdf.trailer["/Size"]))


@pytest.mark.parametrize("kind", KINDS)
def test_the_metadata_name_the_standards_and_describe_what_pdf_a_does_not_know(kind: str) -> None:
    pdf = drawn(kind)
    root = ET.fromstring(pdf.trailer["/Root"]["/Metadata"].get_data().decode().strip("\ufeff"))
    found = {name: root.findtext(f".//{name}", namespaces=NAMES) for name in ("pdfaid:part", "pdfaid:conformance")}
    assert found == {"pdfaid:part": "2", "pdfaid:conformance": "A"}
    assert root.findtext(".//schema:namespaceURI", namespaces=NAMES) == NAMES["pdfuaid"]
    assert root.findtext(".//property:name", namespaces=NAMES) == "part"
    known = {"Keywords", "PDFVersion", "Producer"}  # all that PDF/A knows of this schema
    assert {tag.tag.partition("}")[2] for tag in root.iterfind(".//pdf:*", NAMES)} <= known


@pytest.mark.parametrize("kind", KINDS)
def test_the_metadata_have_the_values_of_the_information_dictionary(kind: str) -> None:
    pdf = drawn(kind)
    root = ET.fromstring(pdf.trailer["/Root"]["/Metadata"].get_data().decode().strip("\ufeff"))
    pairs = {
        "/Title": "dc:title//rdf:li",
        "/Author": "dc:creator//rdf:li",
        "/Subject": "dc:description//rdf:li",
        "/Creator": "xmp:CreatorTool",
        "/Producer": "pdf:Producer",
        "/Keywords": "pdf:Keywords",
    }
    for entry, path in pairs.items():
        assert root.findtext(f".//{path}", namespaces=NAMES) == pdf.metadata.get(entry, "")
    assert root.findtext(".//xmp:CreateDate", namespaces=NAMES) == pdf.metadata.creation_date.isoformat()


@pytest.mark.parametrize("kind", KINDS)
def test_colours_are_srgb_and_no_object_has_another_kind(kind: str) -> None:
    pdf = drawn(kind)
    (intent,) = pdf.trailer["/Root"]["/OutputIntents"]
    assert intent["/S"] == "/GTS_PDFA1"
    assert intent["/OutputConditionIdentifier"] == srgb.NAME
    assert intent["/DestOutputProfile"]["/N"] == 3
    assert intent["/DestOutputProfile"].get_data() == srgb.profile()
    assert not any("DeviceCMYK" in str(each) for each in objects(pdf))


def test_the_profile_means_the_same_colours_as_that_of_other_authors() -> None:
    ours, theirs = ImageCms.ImageCmsProfile(io.BytesIO(srgb.profile())), ImageCms.createProfile("sRGB")
    image = Image.new("RGB", (16, 16))
    image.putdata([(red * 51, green * 51, blue * 51) for red in range(6) for green in range(6) for blue in range(6)])
    converted = ImageCms.profileToProfile(image, ours, theirs, ImageCms.Intent.RELATIVE_COLORIMETRIC)
    differences = zip(image.tobytes(), converted.tobytes(), strict=True)
    assert max(abs(before - after) for before, after in differences) <= 1
    assert ImageCms.getProfileDescription(ours).strip() == srgb.NAME
    assert int.from_bytes(srgb.profile()[:4], "big") == len(srgb.profile())


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_is_encrypted_or_acts_and_every_font_is_embedded_with_its_characters(kind: str) -> None:
    pdf = drawn(kind)
    assert "/Encrypt" not in pdf.trailer
    assert len(pdf.trailer["/ID"]) == 2
    assert not {"/OpenAction", "/AA", "/Names", "/AcroForm"} & pdf.trailer["/Root"].keys()
    fonts = [each for each in objects(pdf) if isinstance(each, dict) and each.get("/Type") == "/Font"]
    assert fonts
    for font in fonts:
        assert "/FontFile2" in font["/FontDescriptor"]
        characters = re.findall(r"<[0-9A-F]{2}> <([0-9A-F]+)>", font["/ToUnicode"].get_data().decode())
        assert not {"0000", "FEFF", "FFFE"} & set(characters)


@pytest.mark.parametrize("kind", KINDS)
def test_a_logo_in_the_colours_of_a_printer_is_converted(kind: str) -> None:
    body = io.BytesIO()
    Image.new("CMYK", (40, 20), (0, 255, 255, 0)).save(body, "JPEG")
    pdf = drawn(kind, logo=body.getvalue())
    (picture,) = pdf.pages[0].images
    assert picture.image.mode == "RGB"
    red, green, blue = picture.image.getpixel((20, 10))
    assert (red > 240, green < 20, blue < 20) == (True, True, True)
    assert not any("DeviceCMYK" in str(each) for each in objects(pdf))


@pytest.mark.parametrize("kind", KINDS)
def test_a_private_character_is_replaced_because_each_font_draws_another_glyph(kind: str) -> None:
    text = " ".join(page.extract_text() for page in drawn(kind, title="Forum \uf8ff 2026").pages)
    assert f"Forum {REPLACEMENT} 2026" in text
    assert "printed as" in text
    assert "\uf8ff" not in text


@pytest.mark.parametrize("kind", KINDS)
def test_a_title_with_a_character_that_the_bold_fonts_lack_has_no_missing_glyph(kind: str) -> None:
    pdf = drawn(kind, title="Forum \U0001ee00 2026")
    assert ("\U0001ee00" if kind == "session" else REPLACEMENT) in pdf.pages[0].extract_text()


@pytest.mark.parametrize("kind", KINDS)
def test_the_space_of_ogham_is_a_space(kind: str) -> None:
    assert "Forum 2026" in drawn(kind, title="Forum\u16802026").pages[0].extract_text()
