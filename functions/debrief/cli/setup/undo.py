"""Find what setup created, and delete it: the app token and the role, identities in SES, the secret, samconfig.toml."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from debrief.cli.setup.answers import DEFAULT_SECRET, DEFAULT_STACK, AdminLogin, parse_credential
from debrief.cli.setup.asker import Asker, say_error, say_lines
from debrief.cli.setup.aws_account import RECOVERY_DAYS, AwsAccount, Secret
from debrief.cli.setup.changes import Change, installation_of
from debrief.cli.setup.kaltura_account import Administrator, open_administrator, stored_settings
from debrief.cli.setup.previous import GONE
from debrief.cli.setup.samconfig import NAME, read_config
from debrief.cli.setup.senders import delete_identity, find_identity, own_identities
from debrief.cli.setup.wizard import administrator_settings
from debrief.env import AdminSecret, AppToken
from debrief.errors import BadSettings, DebriefError
from debrief.kaltura.provision import ROLE_NAME, delete_role, delete_token
from debrief.settings import Settings

REMOVED = f"{NAME}.removed"


@dataclass(frozen=True)
class Undo:
    """One installation, by the names in the flags and in samconfig.toml."""

    asker: Asker
    base: Settings
    folder: Path
    region: str

    def changes(self) -> list[Change]:
        """Return the deletions in their order: last comes what the others are found by. Raises DebriefError."""
        account = AwsAccount(self.region)
        number, _ = account.identity()
        self._check_stack(account)
        name = self.asker.given("secret", DEFAULT_SECRET)
        secret = account.secret(name)
        installation = installation_of(number, self.region, name)
        return [
            *self._kaltura(secret, installation),
            *self._ses(account, installation),
            *_secret(account, secret),
            *self._file(),
        ]

    def _check_stack(self, account: AwsAccount) -> None:
        stack = self.asker.given("stack", DEFAULT_STACK)
        if account.stack_status(stack) not in GONE:
            raise BadSettings(
                f"The stack {stack} needs what setup created. Remove the stack first: "
                f".venv-sam/bin/sam delete --stack-name {stack} --region {self.region}"
            )

    def _kaltura(self, secret: Secret | None, installation: str) -> Iterator[Change]:
        stored = stored_settings(self.base, secret.values) if secret else None
        base = replace(self.base, partner_id=self.base.partner_id or (stored.partner_id if stored else ""))
        admin = self._administrator(base)
        if admin is None:
            token = (
                stored.credential.token_id if stored and isinstance(stored.credential, AppToken) else "(ID not known)"
            )
            say_lines(
                "",
                f'Not known: whether Kaltura has the role "{ROLE_NAME}" and the',
                f"app token {token} of setup. An administrator's credential would remove them.",
            )
            return
        for token_ in admin.tokens:
            if token_.installation == installation:
                yield Change("delete", f"Kaltura app token {token_.id}", partial(delete_token, admin.kaltura, token_))
        if admin.role and all(one.installation == installation for one in admin.tokens):
            yield Change("delete", f'Kaltura role "{ROLE_NAME}"', partial(delete_role, admin.kaltura, admin.role))

    def _administrator(self, base: Settings) -> Administrator | None:
        """Return an administrator's access; None if nobody gives a credential."""
        if isinstance(base.credential, AdminSecret):
            return open_administrator(base)
        if not self.asker.is_interactive or not base.partner_id:
            return None
        say_lines(
            "",
            "To delete the role and the app token in Kaltura, enter the admin secret or",
            "an administrator's email address. Enter leaves them there.",
        )
        while given := self.asker.hide("Credential", lambda text: _administrator_of(text) if text else None):
            try:
                return open_administrator(administrator_settings(self.asker, base, given))
            except BadSettings:
                raise
            except DebriefError as error:
                say_error(str(error))
        return None

    def _ses(self, account: AwsAccount, installation: str) -> Iterator[Change]:
        try:
            found = own_identities(account, installation)
        except DebriefError as error:
            say_lines("", "Not known whether setup let SES verify more addresses than those below:", f"  {error}")
            found = []
        addresses = [self.asker.given("sender", ""), *self.asker.given("admin", "").split(",")]
        named = [find_identity(account, address) for address in filter(None, addresses)]
        # An older setup did not note the installation.
        found += [one for one in named if one and one.is_own and (not one.installation or one.is_of(installation))]
        for identity in {one.name: one for one in found}.values():
            what = f"{identity.name} in SES; then SES sends no email from it, and in the sandbox none to it"
            yield Change("delete", what, partial(delete_identity, account, identity))

    def _file(self) -> Iterator[Change]:
        path, config = self.folder / NAME, read_config(self.folder)
        stack = self.asker.given("stack", DEFAULT_STACK)
        if config and (config.stack or stack, config.region or self.region) == (stack, self.region):
            yield Change("rename", f"{NAME} to {REMOVED}", lambda: _rename(path))


def _secret(account: AwsAccount, secret: Secret | None) -> Iterator[Change]:
    if secret and secret.is_own and not secret.is_deleted:
        what = f"secret {secret.name}; for {RECOVERY_DAYS} days debrief setup can restore it"
        yield Change("delete", what, lambda: account.delete_secret(secret.name))


def _administrator_of(text: str) -> AdminSecret | AdminLogin:
    credential = parse_credential(text)
    if isinstance(credential, AppToken):
        raise BadSettings("An app token cannot delete itself; enter the admin secret or an administrator's address.")
    return credential


def _rename(path: Path) -> None:
    try:
        path.replace(path.with_name(REMOVED))
    except OSError as error:
        raise BadSettings(f"{NAME} cannot be renamed: {error.strerror}.") from None
