"""Read the section `channels` of a rules file: recipients that are not email addresses."""

from __future__ import annotations

import re
from collections.abc import Callable

from debrief.delivery.channels.kind import kind_of, kinds
from debrief.delivery.rules.rule import ChannelEntry, Preferences
from debrief.delivery.rules.yaml_reader import Value

MOST_CHANNELS = 100
CHANNEL_NAME = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?")
_LONGEST_OPTION = 200  # characters


def read_channels(value: Value, read_preferences: Callable[[dict[str, Value]], Preferences]) -> dict[str, ChannelEntry]:
    """Return the channels by name. Raises RulesError."""
    channels: dict[str, ChannelEntry] = {}
    for key, entry in value.entries():
        name = key.text()
        if not CHANNEL_NAME.fullmatch(name):
            raise key.wrong("the name of a channel has up to 40 small letters, digits and hyphens, such as event-team")
        if len(channels) == MOST_CHANNELS:
            raise key.wrong(f"there are more than {MOST_CHANNELS} channels")
        channels[name] = _channel(name, Value(entry.node, "a channel"), read_preferences)
    return channels


def _channel(name: str, value: Value, read_preferences: Callable[[dict[str, Value]], Preferences]) -> ChannelEntry:
    named = {key.text(): Value(node.node, "`kind`") for key, node in value.entries()}
    if "kind" not in named:
        raise value.wrong(f"the channel has no `kind`; the kinds are {', '.join(kinds())}")
    kind_name = named["kind"].choice(kinds())
    kind = kind_of(kind_name)
    fields = value.fields("kind", "see", "timezone", "language", *kind.options)
    options = tuple((option, _option(fields[option])) for option in kind.options if option in fields)
    return ChannelEntry(name, kind_name, read_preferences(fields), kind.takes_events, options)


def _option(value: Value) -> str:
    text = value.text()
    if len(text) > _LONGEST_OPTION:
        raise value.wrong(f"{value.name} has more than {_LONGEST_OPTION} characters")
    return text
