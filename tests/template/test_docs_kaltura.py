"""docs/kaltura.md agrees with the code."""

from __future__ import annotations

import hashlib
import re

import pytest

from debrief.cli.compare_words import CAUSES
from support.cloudformation import ROOT
from support.documented import rows_of, section, spans_of, text_of

KALTURA = ROOT / "functions" / "debrief" / "kaltura"
SERVICES = re.compile(r'(?:_SERVICE = |\.call\(|\.call_raw\(|Request\(|one_page\(kaltura, )"([A-Za-z]+_?[A-Za-z]*)"')


@pytest.fixture(scope="module")
def kaltura() -> str:
    """docs/kaltura.md."""
    return (ROOT / "docs" / "kaltura.md").read_text(encoding="utf-8")


def test_the_page_names_the_role_for_every_service_of_kaltura_that_is_called(kaltura: str) -> None:
    called = {name for path in KALTURA.rglob("*.py") for name in SERVICES.findall(path.read_text())}
    assert {"report", "baseEntry", "user", "cuepoint_cuepoint"} <= called
    on_page = set(re.findall(r"^\| `(\w+)\.", kaltura, re.MULTILINE))
    assert called <= on_page


def test_the_example_of_a_signature_is_right(kaltura: str) -> None:
    (body,) = re.findall(r"^BODY='(.*)'$", kaltura, re.MULTILINE)
    (digest,) = re.findall(r"`([0-9a-f]{64})`", kaltura)
    assert digest == hashlib.sha256(b"topsecret" + body.encode()).hexdigest()


def test_every_example_keeps_the_ks_out_of_the_address(kaltura: str) -> None:
    commands = re.findall(r"^curl (?:.*\\\n)*.*$", kaltura, re.MULTILINE)
    assert len(commands) >= 5
    assert not [command for command in commands if re.search(r"[?&]ks=|/ks/", command)]
    assert not [command for command in commands if " -G " in command or " --get " in command]


def test_every_reason_of_compare_is_on_the_page_in_its_order() -> None:
    rows = rows_of(section(text_of("kaltura.md"), "## 5. Compare a report with Kaltura's page"))
    assert [(spans_of(row[0]), row[1]) for row in rows] == [
        ([words or "report: …"], text) for words, text in CAUSES.values()
    ]
