"""`debrief serve`: a real server on a real port."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, suppress
from datetime import timedelta
from pathlib import Path

import pytest
import requests

from debrief.cli import http_server
from debrief.cli.http_server import Listener
from debrief.cli.main import main
from debrief.delivery.ledger.ledger import Note
from debrief.delivery.ledger.sqlite import SqliteLedger
from debrief.delivery.ledger.suppressions import ALL_LINKS
from debrief.documents import workbook
from debrief.model import Session
from kaltura_standin.webhooks import notification
from support.mailed import Mailed
from support.served import SECRET, served
from support.world import END, START

SESSION = Session("1_cue00001", "1_room0001", START, END)


@pytest.fixture
def server(mailed: Mailed) -> Iterator[Listener]:
    with served(mailed) as listener:
        yield listener


@pytest.fixture
def http() -> Iterator[requests.Session]:
    with requests.Session() as session:
        session.trust_env = False
        yield session


def test_the_page_and_its_files_are_served(server: Listener, http: requests.Session, mailed: Mailed) -> None:
    page = http.get(f"{server.url}/r/{mailed.tokens['ann@example.com']}")
    assert page.status_code == 200
    links = re.findall(r'<li><a href="([^"]*)"', page.text)
    files = [http.get(requests.compat.urljoin(page.url, link)) for link in links]
    kinds = [file.headers["content-type"].partition(";")[0] for file in files]
    assert kinds[:4] == ["text/html", "application/pdf", "application/pdf", workbook.CONTENT_TYPE]
    assert set(kinds[4:]) <= {"text/csv"}  # lists for follow-up, if there are any
    assert files[1].content == mailed.place.read("reports/date=2026-11-02/session=1_cue00001/report.pdf")


def test_an_expired_link_is_renewed_by_its_own_form(server: Listener, http: requests.Session, mailed: Mailed) -> None:
    outbox = mailed.place.root / "outbox"
    mailed.place.clock.now += timedelta(days=31)
    for path in ("", "/pdf"):
        page = http.get(f"{server.url}/r/{mailed.tokens['cy@example.com']}{path}")
        (action,) = re.findall(r'action="([^"]*)"', page.text)
        answer = http.post(requests.compat.urljoin(page.url, action))
        assert "on its way" in answer.text
    before = time.monotonic()
    while not (links := list(outbox.glob("*-link-*"))) and time.monotonic() < before + 60:
        time.sleep(0.02)
    (link,) = links
    assert b"To: cy@example.com" in link.read_bytes()


def test_the_stop_link_of_the_page_leads_to_the_choice(
    server: Listener, http: requests.Session, mailed: Mailed
) -> None:
    page = http.get(f"{server.url}/r/{mailed.tokens['ann@example.com']}")
    (link,) = re.findall(r'href="([^"]*)">Unsubscribe', page.text)
    assert "Which reports" in http.get(requests.compat.urljoin(page.url, link)).text


def test_many_readers_at_once_are_all_served(server: Listener, mailed: Mailed) -> None:
    def read(path: str) -> int:
        with requests.Session() as session:
            session.trust_env = False
            return session.get(f"{server.url}/r/{path}").status_code

    with ThreadPoolExecutor(8) as pool:
        statuses = list(pool.map(read, [*[mailed.tokens["ann@example.com"]] * 40, *["x"] * 40]))
    assert statuses == [200] * 40 + [404] * 40


def test_a_notification_is_noted_within_a_second(server: Listener, http: requests.Session, mailed: Mailed) -> None:
    headers, body = notification(SESSION, secret=SECRET)
    answer = http.post(f"{server.url}/webhook", data=body, headers=headers)
    assert answer.status_code == 204
    assert answer.elapsed < timedelta(seconds=1)
    with closing(SqliteLedger(mailed.place.root / "archive" / ".debrief" / "ledger.sqlite3")) as ledger:
        mark = ledger.note("hint", "last")
    assert mark is not None
    assert mark.at == mailed.place.clock.now
    assert http.post(f"{server.url}/webhook", data=body + b"x", headers=headers).status_code == 403


def raw(server: Listener, request: bytes) -> bytes:
    with socket.create_connection(server.server_address[:2], timeout=30) as connection:  # type: ignore[arg-type]
        connection.sendall(request)
        connection.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: connection.recv(65536), b""))


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (b"GET /r/sesame\r\n\r\n", b"404"),
        (b"GET /r/sesame twice HTTP/1.1\r\n\r\n", b"400"),
        (b"GET /r/sesame HTTP/9.9\r\n\r\n", b"400"),
        (b"GET /r/" + b"s" * 17_000 + b" HTTP/1.1\r\n\r\n", b"431"),
        (b"GET /r/sesame HTTP/1.1\r\n" + b"a: b\r\n" * 2800 + b"\r\n", b"431"),
        (b"POST /u/sesame HTTP/1.1\r\nContent-Length : 40\r\n\r\n", b"400"),
        (b"POST /u/sesame HTTP/1.1\r\ncontent-length: 4\r\ncontent-length: 4\r\n\r\nabcd", b"400"),
        (b"POST /u/sesame HTTP/1.1\r\ncontent-length: 4\r\ncontent-length: 0\r\n\r\nabcd", b"400"),
        (b"POST /u/sesame HTTP/1.1\r\ncontent-length: 4, 4\r\n\r\nabcd", b"400"),
        (b"POST /u/sesame HTTP/1.1\r\ncontent-length: -1\r\n\r\n", b"400"),
        (b"POST /u/sesame HTTP/1.1\r\ncontent-length: \xb2\r\n\r\n", b"400"),
        (b"POST /u/sesame HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n", b"400"),
        (b"POST /u/sesame HTTP/1.1\r\ncontent-length: 99999999999999999999\r\n\r\n", b"413"),
        (b"BREW /robots.txt HTTP/1.1\r\nconnection: close\r\n\r\n", b"405"),
        (b"HEAD /robots.txt HTTP/1.1\r\nconnection: close\r\n\r\n", b"200"),
    ],
)
def test_what_is_no_request_is_refused_in_words_that_do_not_repeat_it(
    server: Listener, capfd: pytest.CaptureFixture[str], request_: bytes, status: bytes
) -> None:
    answer = raw(server, request_)
    assert answer.split(b" ")[1] == status
    assert b"no-store" in answer
    assert b"sesame" not in answer
    assert capfd.readouterr() == ("", "")


def test_hundreds_of_dripping_connections_keep_nobody_out_and_end(
    server: Listener, http: requests.Session, mailed: Mailed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http_server, "REQUEST_SECONDS", 2.0)
    with ExitStack() as stack:
        drips = [stack.enter_context(socket.create_connection(server.server_address, timeout=30)) for _ in range(300)]
        for drip in drips:
            with suppress(ConnectionError):
                drip.sendall(b"GET / HTTP/1.1\r\na: ")
        assert http.get(f"{server.url}/r/{mailed.tokens['ann@example.com']}").status_code == 200
        for drip in drips:
            while True:  # whatever it goes on to send, it ends
                try:
                    drip.sendall(b"x")
                except ConnectionError:
                    break
                time.sleep(0.02)
        assert http.get(f"{server.url}/robots.txt").status_code == 200


def test_a_connection_is_kept_for_many_requests_and_answers_without_delay(server: Listener, mailed: Mailed) -> None:
    path = f"/r/{mailed.tokens['ann@example.com']}".encode()
    with socket.create_connection(server.server_address, timeout=30) as connection:
        for _ in range(3):
            connection.sendall(b"GET " + path + b" HTTP/1.1\r\n\r\n")
            head, _, body = connection.recv(65536).partition(b"\r\n\r\n")  # in one piece
            assert head.startswith(b"HTTP/1.1 200")
            length = int(re.findall(rb"(?i)content-length: (\d+)", head)[0])
            while len(body) < length:
                body += connection.recv(65536)
            assert len(body) == length


def test_every_thread_sees_a_revocation_and_a_restored_ledger_at_once(
    server: Listener, http: requests.Session, mailed: Mailed, tmp_path: Path
) -> None:
    def statuses() -> set[int]:
        with ThreadPoolExecutor(8) as pool:
            return {answer.status_code for answer in pool.map(http.get, [page] * 24)}

    page = f"{server.url}/r/{mailed.tokens['ann@example.com']}"
    assert statuses() == {200}
    file, backup = mailed.place.root / "archive" / ".debrief" / "ledger.sqlite3", tmp_path / "backup.sqlite3"
    shutil.copyfile(file, backup)
    with closing(SqliteLedger(file)) as ledger:
        ledger.put_note(Note("revoked", ALL_LINKS, mailed.place.clock.now))
    assert statuses() == {404}
    shutil.copyfile(backup, file)  # into the file
    assert statuses() == {200}
    with closing(SqliteLedger(backup)) as ledger:
        ledger.put_note(Note("revoked", ALL_LINKS, mailed.place.clock.now))
    backup.replace(file)  # another file in its place
    assert statuses() == {404}


def test_a_port_that_is_taken_is_a_mistake(
    server: Listener, capsys: pytest.CaptureFixture[str], mailed: Mailed
) -> None:
    environ = {"DEBRIEF_ARCHIVE": str(mailed.place.root / "archive")}
    assert main(["serve", "--port", str(server.server_address[1])], environ) == 2
    assert "Address already in use" in capsys.readouterr().err
    with pytest.raises(SystemExit, match="2"):
        main(["serve", "--port", "99999"], environ)
    assert main(["serve", "--host", "0.0.0.0"], environ) == 2
    assert "DEBRIEF_PORTAL_URL" in capsys.readouterr().err


def test_control_c_ends_it_well_and_no_token_was_printed(mailed: Mailed, http: requests.Session) -> None:
    token = mailed.tokens["ann@example.com"]
    environ = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": "functions",
        "DEBRIEF_ARCHIVE": str(mailed.place.root / "archive"),
        "DEBRIEF_OUTBOX": str(mailed.place.root / "outbox"),
    }
    # Tests may have been started to ignore an interruption, as by nohup.
    program = (
        "import runpy, signal; signal.signal(signal.SIGINT, signal.default_int_handler); runpy.run_module('debrief')"
    )
    command = [sys.executable, "-c", program, "serve", "--port", "0", "-v"]
    with subprocess.Popen(command, env=environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        address = process.stdout.readline().strip()
        assert http.get(f"{address}/r/{token}").status_code in {200, 410}
        assert http.get(f"{address}/r/{token}x").status_code == 404
        process.send_signal(signal.SIGINT)
        try:
            out, err = process.communicate(timeout=30)
        finally:
            process.kill()
    assert process.returncode == 0
    assert "The portal has stopped." in err
    assert token not in out + err
