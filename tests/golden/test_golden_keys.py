"""Tokens and notifications as Kaltura's own code makes them."""

from __future__ import annotations

from typing import Any

import pytest
from replay import value_of

from debrief.errors import Forbidden
from debrief.kaltura.api.ks import generate_ks
from debrief.portal.webhook import check

TOKENS = value_of("ks-v2.json")


def test_every_token_is_kalturas_byte_for_byte() -> None:
    assert len(TOKENS["cases"]) == 36
    for case in TOKENS["cases"]:
        made = generate_ks(
            TOKENS["secret"],
            str(TOKENS["partner"]),
            expiry=case["expiry"],
            noise=bytes.fromhex(TOKENS["random_hex"]),
            user_id=case["user"],
            privileges=case["privileges"],
        )
        assert made == case["ks"], case


@pytest.mark.parametrize("sent", value_of("webhook.json"))
def test_a_notification_is_believed_with_the_right_secret_only(sent: dict[str, Any]) -> None:
    body = sent["body"].encode()
    assert repr(check(sent["headers"], body, "topsecret")) == sent["check"]
    with pytest.raises(Forbidden):
        check(sent["headers"], body, "topsecret2")
