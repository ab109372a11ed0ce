"""What is said in the recordings of the sample account: captions, chapters and slides.

customer webinar    captions in two languages, a description of the picture, private captions, chapters and slides
onboarding          captions of the simulive source, as WebVTT
all-hands           captions, but the recording was trimmed
partner briefing    captions, but one recording of all broadcasts
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import replace

from kaltura_standin.account import Entry
from kaltura_standin.catalogue import Captions, Point

_TRIMMED = 2_480  # seconds that are left of the all-hands recording
_OPENINGS = ("So", "Now", "And", "Well,", "You see,", "Again,", "First,", "Then")
_SUBJECTS = ("the gauge", "our logger", "each buoy", "the new probe", "the sync service", "the map", "your team")
_VERBS = ("reports", "measures", "checks", "stores", "sends", "compares", "corrects")
_OBJECTS = (
    "the level every ten minutes",
    "salinity down to one part per thousand",
    "its own drift against the harbour",
    "what happened while it was offline",
    "the tide and the temperature together",
    "a reading as soon as the signal is back",
)
_LAST = ("without asking.", "in any weather.", "and that is all.", "as you can see here.", "if you allow it.")
# What is said at a time of the webinar, in seconds.
_WEBINAR = {
    2: "Welcome, everybody, to what's new this autumn.",
    803: "And then the seagull sat on the tide gauge, and the gauge reported a flood.",
    1442: "With the new sync, two people can change the same station at the same time.",
    2003: "This is live: I ask the buoy, and the buoy answers. <i>Twelve degrees.</i>",
    2183: "And it says good morning to the harbour, too.",
    2663: "Let me talk about prices: the small plan stays free for up to three stations.",
    2753: "The large plan now costs two hundred euros a month for each station, and no longer one hundred and fifty.",
    2933: "Existing customers keep their price until the end of next year.",
    3533: "Thank you for your questions, and thank you for coming.",
    3563: "That's it for today. Goodbye!",
}
_CHAPTERS = ((0, "Welcome"), (760, "The seagull and the tide gauge"), (1380, "Sync"), (1950, "Live demo <buoy>"))
_MORE_CHAPTERS = ((2600, "Prices & plans"), (3240, "Questions"))
_SLIDES = ((0, "What's new this autumn"), (300, ""), (1400, "Two people, one station"), (2610, "Prices"))


def spoken(entry: Entry) -> Entry:
    """Return an entry of the sample account with what is said in it."""
    match entry.id:
        case "1_wbnrec01":
            return replace(entry, captions=_webinar_captions(entry), points=tuple(_points()))
        case "1_onbsrc01":
            body = _vtt(dict(_lines("onboarding", entry.duration, {})))
            return replace(entry, captions=(Captions("1_onbcap01", body, format=3, is_default=True),))
        case "1_allrec01":
            body = _srt(dict(_lines("all-hands", _TRIMMED, {})))
            return replace(entry, duration=_TRIMMED, captions=(Captions("1_allcap01", body, is_default=True),))
        case "1_brfcast1":
            return replace(entry, record_status=1, points=(Point("1_brfchp01", 60_000, "Live", status=3),))
        case "1_brfrec01":
            return replace(
                entry, captions=(Captions("1_brfcap01", _srt(dict(_lines("briefing", entry.duration, {})))),)
            )
    return entry


def _webinar_captions(entry: Entry) -> tuple[Captions, ...]:
    lines = dict(_lines("webinar", entry.duration, _WEBINAR))
    described = dict.fromkeys(range(0, entry.duration, 300), "A harbour in the morning. A seagull.")
    ready = entry.created + entry.duration + 3 * 3600
    return (
        Captions("1_wbncap01", _srt(lines), is_default=True, accuracy=86, ready_at=ready),
        Captions("1_wbncap02", _srt(dict.fromkeys(lines, "Bienvenue.")), language="French", code="fr", ready_at=ready),
        Captions("1_wbncap03", _srt(described), usage=1),
        Captions("1_wbnprv01", _srt({0: "Private: not for viewers."}), accuracy=99, on_player=False),
    )


def _points() -> Iterator[Point]:
    for number, (at, title) in enumerate((*_CHAPTERS, *_MORE_CHAPTERS), start=1):
        yield Point(f"1_wbnchp{number:02}", at * 1000, title, status=4 if number == 3 else 1)
    for number, (at, title) in enumerate(_SLIDES, start=1):
        yield Point(f"1_wbnsld{number:02}", at * 1000, title, sub_type=1)


def _lines(seed: str, length: int, said: Mapping[int, str]) -> Iterator[tuple[int, str]]:
    """Yield what is said by its second: a sentence about every six seconds, and the given ones at their times."""
    rng = random.Random(seed)
    at = 1
    while at < length - 6:
        fixed = next((second for second in said if at <= second < at + 6), None)
        if fixed is not None:
            yield fixed, said[fixed]
            at = fixed
        else:
            parts = (rng.choice(words) for words in (_OPENINGS, _SUBJECTS, _VERBS, _OBJECTS, _LAST))
            yield at, " ".join(parts)
        at += rng.randrange(5, 8)


def _srt(lines: Mapping[int, str]) -> bytes:
    """Return an SRT file with the line ends of Windows."""
    blocks = (f"{number}\r\n{_span(at, ',')}\r\n{text}\r\n" for number, (at, text) in enumerate(lines.items(), start=1))
    return "\r\n".join(blocks).encode()


def _vtt(lines: Mapping[int, str]) -> bytes:
    return ("WEBVTT\n\n" + "\n".join(f"{_span(at, '.')}\n<v Speaker>{text}\n" for at, text in lines.items())).encode()


def _span(at: int, point: str) -> str:
    start, end = (f"{second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}{point}000" for second in (at, at + 5))
    return f"{start} --> {end}"
