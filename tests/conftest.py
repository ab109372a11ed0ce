"""For all tests: a slow machine is no failure, and a run finds what the run before it found."""

from typing import Any

from hypothesis import settings

settings.register_profile("debrief", deadline=None, derandomize=True)
settings.load_profile("debrief")


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """What tests recorded of how much they tried."""
    for report in terminalreporter.stats.get("passed", []):
        for name, value in report.user_properties:
            terminalreporter.write_line(f"{name}: {value}")
