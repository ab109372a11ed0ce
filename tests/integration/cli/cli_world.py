"""The settings with which the tests run the command line, and the time window of the small account's session."""

from collections.abc import Callable
from datetime import timedelta

from support.world import END, START, World

Run = Callable[..., tuple[int, str, str]]
WINDOW = ("--since", START.isoformat(), "--until", (END + timedelta(hours=1)).isoformat())


def environment(place: World) -> dict[str, str]:
    token = place.kaltura.account.app_tokens[0]
    return {
        "KALTURA_SERVICE_URL": f"{place.kaltura.url}/api_v3",
        "KALTURA_PARTNER_ID": str(place.kaltura.account.partner_id),
        "KALTURA_APP_TOKEN_ID": token.id,
        "KALTURA_APP_TOKEN": token.token,
        "DEBRIEF_ARCHIVE": str(place.root / "archive"),
        "DEBRIEF_OUTBOX": str(place.root / "outbox"),
        "DEBRIEF_CALLS_PER_SECOND": "1000",  # a back-fill would wait for the stand-in
    }
