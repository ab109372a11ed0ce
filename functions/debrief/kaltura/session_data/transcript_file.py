"""Archive what a session's recording says, beside Kaltura's answers.

Times are those of the session, so that a report that is rebuilt from the archive has the same transcript.
"""

from __future__ import annotations

import json
from dataclasses import replace

from debrief.errors import BadRequest
from debrief.model import RawAnswer, SessionData
from debrief.transcript import KINDS, CaptionLine, Chapter, Slide, Transcript

SCHEMA = "debrief.transcript/1"
NAME = "transcript.json"


def with_transcript(data: SessionData, transcript: Transcript | None) -> SessionData:
    """Return the data with a transcript; unchanged if it was not requested."""
    if transcript is None:
        return data
    raw = [each for each in data.raw if each.name != NAME]
    return replace(data, transcript=transcript, raw=[*raw, transcript_file(transcript)])


def transcript_file(transcript: Transcript) -> RawAnswer:
    """Return the transcript as an archive file; the same transcript gives the same bytes."""
    value = {
        "schema": SCHEMA,
        "language": transcript.language,
        "captions": [[line.start, line.end, line.text] for line in transcript.captions],
        "chapters": [[chapter.at, chapter.title] for chapter in transcript.chapters],
        "slides": [[slide.at, slide.title] for slide in transcript.slides],
        "why_unknown": dict(transcript.why_unknown),
        "may_come": transcript.may_come,
    }
    return RawAnswer(NAME, json.dumps(value, ensure_ascii=False).encode("utf-8", errors="replace") + b"\n")


def read_transcript(body: bytes) -> Transcript:
    """Read an archived transcript. Raises BadRequest if the file is damaged or of another schema."""
    try:
        value = json.loads(body)
        if value["schema"] != SCHEMA:
            raise BadRequest(f"The archived transcript does not have the schema {SCHEMA}, which this version reads.")
        return Transcript(
            [CaptionLine(float(start), float(end), str(text)) for start, end, text in value["captions"]],
            [Chapter(str(title), float(at)) for at, title in value["chapters"]],
            [Slide(str(title), float(at)) for at, title in value["slides"]],
            str(value["language"]),
            {kind: str(value["why_unknown"][kind]) for kind in KINDS if kind in value["why_unknown"]},
            value["may_come"] is True,
        )
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError):
        # Do not chain the cause: it could quote what somebody said.
        raise BadRequest("The archived transcript is damaged; export the session again.") from None
