"""The client of Kaltura's API. It retries calls and renews an expired KS (Kaltura session token).

Calls are form POSTs, because proxies could cache a GET of a report for 100 days. The KS never appears in a URL, a log
or an error.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import cached_property
from typing import Any, TypeVar
from urllib.parse import quote_plus, urlsplit

import requests
from requests.exceptions import ChunkedEncodingError, ContentDecodingError

from debrief.env import AppToken, Credential
from debrief.errors import BadCredentials, BadSettings, DebriefError, Forbidden, RetryLater, Unavailable
from debrief.kaltura.api.credentials import KeptKs, is_renewable, start_with_token
from debrief.kaltura.api.errors import THROTTLE_SECONDS, ExpiredKs, ServerFailed
from debrief.kaltura.api.multirequest import ApiCall, CallKey, action_counts, form_of, groups_of
from debrief.kaltura.api.rate_limit import Pace
from debrief.kaltura.api.responses import (
    CHAT_URL,
    MULTIREQUEST,
    REGISTRATIONS_URL,
    SERVICE_URL,
    HttpResponse,
    Reply,
    chat_reply_of,
    csv_of,
    events_reply_of,
    file_of,
    is_throttled,
    item_error,
    items_of,
    limited_body,
    multi_reply_of,
    registrations_reply_of,
    reply_of,
    result_of,
    storage_url,
)
from debrief.kaltura.api.retries import ATTEMPTS, BRIEF_ATTEMPTS, retrying
from debrief.settings import Settings

log = logging.getLogger(__name__)

T = TypeVar("T")

CLIENT_TAG = "debrief:1"  # do not change: Kaltura routes analytics requests by this tag
TIMEOUT_SECONDS = (10.0, 90.0)  # for the connection, and for the answer
BRIEF_SECONDS = (5.0, 20.0)
_REGISTRATION_SERVICES = {"app-registry": 0, "user-profile": 1, "reports": 1, "event-users": 2}  # places of their URLs
QUEUE_SECONDS = 300.0  # from the last failed retry until the queue first delivers the order again


class Kaltura:
    """A client of Kaltura's API v3 for one account.

    `calls_per_second` limits all requests, including retries, except requests to the chat service. It also limits the
    calls of each action, of which a multirequest may have several.
    """

    def __init__(
        self,
        settings: Settings,
        http: requests.Session | None = None,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._settings = settings
        self._root = f"{settings.service_url}/api_v3/service"
        self._chat_url = settings.chat_url
        self._registration_urls = settings.registration_urls
        self._registration_scheme = settings.registration_scheme
        self._credential = settings.credential
        self._partner_id = settings.partner_id
        self._http = http or requests.Session()
        self._sleep = sleep
        self._pace = Pace(settings.calls_per_second, clock, sleep)
        self._now = now
        self._ks = KeptKs(settings.partner_id, self.call_without_ks, now)
        self._ahead: dict[CallKey, HttpResponse] = {}
        self._attempts, self._timeout = ATTEMPTS, TIMEOUT_SECONDS
        self.report_row_limit = settings.report_row_limit

    @property
    def has_chat(self) -> bool:
        return bool(self._chat_url)

    @property
    def has_registrations(self) -> bool:
        return bool(self._registration_urls)

    @property
    def has_event_users(self) -> bool:
        return len(self._registration_urls) > _REGISTRATION_SERVICES["event-users"]

    @cached_property
    def registrar(self) -> Kaltura:
        """Return the client for calls about registrations: this one, or one with the app token for registrations.

        Both have the same limit of calls per second.
        """
        token = self._settings.registration_token
        if token is None:
            return self
        settings = replace(self._settings, credential=token, registration_token=None)
        other = Kaltura(settings, self._http, self._sleep, now=self._now)
        other._pace = self._pace
        return other

    def require_credential(self) -> Credential:
        """Return the credential, without a request. Raises BadSettings when credential or account number is not set."""
        if self._credential is None:
            raise BadSettings(
                "No Kaltura credential is set; set KALTURA_APP_TOKEN_ID and KALTURA_APP_TOKEN "
                "(or KALTURA_ADMIN_SECRET, or KALTURA_KS)."
            )
        if not self._partner_id:
            raise BadSettings("KALTURA_PARTNER_ID is not set; set it to the account's number.")
        return self._credential

    def token_hash_algorithm(self) -> str:
        """Return the name of the hash algorithm that Kaltura accepts for the app token; blank for another credential.

        This starts a new KS. Raises BadCredentials, BadSettings or RetryLater.
        """
        credential = self.require_credential()
        if not isinstance(credential, AppToken):
            return ""
        return start_with_token(credential, self._partner_id, self.call_without_ks)[1]

    def call(self, service: str, action: str, fields: Mapping[str, str]) -> Any:
        """Call an action. Returns the decoded result. Raises RetryLater or GiveUp."""
        return self.call_raw(service, action, fields).value

    def call_raw(self, service: str, action: str, fields: Mapping[str, str]) -> Reply:
        """Call an action. Returns the decoded result and the bytes as received."""
        name = f"{service}.{action}"
        key = ApiCall(service, action, fields).key

        def ask(ks: str) -> Reply:
            answer = self._ahead.pop(key, None) or self._post(service, action, {**fields, "ks": ks})
            return reply_of(answer, name)

        return self._with_ks(ask, name)

    def file(self, service: str, action: str, fields: Mapping[str, str], most: int) -> bytes:
        """Return a file of at most `most` bytes. If Kaltura redirects to its storage, the storage does not get the KS.

        Raises BadRequest for a larger file, RetryLater or GiveUp.
        """
        name = f"{service}.{action}"

        def ask(ks: str) -> bytes:
            answer = self._post(service, action, {**fields, "ks": ks}, most=most)
            if answer.location:
                url = storage_url(answer.location, self._root)
                answer = self._send(url, name, SERVICE_URL, method="GET", most=most)
            return file_of(answer, name)

        return self._with_ks(ask, name)

    @contextmanager
    def briefly(self) -> Iterator[None]:
        """Make each call in this block at most twice, with short timeouts: a report must not wait for these answers."""
        self._attempts, self._timeout = BRIEF_ATTEMPTS, BRIEF_SECONDS
        try:
            yield
        finally:
            self._attempts, self._timeout = ATTEMPTS, TIMEOUT_SECONDS

    @contextmanager
    def ahead(self, calls: Iterable[ApiCall]) -> Iterator[None]:
        """Make these calls in multirequests. Inside the block, `call` and `call_raw` use each answer once.

        An answer counts as the first attempt of its call, so an error is treated like the error of a single call. If a
        multirequest fails as a whole, or Kaltura limits the rate of some of its calls, these calls are made when they
        are needed. Raises BadCredentials, BadSettings or RetryLater when Kaltura gives no KS.
        """
        keys: list[CallKey] = []
        try:
            for group in groups_of(calls):
                for key, answer in self._answers_ahead(group).items():
                    keys.append(key)
                    self._ahead[key] = answer
            yield
        finally:
            for key in keys:
                self._ahead.pop(key, None)

    def _answers_ahead(self, calls: Sequence[ApiCall]) -> dict[CallKey, HttpResponse]:
        def ask(ks: str) -> list[HttpResponse]:
            try:
                return items_of(self._post_calls(calls, ks), len(calls))
            except BadCredentials:
                raise
            except DebriefError as error:
                log.warning("Making %d calls one by one: %s", len(calls), error)
                return []

        answers = dict(zip((call.key for call in calls), self._with_ks(ask, MULTIREQUEST), strict=False))
        throttled = [key for key, answer in answers.items() if is_throttled(answer)]
        if throttled:
            self._sleep(THROTTLE_SECONDS)
        return {key: answer for key, answer in answers.items() if key not in throttled}

    def multi(self, calls: Sequence[ApiCall]) -> Reply:
        """Call several actions in one request. The value is a list with a result or an error object for each action.

        A request with only one action is retried if the action fails temporarily.
        """

        def ask(ks: str) -> Reply:
            reply = multi_reply_of(self._post_calls(calls, ks), len(calls))
            error = item_error(reply.value[0], MULTIREQUEST) if len(calls) == 1 else None
            if isinstance(error, RetryLater):
                raise error
            return reply

        return self._with_ks(ask, MULTIREQUEST)

    def _post_calls(self, calls: Sequence[ApiCall], ks: str) -> HttpResponse:
        return self._post(MULTIREQUEST, "", {**form_of(calls), "ks": ks}, counts=action_counts(calls))

    def chat(self, path: str, question: Mapping[str, str]) -> Reply:
        """Call the chat service, which is not part of the API.

        Raises Forbidden, BadRequest, Unavailable, or BadSettings if KALTURA_CHAT_URL is not set or wrong.
        """
        if not self._chat_url:
            raise BadSettings("KALTURA_CHAT_URL is not set, so polls are not read.")
        name = f"the chat service's {path}"

        def ask(ks: str) -> Reply:
            headers = {"Authorization": f"KS {ks}"}
            return chat_reply_of(
                self._send(f"{self._chat_url}/{path}", name, CHAT_URL, json=question, headers=headers), name
            )

        return self._with_right(ask, name)

    def registrations(self, path: str, question: Mapping[str, Any]) -> Reply:
        """Call a registration service: of apps (`app-registry/…`), people (`user-profile/…`, `reports/…`) or events.

        A service that fails is called three times, because a report does not wait for it. Raises Forbidden, BadRequest,
        Unavailable, or BadSettings if KALTURA_REGISTRATIONS is not set or wrong.
        """
        service = path.partition("/")[0]
        place, is_event = _REGISTRATION_SERVICES[service], service == "event-users"
        if place >= len(self._registration_urls):
            raise BadSettings("KALTURA_REGISTRATIONS is not set, so registrations are not read from Kaltura.")
        url = self._registration_urls[place]
        name = f"the registration service's {path}"

        def ask(ks: str) -> Reply:
            self._pace.wait({name: 1})
            headers = {"Authorization": f"{'Bearer' if is_event else self._registration_scheme} {ks}"}
            try:
                answer = self._send(f"{url}/{path}", name, REGISTRATIONS_URL, json=question, headers=headers)
                return (events_reply_of if is_event else registrations_reply_of)(answer, name)
            except Unavailable as error:
                raise ServerFailed(str(error)) from None

        return self._with_right(ask, name)

    def _with_right(self, ask: Callable[[str], T], name: str) -> T:
        """Call a service beside the API. It may reject a KS that the API accepts."""
        try:
            return self._with_ks(ask, name)
        except BadCredentials:
            raise Forbidden(f"The credential has no permission to read {name}.") from None

    def csv(self, report_id: int, params: Mapping[str, str]) -> bytes:
        """Return the CSV bytes of a room report as received. Kaltura drops rows beyond its limit.

        Raises QueryTooWide, RetryLater (also if the transfer was cut off) or GiveUp. Raises BadSettings for a blank
        parameter: Kaltura would ignore it and answer for the whole account (kKavaReportsMgr.class.php).
        """
        for key, value in params.items():
            if ";" in value or not all(part.strip() for part in value.split(",")):
                raise BadSettings(f"Report parameter {key} has a blank value or a semicolon; nothing was requested.")
        fields = {"id": str(report_id), "params": ";".join(f"{key}={value}" for key, value in params.items())}
        name = f"report {report_id}"

        def ask(ks: str) -> bytes:
            return csv_of(self._post("report", "getCsvFromStringParams", {**fields, "ks": ks}), name)

        return self._with_ks(ask, name)

    def _with_ks(self, ask: Callable[[str], T], name: str) -> T:
        """Make one call with retries. If the KS has expired, renew it once and repeat the call."""
        try:
            return self._with_current_ks(ask, name)
        except ExpiredKs:
            if not is_renewable(self.require_credential()):
                raise BadCredentials("The KS in KALTURA_KS has expired; generate a new one.") from None
        self._ks.drop()
        try:
            return self._with_current_ks(ask, name)
        except ExpiredKs:
            raise BadCredentials("Kaltura says that a new KS has expired; check this machine's clock.") from None

    def _with_current_ks(self, ask: Callable[[str], T], name: str) -> T:
        ks = self._ks.current(self.require_credential())
        return self._retrying(lambda: ask(ks), name)

    def call_without_ks(self, service: str, action: str, fields: dict[str, str]) -> Any:
        """Call an action that needs no KS, such as a login, with exactly these fields. Returns the decoded result."""
        name = f"{service}.{action}"
        return self._retrying(lambda: result_of(self._post(service, action, fields), name), name)

    def _retrying(self, ask: Callable[[], T], name: str) -> T:
        try:
            return retrying(name, self._sleep, self._attempts)(ask)
        except RetryLater as error:
            error.after = QUEUE_SECONDS
            raise

    def _post(
        self,
        service: str,
        action: str,
        fields: Mapping[str, str],
        counts: Mapping[str, int] | None = None,
        most: int | None = None,
    ) -> HttpResponse:
        name = f"{service}.{action}" if action else service
        url = f"{self._root}/{service}/action/{action}" if action else f"{self._root}/{service}"
        self._pace.wait(counts or {name: 1})
        all_fields = {**fields, "format": "1", "clientTag": CLIENT_TAG}
        form = "&".join(f"{_quote(key)}={_quote(value)}" for key, value in all_fields.items())
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        return self._send(url, name, SERVICE_URL, most=most, data=form, headers=headers)

    def _send(
        self, url: str, name: str, setting: str, method: str = "POST", most: int | None = None, **content: Any
    ) -> HttpResponse:
        """Make a request. A body of more than `most` bytes raises BadRequest and is not read."""
        content |= {"timeout": self._timeout, "allow_redirects": False, "stream": most is not None}
        try:
            response = self._http.request(method, url, **content)
            body = response.content if most is None else limited_body(response.iter_content(65_536), most, name)
        except requests.Timeout:
            raise Unavailable(f"{urlsplit(url).netloc} did not answer {name} in time.") from None
        except (requests.ConnectionError, ChunkedEncodingError, ContentDecodingError):
            raise Unavailable(f"The connection to {urlsplit(url).netloc} failed during {name}.") from None
        except requests.RequestException as error:
            raise BadSettings(f"Kaltura cannot be called: {type(error).__name__}; check {setting}.") from None
        return HttpResponse(
            response.status_code,
            response.headers.get("Content-Type", ""),
            response.headers.get("X-Kaltura", ""),
            body,
            response.headers.get("Location", "") if response.is_redirect else "",
        )


def _quote(text: str) -> str:
    """Quote a form value like quote_plus, but faster for lists of thousands of user ids."""
    return quote_plus(text.replace("%", "%25").replace("@", "%40").replace("|", "%7C"), safe="%")
