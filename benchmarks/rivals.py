"""Our PDF beside its rivals: the same session printed by each engine, each in a process of its own, in turn.

    python -m benchmarks.rivals [--attendees N] [--runs N] [--only ENGINE …]

The rivals print head, tiles, charts and the attendee list; ours prints every other section besides. They are given
their page ready made; ours begins at the summary. All have the same font files.
"""

from __future__ import annotations

import argparse
import json
import logging
import pickle
import subprocess
import tempfile
from collections.abc import Container, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from pypdf import PdfReader

from benchmarks import plain, typeset
from benchmarks.engines import CHROMIUM, RIVALS, Rival
from benchmarks.measure import Taken, median, python, run
from benchmarks.rendering import summary

OURS = "debrief"


@dataclass(frozen=True)
class Result:
    """What one engine took. `drawing` is without imports; a program of its own is only measured whole."""

    drawing: Taken | None
    whole: Taken
    size: int
    pages: int


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--attendees", type=int, default=1_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--only", metavar="ENGINE", nargs="+", choices=RIVALS, default=list(RIVALS))
    parser.add_argument("--as", dest="rival", choices=RIVALS, help=argparse.SUPPRESS)
    parser.add_argument("folder", nargs="?", type=Path, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.rival:
        logging.disable()
        taken = RIVALS[args.rival].draw(args.folder)
        (args.folder / "taken.json").write_text(json.dumps(asdict(taken)))
    else:
        compare(args.attendees, args.runs, {OURS, *args.only})


def compare(attendees: int, runs: int, only: Container[str]) -> None:
    """Run those that are installed in turn and print the medians."""
    there = [name for name, rival in RIVALS.items() if name in only and _is_there(name, rival)]
    with tempfile.TemporaryDirectory() as name:
        _prepare(Path(name), attendees)
        rounds = [{rival: _run(rival, Path(name)) for rival in there} for _ in range(runs)]
    _print(attendees, {rival: _median([results[rival] for results in rounds]) for rival in there})


def _is_there(name: str, rival: Rival) -> bool:
    """Whether it can be run; asking also reads its files into memory."""
    command = python("-c", f"import {rival.module}") if rival.module else [CHROMIUM or "false", "--version"]
    there = not subprocess.run(command, check=False, capture_output=True).returncode
    if not there:
        print(f"{name} is left out because it is not installed; {rival.install}.")
    return there


def _prepare(folder: Path, attendees: int) -> None:
    made = summary(attendees)
    content = plain.content(made)
    (folder / "summary").write_bytes(pickle.dumps(made))
    (folder / "content").write_bytes(pickle.dumps(content))
    typeset.lay_out(content, folder)
    (folder / "page.html").write_text(plain.html(content))
    (folder / "pisa.html").write_text(plain.html(content, pisa=True))


def _run(name: str, folder: Path) -> Result:
    whole = run(python("-m", "benchmarks.rivals", "--as", name, str(folder)))
    taken = Taken(**json.loads((folder / "taken.json").read_text()))
    pdf = folder / "out.pdf"
    size, pages = pdf.stat().st_size, len(PdfReader(pdf).pages)
    pdf.unlink()
    return Result(taken, whole, size, pages) if RIVALS[name].module else Result(None, taken, size, pages)


def _median(results: Sequence[Result]) -> Result:
    drawings = [result.drawing for result in results if result.drawing]
    whole = median([result.whole for result in results])
    return Result(median(drawings) if drawings else None, whole, results[-1].size, results[-1].pages)


def _print(attendees: int, results: dict[str, Result]) -> None:
    print(f"{attendees} attendees printed, medians; ratios are of CPU seconds, debrief is 1")
    print(f"{'':<20} {'rendering, after imports':>24} {'whole process':>24}")
    print(f"{'':<20}{'  CPU s   wall s    ratio' * 2} {'peak MB':>8} {'bytes':>9} {'pages':>6}")
    ours = results[OURS]
    for name, result in results.items():
        times = _times(result.drawing, ours.drawing) + _times(result.whole, ours.whole)
        print(f"{name:<20}{times} {result.whole.peak_mb:8.0f} {result.size:9} {result.pages:6}")


def _times(taken: Taken | None, ours: Taken | None) -> str:
    if not taken or not ours:
        return f"{'-':>7} {'-':>8} {'-':>8}"
    return f"{taken.cpu_seconds:7.2f} {taken.wall_seconds:8.2f} {taken.cpu_seconds / ours.cpu_seconds:8.1f}"


if __name__ == "__main__":
    main()
