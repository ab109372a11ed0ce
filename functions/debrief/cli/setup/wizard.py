"""The questions of setup; each answer is checked live before the next question. Nothing is changed here."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import partial

from debrief.cli.output import print_row
from debrief.cli.setup import answers as parsers
from debrief.cli.setup.answers import REPORTS, AdminLogin, Answers, parse_credential
from debrief.cli.setup.asker import Asker, checked, say_error, say_lines
from debrief.cli.setup.aws_account import AwsAccount, Concurrency, Secret
from debrief.cli.setup.kaltura_account import (
    Administrator,
    WrongAdminSecret,
    check_credential,
    host_of,
    kaltura_errors,
    open_administrator,
    stored_settings,
)
from debrief.cli.setup.senders import SesState, read_ses, rows_of
from debrief.delivery.aws.sender_checks import ACCOUNT, SENDER, SET, check_ses_sender
from debrief.delivery.dns.lookup import Row
from debrief.delivery.dns.resolver import DnsResolver
from debrief.env import AdminSecret, AppToken, ReadyKs, service_url
from debrief.errors import BadCredentials, BadSettings, DebriefError, RetryLater
from debrief.kaltura.api.errors import MissingCode, UnknownAccount
from debrief.kaltura.provision import log_in
from debrief.settings import Settings

QUESTIONS = 8
_WIDTHS = (2, 4, 13)
_CREDENTIAL = (
    "     Paste an app token: its ID, a space, the token.",
    "     Or the account's admin secret, or an administrator's email address: then",
    "     setup creates a read-only role and an app token.",
)
_ACCOUNT = "Kaltura account number (partner id)"
_KEEP = "     Enter keeps the one that is stored."
_REPORTS = (
    "     me          only you, for now",
    "     both        the organizers of each session, and you",
    "     organizers  the organizers of each session",
)


@dataclass(frozen=True)
class Found:
    """What the checks found."""

    account: AwsAccount
    number: str  # of the AWS account
    secret: Secret | None
    settings: Settings  # of Kaltura; without a credential if setup creates one
    administrator: Administrator | None
    ses: SesState | None  # None: not known
    concurrency: Concurrency | None  # None: not known


def interview(asker: Asker, base: Settings) -> tuple[Answers, Found]:
    """Ask and check everything. Raises DebriefError."""
    stack = checked("--stack", parsers.parse_stack, asker.given("stack", parsers.DEFAULT_STACK))
    secret_name = checked("--secret", parsers.parse_secret_name, asker.given("secret", parsers.DEFAULT_SECRET))
    base = replace(
        base, service_url=checked("--kaltura-url", service_url, asker.given("kaltura_url", base.service_url))
    )
    region = asker.ask("region", "AWS region", parsers.parse_region, configured_region())
    while True:
        account = AwsAccount(region)
        try:
            number, concurrency, secret = _aws(account, secret_name)
            break
        except RetryLater as error:
            if not asker.is_interactive:
                raise
            say_error(f"{error} Is this a region of AWS?")
            region = asker.ask_again("AWS region", parsers.parse_region, region)
    settings, administrator = _credential(asker, base, secret)
    sender = asker.ask("sender", "Sender of the reports, such as reports@example.com", parsers.parse_sender)
    admins = asker.ask("admin", "Your email address, for a daily summary and failures", parsers.parse_admins)
    ses = _ses(account, sender, admins.split(","))
    answers = Answers(
        region=account.region,
        sender=sender,
        admins=admins,
        alarm=asker.ask("alarm", "Email address for alarms", parsers.parse_sender, admins.split(",")[0]),
        timezone=asker.ask("timezone", "Time zone", parsers.parse_timezone, parsers.system_timezone()),
        reports=asker.ask("reports", "Who gets reports?", parsers.parse_reports, REPORTS[0], _REPORTS),
        stack=stack,
        secret=secret_name,
        chat_url=base.chat_url,
        service_url=base.service_url,
    )
    return answers, Found(account, number, secret, settings, administrator, ses, concurrency)


def show(rows: Iterable[Row]) -> None:
    """Print what was checked."""
    for row in rows:
        print_row(("", row.status, row.name, row.sentence), _WIDTHS)


def show_credential(settings: Settings) -> bool:
    """Print what a credential may do. Returns whether it is enough for reports."""
    is_enough, rows = check_credential(settings)
    show(rows)
    return is_enough


def configured_region() -> str:
    """Return the region that the AWS CLI would use; blank if none is set."""
    from debrief.delivery.aws.clients import session

    return str(session().get_config_variable("region") or "")


def administrator_settings(asker: Asker, base: Settings, credential: AdminSecret | AdminLogin) -> Settings:
    """Return the settings with an administrator's credential; an email address needs its password too."""
    if isinstance(credential, AdminSecret):
        return replace(base, credential=credential)
    password = asker.hide("Password at Kaltura", str)
    with kaltura_errors(base):
        try:
            return replace(base, credential=log_in(base, credential.address, password))
        except MissingCode:
            code = asker.hide("One-time code", str)
            return replace(base, credential=log_in(base, credential.address, password, code))


def _aws(account: AwsAccount, secret_name: str) -> tuple[str, Concurrency | None, Secret | None]:
    number, user = account.identity()
    show([Row("ok", "AWS", f"account {number}, as {user}")])
    concurrency: Concurrency | None = None
    try:
        concurrency = account.concurrency()
        enough, few = "enough to reserve some for the portal", "too few to reserve any, which is fine"
        what = enough if concurrency.is_enough else few
        show([Row("ok", "concurrency", f"{concurrency.limit} functions at the same time; {what}")])
    except DebriefError as error:
        show([Row("warn", "concurrency", f"not known: {error}")])
    return number, concurrency, account.secret(secret_name)


def _credential(asker: Asker, base: Settings, secret: Secret | None) -> tuple[Settings, Administrator | None]:
    """Return the account with its app token, or with the administrator with whose credential setup creates one."""
    stored = stored_settings(base, secret.values) if secret else None
    known = base.partner_id or (stored.partner_id if stored else _earlier_partner(asker, base))
    partner = asker.ask("partner_id", _ACCOUNT, parsers.parse_partner, known)
    if stored and stored.partner_id != partner:
        stored = None
    base = replace(base, partner_id=partner)
    asker.begin("Kaltura credential")
    if base.credential or not asker.is_interactive:
        return _given_credential(base, stored)
    say_lines(*_CREDENTIAL, *([_KEEP] if stored else []))
    while True:
        parse = partial(_credential_or_stored, stored is not None)
        given = asker.hide("Credential", parse)
        try:
            if isinstance(given, AdminSecret | AdminLogin):
                return _administrator(administrator_settings(asker, base, given))
            return _accepted(replace(base, credential=given) if given else stored or base), None
        except BadSettings:
            raise
        except (UnknownAccount, WrongAdminSecret) as error:  # which of the two answers is wrong is not known
            say_error(str(error))
            base = replace(base, partner_id=asker.ask_again(_ACCOUNT, parsers.parse_partner, base.partner_id))
            stored = stored if stored and stored.partner_id == base.partner_id else None
        except DebriefError as error:
            say_error(str(error))


def _earlier_partner(asker: Asker, base: Settings) -> str:
    """Return the account number in the secret of the last run, which may be in another region; blank if unknown."""
    region, name = asker.earlier.get("region", ""), asker.earlier.get("secret", "")
    if not region or not name:
        return ""
    try:
        secret = AwsAccount(region).secret(name)
        stored = stored_settings(base, secret.values) if secret else None
    except DebriefError:
        return ""  # only a default of the question
    return stored.partner_id if stored else ""


def _credential_or_stored(is_stored: bool, text: str) -> AppToken | AdminSecret | AdminLogin | None:
    return None if is_stored and not text else parse_credential(text)


def _given_credential(base: Settings, stored: Settings | None) -> tuple[Settings, Administrator | None]:
    """Return the account by the credential in the environment, else by the one in the secret. Raises BadSettings."""
    match base.credential:
        case None if stored:
            return _accepted(stored), None
        case None:
            raise BadSettings("Set KALTURA_APP_TOKEN_ID and KALTURA_APP_TOKEN, or KALTURA_ADMIN_SECRET.")
        case ReadyKs():
            raise BadSettings("A KS expires. Set an app token or KALTURA_ADMIN_SECRET instead of KALTURA_KS.")
        case AdminSecret():
            return _administrator(base)
    return _accepted(base), None


def _accepted(settings: Settings) -> Settings:
    """Return the settings if their credential may do what reports need. Raises BadCredentials otherwise."""
    if not show_credential(settings):
        raise BadCredentials("Reports cannot be made with this credential. Correct it in Kaltura, or give another one.")
    return settings


def _administrator(settings: Settings) -> tuple[Settings, Administrator]:
    found = open_administrator(settings)
    show([Row("ok", "Kaltura", f"administrator of account {settings.partner_id} at {host_of(settings)}")])
    if found.role and found.role.more:
        names = ", ".join(sorted(found.role.more))
        show([Row("warn", "Kaltura role", f"somebody gave Debrief's role more permissions: {names}")])
    return replace(settings, credential=None), found


def _ses(account: AwsAccount, sender: str, recipients: list[str]) -> SesState | None:
    try:
        found = read_ses(account, sender, recipients)
    except DebriefError as error:
        show([Row("warn", "SES", f"not known whether {sender} is verified; until it is, nothing is sent. {error}")])
        return None
    show(rows_of(found, sender))
    identity = found.identities[sender]
    if identity and identity.is_verified:  # the DNS records that receivers of its emails look up
        checks = check_ses_sender(account.client("sesv2"), sender, DnsResolver())
        show(row for row in checks if row.status != "ok" and row.name not in {ACCOUNT, SENDER, SET})
    return found
