"""One DynamoDB table: items as plain values, writes under a condition, reads over all pages."""

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
_WRITE = "write_id"  # of each item: which write it comes from


class DynamoTable:
    """A table with the keys pk and sk. Takes dynamodb:PutItem, dynamodb:GetItem and dynamodb:Query."""

    def __init__(self, client: DynamoDBClient, name: str) -> None:
        self._client = client
        self._name = name
        self._place = f"table {name}"

    def put(self, item: Mapping[str, Value | None], condition: Mapping[str, Any]) -> bool:
        """Write the whole item if the condition (NEW, ANY, `still`) holds for what is there; whether it held.

        When the answer to a write is lost, the client makes it again and finds its own: by the write's id, it held.
        """
        written = _marshalled({**item, _WRITE: uuid4().hex})
        more = {**condition, "ReturnValuesOnConditionCheckFailure": "ALL_OLD"} if condition else {}
        with aws_errors("dynamodb:PutItem", self._place):
            try:
                self._client.put_item(TableName=self._name, Item=written, **more)
            except ClientError as error:
                if code_of(error) == "ConditionalCheckFailedException":
                    there: Mapping[str, Any] = error.response.get("Item", {})  # type: ignore[assignment]
                    return bool(there.get(_WRITE) == written[_WRITE])
                raise
        return True

    def get(self, key: Mapping[str, str]) -> dict[str, Value] | None:
        """The item as it is now, or None."""
        with aws_errors("dynamodb:GetItem", self._place):
            answer = self._client.get_item(TableName=self._name, Key=_marshalled(key), ConsistentRead=True)
        return _plain(answer["Item"]) if "Item" in answer else None

    def query(self, condition: str, values: Mapping[str, Value], **more: Any) -> Iterator[dict[str, Any]]:
        """All items that fit, by sort key, however many pages they take."""
        query = {
            "TableName": self._name,
            "KeyConditionExpression": condition,
            "ExpressionAttributeValues": _marshalled(values),
            **more,
        }
        with aws_errors("dynamodb:Query", self._place):
            for page in self._client.get_paginator("query").paginate(**query):
                yield from map(_plain, page["Items"])

    def delete(self, item: Mapping[str, Any]) -> None:
        """Delete an item. Takes dynamodb:DeleteItem too."""
        with aws_errors("dynamodb:DeleteItem", self._place):
            self._client.delete_item(TableName=self._name, Key=_marshalled({"pk": item["pk"], "sk": item["sk"]}))

    def scan(self, sort: str, of: str = "SESSION#") -> Iterator[dict[str, Any]]:
        """All items, of sessions unless said otherwise, whose sort key starts so: reads the whole table.

        Takes dynamodb:Scan too.
        """
        scan: dict[str, Any] = {
            "TableName": self._name,
            "ConsistentRead": True,
            "FilterExpression": "begins_with(pk, :pk)" + (" AND begins_with(sk, :sort)" if sort else ""),
            "ExpressionAttributeValues": _marshalled({":pk": of} | ({":sort": sort} if sort else {})),
        }
        with aws_errors("dynamodb:Scan", self._place):
            for page in self._client.get_paginator("scan").paginate(**scan):
                yield from map(_plain, page["Items"])


def still(name: str, value: Value) -> dict[str, Any]:
    """The condition that an attribute is what it was when it was read."""
    return {
        "ConditionExpression": "#name = :value",
        "ExpressionAttributeNames": {"#name": name},
        "ExpressionAttributeValues": _marshalled({":value": value}),
    }


def _marshalled(values: Mapping[str, Value | None]) -> dict[str, Any]:
    """Plain values as DynamoDB writes them; None is left out."""
    return {
        name: {"N": str(value)} if isinstance(value, int) else {"S": value}
        for name, value in values.items()
        if value is not None
    }


def _plain(item: Mapping[str, Any]) -> dict[str, Value]:
    return {name: int(value["N"]) if "N" in value else value["S"] for name, value in item.items()}
