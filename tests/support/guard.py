"""Every call that a function makes is held against the policies of its own role; what nothing allows is refused."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import boto3
from botocore.exceptions import ClientError
from botocore.handlers import BUILTIN_HANDLERS

from debrief.delivery.aws import clients
from support.deployed import Deployed
from support.iam import Need, Permission, granted, permissions_of
from support.iam_needs import needs_of, needs_when_missing

_REFUSALS = {"s3": "AccessDenied", "sqs": "AccessDenied"}  # elsewhere AccessDeniedException
_PARAMS = "debrief.params"


@dataclass
class Guard:
    """What roles may do, what they needed of it, and what was refused."""

    permissions: Mapping[str, tuple[Permission, ...]]  # by role
    needed: list[tuple[str, Need]] = field(default_factory=list)
    used: set[Permission] = field(default_factory=set)
    refused: list[tuple[str, Need]] = field(default_factory=list)
    _role: str = ""  # of whoever calls now; blank: somebody who may do everything

    @classmethod
    def of(cls, deployed: Deployed) -> Guard:
        """The roles of a stack, as they were deployed."""
        return cls({role: permissions_of(role) for role in deployed.roles.values()})

    @contextmanager
    def acting(self, role: str) -> Iterator[None]:
        """Call as this role, from all threads."""
        before, self._role = self._role, role
        try:
            yield
        finally:
            self._role = before

    @contextmanager
    def installed(self) -> Iterator[None]:
        """See the calls of all clients that are made from now on."""
        handlers: list[Any] = [("before-parameter-build", self._before), ("after-call.s3", self._after)]
        BUILTIN_HANDLERS.extend(handlers)
        boto3.setup_default_session()
        clients.session.cache_clear()
        try:
            yield
        finally:
            for handler in handlers:
                BUILTIN_HANDLERS.remove(handler)
            boto3.DEFAULT_SESSION = None
            clients.session.cache_clear()

    @contextmanager
    def without(self, *dropped: Permission) -> Iterator[None]:
        """As if the template did not grant these."""
        before = self.permissions
        self.permissions = {
            role: tuple(one for one in permissions if one not in dropped) for role, permissions in before.items()
        }
        try:
            yield
        finally:
            self.permissions = before

    def allows(self, role: str, need: Need) -> bool:
        """Whether the role may do this; it is noted."""
        self.needed.append((role, need))
        found = granted(self.permissions[role], need)
        self.used.update(found)
        if not found:
            self.refused.append((role, need))
        return bool(found)

    def _before(self, params: dict[str, Any], model: Any, context: dict[str, Any], **_: Any) -> None:
        role = self._role
        if not role:
            return
        context[_PARAMS] = role, params
        service = model.service_model.service_name
        with self.acting(""):  # finding out is nobody's call
            needs = needs_of(service, model.name, params)
        for need in needs:
            self._check(role, need, service, model.name)

    def _after(self, http_response: Any, model: Any, context: Mapping[str, Any], **_: Any) -> None:
        """S3 says "not there" only to who may list the bucket."""
        if _PARAMS in context and http_response.status_code == 404:
            role, params = context[_PARAMS]
            self._check(role, needs_when_missing(params), "s3", model.name)

    def _check(self, role: str, need: Need, service: str, operation: str) -> None:
        if not self.allows(role, need):
            message = f"{role} is not authorized to perform {need.action} on {need.resource}."
            error: Any = {"Code": _REFUSALS.get(service, "AccessDeniedException"), "Message": message}
            raise ClientError({"Error": error, "ResponseMetadata": {"HTTPStatusCode": 403}}, operation)  # type: ignore[typeddict-item]
