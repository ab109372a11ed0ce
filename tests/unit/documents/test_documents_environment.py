"""Where templates are found and how they are filled."""

from __future__ import annotations

from pathlib import Path

import jinja2
import pytest

from debrief.documents import templates
from debrief.documents.pdf import fonts
from debrief.errors import BadSettings


def test_the_folder_named_in_the_environment_wins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.html.j2").write_text("<p>{{ name }}</p>")
    (tmp_path / "a.txt.j2").write_text("{{ name }}")
    monkeypatch.setenv("DEBRIEF_TEMPLATES_DIR", str(tmp_path))
    assert templates.render("a.html.j2", name="<b>") == "<p>&lt;b&gt;</p>"
    assert templates.render("a.txt.j2", name="<b>") == "<b>"


def test_a_value_that_a_template_was_not_given_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.html.j2").write_text("{{ nothing }}")
    monkeypatch.setenv("DEBRIEF_TEMPLATES_DIR", str(tmp_path))
    with pytest.raises(jinja2.UndefinedError):
        templates.render("a.html.j2")


def test_every_font_is_there_with_a_licence_beside_it() -> None:
    folder = templates.fonts_dir()
    licences = [path.name.removesuffix(".LICENSE.txt") for path in folder.glob("*.LICENSE.txt")]
    for face in fonts.FACES:
        assert (folder / face.file).stat().st_size > 10_000
        assert any(face.file.startswith(name) for name in licences)


def test_a_logo_is_a_picture_that_can_be_read(tmp_path: Path) -> None:
    good = tmp_path / "logo.png"
    good.write_bytes(b"\x89PNG\r\n\x1a\nrest")
    assert templates.picture(str(good)) == good.read_bytes()
    (tmp_path / "logo.svg").write_text("<svg/>")
    for name in ("logo.svg", "missing.png"):
        with pytest.raises(BadSettings, match="logo"):
            templates.picture(str(tmp_path / name))
