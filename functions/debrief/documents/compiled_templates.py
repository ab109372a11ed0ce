"""Read compiled templates, which the build of the templates layer writes beside the templates.

A template without a compiled file is compiled at its first use.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import jinja2

if TYPE_CHECKING:
    from jinja2.bccache import Bucket


class CompiledTemplates(jinja2.BytecodeCache):
    """The compiled templates of a folder.

    Jinja ignores a compiled file if the template's text has changed, or if another version of Python wrote the file.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder / "compiled" / jinja2.__version__

    def get_cache_key(self, name: str, filename: str | None = None) -> str:  # noqa: ARG002 - the build has other paths
        return f"{name}.bin"

    def load_bytecode(self, bucket: Bucket) -> None:
        with suppress(FileNotFoundError), (self._folder / bucket.key).open("rb") as file:
            bucket.load_bytecode(file)

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Write nothing: only the build writes compiled files."""

    def write(self, environment: jinja2.Environment) -> None:
        """Compile all templates of the environment, and write the files."""
        for name in environment.list_templates(extensions=["j2"]):
            text = (environment.loader or jinja2.BaseLoader()).get_source(environment, name)[0]
            bucket = self.get_bucket(environment, name, None, text)
            bucket.code = environment.compile(text, name, name)
            file = self._folder / bucket.key
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(bucket.bytecode_to_string())
