"""Parser of the index's search form: words and dates from a query that may contain anything."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from debrief.delivery.ledger.search import SearchFilter
from debrief.documents.text.sanitize import clean
from debrief.portal.forms import query_fields

MOST_DAYS = 400  # the DynamoDB ledger needs one query for each week; by default it deletes sessions after 400 days
USUAL_DAYS = 30
LONGEST = 100  # characters of a field
_YEARS = range(2000, 2999)
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_PAGE = re.compile(r"[1-9][0-9]{0,5}")
_NO_QUERY = "The search is not valid. Fill in the form again."
_TOO_LONG = f"A field is too long. Use at most {LONGEST} characters."
_NO_DATE = "A date is not valid. Write it as 2026-11-18."
_NO_PAGE = "The page is not valid. It must be a number from 1."
_BACKWARDS = "“From” is later than “To”."
_TOO_MANY_DAYS = f"The search covers {{days}} days; at most {MOST_DAYS} are possible. Choose a later date in “From”."


@dataclass(frozen=True, slots=True)
class Search:
    """Words and dates of a search. A wrong query has a sentence in `problem`, and finds nothing."""

    first: date  # first day on which the wanted sessions ended
    last: date
    room: str = ""
    host: str = ""
    text: str = ""
    page: int = 1
    problem: str = ""

    @property
    def wanted(self) -> SearchFilter:
        """Return the words for the lookup in the ledger."""
        return SearchFilter(self.room, self.host, text=tuple(self.text.split()))

    def span(self, zone: ZoneInfo) -> tuple[datetime, datetime]:
        """Return the midnights before the first day and after the last day, in a zone."""
        first, end = self.first, self.last + timedelta(days=1)
        return datetime.combine(first, time(), zone), datetime.combine(end, time(), zone)

    def query(self, page: int) -> str:
        """Return the query of another page of the same search."""
        words = {name: getattr(self, name) for name in ("text", "room", "host") if getattr(self, name)}
        return urlencode({**words, "from": self.first, "to": self.last, "page": page})


def search_of(query: str, today: date) -> Search:
    """Parse a query. Fields that the form does not have are ignored."""
    default_search = Search(today - timedelta(days=USUAL_DAYS - 1), today)
    fields = query_fields(query)
    if fields is None:
        return replace(default_search, problem=_NO_QUERY)
    words = [fields.get(name, "") for name in ("room", "host", "text")]
    if max(map(len, words)) > LONGEST:
        return replace(default_search, problem=_TOO_LONG)
    room, host, text = (clean(word, LONGEST) for word in words)
    return _with_dates(replace(default_search, room=room, host=host, text=text), fields)


def _with_dates(search: Search, fields: Mapping[str, str]) -> Search:
    """Add the dates and the page number."""
    from_, to, page = (fields.get(name, "").strip() for name in ("from", "to", "page"))
    first, last = _date(from_), _date(to)
    if (from_ and not first) or (to and not last):
        return replace(search, problem=_NO_DATE)
    last = last or search.last
    first = first or last - timedelta(days=USUAL_DAYS - 1)
    search = replace(search, first=first, last=last)
    if first > last:
        return replace(search, problem=_BACKWARDS)
    if (days := (last - first).days + 1) > MOST_DAYS:
        return replace(search, problem=_TOO_MANY_DAYS.format(days=days))
    if page and not _PAGE.fullmatch(page):
        return replace(search, problem=_NO_PAGE)
    return replace(search, page=int(page or 1))


def _date(text: str) -> date | None:
    """Parse a date as browsers send it, in years far from the limits of datetime."""
    try:
        found = date.fromisoformat(text) if _DATE.fullmatch(text) else None
    except ValueError:
        return None
    return found if found and found.year in _YEARS else None
