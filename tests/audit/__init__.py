"""Graders that others wrote, over the whole project: `make audit`."""
