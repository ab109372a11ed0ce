"""Common parts of the list actions: filters by value and range, order, pages (Kaltura server, filters.class.php).

Blank values and unknown fields are ignored. IN lists and pages of more than 500 are truncated silently.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from kaltura_standin.account import Account

LIST_LIMIT = 500  # ids of an IN list and objects of a page
_RELATIVE = 315_360_000  # seconds: a smaller time counts from now (Kaltura server, kTime)
_PAGE = 30  # objects of a page if the request has no size

Object: TypeAlias = dict[str, Any]
Test: TypeAlias = Callable[[Object], bool]


@dataclass(frozen=True, slots=True)
class Listing:
    """The filters and orders of a list action. `values` maps the filter's name to the object's field."""

    response: str
    values: Mapping[str, str]
    ranges: tuple[str, ...]
    times: Collection[str]  # the ranges in which a small number counts from now
    order: str = "-createdAt"
    page: int = _PAGE

    def answer(
        self, account: Account, objects: list[Object], filter_: Mapping[str, Any], pager: Mapping[str, Any]
    ) -> Object:
        """Return one page of the objects that pass the filter, and their total number."""
        tests = [*self._value_tests(filter_), *self._range_tests(account, filter_)]
        found = self._sorted([item for item in objects if all(test(item) for test in tests)], filter_)
        return {"objects": page_of(found, pager, self.page), "totalCount": len(found), "objectType": self.response}

    def _value_tests(self, filter_: Mapping[str, Any]) -> list[Test]:
        tests = []
        for name, field in self.values.items():
            if equal := filter_.get(f"{name}Equal"):
                tests.append(_one_of(field, {str(equal)}))
            if among := filter_.get(f"{name}In"):
                tests.append(_one_of(field, set(str(among).split(",")[:LIST_LIMIT])))
        return tests

    def _range_tests(self, account: Account, filter_: Mapping[str, Any]) -> list[Test]:
        tests = []
        for field in self.ranges:
            least, most = (filter_.get(f"{field}{suffix}") for suffix in ("GreaterThanOrEqual", "LessThanOrEqual"))
            if least not in (None, ""):
                tests.append(_between(field, self._number(account, field, least), None))
            if most not in (None, ""):
                tests.append(_between(field, None, self._number(account, field, most)))
        return tests

    def _number(self, account: Account, field: str, value: Any) -> int:
        return absolute(account, int(value)) if field in self.times else int(value)

    def _sorted(self, objects: list[Object], filter_: Mapping[str, Any]) -> list[Object]:
        order = str(filter_.get("orderBy") or self.order)
        if order.lstrip("+-") not in {*self.ranges, self.order.lstrip("+-")}:
            order = self.order
        key = order.lstrip("+-")
        return sorted(objects, key=lambda item: (item[key], item["id"]), reverse=order.startswith("-"))


def page_of(objects: list[Object], pager: Mapping[str, Any], usual: int = _PAGE) -> list[Object]:
    """Return the requested page; `usual` is its size if the request has no size."""
    size = min(int(pager.get("pageSize") or usual), LIST_LIMIT)
    first = (max(int(pager.get("pageIndex") or 1), 1) - 1) * size
    return objects[first : first + size]


def absolute(account: Account, number: int) -> int:
    """Return a time as unix seconds: a number below ten years counts from now."""
    return number + account.present if abs(number) <= _RELATIVE else number


def _one_of(field: str, values: set[str]) -> Test:
    return lambda item: str(item.get(field)) in values


def _between(field: str, least: int | None, most: int | None) -> Test:
    return lambda item: (least is None or item[field] >= least) and (most is None or item[field] <= most)
