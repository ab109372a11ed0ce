"""The link to the index that `debrief serve` prints, and the page of `/`."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from email import message_from_bytes, policy
from pathlib import Path
from urllib.parse import urljoin

import pytest
import requests

from debrief.cli import serve
from debrief.cli.demo import PORTAL, sample_settings
from debrief.cli.http_server import Listener
from debrief.cli.main import main
from debrief.delivery.ledger.ledger import Note
from debrief.delivery.links.tokens import new_token
from debrief.pipeline.session.selection import Selection, select
from debrief.pipeline.state.session_records import export_order_of
from debrief.portal.app import respond
from debrief.portal.http import Request
from debrief.portal.link_access import local_index_link
from debrief.runner import run
from debrief.settings import Settings
from debrief.wiring import connect
from kaltura_standin.sample_account import SAMPLE_NOW, sample_account
from kaltura_standin.server import StandIn
from support.index_page import SESSION, record, save
from support.mailed import Mailed
from support.served import in_thread

TOKEN = new_token()


@pytest.fixture
def http() -> Iterator[requests.Session]:
    with requests.Session() as session:
        session.trust_env = False
        yield session


@contextmanager
def serving(settings: Settings) -> Iterator[Listener]:
    """`debrief serve` in a thread, with the real clock."""
    with serve.portal(settings, "127.0.0.1", 0, local_token=TOKEN) as listener, in_thread(listener):
        yield listener


def index(mailed: Mailed, path: str = "") -> tuple[int, str]:
    """Ask for a path below the local link, which was made when the clock had its present time."""
    with mailed.services() as services:
        local = replace(services, local_link=local_index_link(TOKEN, mailed.place.clock.now))
        answer = respond(local, Request("GET", f"/i/{TOKEN}{path}"))
    return answer.status, answer.body.decode(errors="replace")


def test_the_local_link_opens_the_index_and_its_files_and_the_ledger_does_not_know_it(mailed: Mailed) -> None:
    status, page = index(mailed)
    assert (status, SESSION in page) == (200, True)
    assert "works until <code>debrief serve</code> stops" in page
    assert index(mailed, f"/{SESSION}/report")[0] == 200
    assert mailed.get(f"/i/{TOKEN}").status == 404
    assert TOKEN not in str(mailed.dump(opened=True))


def test_what_is_opened_with_the_local_link_is_listed(mailed: Mailed, capsys: pytest.CaptureFixture[str]) -> None:
    index(mailed, f"/{SESSION}/pdf")
    main(["links", "show", "--session", SESSION], {"DEBRIEF_ARCHIVE": str(mailed.place.root / "archive")})
    (line,) = [line for line in capsys.readouterr().out.splitlines() if line.startswith("local")]
    assert re.search(r"index +- +pdf 2026-11-02", line)


def test_the_local_link_is_revoked_with_all_links(mailed: Mailed) -> None:
    with mailed.services() as services:
        services.ledger.put_note(Note("revoked", "all", mailed.place.clock.now))
    assert index(mailed)[0] == 404


def test_no_email_can_be_ordered_with_the_local_link(mailed: Mailed) -> None:
    with mailed.services() as services:
        local = replace(services, local_link=local_index_link(TOKEN, mailed.place.clock.now))
        for path in (f"/i/{TOKEN}/renew", f"/r/{TOKEN}/renew", f"/r/{TOKEN}/index"):
            assert respond(local, Request("POST", path)).orders == ()


@pytest.mark.parametrize(
    ("portal_url", "host", "is_printed"),
    [
        ("", "127.0.0.1", True),
        ("", "::1", True),
        ("http://localhost:8780", "127.0.0.1", True),
        ("https://reports.example.com", "127.0.0.1", False),
        ("http://127.0.0.1:8780", "0.0.0.0", False),
    ],
)
def test_only_a_portal_for_this_machine_alone_prints_a_link(portal_url: str, host: str, is_printed: bool) -> None:
    assert serve._is_private(Settings(portal_url=portal_url), host) is is_printed


def test_serve_prints_a_link_that_works_and_shows_the_newest_sessions(
    mailed: Mailed, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, http: requests.Session
) -> None:
    """The sessions are long past, or yet to come, for the real clock."""
    pages: list[requests.Response] = []

    def visit(listener: Listener) -> None:
        thread = threading.Thread(target=Listener.serve_forever, args=[listener])
        thread.start()
        err = capsys.readouterr().err
        (link,) = re.findall(r"http://127\.0\.0\.1:\d+/i/[a-z2-7]{32}\S*", err)
        pages.append(http.get(link))
        listener.shutdown()
        thread.join()

    class Visited(Listener):
        serve_forever = visit  # type: ignore[assignment]

    monkeypatch.setattr("debrief.cli.http_server.Listener", Visited)
    monkeypatch.setattr(serve, "utc_now", lambda: mailed.place.clock.now.replace(year=2031))
    save(mailed, record(1))
    assert main(["serve", "--port", "0", "--archive", str(mailed.place.root / "archive")], {}) == 0
    assert pages[0].status_code == 200
    assert SESSION in pages[0].text


def test_the_root_explains_itself_and_reveals_nothing(mailed: Mailed) -> None:
    answer = mailed.get("/")
    assert answer.status == 200
    text = answer.body.decode()
    assert "personal link in its email" in text
    assert "debrief serve" not in text
    for secret in (SESSION, "Sales", "example.com", *mailed.tokens.values()):
        assert secret not in text
    assert mailed.get("/", "HEAD").body == b""


def test_the_root_of_debrief_serve_points_to_the_terminal_but_has_no_token(
    mailed: Mailed, http: requests.Session
) -> None:
    with serving(mailed.place.settings) as listener:
        page = http.get(listener.url)
    assert "<code>debrief serve</code> has printed" in page.text
    assert TOKEN not in page.text


def test_the_links_in_the_demo_s_emails_open_in_a_portal_on_its_archive(tmp_path: Path, http: requests.Session) -> None:
    """With the real clock, whatever day it is; the port alone is another one than the emails name."""
    with StandIn(sample_account()) as kaltura:
        settings = sample_settings(kaltura, tmp_path)
        services = connect(settings, clock=lambda: SAMPLE_NOW)
        with closing(services.ledger):
            sessions = select(services, Selection(sessions=("1_temcue01",)))
            assert all(outcome.is_well for outcome in run(services, [export_order_of(one) for one in sessions]))
    (mail,) = (tmp_path / "outbox").glob("*.eml")
    links = _links(mail)
    assert {link.partition("/")[0] for link in links} >= {"r", "u"}
    with serving(Settings(archive=settings.archive, outbox=settings.outbox)) as listener:
        assert PORTAL.endswith(f":{serve.PORT}")
        for link in links:
            page = http.get(f"{listener.url}/{link}")
            assert page.status_code == 200, link
        report = http.get(f"{listener.url}/{min(links)}")
        for href in re.findall(r'<li><a href="([^"]*)"', report.text):
            assert http.get(urljoin(report.url, href)).status_code == 200


def _links(mail: Path) -> list[str]:
    """Return what follows the portal's address in all links of an email."""
    message = message_from_bytes(mail.read_bytes(), policy=policy.default)
    bodies = [message.get_body((kind,)) for kind in ("plain", "html")]
    text = " ".join(body.get_content() for body in bodies if body)
    return sorted(set(re.findall(rf"{re.escape(PORTAL)}/([A-Za-z0-9/-]+)", text)))
