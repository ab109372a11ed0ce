"""The small mistakes that can be planted into a module: each is one change to one expression or statement."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_COMPARED = {
    ast.Lt: "<=", ast.LtE: "<", ast.Gt: ">=", ast.GtE: ">", ast.Eq: "!=", ast.NotEq: "==",
    ast.In: "not in", ast.NotIn: "in", ast.Is: "is not", ast.IsNot: "is",
}  # fmt: skip
_ARITHMETIC: dict[type[ast.operator], ast.operator] = {
    ast.Add: ast.Sub(), ast.Sub: ast.Add(), ast.Mult: ast.Div(), ast.Div: ast.Mult(),
    ast.BitOr: ast.BitAnd(), ast.BitAnd: ast.BitOr(),
}  # fmt: skip
_OPPOSITES = {"min": "max", "max": "min", "any": "all", "all": "any"}
_DROPPED = ("sorted", "set", "frozenset", "abs", "round")  # calls whose argument alone would do as well
_METHODS = ("strip", "lower", "casefold", "rstrip", "lstrip")
_TABLE = 20  # entries of a table that is left alone
_KEPT = ("strict", "encoding", "default_factory", "repr", "maxsplit")  # keywords whose loss mostly changes nothing


@dataclass(frozen=True, order=True)
class Change:
    """One mistake: where it is, the text there now, and what it would become."""

    path: str
    line: int
    function: str  # its qualified name; "<module>" outside of all
    first: int  # the line on which that function begins, decorators not counted; 0 outside of all
    kind: str
    before: str
    after: str
    start: int  # bytes into the file
    end: int

    def planted(self, source: bytes) -> bytes:
        """The module's text with the mistake."""
        return source[: self.start] + self.after.encode() + source[self.end :]

    def __str__(self) -> str:
        return f"{self.path}:{self.line} in {self.function} ({self.kind}): `{self.before}` -> `{self.after}`"


def changes(path: Path, name: str) -> list[Change]:
    """All mistakes that are known for a module, by place."""
    source = path.read_bytes()
    finder = _Finder(name, source)
    finder.visit(ast.parse(source))
    return sorted(set(finder.found))


class _Finder(ast.NodeVisitor):
    def __init__(self, name: str, source: bytes) -> None:
        self.name, self.source, self.found = name, source, list[Change]()
        self._starts = [0]
        for line in source.splitlines(keepends=True):
            self._starts.append(self._starts[-1] + len(line))
        self._inside: list[tuple[str, int]] = []

    def visit(self, node: ast.AST) -> None:
        """Add the mistakes of a node, then those below it."""
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            return
        for kind, after in _of(node):
            self._add(node, kind, after)
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            self._inside.append((node.name, node.lineno if isinstance(node, ast.FunctionDef) else 0))
            for below in node.body:
                self.visit(below)
            if isinstance(node, ast.FunctionDef):
                for default in (*node.args.defaults, *filter(None, node.args.kw_defaults)):
                    self.visit(default)
            self._inside.pop()
            return
        for below in _below(node):
            self.visit(below)

    def _add(self, node: ast.AST, kind: str, after: str) -> None:
        assert isinstance(node, ast.expr | ast.stmt)
        start = self._starts[node.lineno - 1] + node.col_offset
        end = self._starts[(node.end_lineno or 0) - 1] + (node.end_col_offset or 0)
        function = ".".join(name for name, _ in self._inside) or "<module>"
        first = next((line for _, line in reversed(self._inside) if line), 0)
        before = " ".join(self.source[start:end].decode().split())
        self.found.append(Change(self.name, node.lineno, function, first, kind, before, after, start, end))


def _below(node: ast.AST) -> Iterator[ast.AST]:
    """What may be changed below a node: no annotations, no docstrings, nothing inside a formatted text, no logging.

    Nor in a long table of words: a test could only repeat it.
    """
    if isinstance(node, ast.JoinedStr | ast.Import | ast.ImportFrom) or _is_table(node):
        return
    if isinstance(node, ast.Expr) and (isinstance(node.value, ast.Constant) or _is_log(node.value)):
        return
    if isinstance(node, ast.AnnAssign):
        if node.value and "TypeAlias" not in ast.unparse(node.annotation):
            yield node.value
        return
    yield from ast.iter_child_nodes(node)


def _is_table(node: ast.AST) -> bool:
    values = node.values if isinstance(node, ast.Dict) else ()
    return len(values) >= _TABLE and all(isinstance(value, ast.Constant) for value in values)


def _is_log(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and ast.unparse(node.func).startswith("log.")


def _of(node: ast.AST) -> Iterator[tuple[str, str]]:
    """Kinds of mistakes in one node, with the text that takes its place."""
    yield from _of_operator(node)
    yield from _of_constant(node)
    yield from _of_part(node)
    yield from _of_statement(node)


def _of_operator(node: ast.AST) -> Iterator[tuple[str, str]]:
    match node:
        case ast.BoolOp(op=op, values=values):
            yield "and/or", _text(ast.BoolOp(ast.Or() if isinstance(op, ast.And) else ast.And(), values))
            for place in range(len(values)):
                rest = values[:place] + values[place + 1 :]
                yield "drop operand", _text(ast.BoolOp(op, rest) if len(rest) > 1 else rest[0])
        case ast.Compare(left=left, ops=[op], comparators=[right]) if type(op) in _COMPARED:
            yield "comparison", f"({ast.unparse(left)} {_COMPARED[type(op)]} {ast.unparse(right)})"
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _ARITHMETIC:
            yield "arithmetic", _text(ast.BinOp(left, _ARITHMETIC[type(op)], right))
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            yield "drop not", _text(operand)
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            yield "drop minus", _text(operand)


def _of_constant(node: ast.AST) -> Iterator[tuple[str, str]]:
    match node:
        case ast.Constant(value=bool(value)):
            yield "bool constant", str(not value)
        case ast.Constant(value=int(value)):
            yield from (("constant +1", str(value + 1)), ("constant -1", f"({value - 1})"))
        case ast.Constant(value=float(value)):
            yield "constant *2", str(value * 2 or 1.0)
        case ast.Constant(value=str(value)):
            yield "string", repr(value + "X")


def _of_part(node: ast.AST) -> Iterator[tuple[str, str]]:
    match node:
        case ast.Subscript(value=value, slice=ast.Slice()):
            yield "drop slice", _text(value)
        case ast.IfExp(test=test, body=body, orelse=orelse):
            yield "negate condition", _text(ast.IfExp(ast.UnaryOp(ast.Not(), test), body, orelse))
        case ast.Call():
            yield from _of_call(node)
        case ast.ListComp() | ast.SetComp() | ast.GeneratorExp() | ast.DictComp():
            yield from _without_filters(node)


def _of_statement(node: ast.AST) -> Iterator[tuple[str, str]]:
    match node:
        case ast.If(test=test):
            yield "negate condition", _with_test(node, ast.UnaryOp(ast.Not(), test))
        case ast.Return(value=ast.expr() as value) if not isinstance(value, ast.Constant):
            yield "return None", "return None"
        case ast.Expr(value=ast.Call() as call) if not _is_log(call):
            yield "remove statement", "pass"
        case ast.AugAssign() | ast.Continue():
            yield "remove statement", "pass"


def _of_call(node: ast.Call) -> Iterator[tuple[str, str]]:
    match node:
        case ast.Call(func=ast.Name(id=name), args=args) if name in _OPPOSITES:
            yield "min/max any/all", _text(ast.Call(ast.Name(_OPPOSITES[name]), args, node.keywords))
        case ast.Call(func=ast.Name(id=name), args=[one]) if name in _DROPPED:
            is_bare = isinstance(one, ast.GeneratorExp) or name in {"sorted", "set", "frozenset"}
            yield "drop call", f"list({ast.unparse(one)})" if is_bare else _text(one)
        case ast.Call(func=ast.Attribute(value=value, attr=name), args=[]) if name in _METHODS:
            yield "drop call", _text(value)
        case ast.Call(args=[one, other]) if not node.keywords and not isinstance(one, ast.Starred):
            yield "swap arguments", _text(ast.Call(node.func, [other, one], []))
    for place, keyword in enumerate(node.keywords):
        if keyword.arg and keyword.arg not in _KEPT:
            rest = node.keywords[:place] + node.keywords[place + 1 :]
            yield "drop keyword", _text(ast.Call(node.func, node.args, rest))


def _without_filters(node: ast.AST) -> Iterator[tuple[str, str]]:
    """A comprehension without its conditions, unless names are bound in them."""
    tests = [test for part in node.generators for test in part.ifs]  # type: ignore[attr-defined]
    if tests and not any(isinstance(below, ast.NamedExpr) for test in tests for below in ast.walk(test)):
        copy = ast.parse(ast.unparse(node), mode="eval").body
        for part in copy.generators:  # type: ignore[attr-defined]
            part.ifs = []
        yield "drop filter", ast.unparse(copy)


def _with_test(node: ast.If, test: ast.expr) -> str:
    """An if statement with another test, its lines indented as they were."""
    lines = ast.unparse(ast.If(test, node.body, node.orelse)).splitlines()
    return ("\n" + " " * node.col_offset).join(lines)


def _text(node: ast.expr) -> str:
    return f"({ast.unparse(ast.fix_missing_locations(node))})"
