"""The stand-in: a local server that implements Kaltura's API v3 over real HTTP, on the loopback address only.

    with StandIn(sample_account()) as kaltura:
        requests.post(f"{kaltura.url}/api_v3/service/session/action/start", data={…})

It answers in JSON and XML. `account` may be replaced while the server runs, for example by an account with a later
`now`.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import replace
from http.client import responses
from types import TracebackType
from typing import Self

from kaltura_standin.account import Account
from kaltura_standin.actions import find_action
from kaltura_standin.answers import JSON, XML, Answer, error_answer, html_answer, result_answer
from kaltura_standin.apierrors import ApiError
from kaltura_standin.call import Call
from kaltura_standin.captions import STORAGE_ROOT, stored
from kaltura_standin.chat import answer_chat
from kaltura_standin.dispatch import perform
from kaltura_standin.faults import Fault, Faults, cut_answer
from kaltura_standin.ks import Keyring
from kaltura_standin.loopback import LoopbackServer
from kaltura_standin.registrations import answer_registrations
from kaltura_standin.report_cache import ReportDesk
from kaltura_standin.request import CHAT_ROOT, REGISTRATIONS_ROOT, ROOT, Received
from kaltura_standin.summary.endpoint import SummaryDesk

_POLL_SECONDS = 0.005  # interval at which the server checks whether to stop
_PRIVATE = b"privateTranscripts"
_REVOKED = {"expire_ks": "EXPIRED", "logout": "LOGOUT"}


class StandIn:
    """A server with one account. `requests` has the requests received, in order; `faults` has the faults to inject.

    `forbidden` has the forbidden requests that were received: at Kaltura they could show the people of other events, or
    private words. If there are any, the end of a `with` block raises AssertionError.
    """

    def __init__(self, account: Account, port: int = 0) -> None:
        self.account = account
        self.faults = Faults()
        self.requests: list[Received] = []
        self.forbidden: list[str] = []
        self._keyring = Keyring(account.partner_id, account.admin_secret)
        self._desk = ReportDesk()
        self._summary = SummaryDesk()
        self._stopping = threading.Event()
        self._server = LoopbackServer(port, self.respond)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(_POLL_SECONDS,), name="standin")

    @property
    def url(self) -> str:
        """Return the service URL, without /api_v3."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    @property
    def chat_url(self) -> str:
        """Return the base URL of the chat service, which answers under `/polls/analytics`."""
        return self.url + CHAT_ROOT

    @property
    def registration_urls(self) -> tuple[str, str, str]:
        """Return the base URLs of the services for registration apps, for registrations, and of the Events API."""
        url = self.url + REGISTRATIONS_ROOT
        return url, url, url

    def start(self) -> None:
        """Start the server."""
        self._thread.start()

    def stop(self) -> None:
        """Close every connection, wait for the answers in progress, and release the port."""
        self._stopping.set()
        self._server.shutdown()
        self._thread.join()
        self._server.close_connections()
        self._server.server_close()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
        if self.forbidden and error is None:
            raise AssertionError(self.forbidden[0])

    def respond(self, request: Received) -> Answer | None:
        """Return the answer with its faults; None if the connection must be reset."""
        self.requests.append(request)
        if _PRIVATE in request.body or _PRIVATE.decode() in request.path:
            self.forbidden.append("The private transcripts of the chat were requested.")
        faults = self.faults.strike(request)
        kinds = {fault.kind: fault for fault in faults}
        if "hang" in kinds:
            self._stopping.wait(kinds["hang"].seconds)
        if "reset" in kinds:
            return None
        answer = self._answer(request, faults)
        if "truncate" in kinds:
            answer = cut_answer(answer, kinds["truncate"])
        ids = {"X-Kaltura-Session": str(len(self.requests)), "X-Me": "standin"}
        return replace(answer, headers={**ids, **answer.headers})

    def _answer(self, request: Received, faults: Sequence[Fault]) -> Answer:
        for fault in faults:
            if fault.kind == "http_status":
                return html_answer(fault.status, responses.get(fault.status, "Error"))
            if fault.kind == "redirect":
                return html_answer(302, "Found", {"Location": fault.to})
            if fault.kind in _REVOKED:
                self._keyring.revoke_all(_REVOKED[fault.kind], str(request.params.get("ks", "")))
        if request.is_under(CHAT_ROOT):
            return answer_chat(self._summary.footage(self.account), self._keyring, request)
        if request.is_under(REGISTRATIONS_ROOT):
            return answer_registrations(self.account, self._keyring, request, self.forbidden, faults)
        if request.is_under(STORAGE_ROOT):
            return self._storage_answer(request)
        return self._api_answer(request, faults) if request.is_under(ROOT) else html_answer(404, "Not Found")

    def _api_answer(self, request: Received, faults: Sequence[Fault]) -> Answer:
        format_ = str(request.params.get("format", XML))
        try:
            _check_format(format_)
            return result_answer(perform(self._call(request, faults)), format_)
        except ApiError as error:
            return error_answer(error, format_, gives_file=_gives_file(request))

    def _storage_answer(self, request: Received) -> Answer:
        """Return a file in the storage, which must not get a KS."""
        if b"ks=" in request.body or "ks=" in request.path or "Authorization" in request.headers:
            self.forbidden.append("The storage of files got a KS.")
        body = stored(self.account, request.path.rpartition("/")[2])
        return html_answer(404, "Not Found") if body is None else Answer(body, "text/plain")

    def _amend(self, account: Account) -> None:
        self.account = account

    def _call(self, request: Received, faults: Sequence[Fault]) -> Call:
        return Call(
            service=request.service,
            action=request.action,
            params=request.params,
            account=self.account,
            keyring=self._keyring,
            desk=self._desk,
            summary=self._summary,
            strike_part=self.faults.strike_part,
            amend=self._amend,
            faults=faults,
            forbidden=self.forbidden,
            url=self.url,
        )


def _check_format(format_: str) -> None:
    if format_ not in {JSON, XML}:
        raise ApiError("UNKNOWN_RESPONSE_FORMAT", FORMAT=format_)


def _gives_file(request: Received) -> bool:
    try:
        return find_action(request.service, request.action).gives_file
    except ApiError:
        return False
