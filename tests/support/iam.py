"""Policies of roles, and whether they allow what a call needs: who, which action, on what, under which conditions.

moto's own check compares every Resource with "*" (moto/core/authorization.py) and so refuses all that is granted on one
thing alone; this one does what IAM's documentation says, for the parts of it that the template uses.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from support.aws import admin


@dataclass(frozen=True)
class Need:
    """What one call must be allowed."""

    action: str
    resource: str
    keys: Mapping[str, tuple[str, ...]] = field(default_factory=dict, hash=False)  # of conditions


@dataclass(frozen=True)
class Permission:
    """One action of one statement of one policy of a role."""

    role: str
    policy: str
    statement: int
    effect: str
    action: str
    resources: tuple[str, ...]
    conditions: tuple[tuple[str, str, tuple[str, ...]], ...]  # operator, key, values
    others: tuple[str, ...] = ()  # NotResource: all but these

    def __str__(self) -> str:
        where = ", ".join(self.resources)
        return f"{self.role}: {self.effect} {self.action} on {where} ({self.policy}, statement {self.statement})"

    def covers(self, need: Need) -> bool:
        """Whether the statement speaks of what is needed."""
        return (
            matches(self.action.lower(), need.action.lower())
            and any(matches(resource, need.resource) for resource in self.resources)
            and not any(matches(resource, need.resource) for resource in self.others)
            and all(_holds(operator, values, need.keys.get(key)) for operator, key, values in self.conditions)
        )


def granted(permissions: Iterable[Permission], need: Need) -> tuple[Permission, ...]:
    """The permissions that allow it; none when one denies it."""
    found = [permission for permission in permissions if permission.covers(need)]
    return () if any(one.effect == "Deny" for one in found) else tuple(found)


@cache
def _pattern(text: str) -> re.Pattern[str]:
    wild = {"*": ".*", "?": "."}
    return re.compile("".join(wild.get(character) or re.escape(character) for character in text), re.DOTALL)


def matches(pattern: str, text: str) -> bool:
    """Whether IAM's pattern, with * and ?, is the whole of a text."""
    return _pattern(pattern).fullmatch(text) is not None


_OPERATORS: Mapping[str, Callable[[str, str], bool]] = {
    "StringEquals": lambda wanted, given: wanted == given,
    "StringLike": matches,
    "ArnEquals": matches,
    "ArnLike": matches,
    "Bool": lambda wanted, given: wanted.lower() == given.lower(),
}


def _holds(operator: str, wanted: tuple[str, ...], given: tuple[str, ...] | None) -> bool:
    """Whether a condition is met. A key that the call does not have meets none but those for all of its values."""
    quantifier, _, name = operator.rpartition(":")
    if name.endswith("IfExists") and given is None:
        return True
    test = _OPERATORS[name.removesuffix("IfExists")]
    met = [any(test(value, one) for value in wanted) for one in given or ()]
    return all(met) if quantifier == "ForAllValues" else any(met)


def permissions_of(role: str) -> tuple[Permission, ...]:
    """All that the policies of a role say, those that the stack attached to it included."""
    client = admin("iam")
    inline = {
        name: client.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]
        for name in client.list_role_policies(RoleName=role)["PolicyNames"]
    }
    attached = client.list_attached_role_policies(RoleName=role)["AttachedPolicies"]
    managed = {item["PolicyName"]: _managed(item["PolicyArn"]) for item in attached}
    return tuple(one for name, document in (inline | managed).items() for one in _read(role, name, document))


def _managed(arn: str) -> dict[str, Any]:
    client = admin("iam")
    version = client.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
    document: dict[str, Any] = client.get_policy_version(PolicyArn=arn, VersionId=version)["PolicyVersion"]["Document"]
    return document


def _read(role: str, policy: str, document: Mapping[str, Any]) -> Iterable[Permission]:
    known = {"Effect", "Action", "Resource", "NotResource", "Condition", "Sid"}
    for number, statement in enumerate(_listed(document["Statement"])):
        assert set(statement) <= known, f"{policy} says what is not understood here: {set(statement) - known}"
        conditions = tuple(
            (operator, key, tuple(_listed(values)))
            for operator, keys in statement.get("Condition", {}).items()
            for key, values in keys.items()
        )
        for action in _listed(statement["Action"]):
            resources, others = (tuple(_listed(statement.get(key, []))) for key in ("Resource", "NotResource"))
            found = (resources or ("*",), conditions, others)
            yield Permission(role, policy, number, statement["Effect"], action, *found)


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
