"""The `debrief` command: what Lambda does, by hand, on one machine."""

from debrief.cli.main import main

__all__ = ["main"]
