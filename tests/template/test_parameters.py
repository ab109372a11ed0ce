"""Parameters of the template: each is explained and bounded, and the bounds are those of the code."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from typing import Any
from zoneinfo import available_timezones

import pytest

from debrief import env
from debrief.cli.settings_check import check_settings
from debrief.delivery.mail import addresses
from debrief.errors import BadSettings
from debrief.settings import Settings
from debrief.util.zones import zone_of

ADDRESS = f"{addresses._LOCAL.pattern}@{addresses._DOMAIN.pattern}"
BOUNDS = ({"AllowedPattern"}, {"AllowedValues"}, {"MaxLength", "AllowedPattern"}, {"MinValue", "MaxValue"})
ANY_LINE = r"[^\x00-\x1f]*"


def test_every_parameter_has_bounds_and_a_sentence_for_a_wrong_value(template: dict[str, Any]) -> None:
    for name, item in template["Parameters"].items():
        assert any(bounds <= set(item) for bounds in BOUNDS), name
        assert re.match(r"must .*\.$", item["ConstraintDescription"]), name
        if item.get("AllowedPattern") == ANY_LINE:
            assert "MaxLength" in item, name


def test_every_default_is_within_its_bounds(template: dict[str, Any]) -> None:
    for name, item in template["Parameters"].items():
        if "Default" in item:
            assert accepts(template, name, str(item["Default"])), name


def accepts(template: dict[str, Any], name: str, text: str) -> bool:
    """Whether CloudFormation takes this value of the parameter."""
    item = template["Parameters"][name]
    if "AllowedValues" in item:
        return text in map(str, item["AllowedValues"])
    if item["Type"] == "Number":
        return bool(item["MinValue"] <= float(text) <= item["MaxValue"])
    return len(text) <= item.get("MaxLength", 4096) and bool(re.fullmatch(item["AllowedPattern"], text))


def test_the_console_shows_every_parameter_once_with_a_label_in_the_order_in_which_sam_asks(
    template: dict[str, Any],
) -> None:
    shown = template["Metadata"]["AWS::CloudFormation::Interface"]
    grouped = [name for group in shown["ParameterGroups"] for name in group["Parameters"]]
    assert grouped == list(template["Parameters"])
    assert list(shown["ParameterLabels"]) == grouped
    labels = [label["default"] for label in shown["ParameterLabels"].values()]
    assert all(labels)
    assert len(set(labels)) == len(labels)


def test_what_an_admin_must_decide_comes_first_and_the_sender_alone_has_no_default(template: dict[str, Any]) -> None:
    first, *_ = template["Metadata"]["AWS::CloudFormation::Interface"]["ParameterGroups"]
    assert set(first["Parameters"]) == {
        "MailFrom",
        "AdminTo",
        "AlarmEmail",
        "MailTo",
        "Organizers",
        "Timezone",
        "ScheduleState",
    }
    assert [name for name, item in template["Parameters"].items() if "Default" not in item] == ["MailFrom"]


def test_the_patterns_of_addresses_are_those_of_the_code(template: dict[str, Any]) -> None:
    patterns = {name: item.get("AllowedPattern") for name, item in template["Parameters"].items()}
    assert patterns["MailFrom"] == ADDRESS
    assert patterns["AlarmEmail"] == f"({ADDRESS})?"
    assert patterns["MailTo"] == patterns["AdminTo"] == f"((^|[,;] *){ADDRESS})*"


def test_the_patterns_of_recordings_and_ids_are_those_of_the_code(template: dict[str, Any]) -> None:
    assert template["Parameters"]["RecordingUrl"]["AllowedPattern"] == env.RECORDING_URL


def reads(variable: str, text: str) -> None:
    check_settings(Settings.from_environment({variable: text}))


def sender(text: str) -> None:
    addresses.parse_address(text)


SETTING: dict[str, Callable[[str], Any]] = {
    "MailFrom": sender,
    "AlarmEmail": sender,
    "MailTo": partial(reads, "DEBRIEF_MAIL_TO"),
    "AdminTo": partial(reads, "DEBRIEF_ADMIN_TO"),
    "KalturaPartnerId": partial(reads, "KALTURA_PARTNER_ID"),
    "KalturaServiceUrl": partial(reads, "KALTURA_SERVICE_URL"),
    "KalturaChatUrl": partial(reads, "KALTURA_CHAT_URL"),
    "KalturaRegistrations": partial(reads, "KALTURA_REGISTRATIONS"),
    "KalturaRegistrationsScheme": partial(reads, "KALTURA_REGISTRATIONS_SCHEME"),
    "PortalUrl": partial(reads, "DEBRIEF_PORTAL_URL"),
    "Accent": partial(reads, "DEBRIEF_ACCENT"),
    "Paper": partial(reads, "DEBRIEF_PAPER"),
    "SubjectFigure": partial(reads, "DEBRIEF_SUBJECT_FIGURE"),
    "Timezone": partial(reads, "DEBRIEF_TIMEZONE"),
    "OnlyRooms": partial(reads, "DEBRIEF_ONLY_ROOMS"),
    "OnlyEvents": partial(reads, "DEBRIEF_ONLY_EVENTS"),
    "CheckHours": partial(reads, "DEBRIEF_CHECK_HOURS"),
    "LookBackHours": partial(reads, "DEBRIEF_LOOK_BACK_HOURS"),
}


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("MailFrom", "reports@example.com"),
        ("MailFrom", "o'neill+x@mail.example.co"),
        ("AlarmEmail", "ops@example.com"),
        ("MailTo", "a@example.com"),
        ("MailTo", "a@example.com,b.c@example.org; d@example.net"),
        ("AdminTo", "a@example.com, b@example.com"),
        ("KalturaPartnerId", "12345"),
        ("KalturaServiceUrl", "https://api.eu.kaltura.com"),
        ("KalturaServiceUrl", "https://kaltura.example.com:8443/api_v3/"),
        ("KalturaChatUrl", "https://chat.nvp1.ovp.kaltura.com"),
        ("KalturaRegistrations", "nvp1"),
        (
            "KalturaRegistrations",
            "https://app-registry.nvp1.ovp.kaltura.com/api/v1, https://user.nvp1.ovp.kaltura.com/api/v1",
        ),
        ("KalturaRegistrationsScheme", "Bearer"),
        ("PortalUrl", "https://reports.example.com/webinars"),
        ("Accent", "#FFFFFF"),
        ("Paper", "letter"),
        ("SubjectFigure", "no"),
        ("Timezone", "Europe/Berlin"),
        ("Timezone", "UTC"),
        ("Timezone", "America/Argentina/Buenos_Aires"),
        ("Timezone", "Etc/GMT+5"),
        ("OnlyRooms", "1_abc"),
        ("OnlyRooms", "1_abc, 1_def;1_ghi"),
        ("OnlyEvents", "77,78"),
        ("CheckHours", "6,24"),
        ("CheckHours", "0.5, 720"),
        ("LookBackHours", "8760"),
    ],
)
def test_what_template_and_functions_accept(template: dict[str, Any], name: str, text: str) -> None:
    assert accepts(template, name, text)
    SETTING[name](text)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("MailFrom", "Reports <reports@example.com"),
        ("MailFrom", "reports@localhost"),
        ("MailFrom", "a..b@example.com"),
        ("MailFrom", "a@-example.com"),
        ("AlarmEmail", "ops"),
        ("MailTo", "a@example.com b@example.com"),
        ("MailTo", "a@example.com,b"),
        ("AdminTo", "nobody"),
        ("KalturaPartnerId", "12 345"),
        ("KalturaServiceUrl", "www.kaltura.com"),
        ("KalturaServiceUrl", "http://www.kaltura.com"),
        ("KalturaServiceUrl", "https://user@www.kaltura.com"),
        ("KalturaServiceUrl", "https://www.kaltura.com:0"),
        ("KalturaServiceUrl", "https://www.kaltura.com:99999"),
        ("KalturaChatUrl", "https://chat.example.com/?x=1"),
        ("KalturaRegistrations", "https://app-registry.nvp1.ovp.kaltura.com/api/v1"),
        ("KalturaRegistrations", "https://a.example.com,http://b.example.com"),
        ("KalturaRegistrations", "NVP1"),
        ("KalturaRegistrationsScheme", "Basic"),
        ("PortalUrl", "https://reports.example.com/#top"),
        ("Accent", "#fff"),
        ("Paper", "a3"),
        ("SubjectFigure", "maybe"),
        ("Timezone", "Berlin"),
        ("Timezone", "../UTC"),
        ("Timezone", "posix/Europe/Berlin"),
        ("Timezone", "localtime"),
        ("OnlyRooms", "1_abc 1_def"),
        ("OnlyEvents", "a=b"),
        ("CheckHours", "721"),
        ("CheckHours", "1e9"),
        ("LookBackHours", "8761"),
        ("LookBackHours", "0"),
    ],
)
def test_what_template_and_functions_refuse(template: dict[str, Any], name: str, text: str) -> None:
    assert not accepts(template, name, text)
    with pytest.raises(BadSettings):
        SETTING[name](text)


def test_the_template_takes_every_time_zone_that_names_a_place(template: dict[str, Any]) -> None:
    for name in available_timezones():
        try:
            zone_of(name)
        except ValueError:
            continue
        assert accepts(template, "Timezone", name), name


@pytest.mark.parametrize(
    ("text", "accepted"),
    [
        ("rate(15 minutes)", True),
        ("rate(1 hour)", True),
        ("cron(0/15 6-22 ? * MON-FRI *)", True),
        ("cron(0 12 L * ? 2026)", True),
        ("rate(0 minutes)", False),
        ("rate(15 seconds)", False),
        ("every 15 minutes", False),
        ("at(2026-11-30T10:00:00)", False),  # it runs once
        ("cron(0 12 * * *)", False),
    ],
)
def test_a_schedule_repeats(template: dict[str, Any], text: str, *, accepted: bool) -> None:
    assert accepts(template, "ScheduleExpression", text) is accepted
