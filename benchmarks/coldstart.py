"""Cold start: each function's first answered event, beside a minimal handler that asks the same services.

    python -m benchmarks.coldstart [--runs N] [--imports] [FUNCTION …]

Each start is a process of its own under Lambda's runtime interface client, with the modules that Lambda has, the
environment of template.yaml and a sample event (tests/support/lambda_*.py); AWS is moto's server, Kaltura the stand-in.
Ours and the minimal handler (benchmarks/minimal.py) take turns, so that a slow minute of the machine hits both.
"""

from __future__ import annotations

import argparse
import json
import re
import statistics
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import boto3

from benchmarks.measure import COLDSTART, ROOT
from support.lambda_events import FUNCTIONS, first_event
from support.lambda_process import Function, Moment, started
from support.lambda_root import lay_out
from support.lambda_world import LambdaWorld, lambda_world

# What each function asks at its event, found by benchmarks.usage.
SERVICES = {
    "reconcile": "secretsmanager dynamodb sqs kaltura",
    "receive": "secretsmanager dynamodb sqs",
    "export": "secretsmanager dynamodb s3 sqs kaltura",
    "deliver": "secretsmanager dynamodb s3 sesv2",
    "portal": "dynamodb s3",
    "feedback": "dynamodb",
}
_IMPORT = re.compile(r"import time:\s+(\d+) \|\s+\d+ \|\s+(\S+)")


@dataclass(frozen=True)
class Start:
    """One cold start: until it asks for an event, until the first one is answered, and what the same one takes then."""

    ready: Moment
    answered: Moment
    again: Moment


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("functions", nargs="*", metavar="FUNCTION", help=", ".join(FUNCTIONS))
    parser.add_argument("--runs", type=int, default=15)
    parser.add_argument("--imports", action="store_true", help="only name what is loaded beyond the minimal handler's")
    args = parser.parse_args()
    handlers = args.functions or list(FUNCTIONS)
    with tempfile.TemporaryDirectory() as folder, lambda_world(people=3) as world:
        bench = Bench(world, lay_out(Path(folder) / "lambda"), Path(folder))
        if args.imports:
            for handler in handlers:
                print_imports(handler, bench)
        else:
            print(f"CPU seconds, medians of {args.runs} starts; ratios to the minimal handler's; wall seconds")
            print(f"{'':<11}{'ready':>9}{'ratio':>7}{'answered':>10}{'ratio':>7}{'again':>8}{'wall':>8}{'ratio':>7}")
            found = {handler: compare(handler, bench, args.runs) for handler in handlers}
            if found.keys() == FUNCTIONS.keys():
                COLDSTART.write_text(json.dumps(found, indent=1) + "\n")


@dataclass(frozen=True)
class Bench:
    """A world, and where functions find modules."""

    world: LambdaWorld
    path: str
    folder: Path

    def start(self, handler: str, *, minimal: bool = False) -> Start:
        """One start on the world as it was before."""
        event = first_event(handler, self.world)
        with self.process(handler, minimal=minimal) as function:
            with kept(self.world):
                ready = function.wait_until_ready()
                answered = function.invoke(event)[1]
            with kept(self.world):
                before = function.now()
                after = function.invoke(event)[1]
        again = Moment(after.wall_seconds - before.wall_seconds, after.cpu_seconds - before.cpu_seconds)
        return Start(ready, answered, again)

    @contextmanager
    def process(self, handler: str, *, minimal: bool = False, **more: str) -> Iterator[Function]:
        """The function itself, or the minimal handler in its place and with its environment."""
        environment = self.world.environment(FUNCTIONS[handler]) | {"MINIMAL_SERVICES": SERVICES[handler]} | more
        name = "minimal" if minimal else f"handlers.{handler}"
        with started(f"{name}.handler", f"{self.path}:{ROOT / 'benchmarks'}", environment, self.folder) as function:
            yield function


@contextmanager
def kept(world: LambdaWorld) -> Iterator[None]:
    """The ledger is put back afterwards; messages, files and mails that are there do not change what is done."""
    client, table = boto3.client("dynamodb"), world.values["Ledger"]
    before = client.scan(TableName=table)["Items"]
    yield
    for item in client.scan(TableName=table)["Items"]:
        client.delete_item(TableName=table, Key={name: item[name] for name in ("pk", "sk")})
    for item in before:
        client.put_item(TableName=table, Item=item)


def compare(handler: str, bench: Bench, runs: int) -> dict[str, float]:
    """Start both in turn and print the medians; the first start of each only compiles.

    Ours in CPU seconds: `before` it asks for an event, and `after` that beyond what the same event takes then.
    """
    pairs = [(bench.start(handler, minimal=True), bench.start(handler)) for _ in range(runs + 1)][1:]
    minimal, ours = ([pair[place] for pair in pairs] for place in (0, 1))
    for name, starts in (("  minimal", minimal), (handler, ours)):
        ready, answered, again = (_cpu(starts, part) for part in ("ready", "answered", "again"))
        wall = statistics.median(one.answered.wall_seconds for one in starts)
        ratios = [f"{mine / theirs:7.2f}" for mine, theirs in (
            (ready, _cpu(minimal, "ready")),
            (answered, _cpu(minimal, "answered")),
            (wall, statistics.median(one.answered.wall_seconds for one in minimal)),
        )]  # fmt: skip
        print(f"{name:<11}{ready:9.3f}{ratios[0]}{answered:10.3f}{ratios[1]}{again:8.3f}{wall:8.3f}{ratios[2]}")
    return {"before": round(ready, 3), "after": round(answered - ready - again, 3)}


def _cpu(starts: Sequence[Start], part: str) -> float:
    return statistics.median(getattr(one, part).cpu_seconds for one in starts)


def print_imports(handler: str, bench: Bench) -> None:
    """What is loaded until the first event is answered and not by the minimal handler, by package."""
    ours, theirs = (_imports(handler, bench, minimal=minimal) for minimal in (False, True))
    beyond = {name: microseconds for name, microseconds in ours.items() if name not in theirs}
    print(f"{handler}: {len(beyond)} modules in {sum(beyond.values()) / 1000:.0f} ms beyond the minimal handler's")
    packages: Counter[str] = Counter()
    for name, microseconds in beyond.items():
        packages[".".join(name.split(".")[: 2 if name.startswith("debrief") else 1])] += microseconds
    print("  " + ", ".join(f"{name} {microseconds / 1000:.0f}" for name, microseconds in packages.most_common(8)))


def _imports(handler: str, bench: Bench, *, minimal: bool) -> dict[str, int]:
    """Microseconds of each module by itself, the least of three runs."""
    found: dict[str, int] = {}
    for _ in range(3):
        with bench.process(handler, minimal=minimal, PYTHONPROFILEIMPORTTIME="1") as function, kept(bench.world):
            function.invoke(first_event(handler, bench.world))
            log = function.log.read_text()
        for took, name in _IMPORT.findall(log):
            found[name] = min(int(took), found.get(name, int(took)))
    return found


if __name__ == "__main__":
    main()
