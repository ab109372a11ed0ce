"""Reports of recordings: 60005 by recording, 60012 by viewer and by day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable
from datetime import UTC, datetime, timedelta

from kaltura_standin.catalogue import Play
from kaltura_standin.summary.dataset import Footage
from kaltura_standin.summary.directory import UNKNOWN, Directory
from kaltura_standin.summary.query import Question
from kaltura_standin.summary.report import Cell, Found, Row
from kaltura_standin.summary.totals import NOTHING, unique

_LABELS = {"days": "%Y%m%d", "months": "%Y%m", "years": "%Y", "hours": "%Y%m%d%H"}
_STEPS = {"hours": timedelta(hours=1)}  # other intervals are computed from days


def recordings(footage: Footage, question: Question) -> Found:
    """60005: return plays, impressions, minutes, viewers and completion of each recording."""
    groups: defaultdict[tuple[str, str], list[Play]] = defaultdict(list)
    for entry, play in footage.plays(question):
        groups[entry.id, entry.name].append(play)
    rows: list[Row] = [(*texts, *_by_recording(plays)) for texts, plays in groups.items()]
    return Found(rows, (len(rows),))


def recordings_total(footage: Footage, question: Question) -> list[Cell]:
    """Return the same figures for all recordings together."""
    plays = _plays(footage, question)
    return _by_recording(plays) if plays else [NOTHING] * 5


def viewers(footage: Footage, question: Question) -> Found:
    """60012: return the figures of each viewer."""
    groups: defaultdict[str, list[Play]] = defaultdict(list)
    for play in _plays(footage, question):
        groups[play.user_id].append(play)
    rows: list[Row] = [(*_names(footage.directory, user_id), *_by_viewer(plays)) for user_id, plays in groups.items()]
    return Found(rows, (len(rows),))


def viewers_total(footage: Footage, question: Question) -> list[Cell]:
    """Return the same figures for all viewers together."""
    plays = _plays(footage, question)
    return _by_viewer(plays) if plays else [NOTHING] * 5


def graphs(footage: Footage, question: Question) -> dict[str, dict[str, Cell]]:
    """60012 over time: return a graph of each metric, label → value, including empty times."""
    groups: dict[str, list[Play]] = {label: [] for label in _labels(question, footage.until(question))}
    for play in _plays(footage, question):
        groups[_label(question, play.at)].append(play)
    metrics: dict[str, Callable[[Collection[Play]], Cell]] = {
        "count_plays": _played,
        "sum_vod_view_period": _minutes,
        "vod_avg_play_time": _average_minutes,
        "count_loads": len,
    }
    return {name: {label: of(plays) for label, plays in groups.items()} for name, of in metrics.items()}


def _plays(footage: Footage, question: Question) -> list[Play]:
    return [play for _, play in footage.plays(question)]


def _names(directory: Directory, user_id: str) -> tuple[str, str]:
    return (UNKNOWN, "") if user_id == UNKNOWN else (user_id, directory.user(user_id).full_name)


def _by_recording(plays: Collection[Play]) -> list[Cell]:
    return [_played(plays), len(plays), _minutes(plays), unique(_players(plays)), _completion(plays)]


def _by_viewer(plays: Collection[Play]) -> list[Cell]:
    return [_played(plays), _minutes(plays), _average_minutes(plays), len(plays), _completion(plays)]


def _played(plays: Iterable[Play]) -> int:
    return sum(play.seconds > 0 for play in plays)


def _players(plays: Iterable[Play]) -> set[str]:
    return {play.user_id for play in plays if play.seconds}


def _minutes(plays: Iterable[Play]) -> float:
    return sum(play.seconds for play in plays) / 60


def _average_minutes(plays: Collection[Play]) -> float:
    return _minutes(plays) / max(unique(_players(plays)), 1)


def _completion(plays: Iterable[Play]) -> float:
    """Return the mean completion of all plays, 0..100."""
    shares = [play.completion for play in plays if play.seconds]
    return min(sum(shares) / len(shares), 100.0) if shares else 0.0


def _labels(question: Question, until: int) -> list[str]:
    """Return the labels of every day (month, year, hour) of the window; times after `until` have no value."""
    step = _STEPS.get(question.interval, timedelta(days=1))
    moment = _local(question, question.since)
    last = _local(question, max(until, question.until) - 1)
    labels: dict[str, None] = {}
    while moment <= last:
        labels[_text(question, moment)] = None
        moment += step
    labels[_text(question, last)] = None
    return list(labels)


def _label(question: Question, time: int) -> str:
    return _text(question, _local(question, time))


def _local(question: Question, time: int) -> datetime:
    return datetime.fromtimestamp(time, UTC) - timedelta(minutes=question.offset)


def _text(question: Question, moment: datetime) -> str:
    return moment.strftime(_LABELS.get(question.interval, _LABELS["days"]))
