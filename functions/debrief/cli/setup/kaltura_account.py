"""The Kaltura account: the credential that setup stores, and what an administrator's credential finds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from debrief.cli.doctor import kaltura_checks, run_check
from debrief.delivery.dns.lookup import Row
from debrief.env import AdminSecret, AppToken
from debrief.errors import BadCredentials, RetryLater, Unavailable
from debrief.kaltura.api.client import Kaltura
from debrief.kaltura.api.errors import ExpiredKs, UnknownAccount
from debrief.kaltura.probe import probe_session
from debrief.kaltura.provision import OwnToken, Role, find_role, find_tokens
from debrief.settings import Settings

CREDENTIAL_KEYS = {"kaltura_app_token_id", "kaltura_app_token", "kaltura_admin_secret", "kaltura_user_id", "kaltura_ks"}


class WrongAdminSecret(BadCredentials):
    """The admin secret is not that of the account."""


@dataclass(frozen=True)
class Administrator:
    """An administrator's access to the account, with the role and the app tokens that setup created before."""

    kaltura: Kaltura
    role: Role | None
    tokens: tuple[OwnToken, ...]  # those of other installations too

    def token_of(self, installation: str) -> OwnToken | None:
        """Return an installation's app token, if Kaltura shows it."""
        return next((one for one in self.tokens if one.installation == installation and one.token), None)


def open_administrator(settings: Settings) -> Administrator:
    """Return an administrator's access. Raises BadCredentials, Forbidden or Unavailable."""
    kaltura = Kaltura(settings)
    with kaltura_errors(settings):
        return Administrator(kaltura, find_role(kaltura), tuple(find_tokens(kaltura)))


@contextmanager
def kaltura_errors(settings: Settings) -> Iterator[None]:
    """Name the server, or the account, in errors about them."""
    try:
        yield
    except RetryLater as error:
        raise Unavailable(f"{error} The server is {settings.service_url}; try again, or set --kaltura-url.") from None
    except UnknownAccount:
        raise UnknownAccount(f"Kaltura at {host_of(settings)} has no account {settings.partner_id}.") from None
    except ExpiredKs:
        raise
    except BadCredentials:
        if not isinstance(settings.credential, AdminSecret):
            raise
        raise WrongAdminSecret(f"The admin secret is wrong for account {settings.partner_id}.") from None


def host_of(settings: Settings) -> str:
    """Return the name of the Kaltura server."""
    return urlsplit(settings.service_url).netloc


def stored_settings(base: Settings, values: Mapping[str, str]) -> Settings | None:
    """Return the settings with the credential in a secret; None if it has none. Raises BadSettings."""
    environ = {key.upper(): value for key, value in values.items() if key.upper().startswith("KALTURA_")}
    stored = Settings.from_environment(environ)
    if stored.credential is None or not stored.partner_id:
        return None
    return replace(base, partner_id=stored.partner_id, credential=stored.credential)


def secret_values(partner_id: str, token: AppToken) -> dict[str, str]:
    """Return the content of the secret; the functions read the same keys."""
    return {
        "kaltura_partner_id": partner_id,
        "kaltura_app_token_id": token.token_id,
        "kaltura_app_token": token.token,
    }


def check_credential(settings: Settings) -> tuple[bool, list[Row]]:
    """Try every call that reports need. Returns whether all are allowed, and rows: the account, what is missing.

    Raises BadCredentials if the credential is wrong, Unavailable if Kaltura cannot be reached.
    """
    with kaltura_errors(settings):
        probe_session(Kaltura(settings))
    rows: list[Row] = []
    for name, check in kaltura_checks(settings):
        passed, sentence = run_check(check)
        if not passed:
            rows.append(Row("FAIL", name, sentence))
        elif not rows:
            rows.append(Row("ok", "Kaltura", f"{sentence} at {host_of(settings)}"))
        elif not sentence.startswith("can be"):  # allowed calls begin with this
            rows.append(Row("warn", name, sentence))
        if rows[0].status == "FAIL":  # the credential itself: the other checks would fail for the same reason
            break
    return all(row.status != "FAIL" for row in rows), rows
