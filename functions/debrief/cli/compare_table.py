"""The printed tables of `debrief compare`: figures beside each other, and what the reasons mean.

No sentence is printed twice: in the lines of figures a number in brackets refers to a sentence below.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from types import MappingProxyType

from debrief.cli.compare_words import CAUSES, cause_text, change_text, value_text
from debrief.cli.output import print_row, result
from debrief.metrics.original_page import Items
from debrief.pipeline.maintenance.compare.compare_figure import Cause, Compared

_HEAD = ("figure", "Kaltura", "report", "why")
_WIDTHS = (27, 9, 9)  # with gaps and at least 29 columns for the reason, 80 columns
_REASONS = (17, 3)  # a reason's short words, and the number of figures that it concerns
_MARK = (4,)
_LEFT_OUT = "report: …"
# What a figure is, by the beginning of its label, where the label alone is not clear.
_NOTES = MappingProxyType(
    {
        "Bar: …": "The page's bar of viewers: only live, only the recording, or both.",
        "Attendees: total row": "The page's total row has 7 columns. Each is compared.",
        "Live viewers / attendees": "Kaltura's estimate of live viewers; the report's attendees.",
        "Average live / average stay": "The mean of the estimated viewers; the mean of the people in the list.",
        "Engagement: page / people": "The rate of all viewing time; the rate of the people's minutes.",
    }
)


def print_figures(figures: Sequence[Compared], timezone: str) -> None:
    """Print a line for each figure, and below the lines the sentences to which they refer."""
    if not figures:
        return
    sentences = list(dict.fromkeys(sentence for each in figures for sentence in _sentences(each)))
    marks = {sentence: f"[{number}]" for number, sentence in enumerate(sentences, start=1)}
    figure, kaltura, report, why = _HEAD
    result("")
    print_row((figure, f"{kaltura:>9}", f"{report:>9}", why), _WIDTHS)
    for each in figures:
        values = [f"{_value(each, items, timezone):>9}" for items in (each.page, each.report)]
        print_row((each.figure.label, *values, _why(each, values, timezone, marks)), _WIDTHS)
    labels = [each.figure.label for each in figures]
    notes = [(key, text) for key, text in _NOTES.items() if any(label.startswith(key.rstrip("…")) for label in labels)]
    if marks or notes:
        result("")
    for sentence, mark in marks.items():
        print_row((mark, _sentence(sentence)), _MARK)
    for label, text in notes:
        print_row((label, text), _WIDTHS[:1])


def print_reasons(figures: Sequence[Compared], printed: Sequence[Compared]) -> None:
    """Print each reason that occurs, the number of its figures, and what it means.

    Under `report: …` it prints the report's sentences, without those of the `printed` figures.
    """
    counts = Counter(code for each in figures for code in {cause.code for cause in each.causes})
    if not counts:
        return
    known = {sentence for each in printed for sentence in _sentences(each)}
    others = Counter(cause.detail for each in figures for cause in each.causes if cause.detail not in {"", *known})
    result("")
    print_row(("reason", "figures and meaning (+: the report has more)"), _REASONS[:1])
    for code, (words, text) in CAUSES.items():
        if counts[code]:
            print_row((words or _LEFT_OUT, f"{counts[code]:>3}", text), _REASONS)
            for sentence, number in others.items() if code == "left out" else ():
                print_row(("", f"{number:>3}", _sentence(sentence)), _REASONS)


def _sentences(compared: Compared) -> list[str]:
    """Return the sentences of the report or of an error that explain a figure."""
    if compared.status == "not known":
        return [compared.reason]
    return [cause.detail for cause in compared.causes if cause.detail]


def _sentence(text: str) -> str:
    """Return a reason as a sentence: the report has some of them inside a longer one."""
    return f"{text[:1].upper()}{text[1:].rstrip('.')}."


def _value(compared: Compared, items: Items | None, timezone: str) -> str:
    text = value_text(compared.figure, items, timezone)
    return f"{text} columns" if compared.figure.items == "columns" and items else text


def _why(compared: Compared, values: Sequence[str], timezone: str, marks: dict[str, str]) -> str:
    """Return `same`, or each cause with its part of the difference, or why the figure is not known."""
    if compared.status == "same":
        return "same"
    if compared.status == "not known":
        return f"NOT KNOWN: {marks[compared.reason]}"
    text = "; ".join(_cause(compared, cause, timezone, marks) for cause in compared.causes)
    is_equal = values[0] == values[1] and compared.figure.items and compared.page and compared.report
    return f"equal, but other {compared.figure.items}: {text}" if is_equal else text


def _cause(compared: Compared, cause: Cause, timezone: str, marks: dict[str, str]) -> str:
    """Return a cause with its part. Recordings have their place in the list, not their id."""
    figure = compared.figure
    if cause.detail:
        return f"report: {marks[cause.detail]}"
    if figure.items == "recordings":
        places = list(dict.fromkeys([*(compared.page or {}), *(compared.report or {})]))
        cause = replace(cause, items=tuple(f"no. {places.index(item) + 1}" for item in cause.items))
    text = cause_text(figure, cause, timezone)
    is_small = cause.change and not figure.items and not change_text(figure, cause)
    return f"{text} (under 0.1)" if is_small else text
