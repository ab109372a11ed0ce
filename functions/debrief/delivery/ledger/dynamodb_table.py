"""Read and write a DynamoDB table: plain values, conditional writes, all pages of an answer."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias
from uuid import uuid4

from botocore.exceptions import ClientError

from debrief.delivery.aws.errors import aws_errors, code_of
from debrief.errors import BadSettings, Unavailable

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

Value: TypeAlias = str | int
Write: TypeAlias = tuple[Mapping[str, "Value | None"], Mapping[str, Any]]  # an item and its condition

NEW: Mapping[str, Any] = {"ConditionExpression": "attribute_not_exists(pk)"}
ANY: Mapping[str, Any] = {}
MOST_TOGETHER = 100  # DynamoDB's limit for the items of one transaction, and for the keys of one BatchGetItem
_WRITE = "write_id"  # an attribute of conditionally written items: the id of the write
# Reasons of a cancelled transaction after which another attempt may succeed; "None": the item is not the cause.
_PASSING = frozenset({
    "None",
    "ConditionalCheckFailed",
    "TransactionConflict",
    "ThrottlingError",
    "ProvisionedThroughputExceeded",
})  # fmt: skip
_PAUSES = (0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 3.2)  # seconds between attempts, for errors after which boto3 does not repeat


class DynamoTable:
    """A table with the keys pk and sk.

    Needs dynamodb:PutItem, dynamodb:GetItem, dynamodb:BatchGetItem and dynamodb:Query.
    """

    def __init__(self, client: DynamoDBClient, name: str, sleep: Callable[[float], None] = time.sleep) -> None:
        self._client = client
        self._name = name
        self._sleep = sleep
        self._place = f"table {name}"

    def put(self, item: Mapping[str, Value | None], condition: Mapping[str, Any]) -> bool:
        """Write an item if the condition (NEW, ANY or `unchanged`) is met. Return whether it was met.

        If AWS's answer is lost, the client repeats the write, and the condition fails because of the first write. The
        item's write id shows that this write succeeded.
        """
        request = self._request(item, condition)
        for pause in _PAUSES:
            with aws_errors("dynamodb:PutItem", self._place):
                try:
                    self._client.put_item(**request)
                except ClientError as error:
                    code = code_of(error)
                    if code == "ConditionalCheckFailedException":
                        return _is_own(request, error.response)
                    if code != "TransactionConflictException":  # another process writes the item in a transaction
                        raise
                else:
                    return True
            self._sleep(pause)
        raise self._busy("dynamodb:PutItem")

    def put_together(self, groups: Sequence[Sequence[Write]]) -> list[bool]:
        """Write groups of items in transactions of at most 100 items.

        Return for each group whether its conditions were met. Each group is written as a whole or not at all. Needs
        only dynamodb:PutItem.
        """
        if len(groups) == 1 and len(groups[0]) == 1:  # a transaction costs twice as much
            return [self.put(*groups[0][0])]
        if sum(map(len, groups)) > MOST_TOGETHER:
            middle = len(groups) // 2
            return self.put_together(groups[:middle]) + self.put_together(groups[middle:])
        waiting = {
            place: [self._request(item, condition) for item, condition in group] for place, group in enumerate(groups)
        }
        lost: set[int] = set()
        for pause in _PAUSES:
            codes = self._transact([request for requests in waiting.values() for request in requests])
            if not codes:
                return [place not in lost for place in range(len(groups))]
            places = [place for place, requests in waiting.items() for _ in requests]
            unmet = {place for place, code in zip(places, codes, strict=True) if code == "ConditionalCheckFailed"}
            lost |= unmet
            waiting = {place: requests for place, requests in waiting.items() if place not in unmet}
            if not unmet:
                self._sleep(pause)
        raise self._busy("dynamodb:PutItem")

    def _transact(self, requests: Sequence[dict[str, Any]]) -> list[str]:
        """Write all items or none. If none was written, return the code of the reason for each item."""
        if not requests:
            return []
        with aws_errors("dynamodb:PutItem", self._place):
            try:
                self._client.transact_write_items(
                    TransactItems=[{"Put": request} for request in requests],  # type: ignore[typeddict-item]
                    ClientRequestToken=uuid4().hex,
                )
            except ClientError as error:
                if code_of(error) != "TransactionCanceledException":
                    raise
                reasons: list[Any] = error.response.get("CancellationReasons", [])
                if any(map(_is_own, requests, reasons)):
                    return []
                codes = [reason.get("Code", "None") for reason in reasons] or ["None"] * len(requests)
                if others := sorted({*codes} - _PASSING):
                    raise BadSettings(f"AWS refuses dynamodb:PutItem on {self._place}: {others[0]}.") from None
                return codes
        return []

    def _request(self, item: Mapping[str, Value | None], condition: Mapping[str, Any]) -> dict[str, Any]:
        if not condition:
            return {"TableName": self._name, "Item": _marshal(item)}
        more = {**condition, "ReturnValuesOnConditionCheckFailure": "ALL_OLD"}
        return {"TableName": self._name, "Item": _marshal({**item, _WRITE: uuid4().hex}), **more}

    def _busy(self, action: str) -> Unavailable:
        return Unavailable(f"{self._place} cannot answer {action} now (other requests use it).")

    def get(self, key: Mapping[str, str]) -> dict[str, Value] | None:
        with aws_errors("dynamodb:GetItem", self._place):
            answer = self._client.get_item(TableName=self._name, Key=_marshal(key), ConsistentRead=True)
        return _plain(answer["Item"]) if "Item" in answer else None

    def get_all(self, keys: Sequence[Mapping[str, str]]) -> Iterator[dict[str, Value]]:
        """Yield the items of these keys that exist, in any order."""
        waiting = list(map(_marshal, keys))
        pauses = iter(_PAUSES)
        while waiting:
            asked, waiting = waiting[:MOST_TOGETHER], waiting[MOST_TOGETHER:]
            with aws_errors("dynamodb:BatchGetItem", self._place):
                answer = self._client.batch_get_item(RequestItems={self._name: {"Keys": asked, "ConsistentRead": True}})
            yield from map(_plain, answer["Responses"].get(self._name, []))
            unprocessed = answer.get("UnprocessedKeys", {})
            unread = unprocessed[self._name]["Keys"] if self._name in unprocessed else []
            waiting += unread
            if not unread:
                pauses = iter(_PAUSES)
                continue
            if (pause := next(pauses, None)) is None:
                raise self._busy("dynamodb:BatchGetItem")
            self._sleep(pause)

    def query(self, condition: str, values: Mapping[str, Value], **more: Any) -> Iterator[dict[str, Any]]:
        """Yield all matching items by sort key, over all pages."""
        query = {
            "TableName": self._name,
            "KeyConditionExpression": condition,
            "ExpressionAttributeValues": _marshal(values),
            **more,
        }
        with aws_errors("dynamodb:Query", self._place):
            for page in self._client.get_paginator("query").paginate(**query):
                yield from map(_plain, page["Items"])

    def count(self, condition: str, values: Mapping[str, Value], **more: Any) -> int:
        """Return the number of matching items, over all pages."""
        query = {
            "TableName": self._name,
            "KeyConditionExpression": condition,
            "ExpressionAttributeValues": _marshal(values),
            "Select": "COUNT",
            **more,
        }
        with aws_errors("dynamodb:Query", self._place):
            return sum(page["Count"] for page in self._client.get_paginator("query").paginate(**query))

    def delete(self, item: Mapping[str, Any]) -> None:
        """Delete an item. This also needs dynamodb:DeleteItem."""
        with aws_errors("dynamodb:DeleteItem", self._place):
            self._client.delete_item(TableName=self._name, Key=_marshal({"pk": item["pk"], "sk": item["sk"]}))

    def scan(self, sort: str, of: str = "SESSION#") -> Iterator[dict[str, Any]]:
        """Yield all items whose pk starts with `of` and whose sk starts with `sort`.

        Reads the whole table. This also needs dynamodb:Scan.
        """
        scan: dict[str, Any] = {
            "TableName": self._name,
            "ConsistentRead": True,
            "FilterExpression": "begins_with(pk, :pk)" + (" AND begins_with(sk, :sort)" if sort else ""),
            "ExpressionAttributeValues": _marshal({":pk": of} | ({":sort": sort} if sort else {})),
        }
        with aws_errors("dynamodb:Scan", self._place):
            for page in self._client.get_paginator("scan").paginate(**scan):
                yield from map(_plain, page["Items"])


def unchanged(name: str, value: Value) -> dict[str, Any]:
    """Return the condition that an attribute still has this value."""
    return {
        "ConditionExpression": "#name = :value",
        "ExpressionAttributeNames": {"#name": name},
        "ExpressionAttributeValues": _marshal({":value": value}),
    }


def _is_own(request: Mapping[str, Any], refusal: Mapping[str, Any]) -> bool:
    """Return whether a condition failed because of the request's own item, which its first attempt wrote."""
    current = refusal.get("Item") or {}
    return _WRITE in current and current[_WRITE] == request["Item"].get(_WRITE)


def _marshal(values: Mapping[str, Value | None]) -> dict[str, Any]:
    """Return plain values in DynamoDB's format, without None."""
    return {
        name: {"N": str(value)} if isinstance(value, int) else {"S": value}
        for name, value in values.items()
        if value is not None
    }


def _plain(item: Mapping[str, Any]) -> dict[str, Value]:
    return {name: int(value["N"]) if "N" in value else value["S"] for name, value in item.items()}
