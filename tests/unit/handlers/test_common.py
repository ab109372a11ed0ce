"""Settings from the environment and the secret, and services that are opened once."""

from __future__ import annotations

import json
from pathlib import Path

import boto3
import pytest

from debrief.delivery.aws import clients
from debrief.env import AppToken
from debrief.errors import BadSettings
from handlers import common
from handlers.common import open_services, read_settings

pytestmark = pytest.mark.slow

SECRET = {"kaltura_partner_id": 4321, "kaltura_app_token_id": "0_token", "kaltura_app_token": "s3cr3t-value"}


OWN = {"link_key": "k" * 48, "webhook_secret": "w3bh00k-value"}


def put_secret(text: str, name: str = "debrief/kaltura") -> None:
    client = boto3.client("secretsmanager")
    try:
        client.create_secret(Name=name, SecretString=text)
    except client.exceptions.ResourceExistsException:
        client.put_secret_value(SecretId=name, SecretString=text)


def test_the_credential_comes_from_the_secret(aws: None) -> None:
    put_secret(json.dumps(SECRET))
    settings = read_settings({"KALTURA_SECRET_NAME": "debrief/kaltura", "DEBRIEF_TIMEZONE": "Europe/Berlin"})
    assert settings.partner_id == "4321"
    assert settings.credential == AppToken("0_token", "s3cr3t-value")
    assert settings.timezone == "Europe/Berlin"


def test_the_secret_goes_before_the_environment_where_it_says_something(aws: None) -> None:
    put_secret(json.dumps(SECRET | {"KALTURA_SERVICE_URL": "https://kaltura.example.org", "kaltura_partner_id": " "}))
    environ = {"KALTURA_SECRET_NAME": "debrief/kaltura", "KALTURA_PARTNER_ID": "77", "KALTURA_SERVICE_URL": "https://x"}
    settings = read_settings(environ)
    assert (settings.partner_id, settings.service_url) == ("77", "https://kaltura.example.org")


def test_the_secret_sets_nothing_but_kalturas_variables(aws: None) -> None:
    put_secret(json.dumps(SECRET | {"debrief_mail_to": "eve@example.org", "debrief_archive": "s3://elsewhere"}))
    settings = read_settings({"KALTURA_SECRET_NAME": "debrief/kaltura"})
    assert settings.mail_to == ()
    assert settings.archive == "out/archive"


def test_without_the_name_of_a_secret_the_environment_is_all(aws: None) -> None:
    assert read_settings({"KALTURA_SECRET_NAME": " ", "KALTURA_PARTNER_ID": "77"}).partner_id == "77"


@pytest.mark.parametrize("text", ["s3cr3t-value", '["s3cr3t-value"]', '{"kaltura_app_token": "s3cr3t-value"'])
def test_a_secret_that_is_no_json_object_is_named_and_not_repeated(aws: None, text: str) -> None:
    put_secret(text)
    with pytest.raises(BadSettings, match="debrief/kaltura") as refused:
        read_settings({"KALTURA_SECRET_NAME": "debrief/kaltura"})
    assert "s3cr3t" not in f"{refused.value}{refused.value.__cause__}"


def test_a_secret_that_is_not_there_is_named(aws: None) -> None:
    with pytest.raises(BadSettings, match="debrief/kaltura"):
        read_settings({"KALTURA_SECRET_NAME": "debrief/kaltura"})


def test_the_key_of_links_and_the_webhooks_secret_come_from_the_stacks_own_secret(aws: None) -> None:
    put_secret(json.dumps(OWN), "debrief/own")
    settings = read_settings({"DEBRIEF_SECRET_NAME": "debrief/own", "DEBRIEF_LINK_KEY": "of the environment"})
    assert (settings.link_key, settings.webhook_secret) == ("k" * 48, "w3bh00k-value")


def test_the_people_key_comes_from_a_secret_that_sets_nothing_else(aws: None) -> None:
    put_secret(json.dumps({"people_key": "p" * 48, "link_key": "stolen"}), "debrief/people")
    settings = read_settings(
        {"DEBRIEF_PEOPLE_SECRET_NAME": "debrief/people", "DEBRIEF_PEOPLE_KEY": "of the environment"}
    )
    assert (settings.people_key, settings.link_key) == ("p" * 48, "")


def test_a_webhook_secret_that_nobody_filled_in_is_none(aws: None) -> None:
    put_secret(json.dumps(OWN | {"webhook_secret": ""}), "debrief/own")
    assert read_settings({"DEBRIEF_SECRET_NAME": "debrief/own"}).webhook_secret == ""


def test_the_stacks_own_secret_sets_nothing_else(aws: None) -> None:
    more = {"kaltura_admin_secret": "of Kaltura", "debrief_mail_to": "eve@example.org", "mail_to": "eve@example.org"}
    put_secret(json.dumps(OWN | more | {"LINK_KEY": "another"}), "debrief/own")
    settings = read_settings({"DEBRIEF_SECRET_NAME": "debrief/own"})
    assert (settings.credential, settings.mail_to, settings.link_key) == (None, (), "k" * 48)


def test_kalturas_secret_cannot_set_the_key_of_links(aws: None) -> None:
    put_secret(json.dumps(SECRET | OWN | {"debrief_link_key": "stolen"}))
    settings = read_settings({"KALTURA_SECRET_NAME": "debrief/kaltura"})
    assert (settings.link_key, settings.webhook_secret) == ("", "")


@pytest.mark.parametrize("text", ["k" * 48, '{"link_key": "s3cr3t-value"'])
def test_an_own_secret_that_is_no_json_object_is_named_and_not_repeated(aws: None, text: str) -> None:
    put_secret(text, "debrief/own")
    with pytest.raises(BadSettings, match=r"debrief/own.*link_key") as refused:
        read_settings({"DEBRIEF_SECRET_NAME": "debrief/own"})
    assert "s3cr3t" not in f"{refused.value}{refused.value.__cause__}"
    assert "kkkk" not in f"{refused.value}{refused.value.__cause__}"


def test_a_function_reads_the_secrets_that_its_settings_name_and_no_other(aws: None) -> None:
    put_secret(json.dumps(OWN), "debrief/own")
    settings = read_settings({"DEBRIEF_SECRET_NAME": "debrief/own", "KALTURA_SECRET_NAME": ""})
    assert settings.credential is None


def test_services_are_opened_once_and_again_when_the_secret_has_changed(
    aws: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    put_secret(json.dumps(SECRET))
    monkeypatch.setenv("KALTURA_SECRET_NAME", "debrief/kaltura")
    monkeypatch.setenv("DEBRIEF_ARCHIVE", str(tmp_path / "archive"))
    first = open_services()
    assert open_services() is first
    put_secret(json.dumps(SECRET | {"kaltura_app_token": "rotated"}))
    common._secret_text.cache_clear()  # five minutes pass
    second = open_services()
    assert second is not first
    assert second.settings.credential == AppToken("0_token", "rotated")


def test_all_secrets_are_read_with_one_client(aws: None, monkeypatch: pytest.MonkeyPatch) -> None:
    put_secret(json.dumps(SECRET))
    put_secret(json.dumps(OWN), "debrief/own")
    made = []
    monkeypatch.setattr(common, "client", lambda service: made.append(service) or clients.client(service))
    read_settings({"KALTURA_SECRET_NAME": "debrief/kaltura", "DEBRIEF_SECRET_NAME": "debrief/own"})
    assert made == ["secretsmanager"]
