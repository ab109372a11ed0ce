"""`python -m support.mutants`: plant small mistakes one at a time, and say which of them no test notices.

Each is planted into a copy of the tree and tried with those tests of its group that call the changed function. The same
seed draws the same mistakes as long as the code is the same. Ends with 1 when a group notices less than it should.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable
from functools import cache
from itertools import chain
from pathlib import Path

from support.mutants.changes import Change, changes
from support.mutants.groups import GROUPS, Group
from support.mutants.trial import KILLED, SURVIVED, TIMED_OUT, copied, ran, warm_up

LEAST = 0.9  # of the mistakes in a group
_REACH_SECONDS = 1800.0
_OF_SENTENCES = "tests/template/test_docs_messages.py"  # reads the modules instead of calling them


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m support.mutants", description=__doc__)
    parser.add_argument("groups", nargs="*", help=f"some of {', '.join(GROUPS)}; all without")
    parser.add_argument("--number", type=int, default=10, help="mistakes in each group")
    parser.add_argument("--seed", type=int, default=1, help="which ones")
    parser.add_argument("--seconds", type=float, default=180.0, help="after which a trial counts as noticed")
    asked = parser.parse_args()
    if unknown := [name for name in asked.groups if name not in GROUPS]:
        parser.error(f"no such group: {', '.join(unknown)}")
    warm_up()
    is_well = True
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        tree = copied(Path(folder) / "tree")
        for name in asked.groups or GROUPS:
            trials = _trials(GROUPS[name], tree, asked.number, f"{asked.seed} {name}", asked.seconds)
            survivors = [change for change, outcome in trials if outcome == SURVIVED]
            stuck = [change for change, outcome in trials if outcome == TIMED_OUT]
            noticed = 1 - len(survivors) / len(trials) if trials else 0.0
            is_well = is_well and noticed >= LEAST
            print(f"{name}: {len(trials) - len(survivors)} of {len(trials)} noticed ({noticed:.0%})", flush=True)
            print(*(f"  survived: {change}" for change in survivors), sep="\n", flush=True)
            print(*(f"  took too long, so it counts as noticed: {change}" for change in stuck), sep="\n", flush=True)
    return 0 if is_well else 1


def _trials(group: Group, tree: Path, number: int, seed: str, seconds: float) -> list[tuple[Change, str]]:
    reach = reached(tree, group.tests)
    every = [one for path in group.files(tree) for one in changes(path, str(path.relative_to(tree)))]
    chosen = sorted(random.Random(seed).sample(every, min(number, len(every))))
    return [(change, tried(change, tree, chosen_tests(change, reach), seconds)) for change in chosen]


def reached(tree: Path, paths: Iterable[str]) -> dict[str, list[str]]:
    """Which tests below these paths call which functions. Raises SystemExit when they fail without any mistake."""
    found: dict[str, list[str]] = {}
    for path in paths:
        for place, ids in _reached_by(tree, path).items():
            found.setdefault(place, []).extend(ids)
    return found


@cache
def _reached_by(tree: Path, path: str) -> dict[str, list[str]]:
    found, log = tree.parent / "reach.json", tree.parent / "reach.log"
    os.environ["MUTANTS_REACH"] = str(found)
    arguments = ["-p", "support.mutants.reach", f"tests/{path}"]
    if ran(tree, arguments, _REACH_SECONDS, log, compiled=True) != SURVIVED:
        raise SystemExit(f"The tests fail as they are:\n{log.read_text()[-2000:]}")
    return dict(json.loads(found.read_text()))


def chosen_tests(change: Change, reach: dict[str, list[str]]) -> list[str]:
    """The tests that call the function; for what happens at an import all tests, those that call the module first.

    Those that call the least come first: they are fast, and most likely to be about this function.
    """
    called = Counter(one for ids in reach.values() for one in ids)
    ids = reach.get(f"{change.path}:{change.first}") if change.first else None
    near = ids or {one for place, ids in reach.items() if place.startswith(f"{change.path}:") for one in ids}
    far = () if change.first else called.keys() - near
    is_sentence = change.kind == "string" and " " in change.before
    chosen = [sorted(some, key=lambda one: (called[one], one)) for some in (near, far)]
    return [*chain.from_iterable(chosen), *((_OF_SENTENCES,) if is_sentence else ())]


def tried(change: Change, tree: Path, tests: list[str], seconds: float) -> str:
    """What becomes of one mistake."""
    if not tests:
        return SURVIVED
    module = tree / change.path
    source = module.read_bytes()
    arguments = tree.parent / "tests.txt"
    arguments.write_text("\n".join(tests))
    module.write_bytes(change.planted(source))
    try:
        compile(module.read_bytes(), change.path, "exec")
        return ran(tree, [f"@{arguments}"], seconds, tree.parent / "trial.log")
    except SyntaxError:
        return KILLED
    finally:
        module.write_bytes(source)


if __name__ == "__main__":
    sys.exit(main())
