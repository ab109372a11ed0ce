from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from debrief.delivery.archive.archive import ManifestFile
from debrief.delivery.archive.manifest import Manifest, manifest_document, read_manifest
from debrief.errors import BadRequest

KEY = "reports/date=2024-08-01/session=1_cue00001/manifest.json"
SHA = "0" * 64
CSV = ManifestFile("rooms/rooms.csv", 120, SHA, 3, "v1")
PDF = ManifestFile("reports/report.pdf", 9, SHA)
MANIFEST = Manifest("1_cue00001", "1_entry", "provisional", 2, "abc", (PDF, CSV))


def content() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(manifest_document(MANIFEST, KEY).body)
    return found


def test_it_lists_every_file_with_size_hash_rows_and_version() -> None:
    document = manifest_document(MANIFEST, KEY)
    assert (document.key, document.content_type) == (KEY, "application/json")
    assert content() == {
        "schema": "debrief.manifest/1",
        "session": {"cue_point_id": "1_cue00001", "entry_id": "1_entry"},
        "state": "provisional",
        "revision": 2,
        "content_hash": "abc",
        "files": [
            {"key": "reports/report.pdf", "bytes": 9, "sha256": SHA, "rows": None, "version_id": None},
            {"key": "rooms/rooms.csv", "bytes": 120, "sha256": SHA, "rows": 3, "version_id": "v1"},
        ],
    }


def test_the_order_in_which_files_were_written_changes_no_byte() -> None:
    other = replace(MANIFEST, files=(CSV, PDF))
    assert manifest_document(other, KEY).body == manifest_document(MANIFEST, KEY).body


def test_it_has_a_line_for_each_value_so_that_people_can_compare_two() -> None:
    lines = manifest_document(MANIFEST, KEY).body.decode().splitlines()
    assert lines[:3] == ["{", ' "schema": "debrief.manifest/1",', ' "session": {']


def test_it_is_read_back_as_it_was() -> None:
    assert read_manifest(manifest_document(MANIFEST, KEY).body) == MANIFEST


def test_a_file_is_found_by_its_key() -> None:
    assert MANIFEST.file("rooms/rooms.csv") == CSV
    assert MANIFEST.file("rooms/other.csv") is None
    assert CSV.name == "rooms.csv"


DAMAGE: list[dict[str, Any]] = [
    {"state": "perhaps"},
    {"state": []},
    {"revision": "2"},
    {"revision": True},
    {"revision": -1},
    {"content_hash": None},
    {"session": {}},
    {"session": []},
    {"files": None},
    {"files": [{}]},
    {"files": [{"key": "a", "bytes": 1.5, "sha256": SHA, "rows": None, "version_id": None}]},
    {"files": [{"key": "a", "bytes": 1, "sha256": "x", "rows": None, "version_id": None}]},
    {"files": [{"key": "a", "bytes": 1, "sha256": 7, "rows": None, "version_id": None}]},
    {"files": [{"key": "../a", "bytes": 1, "sha256": SHA, "rows": None, "version_id": None}]},
    {"files": [{"key": "a", "bytes": 1, "sha256": SHA, "rows": None, "version_id": 7}]},
]


@pytest.mark.parametrize("change", DAMAGE)
def test_a_damaged_manifest_is_one_clear_error(change: dict[str, Any]) -> None:
    with pytest.raises(BadRequest):
        read_manifest(json.dumps(content() | change).encode())


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b"{}", b"\xff\xfe", b"[" * 100_000])
def test_what_is_no_manifest_is_one_clear_error(body: bytes) -> None:
    with pytest.raises(BadRequest, match="damaged"):
        read_manifest(body)


def test_a_manifest_cut_short_is_one_clear_error() -> None:
    body = manifest_document(MANIFEST, KEY).body
    for end in range(len(body) - 2):
        with pytest.raises(BadRequest):
            read_manifest(body[:end])


def test_another_schema_is_named() -> None:
    with pytest.raises(BadRequest, match="does not have the schema"):
        read_manifest(json.dumps(content() | {"schema": "debrief.manifest/2"}).encode())


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(), st.lists))
def test_no_value_in_place_of_the_files_brings_another_error(value: object) -> None:
    body = json.dumps(content() | {"files": value}).encode()
    if value in ([], ""):
        assert read_manifest(body).files == ()
    else:
        with pytest.raises(BadRequest):
            read_manifest(body)
