"""A client of Kaltura's and the stand-in that it talks to over real HTTP; nothing waits between tries."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import requests

from debrief.env import AppToken, Credential
from debrief.kaltura.api.client import Kaltura
from debrief.model import AttendeeRow, Session
from debrief.settings import Settings
from kaltura_standin.account import Account, Attendance, Room, Run
from kaltura_standin.server import StandIn

T = 1_795_014_000  # 2026-11-18T15:00:00Z


@dataclass
class Line:
    """Both ends, and the waits that the client asked for."""

    standin: StandIn
    kaltura: Kaltura
    waits: list[float] = field(default_factory=list)

    def asked(self, action: str = "getCsvFromStringParams", service: str = "") -> int:
        """How often an action was asked for; of one service, if it is named."""
        asked = [request for request in self.standin.requests if request.action == action]
        return sum(not service or request.service == service for request in asked)

    def tokens(self) -> list[str]:
        """The KS of each request that had one."""
        return [str(request.params["ks"]) for request in self.standin.requests if "ks" in request.params]


class Impatient(requests.Session):
    """An HTTP client that waits a twentieth of a second for an answer."""

    def request(self, *args: Any, **options: Any) -> requests.Response:
        return super().request(*args, **{**options, "timeout": 0.05})


def client(
    standin: StandIn,
    credential: Credential | None = None,
    waits: list[float] | None = None,
    http: requests.Session | None = None,
    **changes: Any,
) -> Kaltura:
    """A client of that stand-in; by default with the account's first app token."""
    token = standin.account.app_tokens[0]
    http = http or requests.Session()
    http.trust_env = False
    settings = Settings(
        service_url=standin.url,
        partner_id=str(standin.account.partner_id),
        credential=credential or AppToken(token.id, token.token),
        **changes,
    )
    return Kaltura(settings, http, (waits if waits is not None else []).append)


@contextmanager
def connected(account: Account, credential: Credential | None = None, **changes: Any) -> Iterator[Line]:
    """A stand-in with that account, and a client of it."""
    waits: list[float] = []
    with StandIn(account) as standin:
        yield Line(standin, client(standin, credential, waits, **changes), waits)


def at(seconds: int) -> datetime:
    """Unix seconds as a time."""
    return datetime.fromtimestamp(seconds, UTC)


def session_of_run(room: Room, run: Run) -> Session:
    """Return what an export knows of a session: ids and times."""
    return Session(run.id, room.id, at(run.start), at(run.end))


def presence(run: Run) -> dict[str, float]:
    """Minutes by user as the account has them, blank for all users deleted since."""
    minutes: dict[str, float] = {}
    for who in run.attendances:
        seconds = sum(end - start for start, end in who.stays or ((run.start, run.end),))
        minutes[who.user_id] = minutes.get(who.user_id, 0.0) + seconds / 60
    return minutes


def minutes_by_user(rows: list[AttendeeRow]) -> dict[str, float]:
    """Minutes by user as the rows have them."""
    minutes: dict[str, float] = {}
    for row in rows:
        minutes[row.user_id] = minutes.get(row.user_id, 0.0) + float(row.meeting_view_time)
    return minutes


def person(user_id: str, *stays: tuple[int, int]) -> Attendance:
    """Somebody with these stays, in minutes from T."""
    return Attendance(user_id, user_id.title(), stays=tuple((T + start * 60, T + end * 60) for start, end in stays))


def run(cue_point_id: str, start: int, end: int, *who: Attendance, host: str = "host") -> Run:
    """A session, in minutes from T."""
    return Run(cue_point_id, T + start * 60, T + end * 60, host, who)
