"""What the graders look at: the demo's output with links and all three tiers, every web page and every mail.

`python -m audit.samples DIR` makes DIR/archive and DIR/outbox, in DIR/pages copies of what a browser or a mail
program shows, by name: report-…, event-…, portal-…, mail-…; and DIR/worlds, see worlds.py.
"""

from __future__ import annotations

import re
import shutil
import sys
from collections.abc import Iterator
from contextlib import closing, redirect_stderr, redirect_stdout
from dataclasses import replace
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from io import StringIO
from pathlib import Path
from zoneinfo import ZoneInfo

from audit.worlds import worlds
from debrief.cli.demo import play, sample_settings
from debrief.delivery.ledger.ledger import Note
from debrief.documents.data.summary_json import from_json
from debrief.documents.mail.report import Letter, render_mail
from debrief.documents.presentation import Presentation
from debrief.pipeline.services import Services
from debrief.portal.app import respond
from debrief.portal.http import Request, Response
from debrief.portal.link_access import check_report_link
from debrief.runner import run_notices
from debrief.settings import Settings
from debrief.wiring import connect
from kaltura_standin.sample_account import SAMPLE_NOW, sample_account
from kaltura_standin.server import StandIn

PORTAL = "https://reports.example.com"
NAMES, TOTALS = "names@example.com", "totals@example.com"  # beside those whom the demo mails, who see everything
RULES = f"""\
version: 1
people:
  {NAMES}: {{see: names}}
  {TOTALS}: {{see: totals}}
rules:
  - {{name: Every session, when: {{title: "*"}}, to: [{NAMES}, {TOTALS}]}}
  - {{name: The event, when: {{event: "77"}}, to: [{NAMES}, {TOTALS}]}}
"""
FORM = {"content-type": "application/x-www-form-urlencoded"}


def main(out: Path) -> None:
    """Make everything anew."""
    shutil.rmtree(out, ignore_errors=True)
    (out / "pages").mkdir(parents=True)
    (out / "rules.yaml").write_text(RULES)
    printed = StringIO()
    with StandIn(sample_account()) as kaltura:
        settings = _settings(kaltura, out)
        with redirect_stdout(printed), redirect_stderr(printed):
            code = play(settings, out)
    if code:
        raise SystemExit(f"The demo failed:\n{printed.getvalue()}")
    with closing((services := _services(settings, SAMPLE_NOW)).ledger):
        run_notices(services)
    for name, page in (*_reports(out), *_mails(out), *_portal(settings, out)):
        (out / "pages" / f"{name}.html").write_bytes(page)
    for _ in worlds(out):
        pass


def _settings(kaltura: StandIn, out: Path) -> Settings:
    return replace(
        sample_settings(kaltura, out),
        portal_url=PORTAL,
        rules=str(out / "rules.yaml"),
        admin_to=("admin@example.com",),
        contact="Events team <events@example.com>",
    )


def _services(settings: Settings, now: datetime) -> Services:
    return connect(settings, lambda: now, asks_kaltura=False)


def _reports(out: Path) -> Iterator[tuple[str, bytes]]:
    """Every report of every tier."""
    for path in sorted((out / "archive" / "reports").rglob("*.html")):
        session = path.relative_to(out / "archive" / "reports").parts[1].removeprefix("session=")
        kind = "event" if session.startswith("event-") else "report"
        yield f"{kind}-{session}{path.stem.removeprefix('report').replace('.', '-')}", path.read_bytes()


def _mails(out: Path) -> Iterator[tuple[str, bytes]]:
    """Return the HTML of every email, and of an update whose figures have changed."""
    for path in sorted((out / "outbox").glob("*.eml")):
        yield f"mail-{path.stem}", _html(path.read_bytes())
    summary = from_json(next(out.glob("archive/reports/*/session=1_wbncue01/summary.json")).read_bytes())
    before = {"unique_attendees": 1200.0, "presence_average": 31.0, "engagement_rate": 0.5}
    letter = Letter(
        sender="debrief@example.com", to="ann@example.com", why="You hosted this session.", previous_figures=before,
        contact="events@example.com", unsubscribe=f"{PORTAL}/u/token", file_links=[("Report", f"{PORTAL}/r/token")],
    )  # fmt: skip
    yield "mail-updated", _html(render_mail(summary, Presentation(ZoneInfo("Europe/Berlin")), letter))


def _html(mail: bytes) -> bytes:
    message = message_from_bytes(mail, policy=policy.default)
    assert isinstance(message, EmailMessage)
    part = message.get_body(("html",))
    assert part is not None
    return str(part.get_content()).encode()


def _portal(settings: Settings, out: Path) -> Iterator[tuple[str, bytes]]:
    """Each page of the portal once, asked for in the order in which a person would come to see it."""
    tokens = {address: _token(out, "1_wbncue01", address) for address in (NAMES, TOTALS)}
    event, names, totals = _token(out, "event-77", NAMES), tokens[NAMES], tokens[TOTALS]
    later = SAMPLE_NOW + timedelta(days=settings.link_days + 1)
    for name, now, method, path, body in (
        ("start-names", SAMPLE_NOW, "GET", f"/r/{names}", ""),
        ("start-totals", SAMPLE_NOW, "GET", f"/r/{totals}", ""),
        ("start-event", SAMPLE_NOW, "GET", f"/r/{event}", ""),
        ("report-names", SAMPLE_NOW, "GET", f"/r/{names}/report", ""),
        ("root", SAMPLE_NOW, "GET", "/", ""),
        ("index", SAMPLE_NOW, "GET", f"/i/{_admin_token(out)}", ""),
        ("unknown", SAMPLE_NOW, "GET", "/r/nothing", ""),
        ("not-allowed", SAMPLE_NOW, "POST", f"/r/{names}", ""),
        ("unsubscribe", SAMPLE_NOW, "GET", f"/u/{names}", ""),
        ("unsubscribe-wrong", SAMPLE_NOW, "POST", f"/u/{names}", "choice=none"),
        ("unsubscribe-room", SAMPLE_NOW, "POST", f"/u/{names}", "choice=room"),
        ("unsubscribe-room-again", SAMPLE_NOW, "POST", f"/u/{names}", "choice=room-again"),
        ("unsubscribe-event", SAMPLE_NOW, "GET", f"/u/{event}", ""),
        ("unsubscribe-all", SAMPLE_NOW, "POST", f"/u/{names}", "choice=all"),
        ("expired", later, "GET", f"/r/{names}", ""),
        ("renewed", later, "POST", f"/r/{names}/renew", ""),
        ("unreachable", later, "POST", f"/r/{totals}/renew", ""),
    ):
        services = _services(settings, now)
        with closing(services.ledger):
            if name == "unreachable":
                _suppress(services, totals)
            yield f"portal-{name}", _asked(services, method, path, body).body
    manifest = next(out.glob("archive/reports/*/session=1_wbncue01/manifest.json"))
    hidden = manifest.rename(out / "manifest.json")
    with closing((services := _services(settings, SAMPLE_NOW)).ledger):
        yield "portal-gone", _asked(services, "GET", f"/r/{names}", "").body
    hidden.rename(manifest)


def _asked(services: Services, method: str, path: str, body: str) -> Response:
    response = respond(services, Request(method, path, FORM, body.encode()))
    assert response.body, (method, path, response.status)
    return response


def _token(out: Path, session: str, address: str) -> str:
    """The token of the link that an address was mailed about a session."""
    for path in out.glob(f"outbox/{session}-r*.eml"):
        message = message_from_bytes(path.read_bytes(), policy=policy.default)
        if message["To"] == address:
            return re.findall(rf"{PORTAL}/r/([a-z2-7]+)", _html(path.read_bytes()).decode())[0]
    raise SystemExit(f"Nobody mailed {address} about {session}.")


def _admin_token(out: Path) -> str:
    """The token of the link to the index in an admin's email."""
    mails = "".join(_html(path.read_bytes()).decode() for path in sorted(out.glob("outbox/admin-*.eml")))
    return re.findall(rf"{PORTAL}/i/([a-z2-7]+)", mails)[0]


def _suppress(services: Services, token: str) -> None:
    """The ledger's note that mails to this link's recipient came back."""
    found = check_report_link(services, token)
    assert found is not None
    services.ledger.put_note(Note("suppressed", found.link.recipient_id, services.clock()))


main(Path(sys.argv[1]).resolve())
