"""The one door to Kaltura: form POSTs with the KS in the body, retries, and a KS renewed when it expires.

The KS stands in no URL, no log and no error (a GET of a report could be cached by proxies for 100 days).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import quote_plus, urlsplit

import requests
from requests.exceptions import ChunkedEncodingError, ContentDecodingError

from debrief.env import Credential
from debrief.errors import BadCredentials, BadSettings, Forbidden, RetryLater, Unavailable
from debrief.kaltura.api.credentials import is_renewable, start_session
from debrief.kaltura.api.errors import ExpiredKs
from debrief.kaltura.api.rate_limit import Pace
from debrief.kaltura.api.responses import (
    HttpResponse,
    Reply,
    chat_reply_of,
    csv_of,
    item_error,
    multi_reply_of,
    reply_of,
    result_of,
)
from debrief.kaltura.api.retries import retrying
from debrief.settings import Settings

T = TypeVar("T")

CLIENT_TAG = "debrief:1"  # stable: it also steers Kaltura's choice of analytics cluster
TIMEOUT_SECONDS = (10.0, 90.0)  # to connect, to read
QUEUE_SECONDS = 300.0  # what the queue waits after we gave up for now


@dataclass(frozen=True, slots=True)
class ApiCall:
    """One action of a multirequest."""

    service: str
    action: str
    fields: Mapping[str, str]


class Kaltura:
    """Calls Kaltura's API v3 for one account, at most `calls_per_second` requests a second, retries included.

    The chat service is none of the API's, so its requests do not count.
    """

    def __init__(
        self,
        settings: Settings,
        http: requests.Session | None = None,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._root = f"{settings.service_url}/api_v3/service"
        self._chat_url = settings.chat_url
        self._credential = settings.credential
        self._partner_id = settings.partner_id
        self._http = http or requests.Session()
        self._sleep = sleep
        self._pace = Pace(settings.calls_per_second, clock, sleep)
        self._ks = ""
        self.report_row_limit = settings.report_row_limit

    @property
    def has_chat(self) -> bool:
        """Whether the chat service is configured."""
        return bool(self._chat_url)

    def check(self) -> Credential:
        """The credential, if there is one with an account. Raises BadSettings; nothing is asked."""
        if self._credential is None:
            raise BadSettings(
                "No Kaltura credential is set; set KALTURA_APP_TOKEN_ID and KALTURA_APP_TOKEN "
                "(or KALTURA_ADMIN_SECRET, or KALTURA_KS)."
            )
        if not self._partner_id:
            raise BadSettings("KALTURA_PARTNER_ID is not set; it is the account's number.")
        return self._credential

    def call(self, service: str, action: str, fields: Mapping[str, str]) -> Any:
        """The decoded result of an ordinary action. Raises RetryLater or GiveUp."""
        return self.reply(service, action, fields).value

    def reply(self, service: str, action: str, fields: Mapping[str, str]) -> Reply:
        """The same with the bytes as received."""
        name = f"{service}.{action}"
        return self._with_ks(lambda ks: reply_of(self._post(service, action, {**fields, "ks": ks}), name), name)

    def multi(self, requests: Sequence[ApiCall]) -> Reply:
        """Several actions in one call. The value is a list with a result, or an error object, for each in order.

        One action alone is tried again like any call when its error may pass.
        """
        fields = {
            f"{place}:{name}": value
            for place, one in enumerate(requests, start=1)
            for name, value in {"service": one.service, "action": one.action, **one.fields}.items()
        }

        def ask(ks: str) -> Reply:
            reply = multi_reply_of(self._post("multirequest", "", {**fields, "ks": ks}), len(requests))
            error = item_error(reply.value[0], "multirequest") if len(requests) == 1 else None
            if isinstance(error, RetryLater):
                raise error
            return reply

        return self._with_ks(ask, "multirequest")

    def chat(self, path: str, question: Mapping[str, str]) -> Reply:
        """An answer of the chat service, which is none of the API's. Raises Forbidden, BadRequest or Unavailable."""
        if not self._chat_url:
            raise BadSettings("KALTURA_CHAT_URL is not set, so polls are not read.")
        name = f"the chat service's {path}"

        def ask(ks: str) -> Reply:
            headers = {"Authorization": f"KS {ks}"}
            return chat_reply_of(self._send(f"{self._chat_url}/{path}", name, json=question, headers=headers), name)

        try:
            return self._with_ks(ask, name)
        except BadCredentials:
            raise Forbidden(f"The credential may not read {name}.") from None

    def csv(self, report_id: int, params: Mapping[str, str]) -> bytes:
        """A custom report as CSV, whole, as received. Raises QueryTooWide, RetryLater or GiveUp.

        A blank parameter is refused: Kaltura would ignore it and answer for the whole account.
        """
        _refuse_widening(params)
        fields = {"id": str(report_id), "params": ";".join(f"{key}={value}" for key, value in params.items())}
        name = f"report {report_id}"

        def ask(ks: str) -> bytes:
            return csv_of(self._post("report", "getCsvFromStringParams", {**fields, "ks": ks}), name)

        return self._with_ks(ask, name)

    def _with_ks(self, ask: Callable[[str], T], name: str) -> T:
        """Run one call with retries; an expired KS is renewed once and the call repeated."""
        try:
            return self._asked(ask, name)
        except ExpiredKs:
            if not is_renewable(self.check()):
                raise BadCredentials("The KS in KALTURA_KS has expired; make a new one.") from None
        self._ks = ""
        try:
            return self._asked(ask, name)
        except ExpiredKs:
            raise BadCredentials("Kaltura says that a KS made just now has expired; is the clock right?") from None

    def _asked(self, ask: Callable[[str], T], name: str) -> T:
        if not self._ks:
            self._ks = start_session(self.check(), self._partner_id, self._ask_without_ks)
        return self._retrying(lambda: ask(self._ks), name)

    def _ask_without_ks(self, service: str, action: str, fields: dict[str, str]) -> Any:
        name = f"{service}.{action}"
        return self._retrying(lambda: result_of(self._post(service, action, fields), name), name)

    def _retrying(self, ask: Callable[[], T], name: str) -> T:
        try:
            return retrying(name, self._sleep)(ask)
        except RetryLater as error:
            error.after = QUEUE_SECONDS
            raise

    def _post(self, service: str, action: str, fields: Mapping[str, str]) -> HttpResponse:
        name = f"{service}.{action}" if action else service
        url = f"{self._root}/{service}/action/{action}" if action else f"{self._root}/{service}"
        self._pace.wait()
        every = {**fields, "format": "1", "clientTag": CLIENT_TAG}
        form = "&".join(f"{_quoted(key)}={_quoted(value)}" for key, value in every.items())
        return self._send(url, name, data=form, headers={"Content-Type": "application/x-www-form-urlencoded"})

    def _send(self, url: str, name: str, **content: Any) -> HttpResponse:
        try:
            response = self._http.post(url, timeout=TIMEOUT_SECONDS, allow_redirects=False, **content)
        except requests.Timeout:
            raise Unavailable(f"{urlsplit(url).netloc} did not answer {name} in time.") from None
        except (requests.ConnectionError, ChunkedEncodingError, ContentDecodingError):
            raise Unavailable(f"The connection to {urlsplit(url).netloc} failed during {name}.") from None
        except requests.RequestException as error:
            raise BadSettings(f"Kaltura cannot be called: {type(error).__name__}; check KALTURA_SERVICE_URL.") from None
        return HttpResponse(
            response.status_code,
            response.headers.get("Content-Type", ""),
            response.headers.get("X-Kaltura", ""),
            response.content,
        )


def _quoted(text: str) -> str:
    """What quote_plus gives, which looks at each character of a text with a special one: user ids come by thousands."""
    return quote_plus(text.replace("%", "%25").replace("@", "%40").replace("|", "%7C"), safe="%")


def _refuse_widening(params: Mapping[str, str]) -> None:
    """A blank filter is ignored, so the answer is the whole account's (kKavaReportsMgr.class.php)."""
    for key, value in params.items():
        if ";" in value or not all(part.strip() for part in value.split(",")):
            raise BadSettings(f"Report parameter {key} has a blank value or a semicolon; nothing was asked.")
