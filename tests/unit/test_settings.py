"""Every variable of the contract, and one sentence for each mistake."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from debrief.bounds import BOUNDS
from debrief.env import AdminSecret, AppToken, ReadyKs, timezone
from debrief.errors import BadSettings
from debrief.settings import Settings
from support.asked import settings_variables

SECRET = "5ecre7-that-must-never-be-seen"
TOKEN = {"KALTURA_APP_TOKEN_ID": "1_token", "KALTURA_APP_TOKEN": SECRET}


def read(**environ: str) -> Settings:
    return Settings.from_environment(environ)


def test_without_any_variable_every_default_works() -> None:
    assert read() == Settings()
    assert (read().service_url, read().archive, read().timezone) == ("https://www.kaltura.com", "out/archive", "UTC")
    assert read().credential is None


def test_every_variable_is_read() -> None:
    settings = read(
        **TOKEN,
        KALTURA_SERVICE_URL="https://api.eu.kaltura.com/api_v3/",
        KALTURA_CHAT_URL="https://chat.example.com/",
        KALTURA_PARTNER_ID=" 12345 ",
        DEBRIEF_ARCHIVE="s3://bucket/x",
        DEBRIEF_LEDGER="dynamodb:table",
        DEBRIEF_OUTBOX="out/mails",
        DEBRIEF_MAIL_FROM="Debrief <d@example.com>",
        DEBRIEF_MAIL_TO="a@example.com, b@example.com;c@example.com,",
        DEBRIEF_TIMEZONE="Asia/Kolkata",
        DEBRIEF_SMTP_URL="smtp://u:p@mail.example.com",
        DEBRIEF_SES_CONFIGURATION_SET="set",
        DEBRIEF_MAIL_CHANNEL="smtp",
        DEBRIEF_LOOK_BACK_HOURS="72",
        DEBRIEF_SETTLE_MINUTES="10",
        DEBRIEF_CHECK_HOURS="24, 6",
        DEBRIEF_PDF_ATTACH_LIMIT_MB="0",
        DEBRIEF_REPORT_ROW_LIMIT="5000",
        DEBRIEF_REPORT_ATTENDEES="100",
        DEBRIEF_HEATMAP_ATTENDEES="9",
        DEBRIEF_STAFF="@example.com, host-7; *@contractor.example",
    )
    assert settings.service_url == "https://api.eu.kaltura.com"
    assert (settings.chat_url, settings.heatmap_attendees) == ("https://chat.example.com", 9)
    assert settings.partner_id == "12345"
    assert settings.staff == ("@example.com", "host-7", "*@contractor.example")
    assert settings.credential == AppToken("1_token", SECRET)
    assert (settings.archive, settings.ledger, settings.outbox) == ("s3://bucket/x", "dynamodb:table", "out/mails")
    assert settings.mail_from == "Debrief <d@example.com>"
    assert settings.mail_to == ("a@example.com", "b@example.com", "c@example.com")
    assert (settings.timezone, settings.zone) == ("Asia/Kolkata", ZoneInfo("Asia/Kolkata"))
    assert settings.smtp_url == "smtp://u:p@mail.example.com"
    assert (settings.ses_configuration_set, settings.mail_channel) == ("set", "smtp")
    assert (settings.look_back_hours, settings.settle_minutes, settings.check_hours) == (72, 10, (6, 24))
    assert (settings.pdf_attach_limit_mb, settings.report_row_limit, settings.report_attendees) == (0, 5000, 100)


@pytest.mark.parametrize("name", ["KALTURA_PARTNER_ID", "KALTURA_SERVICE_URL", "DEBRIEF_TIMEZONE", "KALTURA_KS"])
@pytest.mark.parametrize("blank", ["", " ", "\t\n"])
def test_a_blank_variable_is_one_that_is_not_set(name: str, blank: str) -> None:
    assert read(**{name: blank}) == Settings()


@pytest.mark.parametrize(
    ("environ", "credential"),
    [
        (TOKEN, AppToken("1_token", SECRET)),
        ({"KALTURA_ADMIN_SECRET": SECRET}, AdminSecret(SECRET)),
        ({"KALTURA_ADMIN_SECRET": SECRET, "KALTURA_USER_ID": "ann"}, AdminSecret(SECRET, "ann")),
        ({"KALTURA_KS": f" {SECRET}\n"}, ReadyKs(SECRET)),
    ],
)
def test_each_credential_is_read_and_not_printed(environ: dict[str, str], credential: object) -> None:
    settings = read(**environ)
    assert settings.credential == credential
    assert SECRET not in repr(settings) + str(settings) + repr(credential)


def test_neither_addresses_nor_a_mail_servers_password_are_printed() -> None:
    settings = read(DEBRIEF_MAIL_TO="ann@example.com", DEBRIEF_SMTP_URL=f"smtp://u:{SECRET}@mail.example.com")
    assert "ann@example.com" not in repr(settings)
    assert SECRET not in repr(settings)


@pytest.mark.parametrize(
    ("given_url", "url"),
    [
        ("https://www.kaltura.com/", "https://www.kaltura.com"),
        ("https://www.kaltura.com/api_v3", "https://www.kaltura.com"),
        ("https://www.kaltura.com//api_v3//", "https://www.kaltura.com"),
        ("https://proxy.example.com/kaltura/api_v3", "https://proxy.example.com/kaltura"),
        ("https://kaltura.example.com:8443", "https://kaltura.example.com:8443"),
        ("http://127.0.0.1:8000", "http://127.0.0.1:8000"),
        ("http://localhost:8000/api_v3", "http://localhost:8000"),
        ("http://[::1]:8000", "http://[::1]:8000"),
    ],
)
def test_the_service_url_is_the_host_with_or_without_api_v3(given_url: str, url: str) -> None:
    assert read(KALTURA_SERVICE_URL=given_url).service_url == url


@pytest.mark.parametrize(
    "url",
    [
        "www.kaltura.com",
        "ftp://www.kaltura.com",
        "https://",
        "https:///api_v3",
        "http://www.kaltura.com",
        "http://localhost.example.com",
        f"https://user:{SECRET}@www.kaltura.com",
        f"https://:{SECRET}@www.kaltura.com",
        f"https://www.kaltura.com?ks={SECRET}",
        f"https://www.kaltura.com#{SECRET}",
        "https://[::1",
        "https://www.kaltura.com:port",
        "https://www.kaltura.com:99999",
        "https://www.kal tura.com",
        "https://www.kaltura.com\\@example.com",
        "https://www.kaltura.com\u202e",
        "http://localhost@example.com",
    ],
)
@pytest.mark.parametrize("name", ["KALTURA_SERVICE_URL", "KALTURA_CHAT_URL"])
def test_an_address_that_is_none_or_would_send_secrets_in_clear_is_refused_without_quoting_it(
    name: str, url: str
) -> None:
    with pytest.raises(BadSettings, match=rf"^{name} must [^\n]*\.$") as caught:
        read(**{name: url})
    assert SECRET not in str(caught.value)


MISTAKES = [
    ("KALTURA_PARTNER_ID", {"KALTURA_PARTNER_ID": "_12345"}),
    ("KALTURA_PARTNER_ID", {"KALTURA_PARTNER_ID": "١٢٣"}),
    ("KALTURA_PARTNER_ID", {"KALTURA_PARTNER_ID": SECRET}),
    ("KALTURA_APP_TOKEN_ID and KALTURA_APP_TOKEN", {"KALTURA_APP_TOKEN_ID": "1_token"}),
    ("KALTURA_APP_TOKEN_ID and KALTURA_APP_TOKEN", {"KALTURA_APP_TOKEN": SECRET}),
    ("KALTURA_REGISTRATIONS_TOKEN_ID and KALTURA_REGISTRATIONS_TOKEN", {"KALTURA_REGISTRATIONS_TOKEN": SECRET}),
    ("one Kaltura credential", {**TOKEN, "KALTURA_ADMIN_SECRET": SECRET}),
    ("KALTURA_ADMIN_SECRET and KALTURA_KS", {"KALTURA_KS": SECRET, "KALTURA_ADMIN_SECRET": SECRET}),
    ("DEBRIEF_TIMEZONE", {"DEBRIEF_TIMEZONE": "Mars/Phobos"}),
    ("DEBRIEF_TIMEZONE", {"DEBRIEF_TIMEZONE": "Factory"}),
    ("DEBRIEF_TIMEZONE", {"DEBRIEF_TIMEZONE": "posixrules"}),
    ("DEBRIEF_TIMEZONE", {"DEBRIEF_TIMEZONE": "right/Europe/Berlin"}),
    ("DEBRIEF_TIMEZONE", {"DEBRIEF_TIMEZONE": "../../etc/passwd"}),
    ("DEBRIEF_TIMEZONE", {"DEBRIEF_TIMEZONE": "/etc/localtime"}),
    ("DEBRIEF_TIMEZONE", {"DEBRIEF_TIMEZONE": "Europe"}),
    ("DEBRIEF_TIMEZONE", {"DEBRIEF_TIMEZONE": "a\0b"}),
    ("DEBRIEF_TIMEZONE", {"DEBRIEF_TIMEZONE": "x" * 5000}),
    ("DEBRIEF_TIMEZONE", {"DEBRIEF_TIMEZONE": "UTC\ud800"}),
    ("DEBRIEF_MAIL_CHANNEL", {"DEBRIEF_MAIL_CHANNEL": "pigeon"}),
    ("DEBRIEF_LOOK_BACK_HOURS", {"DEBRIEF_LOOK_BACK_HOURS": "0"}),
    ("DEBRIEF_LOOK_BACK_HOURS", {"DEBRIEF_LOOK_BACK_HOURS": "two days"}),
    ("DEBRIEF_LOOK_BACK_HOURS", {"DEBRIEF_LOOK_BACK_HOURS": "nan"}),
    ("DEBRIEF_LOOK_BACK_HOURS", {"DEBRIEF_LOOK_BACK_HOURS": "inf"}),
    ("DEBRIEF_SETTLE_MINUTES", {"DEBRIEF_SETTLE_MINUTES": "-1"}),
    ("DEBRIEF_CHECK_HOURS", {"DEBRIEF_CHECK_HOURS": "6,x"}),
    ("DEBRIEF_CHECK_HOURS", {"DEBRIEF_CHECK_HOURS": "-6"}),
    ("DEBRIEF_PDF_ATTACH_LIMIT_MB", {"DEBRIEF_PDF_ATTACH_LIMIT_MB": "7 MB"}),
    ("DEBRIEF_REPORT_ROW_LIMIT", {"DEBRIEF_REPORT_ROW_LIMIT": "1"}),
    ("DEBRIEF_REPORT_ATTENDEES", {"DEBRIEF_REPORT_ATTENDEES": "-5"}),
]


@pytest.mark.parametrize(("name", "environ"), MISTAKES)
def test_a_mistake_is_one_sentence_with_the_variables_name_and_no_secret(name: str, environ: dict[str, str]) -> None:
    with pytest.raises(BadSettings) as caught:
        read(**environ)
    message = str(caught.value)
    assert name in message
    assert SECRET not in message
    assert "\n" not in message
    assert len(message) < 250
    assert message.endswith(".")


@pytest.mark.parametrize("name", BOUNDS)
def test_a_number_is_taken_at_its_bounds_and_refused_beyond_them(name: str) -> None:
    least, most = BOUNDS[name]
    for text in (f"{least:g}", f"{most:g}"):
        settings = read(**{name: text})
        assert all(timedelta(hours=hours) for hours in settings.check_hours if hours)
    for text in (f"{least - 0.5:g}", f"{most + 0.5}", "1e9", "1e400", "-1", "nan", "inf", "-inf"):
        with pytest.raises(
            BadSettings, match=rf"^{name} must be from {least:g} to {most:g}, not '{re.escape(text)}'\.$"
        ):
            read(**{name: text})


def test_every_number_of_the_settings_has_bounds() -> None:
    """Whatever variable takes `7` and refuses `seven` is a number."""
    numbers = set()
    for name in settings_variables():
        try:
            read(**{name: "seven"})
        except BadSettings as error:
            numbers |= {name} if "must be a number" in str(error) else set()
    assert numbers == set(BOUNDS)


@pytest.mark.parametrize("name", ["DEBRIEF_DAILY_HOUR", "DEBRIEF_MIN_ATTENDEES", "DEBRIEF_REPORT_ATTENDEES"])
def test_a_count_is_a_whole_number(name: str) -> None:
    with pytest.raises(BadSettings, match=rf"^{name} must be a whole number, not '7\.5'\.$"):
        read(**{name: "7.5"})


NAMES = [
    "KALTURA_SERVICE_URL",
    "KALTURA_CHAT_URL",
    "KALTURA_PARTNER_ID",
    "DEBRIEF_TIMEZONE",
    "DEBRIEF_LOOK_BACK_HOURS",
    "DEBRIEF_SETTLE_MINUTES",
    "DEBRIEF_CHECK_HOURS",
    "DEBRIEF_REPORT_ROW_LIMIT",
    "DEBRIEF_REPORT_ATTENDEES",
    "DEBRIEF_MAIL_CHANNEL",
    "DEBRIEF_MAIL_TO",
]


@given(name=st.sampled_from(NAMES), value=st.text(max_size=12) | st.sampled_from(["1e400", "0x10", "https://a:b", "٣"]))
def test_no_value_is_anything_but_settings_or_a_sentence(name: str, value: str) -> None:
    with suppress(BadSettings):
        settings = read(**{name: value})
        assert settings == replace(settings)
        assert settings.zone


def test_a_time_zone_is_checked_by_name() -> None:
    assert timezone("Europe/Berlin") == "Europe/Berlin"


def test_only_the_field_of_questions_may_be_repeated_in_the_columns_of_registrations() -> None:
    text = "answer=Industry, origin=Source; email=A; answer = How did you hear of us?,email=Mail,answer=Industry"
    settings = read(DEBRIEF_REGISTRATION_COLUMNS=text)
    assert dict(settings.registration_columns)["email"] == "Mail"
    assert dict(settings.registration_columns)["origin"] == "Source"
    assert settings.registration_questions == ["Industry", "How did you hear of us?"]
    assert read().registration_questions == []


@pytest.mark.parametrize("text", ["answer=", "question=Industry", ",".join(f"answer=q{n}" for n in range(6))])
def test_a_question_without_text_and_too_many_questions_are_refused(text: str) -> None:
    with pytest.raises(BadSettings, match="DEBRIEF_REGISTRATION_COLUMNS"):
        read(DEBRIEF_REGISTRATION_COLUMNS=text)


def test_registrations_of_kaltura_are_read_from_a_region_or_from_two_urls() -> None:
    assert read(KALTURA_REGISTRATIONS="irp2").registration_urls == (
        "https://app-registry.irp2.ovp.kaltura.com/api/v1",
        "https://user.irp2.ovp.kaltura.com/api/v1",
        "https://events-api.irp2.ovp.kaltura.com/api/v1",
    )
    assert read(KALTURA_REGISTRATIONS="https://{service}.example.com/api/").registration_urls == (
        "https://app-registry.example.com/api",
        "https://user.example.com/api",
        "https://events-api.example.com/api",
    )
    two = "https://apps.example.com/api/v1/, https://people.example.com/api/v1"
    assert read(KALTURA_REGISTRATIONS=two).registration_urls == (
        "https://apps.example.com/api/v1",
        "https://people.example.com/api/v1",
    )
    assert read().registration_urls == ()


@pytest.mark.parametrize(
    "text",
    ["US East", "https://one.example.com", "http://a.example.com, http://b.example.com", "http://{service}.b.com"],
)
def test_registrations_of_kaltura_need_a_region_or_two_safe_urls(text: str) -> None:
    with pytest.raises(BadSettings, match="KALTURA_REGISTRATIONS"):
        read(KALTURA_REGISTRATIONS=text)
