"""Find and render templates; find fonts and pictures.

    python -m debrief.documents.templates FOLDER

This command of the build compiles all templates in a folder.
"""

from __future__ import annotations

import os
import sys
from functools import lru_cache
from pathlib import Path

import jinja2

from debrief.documents.compiled_templates import CompiledTemplates
from debrief.errors import BadSettings

_PICTURES = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff")
_LARGEST_PICTURE = 1_000_000  # bytes
_LAYER = Path("/opt/templates")  # where Lambda unpacks the layer with our templates
_REPOSITORY = Path(__file__).parents[3] / "templates"


def templates_dir() -> Path:
    """Return the folder with report/, email/ and fonts/: DEBRIEF_TEMPLATES_DIR, the layer's, or the repository's."""
    named = os.environ.get("DEBRIEF_TEMPLATES_DIR", "").strip()
    if named:
        return Path(named)
    return _LAYER if _LAYER.is_dir() else _REPOSITORY


def check_templates_dir() -> None:
    """Raise BadSettings if the templates folder lacks templates or fonts."""
    if not all((templates_dir() / name).is_dir() for name in ("email", "fonts", "report")):
        raise BadSettings("DEBRIEF_TEMPLATES_DIR must be a folder with email/, fonts/ and report/.")


def fonts_dir() -> Path:
    """Return the folder with the fonts for PDFs."""
    return templates_dir() / "fonts"


def render(template: str, **values: object) -> str:
    """Render a template. Values are escaped for HTML, except in plain-text templates (`.txt.j2`).

    Raises jinja2.UndefinedError if a value is missing.
    """
    return environment_of(templates_dir()).get_template(template).render(**values)


def source(template: str) -> str:
    """Return the text of a file in the templates folder."""
    return (templates_dir() / template).read_text(encoding="utf-8")


def picture(name: str) -> bytes:
    """Return a PNG or JPEG file; `name` is a path, absolute or in the templates folder.

    Raises BadSettings if the file cannot be read or used.
    """
    try:
        body = (templates_dir() / name).read_bytes()
    except OSError as error:
        raise BadSettings(f"The logo {name!r} cannot be read ({type(error).__name__}).") from None
    if not body.startswith(_PICTURES) or len(body) > _LARGEST_PICTURE:
        raise BadSettings(f"The logo {name!r} must be a PNG or JPEG file of at most 1 MB.")
    return body


@lru_cache(maxsize=4)
def environment_of(folder: Path) -> jinja2.Environment:
    """Return the environment of the templates in a folder."""
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(folder),
        bytecode_cache=CompiledTemplates(folder),
        autoescape=jinja2.select_autoescape(disabled_extensions=("txt.j2",), default=True, default_for_string=True),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


if __name__ == "__main__":
    CompiledTemplates(Path(sys.argv[1])).write(environment_of(Path(sys.argv[1])))
