"""What is written by `make generated` is up to date; and a metric has one label, that of its definition."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from debrief.documents.text import labels, metric_labels
from debrief.metrics.summary import DEFINITIONS, PAGE_DEFINITIONS, READING_ORDER
from support import generated
from support.cloudformation import ROOT

DOCUMENTS = ROOT / "functions" / "debrief" / "documents"
OF_PERSONS = {"Field", "Fact"}  # columns of one person, whose keys may be those of metrics
KEYS = metric_labels.OF_SESSION.keys() | metric_labels.OF_SESSION_IN_EVENT.keys() | metric_labels.OF_EVENT.keys()


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


def test_no_document_has_a_label_of_its_own_for_a_metric() -> None:
    modules = [path for path in DOCUMENTS.rglob("*.py") if path != generated.LABELS]
    assert modules
    assert {path.name: found for path in modules if (found := own_labels(path.read_text(encoding="utf-8")))} == {}


@pytest.mark.parametrize(
    "code",
    [
        'LABELS = {"peak_live_viewers": "Most at once"}',
        'made = Tile("Most at once", value, "people", note)',
        'made = tile(summary, "peak_live_viewers", "Most at once", "people")',
        'COMPARED = (("peak_live_viewers", "peak live viewers", count),)',
    ],
)
def test_a_label_of_a_documents_own_is_found(code: str) -> None:
    assert own_labels(code)


def own_labels(code: str) -> list[str]:
    """Find texts that name a metric: beside its key, or as the first word of a tile."""
    return [text for node in ast.walk(ast.parse(code)) for text in _labels_in(node)]


def _labels_in(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Tile" and node.args:
        yield from filter(None, [_text(node.args[0])])
    pairs: Iterable[tuple[ast.expr | None, ast.expr]] = ()
    if isinstance(node, ast.Dict):
        pairs = zip(node.keys, node.values, strict=True)
    elif isinstance(node, ast.Call) and not (isinstance(node.func, ast.Name) and node.func.id in OF_PERSONS):
        pairs = pairwise(node.args)
    elif isinstance(node, ast.Tuple):
        pairs = pairwise(node.elts)
    for one, other in pairs:
        key, text = _text(one), _text(other)
        if key in KEYS and text not in KEYS and (text[:1].isupper() or " " in text):
            yield text


def _text(node: ast.AST | None) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""
