from __future__ import annotations

from typing import Any

import pytest

from support.cloudformation import functions_of, load


@pytest.fixture(scope="session")
def template() -> dict[str, Any]:
    """template.yaml."""
    return load("template.yaml")


@pytest.fixture(scope="session")
def monitoring() -> dict[str, Any]:
    """infra/monitoring.yaml."""
    return load("infra/monitoring.yaml")


@pytest.fixture(scope="session")
def functions(template: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The functions' properties, with what Globals gives to all of them."""
    return functions_of(template)
