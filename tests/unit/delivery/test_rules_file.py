"""A rules file that changes while a process lives."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from debrief.delivery.rules.file import RulesFile, read_path
from debrief.delivery.rules.rules import Rules
from debrief.errors import BadRequest, BadSettings, Unavailable

NOW = datetime(2026, 11, 2, 9, tzinfo=UTC)


@dataclass
class Shelf:
    """A file that counts how often it is read, and a clock."""

    body: bytes | None = b"version: 1\nnever: [a@b.example]"
    error: Exception | None = None
    reads: int = 0
    now: datetime = NOW

    def read(self) -> bytes | None:
        self.reads += 1
        if self.error:
            raise self.error
        return self.body

    @property
    def rules(self) -> RulesFile:
        return RulesFile("s3://bucket/rules.yaml", self.read, lambda: self.now)


def test_the_file_is_read_once_in_five_minutes() -> None:
    shelf = Shelf()
    rules = shelf.rules
    assert shelf.reads == 0
    first = rules.current()
    shelf.body = b"version: 1"
    shelf.now += timedelta(seconds=299)
    assert (rules.current(), shelf.reads) == (first, 1)
    shelf.now += timedelta(seconds=1)
    assert (rules.current(), shelf.reads) == (Rules(), 2)


def test_a_clock_that_is_set_back_does_not_keep_old_rules() -> None:
    shelf = Shelf()
    rules = shelf.rules
    rules.current()
    shelf.now -= timedelta(days=1)
    rules.current()
    assert shelf.reads == 2


def test_a_change_for_the_worse_is_an_error_until_it_is_put_right() -> None:
    shelf = Shelf()
    rules = shelf.rules
    rules.current()
    shelf.body, shelf.now = b"version: 1\nnever: x", NOW + timedelta(minutes=6)
    for _ in range(2):
        with pytest.raises(BadSettings, match=r"^In s3://bucket/rules.yaml, line 2: "):
            rules.current()
    shelf.body = b"\xef\xbb\xbfversion: 1"
    assert rules.current() == Rules()


@pytest.mark.parametrize(
    ("body", "error", "reason"),
    [
        (None, None, "There is no rules file s3://bucket/rules.yaml"),
        (b"version: 1\nnever: [\xff]", None, "In s3://bucket/rules.yaml, line 2: this is not UTF-8"),
        ("version: 1".encode("utf-16"), None, "save the file as UTF-8"),
        (b"", BadRequest("A file name may hold letters only."), "s3://bucket/rules.yaml cannot be read: A file name"),
        (b"", BadSettings("AWS refuses s3:GetObject."), "s3://bucket/rules.yaml cannot be read: AWS refuses"),
    ],
)
def test_a_file_that_cannot_be_read_is_named(body: bytes | None, error: Exception | None, reason: str) -> None:
    with pytest.raises(BadSettings) as refused:
        Shelf(body, error).rules.current()
    assert reason in str(refused.value)


def test_a_place_that_cannot_answer_now_is_tried_again_later() -> None:
    shelf = Shelf(error=Unavailable("S3 cannot answer."))
    rules = shelf.rules
    with pytest.raises(Unavailable):
        rules.current()
    shelf.error = None
    assert rules.current().never == ("a@b.example",)


def test_a_path_is_read_as_far_as_a_rules_file_may_be_long(tmp_path: Path) -> None:
    path = tmp_path / "rules.yaml"
    assert read_path(path) is None
    path.write_bytes(b"version: 1")
    assert read_path(path) == b"version: 1"
    path.write_bytes(b"#" * 1_000_000)
    with pytest.raises(BadSettings, match="larger than 256 KB"):
        RulesFile("rules.yaml", lambda: read_path(path), lambda: NOW).current()


@pytest.mark.parametrize("name", ["", "a\x00b"])
def test_a_path_that_is_no_file_is_said_so(tmp_path: Path, name: str) -> None:
    with pytest.raises(BadSettings):
        read_path(tmp_path / name)


@pytest.mark.parametrize(
    ("text", "roles"),
    [
        (b"version: 1", ()),
        (b"version: 1\ndefaults: {see: totals}", ()),
        (b"version: 1\ndefaults: {roles: [host]}", ("host",)),
    ],
)
def test_without_organizers_only_the_roles_that_the_file_names_get_reports(text: bytes, roles: tuple[str, ...]) -> None:
    rules = RulesFile("s3://bucket/rules.yaml", Shelf(text).read, lambda: NOW, organizers=False)
    assert rules.current().roles == roles
