"""What is done while a function is paused."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from debrief.order_codec import decode_export, encode
from debrief.pipeline.erasure.erase_person import erase as erase_found
from debrief.pipeline.erasure.erase_person import find_person
from handlers.common import open_services

ERASED = "guest1@example.org"  # a guest of the interrupted story; and Guest 1 by name


def replays(event: Mapping[str, Any]) -> dict[str, Any]:
    """The event of an export, with orders to make the same sessions' documents from the archive."""
    records = [{**record, "body": _replay(record["body"])} for record in event["Records"]]
    return {**event, "Records": records}


def _replay(body: str) -> str:
    return encode(replace(decode_export(body), source="archive", mail=False))


def erase(person: str) -> str:
    """Erase somebody; what is left of the person, or blank."""
    opened = open_services(asks_kaltura=False)
    done = erase_found(opened, find_person(opened, person), None)
    return json.dumps(done.searched.hits) if done.searched.hits else ""
