"""What is written by `make generated` is up to date; and a metric has one label, that of its definition."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from debrief.documents.text import labels, metric_labels
from debrief.metrics.summary import DEFINITIONS, PAGE_DEFINITIONS, READING_ORDER
from support import generated
from support.cloudformation import ROOT

DOCUMENTS = ROOT / "functions" / "debrief" / "documents"
HEADS = {"Breakout rooms", "Live viewers", "Recording viewers", "Q&A threads"}  # of rooms, places and persons


@pytest.mark.parametrize("path", generated.files(), ids=lambda path: path.name)
def test_a_file_that_is_made_from_the_definitions_is_up_to_date(path: Path) -> None:
    """To write it again: `make generated`."""
    assert path.read_text(encoding="utf-8") == generated.files()[path]


def test_documents_list_every_metric_once() -> None:
    assert sorted(one.key for one in READING_ORDER) == sorted(one.key for one in (*DEFINITIONS, *PAGE_DEFINITIONS))


def test_no_two_metrics_have_the_same_label() -> None:
    for known in (metric_labels.OF_SESSION | metric_labels.OF_SESSION_IN_EVENT, metric_labels.OF_EVENT):
        assert len(set(known.values())) == len(known)


def test_a_short_label_is_for_a_metric_and_shorter() -> None:
    for key, short in metric_labels.SHORT.items():
        assert len(short) < len(labels.session_metric(key))


def test_no_document_writes_the_label_of_a_metric_by_hand() -> None:
    """A label of one word may be the head of something else."""
    mappings = (metric_labels.OF_SESSION, metric_labels.OF_SESSION_IN_EVENT, metric_labels.OF_EVENT)
    written = {label for mapping in mappings for label in mapping.values() if " " in label}
    modules = [path for path in DOCUMENTS.rglob("*.py") if path != generated.LABELS]
    assert modules
    found = {text for path in modules for text in texts_of(path) if text in written}
    assert found <= HEADS


def texts_of(path: Path) -> Iterator[str]:
    """The texts in a module's code."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
