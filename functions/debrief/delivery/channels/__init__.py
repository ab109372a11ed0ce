"""Channels beside email, one folder each: `format.py` arranges a message, `send.py` sends it, `__init__.py` has KIND.

docs/channels.md explains them. A folder is imported only if the rules file has a channel of its kind.
"""
