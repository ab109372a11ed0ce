"""What Debrief can say to whoever runs it, read from its source: errors, warnings, and reasons that the ledger keeps.

A place that is filled in later is `…` here.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from debrief import errors
from support.cloudformation import ROOT

FUNCTIONS = ROOT / "functions"
_LEVELS = {"info", "warning", "error", "exception"}
# Whose every sentence is for operators, and what holds texts for recipients, labels, or SQL.
_WITH_REASONS = {"pipeline", "delivery", "wiring.py", "runner.py", "recipients_preview.py"}
_SAYS_NOTHING = {
    "page_figures.py",
    "letter.py",
    "report_mail.py",
    "notice_mail.py",
    "person_folder.py",
    "sqlite_schema.py",
}
_SENTENCE = re.compile(r"[A-Z][^\n]* [^\n]*[.…]")
_PLACE = re.compile(r"%[sd]")


def spoken() -> set[str]:
    """Every sentence."""
    trees = {path: ast.parse(path.read_text(encoding="utf-8")) for path in _sources()}
    names = _error_names(trees.values())
    return {said for path, tree in trees.items() for said in _said(path, tree, names)}


def _sources() -> Iterator[Path]:
    for folder in ("debrief", "handlers"):
        yield from (path for path in sorted((FUNCTIONS / folder).rglob("*.py")) if "standin" not in path.parts)


def _error_names(trees: Iterable[ast.Module]) -> set[str]:
    """The classes of errors.py and their subclasses elsewhere, and what else carries a reason."""
    known = {name for name, item in vars(errors).items() if isinstance(item, type)} | {"Skipped", "NotKnown"}
    classes = [node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]
    own = {node.name for node in classes if any(isinstance(base, ast.Name) and base.id in known for base in node.bases)}
    return known | own


def _said(path: Path, tree: ast.Module, names: set[str]) -> Iterator[str]:
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Name(id=name), args=[first, *_]) if name in names:
                yield from _text(first)
            case ast.Call(func=ast.Attribute(value=ast.Name(id="log" | "logger"), attr=level), args=[first, *_]):
                yield from _text(first) if level in _LEVELS else ()
    if set(path.parts) & _WITH_REASONS and path.name not in _SAYS_NOTHING:
        yield from (text for node in _expressions(tree) for text in _text(node) if _SENTENCE.fullmatch(text))


def _expressions(tree: ast.AST) -> Iterator[ast.AST]:
    """Every node but docstrings and programmers' errors, and the pieces of a text with places only as a whole."""
    for node in ast.iter_child_nodes(tree):
        match node:
            case ast.Expr(value=ast.Constant()) | ast.Call(func=ast.Name(id="ValueError")):
                continue
            case ast.JoinedStr():
                yield node
            case _:
                yield node
                yield from _expressions(node)


def _text(node: ast.AST) -> Iterator[str]:
    """The text that an expression makes, if one can be read from it."""
    match node:
        case ast.Constant(value=str(text)):
            found = _PLACE.sub("…", text)
        case ast.JoinedStr(values=parts):
            found = "".join(str(part.value) if isinstance(part, ast.Constant) else "…" for part in parts)
        case _:
            return
    if re.search("[a-z]", found):
        yield found
