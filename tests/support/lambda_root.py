"""Lambda's folders in links: the task with what functions/requirements.txt ships, the runtime's own, the PDF layer.

A process started on them finds nothing else of this environment, so a function that imports what it does not ship
fails here as it would there.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable
from importlib.metadata import distribution, requires
from pathlib import Path

from support.cloudformation import ROOT

RUNTIME = ("boto3", "awslambdaric")  # what Lambda's Python brings, each with what it requires
LEFT_OUT = {"__pycache__"}


def lay_out(root: Path, checkout: Path = ROOT) -> str:
    """Make the folders below `root`; the search path for the modules of a function, as PYTHONPATH has it."""
    task, layer, runtime = (root / name for name in ("task", "layer", "runtime"))
    functions = checkout / "functions"
    _link_package(task, functions)
    _link(task, _named_in(functions / "requirements.txt"))
    _link(layer, _named_in(checkout / "infra" / "layers" / "pdf" / "requirements.txt"))
    _link(runtime, _with_requirements(RUNTIME))
    return ":".join(map(str, (task, layer, runtime)))


def lay_out_templates(folder: Path, checkout: Path = ROOT) -> Path:
    """Make what the build makes of the templates layer; its Makefile compiles in the same way."""
    shutil.copytree(checkout / "templates", folder)
    if (checkout / "functions" / "debrief" / "documents" / "compiled_templates.py").exists():  # not in older versions
        command = [sys.executable, "-m", "debrief.documents.templates", str(folder)]
        subprocess.run(command, env={**os.environ, "PYTHONPATH": str(checkout / "functions")}, check=True)
    return folder


def _link_package(task: Path, functions: Path) -> None:
    """The functions' own code, as functions/Makefile copies it."""
    (task / "debrief").mkdir(parents=True)
    (task / "handlers").symlink_to(functions / "handlers")
    for path in (functions / "debrief").iterdir():
        if path.name not in LEFT_OUT:
            (task / "debrief" / path.name).symlink_to(path)


def _link(folder: Path, names: Iterable[str]) -> None:
    """The top folders and modules of these distributions, as they are in this environment."""
    folder.mkdir(exist_ok=True)
    for name in names:
        found = distribution(name)
        for top in {file.parts[0] for file in found.files or () if not file.parts[0].startswith((".", "__"))}:
            link = folder / top
            if not link.exists():
                link.symlink_to(Path(str(found.locate_file(top))))


def _named_in(requirements: Path) -> list[str]:
    """The distributions of a lock that are for this machine."""
    lines = requirements.read_text(encoding="utf-8").splitlines()
    found = (re.match(r"([A-Za-z0-9._-]+)==", line) for line in lines)
    return [match[1] for match in found if match]


def _with_requirements(names: Iterable[str]) -> set[str]:
    found: set[str] = set()
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            needed = (re.match(r"[A-Za-z0-9._-]+", text) for text in requires(name) or () if "extra ==" not in text)
            waiting += [match[0] for match in needed if match]
    return found
