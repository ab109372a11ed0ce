"""What the index is searched for: the words and dates of its form, read from a query that may hold anything."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from debrief.documents.text.sanitize import clean
from debrief.pipeline.maintenance.search import Wanted
from debrief.portal.forms import asked_of

MOST_DAYS = 400  # the table is asked once a day, and forgets a session after as many
USUAL_DAYS = 30
LONGEST = 100  # characters of a field
_YEARS = range(2000, 2999)
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_PAGE = re.compile(r"[1-9][0-9]{0,5}")
_NO_QUERY = "That search could not be read; here are the latest sessions."
_TOO_LONG = f"Each field takes at most {LONGEST} characters."
_NO_DATE = "A date looks like 2026-11-18."
_NO_PAGE = "A page is a number from 1."
_BACKWARDS = "From is later than To."
_TOO_MANY_DAYS = f"One search goes over at most {MOST_DAYS} days, and that would be {{days}}: choose a later From."


@dataclass(frozen=True, slots=True)
class Search:
    """What is looked for; `problem` is a sentence when the query was a mistake, and then nothing is looked for."""

    first: date  # of the days on which sessions ended
    last: date
    room: str = ""
    host: str = ""
    text: str = ""
    page: int = 1
    problem: str = ""

    @property
    def wanted(self) -> Wanted:
        """The same, for the lookup."""
        return Wanted(self.room, self.host, text=tuple(self.text.split()))

    def span(self, zone: ZoneInfo) -> tuple[datetime, datetime]:
        """From the first day's midnight to that after the last day, in a zone."""
        first, end = self.first, self.last + timedelta(days=1)
        return datetime.combine(first, time(), zone), datetime.combine(end, time(), zone)

    def query(self, page: int) -> str:
        """The query of another page of the same search: its words and dates, and nothing else."""
        words = {name: getattr(self, name) for name in ("text", "room", "host") if getattr(self, name)}
        return urlencode({**words, "from": self.first, "to": self.last, "page": page})


def search_of(query: str, today: date) -> Search:
    """The search that a query asks for. Fields that the form does not have mean nothing."""
    usual = Search(today - timedelta(days=USUAL_DAYS - 1), today)
    fields = asked_of(query)
    if fields is None:
        return replace(usual, problem=_NO_QUERY)
    words = [fields.get(name, "") for name in ("room", "host", "text")]
    if max(map(len, words)) > LONGEST:
        return replace(usual, problem=_TOO_LONG)
    room, host, text = (clean(word, LONGEST) for word in words)
    return _dated(replace(usual, room=room, host=host, text=text), fields)


def _dated(search: Search, fields: Mapping[str, str]) -> Search:
    """The search with its dates and its page."""
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
    """A date as browsers send it, of a year in which the calendar of any zone has one more day on either side."""
    try:
        found = date.fromisoformat(text) if _DATE.fullmatch(text) else None
    except ValueError:
        return None
    return found if found and found.year in _YEARS else None
