"""The stack and the region of the last run: what stays there when the answers name another stack or region."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from debrief.cli.setup.answers import DEFAULT_SECRET, DEFAULT_STACK, Answers
from debrief.cli.setup.aws_account import AwsAccount
from debrief.cli.setup.samconfig import SamConfig
from debrief.cli.setup.senders import own_identities
from debrief.errors import DebriefError

GONE = {"", "DELETE_COMPLETE"}  # statuses of a stack that does not exist


@dataclass(frozen=True)
class Previous:
    """What the last run of setup prepared, and the answers do not name any more."""

    stack: str
    region: str
    secret: str
    may_send: bool  # whether the stack exists, or may exist
    unknown: str = ""  # why it is not known whether the stack exists
    left: tuple[str, ...] = ()  # what stays in the region

    @property
    def warnings(self) -> Iterator[str]:
        """Return what a second stack would do, and what stays, in sentences."""
        place = f"{self.stack} in {self.region}"
        if self.unknown:
            yield f"not known whether the stack {place} still exists and sends: {self.unknown}"
        elif self.may_send:
            yield f"the stack {place} also sends: with a second stack, each email arrives twice"
        if self.left:
            yield f"in {self.region} stay: {', '.join(self.left)}"

    @property
    def commands(self) -> Iterator[str]:
        """Return the commands that remove it."""
        names = f"--stack-name {self.stack} --region {self.region}"
        if self.may_send:
            yield f".venv-sam/bin/sam delete {names}"
        if self.left:
            secret = "" if self.secret == DEFAULT_SECRET else f" --secret {self.secret}"
            yield f".venv/bin/debrief setup --undo --region {self.region} --stack {self.stack}{secret}"


def find_previous(config: SamConfig | None, answers: Answers, installation: str) -> Previous | None:
    """Return what stays of the deployment in samconfig.toml; None if the answers name the same one, or nothing stays.

    `installation` names the app token and the identities of the earlier region.
    """
    if config is None:
        return None
    stack, region = config.stack or DEFAULT_STACK, config.region or answers.region
    secret = config.parameters.get("KalturaSecretName") or DEFAULT_SECRET
    if (stack, region) == (answers.stack, answers.region):
        return None
    account = AwsAccount(region)
    try:
        may_send, unknown = account.stack_status(stack) not in GONE, ""
    except DebriefError as error:
        may_send, unknown = True, str(error)
    left: tuple[str, ...] = ()
    if region != answers.region:
        try:
            left = _left(account, secret, installation)
        except DebriefError as error:
            left = (f"what setup created (not known: {str(error).removesuffix('.')})",)
    found = Previous(stack, region, secret, may_send, unknown, left)
    return found if may_send or left else None


def _left(account: AwsAccount, name: str, installation: str) -> tuple[str, ...]:
    secret = account.secret(name)
    names = [identity.name for identity in own_identities(account, installation)]
    has_secret = secret is not None and secret.is_own and not secret.is_deleted
    return (*([f"the secret {name}"] if has_secret else []), *(f"{name} in SES" for name in names))
