"""Reports by device and by place: 60006, and 60007 to 60009."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable

from kaltura_standin.profiles import Place, Profile
from kaltura_standin.summary.dataset import Footage, Key
from kaltura_standin.summary.query import Question
from kaltura_standin.summary.report import Cell, Found, Row
from kaltura_standin.summary.totals import NOTHING, live_viewers, unique, vod_viewers

Texts = tuple[str, ...]
_CODES = {"GB": "UK"}


def devices(footage: Footage, question: Question) -> Found:
    """60006: return unique viewers by device."""
    return _grouped(footage, question, lambda profile: (profile.device,))


def countries(footage: Footage, question: Question) -> Found:
    """60007: return unique viewers by country."""
    return _grouped(footage, question, lambda profile: _country(profile.place))


def regions(footage: Footage, question: Question) -> Found:
    """60008: return unique viewers by region."""
    return _grouped(footage, question, lambda profile: _region(profile.place))


def cities(footage: Footage, question: Question) -> Found:
    """60009: return unique viewers by city."""
    return _grouped(footage, question, lambda profile: _city(profile.place))


def viewers_total(footage: Footage, question: Question) -> list[Cell]:
    """Return unique viewers of the recording and live, in all places."""
    vod, live = vod_viewers(footage, question), live_viewers(footage.views(question))
    return [unique(vod) if vod else NOTHING, unique(live) if live else NOTHING]


def _country(place: Place) -> Texts:
    """Return Kaltura's code of a country: `UK` for the United Kingdom, blank if Kaltura has no code."""
    return _CODES.get(place.code, place.code), place.country, place.country_at


def _region(place: Place) -> Texts:
    return place.country, place.region, place.region_at


def _city(place: Place) -> Texts:
    return place.country, place.region, place.city, place.city_at


def _grouped(footage: Footage, question: Question, group_of: Callable[[Profile], Texts]) -> Found:
    """Return unique viewers of the recording and live, by group."""
    directory = footage.directory
    groups: defaultdict[Texts, tuple[set[Key], set[Key]]] = defaultdict(lambda: (set(), set()))
    for _, play in footage.plays(question):
        if play.seconds:
            groups[group_of(directory.profile(play.user_id, play.name))][0].add(play.user_id)
    for view in footage.views(question):
        groups[group_of(directory.profile(view.who.user_id, view.who.name))][1].add(view.key)
    rows: list[Row] = [(*texts, unique(vod), unique(live)) for texts, (vod, live) in sorted(groups.items())]
    sizes = (sum(bool(vod) for vod, _ in groups.values()), sum(bool(live) for _, live in groups.values()))
    return Found(rows, sizes)
