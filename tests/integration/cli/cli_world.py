"""The settings with which the tests run the command line, and the time window of the small account's session."""

from collections.abc import Callable
from datetime import timedelta

from kaltura_standin.server import StandIn
from support.world import END, START, World

Run = Callable[..., tuple[int, str, str]]
WINDOW = ("--since", START.isoformat(), "--until", (END + timedelta(hours=1)).isoformat())


def kaltura_settings(kaltura: StandIn) -> dict[str, str]:
    token = kaltura.account.app_tokens[0]
    return {
        "KALTURA_SERVICE_URL": kaltura.url,
        "KALTURA_PARTNER_ID": str(kaltura.account.partner_id),
        "KALTURA_APP_TOKEN_ID": token.id,
        "KALTURA_APP_TOKEN": token.token,
    }


def environment(place: World) -> dict[str, str]:
    return kaltura_settings(place.kaltura) | {
        "KALTURA_SERVICE_URL": f"{place.kaltura.url}/api_v3",
        "DEBRIEF_ARCHIVE": str(place.root / "archive"),
        "DEBRIEF_OUTBOX": str(place.root / "outbox"),
        "DEBRIEF_CALLS_PER_SECOND": "1000",  # a back-fill would wait for the stand-in
    }
