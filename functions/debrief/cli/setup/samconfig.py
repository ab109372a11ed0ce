"""Read and write samconfig.toml, in which the SAM CLI looks for the answers of a deployment. It has no secrets."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from debrief.delivery.archive.atomic_files import write_atomically
from debrief.errors import BadSettings

NAME = "samconfig.toml"
_HEAD = "# Written by `debrief setup`. To change an answer, run it again, or edit this file; then run `make deploy`.\n"
# Values that `sam deploy` needs for template.yaml. They do not depend on the answers.
_FIXED: Mapping[str, Any] = {
    "capabilities": ["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"],  # for roles, and for the nested stack
    "confirm_changeset": False,
    "fail_on_empty_changeset": False,
    "resolve_s3": True,
}
# The two forms in which SAM writes and reads parameters as text (aws-sam-cli, samcli/cli/types.py).
_VALUE = r"""("(?:\\.|[^"\\]+)*"|'(?:\\.|[^'\\]+)*'|(?:\\.|[^ "\\]+)+)"""
_PAIRS = (
    re.compile(rf"ParameterKey=([A-Za-z0-9\"']+),ParameterValue={_VALUE}"),
    re.compile(rf" ([A-Za-z0-9\"']+)={_VALUE}"),
)
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")


@dataclass(frozen=True)
class SamConfig:
    """The whole file; its properties read the stack, region and parameters of the environment `default`."""

    whole: Mapping[str, Any] = field(default_factory=dict)

    @property
    def stack(self) -> str:
        return str(self._deploy.get("stack_name") or self._section("global").get("stack_name") or "")

    @property
    def region(self) -> str:
        return str(self._deploy.get("region") or self._section("global").get("region") or "")

    @property
    def parameters(self) -> dict[str, str]:
        """Return the template's parameters that are set."""
        return dict(_parameters(self._deploy.get("parameter_overrides")))

    def with_answers(self, stack: str, region: str, parameters: Mapping[str, str]) -> SamConfig:
        """Return the file with these answers; everything else in it stays."""
        default = dict(self.whole.get("default", {}))
        shared = {
            name: value for name, value in self._section("global").items() if name not in {"stack_name", "region"}
        }
        default["global"] = {"parameters": {**shared, "stack_name": stack}}
        deploy = {name: value for name, value in self._deploy.items() if name != "stack_name"}
        deploy |= {**_FIXED, "region": region, "parameter_overrides": {**self.parameters, **parameters}}
        default["deploy"] = {"parameters": deploy}
        return SamConfig({"version": 0.1, **self.whole, "default": default})

    def text(self) -> str:
        """Return the file's text."""
        return _HEAD + "\n".join(_lines(self.whole, ())) + "\n"

    @property
    def _deploy(self) -> Mapping[str, Any]:
        return self._section("deploy")

    def _section(self, command: str) -> Mapping[str, Any]:
        found: Any = self.whole
        for name in ("default", command, "parameters"):
            found = found.get(name, {}) if isinstance(found, dict) else {}
        return found if isinstance(found, dict) else {}


def read_config(folder: Path) -> SamConfig | None:
    """Return the file in a folder; None without one. Raises BadSettings."""
    try:
        text = (folder / NAME).read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise BadSettings(f"{NAME} cannot be read ({type(error).__name__}).") from None
    try:
        return SamConfig(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise BadSettings(f"{NAME} is not valid TOML ({error}); correct it, or move it away.") from None


def write_config(folder: Path, config: SamConfig) -> None:
    """Replace the file in one step. Raises BadSettings."""
    write_atomically(folder / NAME, config.text().encode())


def _parameters(value: Any) -> Iterator[tuple[str, str]]:
    match value:
        case str():
            text = f" {value.strip()}"
            for pattern in _PAIRS:
                if found := pattern.findall(text):
                    yield from ((_unquoted(key), _unquoted(each)) for key, each in found)
                    return
        case list():
            for item in value:
                yield from _parameters(item)
        case dict():
            for key, item in value.items():
                text = ",".join(map(str, item)) if isinstance(item, list) else str(item)
                yield str(key), text


def _unquoted(text: str) -> str:
    if len(text) > 1 and text[0] == text[-1] and text[0] in "\"'":
        text = text[1:-1]
    return text.replace("\\ ", " ").replace('\\"', '"').replace("\\'", "'")


def _lines(table: Mapping[str, Any], path: tuple[str, ...]) -> Iterator[str]:
    """Yield TOML lines: first a table's own values, then its tables."""
    values = {name: value for name, value in table.items() if not isinstance(value, dict)}
    if path and values:
        yield f"\n[{'.'.join(map(_key, path))}]"
    for name, value in values.items():
        yield f"{_key(name)} = {_toml(value)}"
    for name, value in table.items():
        if isinstance(value, dict):
            yield from _lines(value, (*path, name))


def _key(name: str) -> str:
    return name if _BARE_KEY.fullmatch(name) else _toml(name)


def _toml(value: Any) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
        case list():
            return f"[{', '.join(map(_toml, value))}]"
        case dict():
            return f"{{{', '.join(f'{_key(name)} = {_toml(item)}' for name, item in value.items())}}}"
    return str(value)
