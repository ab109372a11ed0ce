"""Run setup from the first question to the commands that remain; or undo it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from debrief.cli.output import print_row, say
from debrief.cli.setup.answers import DEFAULT_SECRET, PARSERS, Answers, earlier_answers, parse_region
from debrief.cli.setup.asker import Asker, checked, flag_of, say_lines
from debrief.cli.setup.changes import Change, Plan, installation_of
from debrief.cli.setup.previous import Previous, find_previous
from debrief.cli.setup.samconfig import SamConfig, read_config
from debrief.cli.setup.senders import DNS_RECORDS
from debrief.cli.setup.undo import Undo
from debrief.cli.setup.wizard import QUESTIONS, Found, configured_region, interview, show, show_credential
from debrief.delivery.dns.lookup import Row
from debrief.errors import BadSettings, DebriefError
from debrief.settings import Settings

_NEEDED = ("region", "sender", "admin", "partner_id")
_CREDENTIAL = "KALTURA_APP_TOKEN_ID and KALTURA_APP_TOKEN (or KALTURA_ADMIN_SECRET) in the environment"


def run_setup(
    folder: Path,
    flags: Mapping[str, str | None],
    environ: Mapping[str, str],
    *,
    is_interactive: bool,
    is_confirmed: bool,
) -> int:
    """Ask, check, show, change. Returns the exit code; raises DebriefError."""
    config = read_config(folder)
    asker = Asker(flags, earlier_answers(config), QUESTIONS, is_interactive)
    base = _kaltura_settings(environ)
    check_flags(flags)
    if not is_interactive:
        _check_flags(asker, base, has_config=config is not None, is_confirmed=is_confirmed)
    else:
        say_lines(f"Debrief setup: {QUESTIONS} questions. Nothing is changed before you confirm.")
    try:
        answers, found = interview(asker, base)
    except KeyboardInterrupt:
        say_lines("", "Interrupted. Nothing was changed, and no answer was saved.")
        return 130
    plan = Plan(answers, found, folder, config)
    is_stored = plan.token is not None
    changes = plan.changes()
    previous = _previous(config, answers, found)
    if not changes:
        say_lines("", "Nothing to change: everything is as you answered.")
    elif not make_changes(asker, changes, "Setup will:", is_confirmed=is_confirmed):
        return 1
    if found.administrator and plan.token:
        say_lines("", f"With the {'stored' if is_stored else 'new'} app token:")
        if not show_credential(replace(found.settings, credential=plan.token)):
            say("Reports cannot be made with this app token. See docs/kaltura.md, correct its role, run setup again.")
            return 1
    if not answers.chat_url and not (config and config.parameters.get("KalturaChatUrl")):
        say_lines("", 'Reports have no polls until you set KalturaChatUrl (docs/deploy.md, "Later").')
    _say_what_remains(found, previous)
    return 0


def run_undo(
    folder: Path,
    flags: Mapping[str, str | None],
    environ: Mapping[str, str],
    *,
    is_interactive: bool,
    is_confirmed: bool,
) -> int:
    """Show what setup created, ask, and delete it. Returns the exit code; raises DebriefError."""
    asker = Asker(flags, earlier_answers(read_config(folder)), QUESTIONS, is_interactive)
    if not is_interactive and not is_confirmed:
        raise BadSettings("There is no terminal to ask, so setup --undo needs --yes.")
    region = checked("--region", parse_region, asker.given("region", configured_region()))
    changes = Undo(asker, _kaltura_settings(environ), folder, region).changes()
    if not changes:
        say_lines("", "Nothing to remove: setup created nothing that is still there.")
        return 0
    if not make_changes(asker, changes, "Setup will remove what it created:", is_confirmed=is_confirmed):
        return 1
    say_lines("", "All of this is removed. To prepare a deployment again, run debrief setup.")
    return 0


def check_flags(flags: Mapping[str, str | None]) -> None:
    """Raise BadSettings for a flag that is no valid answer, before anything is asked for."""
    for name, parse in PARSERS.items():
        text = flags.get(name)
        if text is not None:
            checked(flag_of(name), parse, text)


def make_changes(asker: Asker, changes: Sequence[Change], head: str, *, is_confirmed: bool) -> bool:
    """Show the changes, ask, and make them. Returns whether they were made."""
    say_lines("", head)
    for change in changes:
        print_row(("", change.verb, change.what), (2, 7))
        for detail in change.details:
            print_row(("", "", detail), (2, 7))
    if not is_confirmed and not asker.confirm("Continue?"):
        say("Nothing was changed or saved.")
        return False
    say_lines("")
    done = 0
    try:
        for change in changes:
            change.make()
            print_row(("", "done", f"{change.verb} {change.what}"), (2, 7))
            done += 1
    except (KeyboardInterrupt, DebriefError):
        say_lines(
            "",
            f"{done} of {len(changes)} changes are complete. To complete the others, run the",
            "same command again, with the same answers and the same credential.",
            "debrief setup --undo removes what setup created.",
        )
        raise
    return True


def _kaltura_settings(environ: Mapping[str, str]) -> Settings:
    return Settings.from_environment({name: text for name, text in environ.items() if name.startswith("KALTURA_")})


def _previous(config: SamConfig | None, answers: Answers, found: Found) -> Previous | None:
    """Return what stays of another stack or region, and print a warning about it."""
    region = (config.region if config else "") or answers.region
    secret = (config.parameters.get("KalturaSecretName") if config else "") or DEFAULT_SECRET
    previous = find_previous(config, answers, installation_of(found.number, region, secret))
    if previous:
        say_lines("")
        show(Row("warn", "earlier stack", sentence) for sentence in previous.warnings)
    return previous


def _say_what_remains(found: Found, previous: Previous | None) -> None:
    if found.ses and found.ses.links:
        say_lines("", "Open the link that AWS emails to each of these; until then emails wait:")
        say_lines(*(f"  {name}" for name in found.ses.links))
        say_lines("If a link has expired (after 24 hours), this sends a new one:")
        region = found.account.region
        say_lines(f"  aws ses verify-email-identity --region {region} --email-address ADDRESS")
    if found.ses and found.ses.domains:
        say_lines("", "Add the DNS records of each of these domains; until then emails wait:")
        say_lines(*(f"  {name}" for name in found.ses.domains), f"See {DNS_RECORDS}.")
    if previous:
        say_lines("", "Before `make deploy`, remove the earlier deployment, unless you need it:")
        say_lines(*(f"  {command}" for command in previous.commands))
    say_lines(
        "",
        "Two commands remain:",
        "",
        "  make deploy    # builds and deploys; about ten minutes the first time",
        "  make status    # lists sessions, and what became of their reports",
    )


def _check_flags(asker: Asker, base: Settings, *, has_config: bool, is_confirmed: bool) -> None:
    """Raise BadSettings that names everything that cannot be asked for."""
    known = {"region": configured_region(), "partner_id": base.partner_id}
    # Partner and credential may be in the secret, if setup ran before.
    missing = [
        flag_of(name)
        for name in _NEEDED
        if not asker.given(name, known.get(name, "")) and not (name == "partner_id" and has_config)
    ]
    if base.credential is None and not has_config:
        missing.append(_CREDENTIAL)
    if not is_confirmed:
        missing.append("--yes")
    if missing:
        reason = "--yes asks nothing" if is_confirmed else "There is no terminal to ask"
        raise BadSettings(f"{reason}, so setup needs {', '.join(missing)}.")
