"""An HTTP client without a network: what is posted is noted, what is answered is scripted or played."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

import requests
from requests.adapters import BaseAdapter

from debrief.env import Credential, ReadyKs
from debrief.kaltura.api.client import Kaltura
from debrief.settings import Settings
from kaltura_standin.account import Account
from kaltura_standin.apierrors import ApiError
from kaltura_standin.report_cache import ReportDesk, string_params

KS = "djJ8MTIzNDV8a-ready-ks-that-must-never-be-seen"
BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True)
class Reply:
    """One HTTP answer."""

    body: bytes = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


def json_reply(body: bytes | str) -> Reply:
    text = body.encode() if isinstance(body, str) else body
    return Reply(text, headers={"Content-Type": "application/json"})


def api_error(code: str, args: str = "[]", message: str = "Message") -> Reply:
    return json_reply(
        f'{{"code":"{code}","message":"{message}","objectType":"KalturaAPIException","args":{args}}}',
    )


def csv_reply(body: bytes) -> Reply:
    return Reply(body, headers={"Content-Type": "text/csv"})


EXPIRED = api_error("INVALID_KS", '{"KSID":"EXPIRED","ERR_CODE":"-1","ERR_DESC":"INVALID_STR"}')
BLOCKED = api_error("ACTION_BLOCKED")
FAILED = api_error("INTERNAL_SERVERL_ERROR")
TOO_WIDE = api_error("DRUID_QUERY_TIMED_OUT")


class Wire(BaseAdapter):
    """Answers each request by a function of it, or with the next of a script."""

    def __init__(self, *script: Reply | Exception, play: Callable[[dict[str, str]], Reply] | None = None) -> None:
        super().__init__()
        self.requests: list[requests.PreparedRequest] = []
        self.options: list[dict[str, Any]] = []
        self._script = list(script)
        self._play = play

    @property
    def forms(self) -> list[dict[str, str]]:
        """The fields of each request's body."""
        return [_form(request) for request in self.requests]

    @property
    def params(self) -> list[dict[str, str]]:
        """The parameters of each report asked for."""
        return [string_params(form["params"]) for form in self.forms if "params" in form]

    def send(self, request: requests.PreparedRequest, *_: Any, **options: Any) -> requests.Response:
        self.requests.append(request)
        self.options.append(options)
        reply = self._play(_form(request)) if self._play else self._script.pop(0)
        if isinstance(reply, Exception):
            raise reply
        response = requests.Response()
        response.status_code, response._content, response.url = reply.status, reply.body, str(request.url)
        response.headers.update(reply.headers)
        response.request = request
        return response

    def close(self) -> None:
        """Nothing to close."""


def _form(request: requests.PreparedRequest) -> dict[str, str]:
    return dict(parse_qsl(str(request.body or ""), keep_blank_values=True))


def over(wire: Wire, waits: list[float] | None = None, credential: Credential | None = None, **changes: Any) -> Kaltura:
    """A client whose only way out is this wire, and which only notes how long it would wait."""
    http = requests.Session()
    http.trust_env = False
    http.adapters.clear()
    http.mount("https://", wire)
    settings = Settings(partner_id="12345", credential=credential or ReadyKs(KS), **changes)
    return Kaltura(settings, http, (waits if waits is not None else []).append)


def reports_of(account: Account) -> Wire:
    """A wire behind which the stand-in's reports are made, without a server."""
    desk = ReportDesk()

    def play(form: dict[str, str]) -> Reply:
        try:
            return csv_reply(desk.csv(account, int(form["id"]), string_params(form["params"])).body)
        except ApiError as error:
            return api_error(error.code)

    return Wire(play=play)


def written(header: Sequence[str], rows: Sequence[Sequence[str]]) -> bytes:
    """A table as the Kaltura server writes it: commas become spaces, nothing else is touched."""
    lines = [",".join(header), *(",".join(cell.replace(",", " ") for cell in row) for row in rows)]
    return BOM + "".join(f"{line}\n" for line in lines).encode()
