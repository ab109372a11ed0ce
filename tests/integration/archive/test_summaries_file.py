"""Files of query tables in the archive: there for every session, added where an older version wrote none."""

from __future__ import annotations

import json
from dataclasses import replace

from debrief.delivery.archive.layout import report_key
from debrief.delivery.archive.manifest import Manifest, manifest_document, read_manifest
from debrief.pipeline.maintenance.replay import replay
from debrief.pipeline.session.selection import Selection, select
from debrief.pipeline.state.session_records import export_order_of
from debrief.runner import Outcome, run
from support.world import START, World

SESSION = "1_cue00001"
KEY = f"summaries/date=2026-11-02/session={SESSION}/summaries.json"
TABLES = ("polls", "timeline", "recordings", "countries", "devices", "follow_up")
KEYS = {KEY, *(f"{name}/date=2026-11-02/session={SESSION}/{name}.csv" for name in TABLES)}
MANIFEST = report_key(START, SESSION, "manifest.json")


def export(place: World) -> Outcome:
    with place.services(pdf=False) as services:
        sessions = select(services, Selection(sessions=(SESSION,), since=START))
        (outcome,) = run(services, [export_order_of(session) for session in sessions])
    return outcome


def manifest(place: World) -> Manifest:
    return read_manifest(place.read(MANIFEST))


def as_an_older_version_left_it(place: World) -> None:
    """Without the files, and without a word of them in the manifest."""
    for key in KEYS:
        (place.root / "archive" / key).unlink()
    listed = manifest(place)
    files = tuple(file for file in listed.files if file.key not in KEYS)
    (place.root / "archive" / MANIFEST).write_bytes(manifest_document(replace(listed, files=files), MANIFEST).body)


def test_the_manifest_vouches_for_the_line_of_its_session(small: World) -> None:
    export(small)
    line = json.loads(small.read(KEY))
    assert (line["session"], line["state"], line["revision"]) == (SESSION, "provisional", 1)
    assert all(map(manifest(small).file, KEYS))


def test_the_next_check_adds_the_file_that_an_older_version_did_not_write(small: World) -> None:
    """Under the same revision, and nobody is mailed for it."""
    export(small)
    before, mails = small.archived(), small.mails()
    as_an_older_version_left_it(small)
    assert export(small).is_well
    assert (small.archived(), small.mails()) == (before, mails)
    assert manifest(small).revision == 1


def test_a_replay_adds_the_file_too(small: World) -> None:
    export(small)
    before = small.archived()
    as_an_older_version_left_it(small)
    with small.services(pdf=False) as services:
        record = services.ledger.session(SESSION)
        assert record
        made = replay(services, record)
    assert (made.change, set(made.files)) == ("drawn", KEYS)
    assert small.archived() == before
