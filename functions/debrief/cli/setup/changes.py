"""What setup is going to create or change: listed first, then done in an order in which a stop loses nothing.

Everything has a name or a tag by which the next run finds it: the Kaltura role, the app token, the secret, identities
in SES. So no list of what was created has to be kept.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from debrief.cli.setup.answers import Answers
from debrief.cli.setup.aws_account import RESERVED_PORTAL, RESERVED_WEBHOOK, AwsAccount
from debrief.cli.setup.kaltura_account import CREDENTIAL_KEYS, Administrator, secret_values
from debrief.cli.setup.samconfig import NAME, SamConfig, write_config
from debrief.cli.setup.senders import request_verification
from debrief.cli.setup.wizard import Found
from debrief.env import AppToken
from debrief.errors import BadSettings
from debrief.kaltura.provision import ROLE_NAME, Role, create_role, create_token


@dataclass(frozen=True)
class Change:
    """One change, and how it is made."""

    verb: str
    what: str
    make: Callable[[], None]
    details: tuple[str, ...] = ()  # what exactly changes, a line each


@dataclass
class Plan:
    """The changes that are needed. `token` is the app token, once it is known."""

    answers: Answers
    found: Found
    folder: Path
    config: SamConfig | None
    token: AppToken | None = None
    _role: Role | None = None

    def __post_init__(self) -> None:
        credential, admin = self.found.settings.credential, self.found.administrator
        if isinstance(credential, AppToken):
            self.token = credential
        elif admin and (own := admin.token_of(self.installation)) and admin.role:
            self.token = own.credential

    @property
    def installation(self) -> str:
        """Return the name by which an app token is found again."""
        return installation_of(self.found.number, self.answers.region, self.answers.secret)

    def changes(self) -> list[Change]:
        """Return the changes in the order in which they are made."""
        return [*self._kaltura(), *self._secret(), *self._ses(), *self._file()]

    def _kaltura(self) -> Iterator[Change]:
        admin = self.found.administrator
        if admin is None or self.token:
            return
        self._role = admin.role
        if admin.role is None:
            yield Change("create", f'Kaltura role "{ROLE_NAME}"', lambda: self._create_role(admin))
        yield Change("create", "Kaltura app token, limited to this role", lambda: self._create_token(admin))

    def _create_role(self, admin: Administrator) -> None:
        self._role = create_role(admin.kaltura)

    def _create_token(self, admin: Administrator) -> None:
        if self._role is None:
            raise BadSettings("The role was not created.")
        self.token = create_token(admin.kaltura, self._role, self.installation).credential

    def _secret(self) -> Iterator[Change]:
        old = self.found.secret
        if self.token is None and self.found.administrator is None:
            return  # the secret holds another kind of credential, which stays
        if old and not old.is_deleted and self.token and dict(old.values) == self._values(self.token):
            return
        verb = "create" if old is None else "restore" if old.is_deleted else "replace"
        what = f"secret {self.answers.secret} in {self.answers.region}, with the app token"
        yield Change(verb, what, self._write_secret)

    def _write_secret(self) -> None:
        if self.token is None:
            raise BadSettings("There is no app token to store.")
        account: AwsAccount = self.found.account
        account.write_secret(self.found.secret, self.answers.secret, self._values(self.token))

    def _values(self, token: AppToken) -> dict[str, str]:
        """Return the secret's content; keys that are no credential of Kaltura stay."""
        old = self.found.secret.values if self.found.secret else {}
        others = {key: value for key, value in old.items() if key.lower() not in CREDENTIAL_KEYS}
        return {**others, **secret_values(self.found.settings.partner_id, token)}

    def _ses(self) -> Iterator[Change]:
        for address in self.found.ses.missing if self.found.ses else ():
            what = f"{address} in SES: AWS emails it a link to open"
            yield Change("verify", what, partial(request_verification, self.found.account, address, self.installation))

    def _file(self) -> Iterator[Change]:
        old = self.config or SamConfig()
        new = old.with_answers(
            self.answers.stack,
            self.answers.region,
            {**self._concurrency(old), **self.answers.parameters(old.parameters)},
        )
        if self.config is None or new != old:
            what, details = f"{NAME}, with your answers and no secret", tuple(_differences(self.config, new))
            yield Change("write", what, lambda: write_config(self.folder, new), details)

    def _concurrency(self, old: SamConfig) -> dict[str, str]:
        """Return what is reserved for the public functions; what is in the file already stays."""
        free = self.found.concurrency
        portal, webhook = (RESERVED_PORTAL, RESERVED_WEBHOOK) if free and free.is_enough else (0, 0)
        wanted = {"ReservedPortalConcurrency": str(portal), "ReservedWebhookConcurrency": str(webhook)}
        return {name: value for name, value in wanted.items() if name not in old.parameters}


def _differences(old: SamConfig | None, new: SamConfig) -> Iterator[str]:
    """Yield `Organizers: no -> yes` for each answer that differs from the file."""
    if old is None:
        return
    before = {"stack": old.stack, "region": old.region, **old.parameters}
    after = {"stack": new.stack, "region": new.region, **new.parameters}
    for name, value in after.items():
        if before.get(name, "") != value:
            yield f"{name}: {before.get(name) or 'empty'} -> {value or 'empty'}"


def installation_of(account: str, region: str, secret: str) -> str:
    """Return the name of an installation in the descriptions of app tokens."""
    return f"{account} {region} {secret}"
