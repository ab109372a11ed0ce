"""Parse a request, with its parameters in any of Kaltura's three styles: path, form and JSON.

Rules of the Kaltura server (infraRequestUtils.class.php, KalturaRequestDeserializer.php): parameters in the path win
over the query string, both win over the body; a JSON body counts only if the content type is exactly application/json.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from email.message import Message
from itertools import zip_longest
from typing import Any, TypeAlias
from urllib.parse import parse_qsl, unquote, urlsplit

Params: TypeAlias = dict[str, Any]
ROOT = "/api_v3"
# Paths of services that have hosts of their own at Kaltura, by their names.
CHAT_ROOT, REGISTRATIONS_ROOT = "/chat", "/registrations"
_SEPARATORS = re.compile(r"[:\[\]]+")


@dataclass(frozen=True, slots=True)
class Received:
    """One request. `params` is nested. A request may contain a KS, so it must not be printed."""

    method: str
    path: str = field(repr=False)  # with its query string
    headers: Message = field(repr=False)  # names in any case
    body: bytes = field(repr=False)
    service: str
    action: str
    params: Params = field(repr=False)

    def is_under(self, root: str) -> bool:
        """Return whether the path begins with this segment."""
        return self.path.partition("?")[0].split("/")[1:2] == [root.strip("/")]


def read_request(method: str, path: str, headers: Message, body: bytes) -> Received:
    """Parse a request. A call beside the API has its path as action, and only its body as parameters."""
    url = urlsplit(path)
    for root in (CHAT_ROOT, REGISTRATIONS_ROOT):
        if url.path.startswith(f"{root}/"):
            return Received(method, path, headers, body, root.strip("/"), url.path.removeprefix(f"{root}/"), {})
    query = parse_qsl(url.query, keep_blank_values=True)
    params = _nest([*_body_pairs(headers, body), *query, *_path_pairs(url.path)])
    service, action = str(params.pop("service", "")), str(params.pop("action", ""))
    return Received(method, path, headers, body, service, action, params)


def listed(value: object) -> list[Any]:
    """Return the items of an array argument: a JSON list, or a form's `name:0`, `name:1` and so on."""
    if isinstance(value, Mapping):
        return [item for _, item in sorted(value.items(), key=lambda pair: (len(pair[0]), pair[0]))]
    return value if isinstance(value, list) else []


def _body_pairs(headers: Message, body: bytes) -> Iterable[tuple[str, Any]]:
    content_type = headers.get("Content-Type", "").lower()
    if content_type == "application/json":
        return _json_pairs(body)
    if content_type.partition(";")[0].strip() == "application/x-www-form-urlencoded":
        return parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True)
    return ()


def _json_pairs(body: bytes) -> Iterable[tuple[str, Any]]:
    if not (body.startswith(b"{") and body.endswith(b"}")):
        return ()
    try:
        return list(json.loads(body).items())
    except ValueError:
        return ()  # PHP's json_decode then returns nothing, and the parameters are missing


def _path_pairs(path: str) -> list[tuple[str, str]]:
    segments = [unquote(segment) for segment in path.removeprefix(ROOT).split("/")[1:]]
    if segments[:1] == ["index.php"]:
        del segments[0]
    pairs = list(zip_longest(segments[::2], segments[1::2], fillvalue=""))
    stop = next((number for number, (key, _) in enumerate(pairs) if key in {"", "0"}), len(pairs))
    return pairs[:stop]


def _nest(pairs: Iterable[tuple[str, Any]]) -> Params:
    """Convert `filter[a]` and `filter:a` to {"filter": {"a": …}}; a later value wins."""
    tree: Params = {}
    for name, value in pairs:
        *parents, leaf = [part for part in _SEPARATORS.split(name) if part] or [name]
        branch = tree
        for parent in parents:
            if not isinstance(branch.get(parent), dict):
                branch[parent] = {}
            branch = branch[parent]
        branch[leaf] = value
    return tree
