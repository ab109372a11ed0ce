"""Any answer of Kaltura about a recording ends in times of the session or in a reason."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from kaltura_over_http import T, at

from debrief.errors import BadRequest, DebriefError, Forbidden, Unavailable
from debrief.kaltura.session_data.caption_text import LONGEST_LINE
from debrief.kaltura.session_data.spoken import read_spoken
from debrief.model import NotKnown, Session
from debrief.transcript import KINDS

ROOM, RECORDING, LIVE = "1_room0001", "1_rec00001", "1_live0001"
SESSION = Session("1_cue00001", ROOM, at(T), at(T + 3600))


class Answers:
    """A client whose answers are any values, or errors."""

    def __init__(self, draw: Callable[[], Any]) -> None:
        self._draw = draw

    @contextmanager
    def ahead(self, _: Any) -> Iterator[None]:
        yield

    @contextmanager
    def briefly(self) -> Iterator[None]:
        yield

    def call(self, *_: Any) -> Any:
        answer = self._draw()
        if isinstance(answer, DebriefError):
            raise answer
        return answer

    def file(self, *_: Any) -> bytes:
        answer = self.call()
        return answer if isinstance(answer, bytes) else repr(answer).encode()


numbers = st.integers(-(10**20), 10**20) | st.floats() | st.integers(0, 4_000_000)
scalars = st.none() | st.booleans() | numbers | st.text(max_size=20) | st.sampled_from(["1", "2", "0", "en", str(T)])
anything = st.recursive(
    scalars, lambda some: st.lists(some, max_size=3) | st.dictionaries(st.text(max_size=5), some), max_leaves=8
)
shaped = st.fixed_dictionaries(
    {},
    optional={
        "id": st.sampled_from([RECORDING, LIVE, ROOM, "c1"]) | scalars,
        "type": st.sampled_from([1, "1", 7]) | anything,
        "createdAt": st.sampled_from([T, T + 5, str(T)]) | scalars,
        "duration": st.sampled_from([3590, "3600"]) | scalars,
        "msDuration": st.sampled_from([3_590_000]) | scalars,
        "status": st.sampled_from([2, "2", 0, 4]) | anything,
        "startTime": numbers | anything,
        "endTime": numbers | anything,
        "content": st.lists(st.fixed_dictionaries({"text": st.text() | anything}) | anything, max_size=2) | anything,
        "title": anything,
        "subType": st.sampled_from([1, 2, "1"]) | anything,
        "usage": scalars,
        "languageCode": anything,
        "accuracy": anything,
        "isDefault": anything,
        "displayOnPlayer": anything,
    },
)
listing = st.fixed_dictionaries({"objects": st.lists(shaped | anything, max_size=4)}, optional={"totalCount": anything})
errors = st.sampled_from([BadRequest("no"), Forbidden("no"), Unavailable("no")])
files = st.binary(max_size=200) | st.text(alphabet="0123456789:,.->\n x<&;", max_size=200).map(str.encode)
event = st.fixed_dictionaries(
    {"startDate": st.just(T) | scalars, "endDate": st.just(T + 3600) | scalars},
    optional={"sourceEntryId": st.just("1_source01") | anything, "status": scalars},
)


@settings(max_examples=400)
@given(
    st.data(),
    st.dictionaries(
        st.sampled_from(
            ["recordedEntryId", "redirectEntryId", "broadcastEntryId", "recordStatus", "explicitLive", "id"]
        ),
        st.sampled_from([RECORDING, LIVE]) | anything,
    ),
    st.lists(event, max_size=2) | st.just(NotKnown("no")),
)
def test_any_answer_ends_in_times_of_the_session_or_in_a_reason(data: st.DataObject, entry: Any, events: Any) -> None:
    client: Any = Answers(lambda: data.draw(listing | anything | errors | files))
    found = read_spoken(client, SESSION, entry, events)
    assert set(found.why_unknown) <= set(KINDS)
    assert all(found.why_unknown.values())
    assert not any(getattr(found, kind) for kind in found.why_unknown)
    for line in found.captions:
        assert 0 <= line.start <= line.end <= 3600
        assert line.text
        assert len(line.text) <= LONGEST_LINE
        line.text.encode()
    assert all(0 <= mark.at < 3600 and len(mark.title) <= 255 for mark in (*found.chapters, *found.slides))
    times = [line.start for line in found.captions]
    assert times == sorted(times)
