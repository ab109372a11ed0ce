"""AWS clients and the session that they share."""

from __future__ import annotations

import botocore.session
import pytest

from debrief.delivery.aws.clients import client, session
from debrief.errors import BadSettings


def test_every_service_of_botocore_is_known_by_its_newest_version() -> None:
    """Also those that credentials need, such as sso; the services' folders are not read for it."""
    usual = botocore.session.get_session()
    assert set(session().get_available_services()) >= set(usual.get_available_services())
    for service in ("s3", "dynamodb", "sesv2", "sso"):
        ours, theirs = (made.get_service_model(service) for made in (session(), usual))
        assert (ours.api_version, ours.operation_names) == (theirs.api_version, theirs.operation_names)


def test_a_service_that_does_not_exist_cannot_be_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    with pytest.raises(BadSettings, match="no-such-service"):
        client("no-such-service")
