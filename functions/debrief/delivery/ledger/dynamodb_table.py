"""A DynamoDB table with plain values, conditional writes, and reads of all pages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, TypeAlias
from uuid import uuid4

from botocore.exceptions import ClientError

from debrief.delivery.aws.errors import aws_errors, code_of

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

Value: TypeAlias = str | int

NEW: Mapping[str, Any] = {"ConditionExpression": "attribute_not_exists(pk)"}
ANY: Mapping[str, Any] = {}
_WRITE = "write_id"  # an attribute of each item: the id of the write that wrote it


class DynamoTable:
    """A table with the keys pk and sk. Needs dynamodb:PutItem, dynamodb:GetItem and dynamodb:Query."""

    def __init__(self, client: DynamoDBClient, name: str) -> None:
        self._client = client
        self._name = name
        self._place = f"table {name}"

    def put(self, item: Mapping[str, Value | None], condition: Mapping[str, Any]) -> bool:
        """Write an item if the condition (NEW, ANY or `unchanged`) is met. Returns whether it was met.

        If AWS's answer is lost, the client repeats the write, and the condition fails because of its own item. The
        item's write id shows that the first write succeeded.
        """
        written = _marshal({**item, _WRITE: uuid4().hex})
        more = {**condition, "ReturnValuesOnConditionCheckFailure": "ALL_OLD"} if condition else {}
        with aws_errors("dynamodb:PutItem", self._place):
            try:
                self._client.put_item(TableName=self._name, Item=written, **more)
            except ClientError as error:
                if code_of(error) == "ConditionalCheckFailedException":
                    current: Mapping[str, Any] = error.response.get("Item", {})  # type: ignore[assignment]
                    return bool(current.get(_WRITE) == written[_WRITE])
                raise
        return True

    def get(self, key: Mapping[str, str]) -> dict[str, Value] | None:
        with aws_errors("dynamodb:GetItem", self._place):
            answer = self._client.get_item(TableName=self._name, Key=_marshal(key), ConsistentRead=True)
        return _plain(answer["Item"]) if "Item" in answer else None

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


def _marshal(values: Mapping[str, Value | None]) -> dict[str, Any]:
    """Return plain values in DynamoDB's format, without None."""
    return {
        name: {"N": str(value)} if isinstance(value, int) else {"S": value}
        for name, value in values.items()
        if value is not None
    }


def _plain(item: Mapping[str, Any]) -> dict[str, Value]:
    return {name: int(value["N"]) if "N" in value else value["S"] for name, value in item.items()}
