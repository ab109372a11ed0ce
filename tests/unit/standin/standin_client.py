"""A small account, and a client that speaks to the stand-in as simply as can be."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from kaltura_standin.account import ADMIN, USER, Account, AppToken, Attendance, Room, Run, User
from kaltura_standin.server import StandIn

if TYPE_CHECKING:
    import requests

T = 1_795_014_000  # when everything starts
WINDOW = f"from_date={T};to_date={T + 7200}"

ANN = Attendance("ann@example.com", "Ann Lee", "ann@example.com", stays=((T, T + 3490),), engaged=0.91)
GUEST = Attendance("9f2c41", "Guest 7", "", "Guest", ((T + 60, T + 270),), 0.0)
UNKNOWN = Attendance("Unknown", stays=((T + 1800, T + 2520),), engaged=0.25)
DELETED = Attendance("", "Gone", "gone@example.com", stays=((T, T + 600),))


def small_account() -> Account:
    talk = Run("1_cue00001", T, T + 3660, "host@example.com", (ANN, GUEST, UNKNOWN, DELETED))
    side = Run("1_cue00002", T + 600, T + 1800, "host@example.com", (replace(ANN, stays=()),))
    lone = Run("1_cue00003", T + 600, T + 1200, "nobody-known", (Attendance("bob"),))
    return Account(
        rooms=(
            Room("1_abcd1234", "Sales, EMEA kickoff", (talk,), owner="host@example.com", editors=("co@example.com",)),
            Room("1_brk00001", "Group 1", (side,), parent="1_abcd1234"),
            Room("1_efgh5678", "Other", (lone,), virtual_event_id="77"),
        ),
        users=(
            User("host@example.com", "Hana", "Host", "host@example.com"),
            User("clerk@example.com", role="CONTENT_ONLY"),
        ),
        app_tokens=(
            AppToken("1_export01", privileges="setrole:ANALYTICS_RO"),
            AppToken("1_sha25601", "app-token-secret-0002", "SHA256"),
            AppToken("1_plainusr", session_type=USER, user_id="ann@example.com"),
            AppToken("1_disabled", active=False),
            AppToken("1_expired1", expiry=1_700_000_000),
            AppToken("1_short001", session_duration=600),
        ),
    )


@dataclass
class Client:
    """Speaks to the stand-in; `ks` goes with every call."""

    kaltura: StandIn
    http: requests.Session
    ks: str = field(default="", repr=False)

    def url(self, service: str, action: str) -> str:
        return f"{self.kaltura.url}/api_v3/service/{service}/action/{action}"

    def post(self, service: str, action: str, **params: Any) -> requests.Response:
        form = {"format": 1, "ks": self.ks, **params}
        form = {name: value for name, value in form.items() if value not in (None, "")}
        return self.http.post(self.url(service, action), data=form, timeout=30, allow_redirects=False)

    def call(self, service: str, action: str, **params: Any) -> Any:
        return self.post(service, action, **params).json()

    def csv(self, report: int, params: str = WINDOW, **more: Any) -> requests.Response:
        return self.post("report", "getCsvFromStringParams", id=report, params=params, **more)

    def rows(self, report: int, params: str = WINDOW, **more: Any) -> list[list[str]]:
        """The data rows, sorted, cut at commas."""
        text = self.csv(report, params, **more).content.decode("utf-8-sig")
        return sorted(line.split(",") for line in text.splitlines()[1:])

    def admin(self, user_id: str = "", privileges: str = "", **more: Any) -> str:
        params = {"userId": user_id, "privileges": privileges, "type": ADMIN, **more}
        return str(self.call("session", "start", secret=self.kaltura.account.admin_secret, ks=None, **params))

    def token_session(self, token_id: str, hash_name: str = "sha1", **more: Any) -> Any:
        """What appToken.startSession answers, whichever way it goes."""
        widget = self.call("session", "startWidgetSession", widgetId="_12345", ks=None)["ks"]
        token = self.kaltura.account.app_token(token_id)
        digest = hashlib.new(hash_name, (widget + (token.token if token else "")).encode()).hexdigest()
        return self.call("appToken", "startSession", ks=widget, id=token_id, tokenHash=digest, **more)

    def json(self, service: str, action: str, **params: Any) -> Any:
        """The answer to a JSON body."""
        body = {"format": 1, "ks": self.ks, **params}
        return self.http.post(self.url(service, action), json=body, timeout=30).json()

    def report(self, action: str, number: int, pager: Any = None, order: str = "", **filter_: Any) -> Any:
        """What a report of the Summary page answers; ids and values are separated by bars."""
        filled = {"objectType": "KalturaEndUserReportInputFilter", "fromDate": T, "toDate": T + 600, **filter_}
        params: dict[str, Any] = {"reportType": number, "reportInputFilter": filled, "order": order}
        if action == "getTable":
            params["pager"] = pager or {"pageSize": 12_000}
        options = {"delimiter": "|", "skipEmptyDates": False}
        return self.json("report", action, **params, responseOptions=options)

    def table(self, number: int, pager: Any = None, order: str = "", **filter_: Any) -> list[list[str]]:
        """The rows of a report, cut at bars."""
        data = self.report("getTable", number, pager, order, **filter_).get("data", "")
        return [row.split("|") for row in data.split(";")[:-1]]

    def total(self, number: int, **filter_: Any) -> dict[str, str]:
        """The totals of a report by name."""
        answer = self.report("getTotal", number, **filter_)
        return dict(zip(answer["header"].split("|"), answer["data"].split("|"), strict=True))
