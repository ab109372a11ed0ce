"""caption_captionAsset, and cue points of recordings: shapes, pages, errors, and requests that are forbidden."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest
import requests
from standin_client import Client, T, small_account

from kaltura_standin.account import Entry
from kaltura_standin.catalogue import Captions, Point, Speech
from kaltura_standin.server import StandIn

SRT = b"1\r\n00:00:01,500 --> 00:00:02,000\r\n<i>Hello</i>\r\nthere\r\n\r\n"
RECORDING = Entry(
    "1_rec00001",
    "Recording",
    T,
    60,
    captions=(
        Captions("c1", SRT, is_default=True, accuracy=86),
        Captions("c2", b"WEBVTT\n\n00:00:01.000 --> 00:00:02.000\n<v Ann>Hi\n\n", format=3, ready_at=T + 100),
        Captions("c3", b"x", format=5, status=3),
    ),
    points=(Point("p2", 5000, "Two"), Point("p1", 0, "One"), Point("p3", 0, "Slide", sub_type=1)),
)


@pytest.fixture
def kaltura() -> Iterator[StandIn]:
    now = datetime.fromtimestamp(T + 50, UTC)
    with StandIn(replace(small_account(), entries=(RECORDING,), now=now)) as standin:
        yield standin


def listed(client: Client, **filter_: object) -> list[dict[str, object]]:
    answer = client.json("caption_captionAsset", "list", filter={"entryIdEqual": RECORDING.id, **filter_})
    assert answer["objectType"] == "KalturaCaptionAssetListResponse"
    found: list[dict[str, object]] = answer["objects"]
    return found


def test_captions_of_an_entry_are_listed_without_deleted_ones(client: Client, kaltura: StandIn) -> None:
    first, second = sorted(listed(client), key=lambda each: str(each["id"]))
    assert (first["format"], first["usage"], first["status"], first["isDefault"]) == ("1", "0", 2, True)
    assert (first["accuracy"], first["languageCode"], first["displayOnPlayer"]) == (86, "en", True)
    assert second["status"] == 0  # queued until it is ready
    assert [each["id"] for each in listed(client, statusEqual=2)] == ["c1"]
    kaltura.account = replace(kaltura.account, speech=Speech(has_texts=False))
    assert {(each["format"], each["isDefault"]) for each in listed(client)} == {(1, 1), (3, 0)}


def test_a_list_must_name_an_entry_and_needs_a_right(client: Client, anonymous: Client) -> None:
    assert client.json("caption_captionAsset", "list")["code"] == "PROPERTY_VALIDATION_CANNOT_BE_NULL"
    client.ks = client.admin("clerk@example.com")
    answer = client.json("caption_captionAsset", "list", filter={"entryIdEqual": RECORDING.id})
    assert answer["code"] == "SERVICE_FORBIDDEN"


def test_json_has_milliseconds_srt_keeps_tags_and_webvtt_loses_them(client: Client) -> None:
    answer = client.call("caption_captionAsset", "serveAsJson", captionAssetId="c1")
    assert answer == {"objects": [{"startTime": 1500, "endTime": 2000, "content": [{"text": "<i>Hello</i>\nthere\n"}]}]}
    answer = client.call("caption_captionAsset", "serveAsJson", captionAssetId="c2")
    assert [each["content"] for each in answer["objects"]] == [[{"text": "Hi\n"}]]
    assert client.call("caption_captionAsset", "serveAsJson", captionAssetId="c3") == {"objects": []}


@pytest.mark.parametrize("action", ["serve", "serveAsJson"])
def test_an_error_inside_a_file_action_is_an_empty_body_and_a_header(client: Client, action: str) -> None:
    answer = client.post("caption_captionAsset", action, captionAssetId="other")
    assert (answer.content, answer.headers["X-Kaltura"]) == (b"", "error- CAPTION_ASSET_ID_NOT_FOUND")


def test_a_large_file_is_not_converted_and_is_served_by_the_storage(client: Client, kaltura: StandIn) -> None:
    kaltura.account = replace(kaltura.account, speech=Speech(json_limit=10, redirects=True))
    answer = client.post("caption_captionAsset", "serveAsJson", captionAssetId="c1")
    assert answer.headers["X-Kaltura"] == "error- CAPTION_ASSET_FILE_NOT_FOUND"
    answer = client.post("caption_captionAsset", "serve", captionAssetId="c1")
    assert answer.status_code == 302
    assert requests.get(answer.headers["Location"], timeout=5).content == SRT


def test_a_url_has_a_ks_and_only_ready_captions_have_one(client: Client) -> None:
    assert f"ks={client.ks}" in client.call("caption_captionAsset", "getUrl", id="c1")
    assert client.call("caption_captionAsset", "getUrl", id="c2")["code"] == "CAPTION_ASSET_IS_NOT_READY"


def test_chapters_and_slides_are_listed_by_time_and_kind(client: Client) -> None:
    filter_ = {
        "objectType": "KalturaThumbCuePointFilter",
        "cuePointTypeEqual": "thumbCuePoint.Thumb",
        "entryIdEqual": RECORDING.id,
        "orderBy": "+startTime",
    }
    every = client.json("cuepoint_cuepoint", "list", filter=filter_)["objects"]
    assert [(each["id"], each["startTime"], each["subType"]) for each in every] == [
        ("p1", 0, 2),
        ("p3", 0, 1),
        ("p2", 5000, 2),
    ]
    page = client.json(
        "cuepoint_cuepoint", "list", filter={**filter_, "subTypeEqual": 2}, pager={"pageSize": 1, "pageIndex": 2}
    )
    assert ([each["title"] for each in page["objects"]], page["totalCount"]) == (["Two"], 2)


def test_the_storage_must_not_get_a_ks_and_hidden_captions_must_not_be_read() -> None:
    hidden = replace(RECORDING, captions=(Captions("c9", SRT, on_player=False),))
    kaltura = StandIn(replace(small_account(), entries=(hidden,)))
    kaltura.start()
    with requests.Session() as http:
        requests.get(f"{kaltura.url}/storage/c9?ks=secret", timeout=5)
        client = Client(kaltura, http)
        client.ks = client.admin()
        client.post("caption_captionAsset", "serve", captionAssetId="c9")
    kaltura.stop()
    assert len(kaltura.forbidden) == 2
