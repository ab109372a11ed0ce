"""Templates that were compiled at build time."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import jinja2
import pytest

from debrief.documents import templates
from debrief.documents.compiled_templates import CompiledTemplates
from support.cloudformation import ROOT

LAYER = ROOT / "infra" / "layers" / "templates"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A templates folder with one compiled template, which greets."""
    (tmp_path / "a.html.j2").write_text("Hello {{ name }}")
    monkeypatch.setenv("DEBRIEF_TEMPLATES_DIR", str(tmp_path))
    CompiledTemplates(tmp_path).write(templates.environment_of(tmp_path))
    return tmp_path


def test_a_compiled_template_is_used_and_escapes_its_values(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(jinja2.Environment, "compile")
    assert templates.render("a.html.j2", name="<b>") == "Hello &lt;b&gt;"


def test_a_template_that_changed_after_the_build_is_compiled_again(folder: Path) -> None:
    (folder / "a.html.j2").write_text("Goodbye {{ name }}")
    assert templates.render("a.html.j2", name="Ann") == "Goodbye Ann"


def test_a_damaged_or_foreign_file_is_not_used(folder: Path) -> None:
    (compiled,) = (folder / "compiled").rglob("*.bin")
    whole = compiled.read_bytes()
    for damaged in (b"", whole[:10], b"another Python" + whole):
        compiled.write_bytes(damaged)
        templates.environment_of.cache_clear()
        assert templates.render("a.html.j2", name="Ann") == "Hello Ann"


def test_the_build_of_the_layer_copies_all_files_and_compiles_all_templates(tmp_path: Path) -> None:
    """Pip is left out: this environment has the libraries."""
    programs, source, built = (tmp_path / name for name in ("bin", "source", "built"))
    for made in (programs, built):
        made.mkdir()
    shutil.copytree(LAYER, source, symlinks=False, ignore=shutil.ignore_patterns("fonts", "__pycache__"))
    (programs / "python3.13").write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
    (programs / "python3.13").chmod(0o755)
    path = f"{programs}:{os.environ['PATH']}"
    command = ["make", "build-TemplatesLayer", "PYTHON=true", f"ARTIFACTS_DIR={built}"]
    subprocess.run(command, cwd=source, env={**os.environ, "PATH": path}, check=True, capture_output=True)
    copied = files_in(source / "templates")
    compiled = {f"compiled/{jinja2.__version__}/{name}.bin" for name in copied if name.endswith(".j2")}
    assert compiled
    assert files_in(built) == copied | compiled


def files_in(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
