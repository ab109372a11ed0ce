"""Compare one figure, and measure each part of its difference."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from debrief.kaltura.session_data.original_page import STEPS
from debrief.metrics.original_page import Items, PageView, Value
from debrief.model import NO_RECORDING, NOT_COUNTED
from debrief.pipeline.maintenance.compare.formula_differences import formula_cause
from debrief.pipeline.maintenance.compare.page_figures import Figure, is_same
from debrief.pipeline.maintenance.compare.views import Views

Status: TypeAlias = Literal["same", "explained", "different", "not known"]
_NOT_ON_PAGE = (NO_RECORDING, NOT_COUNTED)  # the page has no such section either


@dataclass(frozen=True)
class Cause:
    """A part of a difference: its code, how much of the figure it is, and the items that it concerns."""

    code: str
    change: float | None  # None where the figure is not a number
    items: tuple[str, ...] = field(repr=False)
    detail: str = ""  # a sentence of the report, why a figure is missing


@dataclass(frozen=True)
class Compared:
    """One figure of the page beside the report's. `reason` says why it is not known."""

    figure: Figure
    page: Items | None = field(repr=False)
    report: Items | None = field(repr=False)
    status: Status
    causes: tuple[Cause, ...] = ()
    reason: str = ""


def compare_figure(views: Views, figure: Figure) -> Compared:
    """Return the figure with every cause of its difference, in order: steps, formula, changes since the check."""
    archived = known(figure.in_report(views.archived))
    first = views.after(0)
    shown = current = known(figure.on_page(first))
    if failed := failure(first):
        return Compared(figure, None, archived, "not known", reason=failed)
    if not changed_items(figure, shown, archived):
        if archived is None and not first.missing and (why := figure.why_missing(views.archived)):
            return _without_report(views, figure, why)
        return Compared(figure, shown, archived, "same")
    causes = list[Cause]()
    for steps, step in enumerate(STEPS, start=1):
        view = views.after(steps)
        after = known(figure.on_page(view))
        if failed := failure(view):
            return Compared(figure, shown, archived, "not known", reason=failed)
        if items := changed_items(figure, current, after):
            causes.append(Cause(step, change_of(current, after), items))
        current = after
    fresh = known(figure.in_report(views.fresh))
    causes += _of_formula(views, figure, current, fresh)
    if items := changed_items(figure, fresh, archived):
        causes.append(Cause("since", change_of(fresh, archived), items))
    return Compared(figure, shown, archived, "explained", tuple(causes))


def _without_report(views: Views, figure: Figure, why: str) -> Compared:
    """Return a figure that the page shows as nothing, and that the report leaves out for a reason of its own."""
    if now := figure.why_missing(views.fresh):
        return Compared(figure, None, None, "explained", (Cause("left out", None, (), now),))
    return Compared(figure, None, None, "not known", reason=why)


def _of_formula(views: Views, figure: Figure, theirs: Items | None, ours: Items | None) -> list[Cause]:
    """Return why Debrief's formula gives other items from the same answers, grouped by cause."""
    by_code: dict[tuple[str, str], list[str]] = {}
    for item in changed_items(figure, theirs, ours):
        code = formula_cause(figure, item, theirs, ours, views.same)
        by_code.setdefault(code, []).append(item)
    return [
        Cause(code, change_of(_only(theirs, items), _only(ours, items)), tuple(items), detail)
        for (code, detail), items in by_code.items()
    ]


def known(items: Items | None) -> Items | None:
    """Return items; None if no item has a value."""
    return items if items and any(value is not None for value in items.values()) else None


def failure(view: PageView) -> str:
    """Return why a report of the page could not be read; blank if it was read, or the page does not show it."""
    return next((missing.reason for missing in view.missing if missing not in _NOT_ON_PAGE), "")


def changed_items(figure: Figure, one: Items | None, other: Items | None) -> tuple[str, ...]:
    """Return the items that are printed differently."""
    before, after = one or {}, other or {}
    keys = dict.fromkeys([*before, *after])
    return tuple(key for key in keys if not is_same(figure.unit, before.get(key), after.get(key)))


def _only(items: Items | None, keys: Sequence[str]) -> Items | None:
    return {key: items[key] for key in keys if key in items} if items else None


def change_of(one: Items | None, other: Items | None) -> float | None:
    """Return by how much the sum of the items changes; None if they are not numbers."""
    values = [value for items in (one, other) for value in (items or {}).values() if value is not None]
    if not values or any(isinstance(value, str) for value in values):
        return None
    return total_of(other) - total_of(one)


def total_of(items: Items | None) -> float:
    """Return the sum of the items that are numbers."""
    return sum(_number(value) for value in (items or {}).values())


def _number(value: Value) -> float:
    return value if isinstance(value, float | int) else 0.0
