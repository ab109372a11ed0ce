"""The contract file has no text of an answer, whatever Kaltura puts where."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from debrief.errors import BadRequest, Forbidden, Unavailable
from debrief.kaltura.api.client import Kaltura
from debrief.kaltura.api.multirequest import ApiCall
from debrief.kaltura.api.responses import Reply
from debrief.kaltura.contract.checks import Checks
from debrief.kaltura.contract.run import contract_of, region_of, run
from debrief.kaltura.contract.shapes import csv_shape, table_shape, value_shape
from debrief.kaltura.contract.vocabulary import COLUMNS, FIELDS, VOCABULARY, bucket, foreign_texts
from debrief.settings import Settings

NOW = datetime(2026, 11, 30, tzinfo=UTC)
SETTINGS = Settings(service_url="https://secret-host.example.com", chat_url="https://chat.example.com")
KNOWN = " ".join(sorted(VOCABULARY))
PIECES = st.text("abcdefghijklmnopqrstuvwxyzABCDEXYZ0123456789", min_size=5, max_size=12)
SECRETS = st.one_of(
    st.builds("{} {}".format, PIECES, PIECES),  # a name or a title
    st.builds("{}@{}.example".format, PIECES, PIECES),
    st.builds("1_{}".format, PIECES),
    st.builds("djJ8{}".format, PIECES),
    st.builds("https://{}.example/p?ks={}".format, PIECES, PIECES),
    st.builds('{{"email": "{}@x.example", "list": ["{}"]}}'.format, PIECES, PIECES),
    st.builds('<b>{}</b> "{}"'.format, PIECES, PIECES),
    st.ip_addresses().map(str),
    st.from_regex(r"\+49 [0-9]{3} [0-9]{7}", fullmatch=True),
    st.text(min_size=5, max_size=40),
).filter(lambda text: len(text.strip()) > 4 and text not in KNOWN and text.strip() not in KNOWN)
NAMES = st.sampled_from(sorted(FIELDS | COLUMNS)) | SECRETS


def values(secret: str) -> st.SearchStrategy[Any]:
    """JSON values with the secret as a key, a value, in a list, in JSON inside a string, and beside other text."""
    texts = st.sampled_from([secret, json.dumps({"a": secret}), f"x {secret} y", f'"{secret}"', f"{secret};{secret}"])
    leaves = texts | st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5)
    return st.recursive(
        leaves,
        lambda inner: (
            st.lists(inner, max_size=4)
            | st.dictionaries(st.sampled_from([secret, *FIELDS, f"{secret}.name"]), inner, max_size=4)
        ),
        max_leaves=12,
    )


def nowhere(secret: str, shape: object) -> None:
    """Nothing of the shape is outside the vocabulary, and the secret is not in its text."""
    text = json.dumps(shape)
    assert foreign_texts(shape) == 0
    assert secret not in text
    assert json.dumps(secret)[1:-1] not in text


@given(st.data(), SECRETS)
def test_no_text_of_a_json_value_is_in_its_shape(data: st.DataObject, secret: str) -> None:
    nowhere(secret, value_shape(data.draw(values(secret))))


@given(st.data(), SECRETS, st.lists(NAMES, min_size=1, max_size=6))
def test_no_cell_and_no_unknown_column_of_a_csv_is_in_its_shape(
    data: st.DataObject, secret: str, names: list[str]
) -> None:
    cells = st.sampled_from([secret, f'"{secret}"', f"{secret},{secret}", f"{secret}\n{secret}", "1722502800", "0.5"])
    rows = data.draw(st.lists(st.lists(cells, max_size=7), max_size=4))
    body = "\n".join(",".join(row) for row in [[*names, secret], *rows])
    nowhere(secret, csv_shape(6001, b"\xef\xbb\xbf" + body.encode("utf-8", "replace") + b"\n"))


@given(st.data(), SECRETS, st.lists(NAMES, min_size=1, max_size=6))
def test_no_cell_and_no_unknown_column_of_a_table_is_in_its_shape(
    data: st.DataObject, secret: str, names: list[str]
) -> None:
    rows = data.draw(st.lists(st.lists(st.sampled_from([secret, "0", "Unknown", "1.5"]), max_size=7), max_size=4))
    more = data.draw(st.dictionaries(st.sampled_from([secret, "totalCount", "objectType"]), values(secret), max_size=3))
    answer = {**more, "header": "|".join([*names, secret]), "data": ";".join("|".join(row) for row in rows)}
    nowhere(secret, table_shape(60010, "table", answer))


class PlantedKaltura:
    """An account in whose every answer the secret is wherever a text may be; `trouble` fails one call."""

    report_row_limit = 100_000
    has_chat = True

    def __init__(self, secret: str, trouble: Callable[[str], None] = lambda _: None) -> None:
        self.secret, self._trouble = secret, trouble
        self.cell = " ".join(secret.replace(",", " ").replace("|", " ").replace(";", " ").split()) or "x"

    def csv(self, report: int, params: Mapping[str, str]) -> bytes:
        self._trouble(f"report {report}")
        name, entry, end = self.cell, "1_room0001", "1795910400"
        headers = {
            6000: "entry_id,entry_name,parent_entry_id,cue_point_id,session_start_time,session_end_time,"
            "session_host_user_id,meeting_view_period_unique_users,meeting_engaged_play_time_ratio",
            6001: "entry_id,cue_point_id,user_id,user_name,user_email,user_type,meeting_view_time,"
            "meeting_engaged_play_time_ratio",
            6002: "parent_entry_id,parent_entry_name,breakout_entry_id,breakout_entry_name,cue_point_id,"
            "session_initiator,session_start_time,session_end_time,duration,participant_count,engagement_rate",
        }
        rows = {
            6000: [entry, name, "", "1_cue00001", "1795906800", end, name, "12", "0.5"],
            6001: [entry, "1_cue00001", name.replace(" ", "_"), name, name, "User", "58.5", "0.5"],
            6002: [entry, name, "1_brk00001", name, "1_cue00002", name, "1795906800", end, "3600", "5", "0.5"],
        }
        lines = [f"{headers[report]},{name}", *[",".join([*rows[report], name])] * 3]
        return b"\xef\xbb\xbf" + "\n".join(lines).encode("utf-8", "replace") + b"\n"

    def call(self, service: str, action: str, fields: Mapping[str, str]) -> Any:
        self._trouble(f"{service}.{action}")
        extra = {self.secret: [self.secret, {self.secret: self.secret}], "name": self.secret, "tags": self.secret}
        match service, action:
            case "session", "get":
                return {
                    "partnerId": 12345,
                    "userId": self.secret,
                    "ks": self.secret,
                    "privileges": self.secret,
                    **extra,
                }
            case "cuepoint_cuepoint", "list":
                point = {"id": "1_cue00001", "entryId": "1_room0001", "startTime": 1795906800, "endTime": 1795910400}
                return {"objects": [{**point, "duration": 3600, "sessionOwner": self.secret, **extra}], "totalCount": 1}
            case "virtualEvent_virtualEvent", "list":
                return {"objects": [{"id": 77, "createdAt": 1, **extra}], "totalCount": 1}
            case "report", "getTotal":
                return {"header": f"unique_combined_live_viewers|{self.cell}", "data": f"12|{self.cell}", **extra}
            case "report", "getTable":
                header = f"user_id|user_name|role|position|combined_live_view_period_count|{self.cell}"
                return {
                    "header": header,
                    "data": f"{self.cell}|{self.cell}|{self.cell}|1795906800|3|{self.cell};",
                    **extra,
                }
        return {"objects": [], **extra}

    def multi(self, requests: Sequence[ApiCall]) -> Reply:
        table = {"header": "position|user_engagement|count_viewers", "data": f"1795906800|{self.cell}|1;"}
        return Reply([table for _ in requests], b"[]")

    def chat(self, path: str, question: Mapping[str, str]) -> Reply:
        self._trouble("polls")
        poll = {"pollId": self.secret, "question": self.secret, "nvoted": 3, "options": [{"option": self.secret}]}
        return Reply({"analytics": [{**poll, self.secret: self.secret}], self.secret: 1}, b"")

    def token_hash_algorithm(self) -> str:
        self._trouble("token")
        return "sha1"


def contract(kaltura: PlantedKaltura) -> str:
    outcomes = list(run(Checks(cast("Kaltura", kaltura), NOW), SETTINGS))
    assert len(outcomes) == 11
    return contract_of(outcomes, SETTINGS).decode()


@settings(max_examples=40)
@given(SECRETS)
def test_a_whole_run_puts_no_text_of_the_account_into_the_file(secret: str) -> None:
    text = contract(PlantedKaltura(secret))
    assert foreign_texts(json.loads(text)) == 0
    assert secret not in text
    assert "secret-host" not in text
    answered = [check["number"] for check in json.loads(text)["checks"] if check["answers"]]
    assert len(answered) >= 7


@settings(max_examples=60)
@given(SECRETS, st.integers(0, 12), st.sampled_from([BadRequest, Forbidden, Unavailable, ValueError, KeyError]))
def test_an_error_that_quotes_the_account_is_only_its_kind_in_the_file(
    secret: str, at: int, kind: type[Exception]
) -> None:
    calls = SimpleNamespace(left=at)

    def trouble(_: str) -> None:
        calls.left -= 1
        if calls.left == 0:
            raise kind(f"Kaltura says {secret}")

    text = contract(PlantedKaltura(secret, trouble))
    assert secret not in text
    assert foreign_texts(json.loads(text)) == 0


def test_a_text_outside_the_vocabulary_stops_the_file() -> None:
    outcomes = list(run(Checks(cast("Kaltura", PlantedKaltura("Ann Lee")), NOW), SETTINGS))
    outcomes[0].seen.facts["session.get"] = "Ann Lee"
    with pytest.raises(BadRequest, match="is not written: 1 of its texts could come from Kaltura"):
        contract_of(outcomes, SETTINGS)


def test_words_of_the_vocabulary_are_known_texts_only() -> None:
    assert all(isinstance(word, str) and word == word.strip() for word in VOCABULARY)
    assert not [word for word in VOCABULARY if "@" in word or "://" in word]


@pytest.mark.parametrize(
    ("count", "words"),
    [(0, "0"), (1, "1"), (9, "2 to 9"), (10, "10 to 99"), (9_999, "1,000 to 9,999"), (10**7, "10,000 or more")],
)
def test_counts_are_buckets(count: int, words: str) -> None:
    assert bucket(count) == words


def test_a_region_is_known_by_kaltura_s_own_hosts_only() -> None:
    assert region_of("https://www.kaltura.com") == "nvp1"
    assert region_of("https://www.kaltura.com.evil.example") == ""
