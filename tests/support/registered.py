"""What a summary says of registrations."""

from __future__ import annotations

from typing import Any


def figures(summary: dict[str, Any]) -> dict[str, Any]:
    """The figures of registrations by key, without their prefix."""
    found = summary["metrics"].items()
    return {key.removeprefix("registered_"): one["value"] for key, one in found if "regist" in key or key == "walk_ins"}
