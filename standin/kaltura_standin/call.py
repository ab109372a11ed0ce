"""One call of an action, and the definition of an action."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from kaltura_standin.account import Account
from kaltura_standin.faults import Fault
from kaltura_standin.ks import Keyring, Ks
from kaltura_standin.report_cache import ReportDesk
from kaltura_standin.request import Params
from kaltura_standin.summary.endpoint import SummaryDesk


@dataclass(frozen=True, slots=True)
class Call:
    """One call of one action, with everything that the action may use."""

    service: str
    action: str
    params: Params = field(repr=False)
    account: Account
    keyring: Keyring
    desk: ReportDesk
    summary: SummaryDesk
    strike_part: Callable[[Mapping[str, Any]], list[Fault]]  # returns the faults of one part of a multirequest
    amend: Callable[[Account], None]  # replaces the account
    faults: Sequence[Fault] = ()  # the faults that hit this call
    forbidden: list[str] = field(default_factory=list)  # the forbidden requests that the server received
    url: str = ""  # of the server
    ks: Ks = field(default_factory=lambda: Ks(0), repr=False)

    def text(self, name: str) -> str:
        """Return a parameter as text; blank if it is missing."""
        value = self.params.get(name)
        return "" if value is None else str(value)

    def number(self, name: str, default: int) -> int:
        """Return a parameter as a whole number."""
        text = self.text(name)
        return int(text) if text.isdecimal() else default

    def object(self, name: str) -> Mapping[str, Any]:
        """Return an object parameter; empty if it is missing."""
        value = self.params.get(name)
        return value if isinstance(value, Mapping) else {}


@dataclass(frozen=True, slots=True)
class Action:
    """How an action runs, its required parameters, and its permissions: any one of them is enough."""

    run: Callable[[Call], Any]
    required: tuple[str, ...] = ()
    permissions: tuple[str, ...] = ()
    needs_ks: bool = True
    gives_file: bool = False
