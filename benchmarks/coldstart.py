"""Cold start: each function's first answered event, beside a minimal handler that asks the same services.

    python -m benchmarks.coldstart [--runs N] [--people N] [--against CHECKOUT] [--imports] [FUNCTION …]

Each start is a process of its own under Lambda's runtime interface client, with the modules that Lambda has, the
environment of template.yaml and a sample event (tests/support/lambda_*.py); AWS is moto's server, Kaltura the stand-in.
The function, the minimal handler (benchmarks/minimal.py) and the same function of another version of Debrief, if one is
given, take turns, so that a slow minute of the machine hits all of them.
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
from support.lambda_root import lay_out, lay_out_templates
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
PEOPLE = 3  # in each session, unless --people says otherwise
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
    parser.add_argument("--people", type=int, default=PEOPLE, help="attendees of each session")
    parser.add_argument("--against", type=Path, metavar="CHECKOUT", help="a folder with another version of Debrief")
    parser.add_argument("--imports", action="store_true", help="only name what is loaded beyond the minimal handler's")
    args = parser.parse_args()
    handlers = args.functions or list(FUNCTIONS)
    with tempfile.TemporaryDirectory() as folder, lambda_world(people=args.people) as world:
        bench = Bench(world, Path(folder))
        ours = version_in(ROOT, Path(folder) / "ours")
        if args.imports:
            for handler in handlers:
                print_imports(handler, bench, ours)
            return
        versions = [ours]
        if args.against:
            versions.append(version_in(args.against.resolve(), Path(folder) / "against"))
        print(f"CPU seconds, medians of {args.runs} starts; ratios to the minimal handler's; wall seconds")
        print(f"{'':<11}{'ready':>9}{'ratio':>7}{'answered':>10}{'ratio':>7}{'again':>8}{'wall':>8}{'ratio':>7}")
        found = {handler: compare(handler, bench, versions, args.runs) for handler in handlers}
        if found.keys() == FUNCTIONS.keys() and args.people == PEOPLE:
            COLDSTART.write_text(json.dumps(found, indent=1) + "\n")


@dataclass(frozen=True)
class Version:
    """A version of Debrief: where its functions find modules, and templates."""

    path: str
    templates: Path


def version_in(checkout: Path, folder: Path) -> Version:
    """Lay out below the folder what Lambda has of a version."""
    return Version(lay_out(folder / "lambda", checkout), lay_out_templates(folder / "opt", checkout))


@dataclass(frozen=True)
class Bench:
    """A world, and a folder for logs."""

    world: LambdaWorld
    folder: Path

    def start(self, handler: str, version: Version, *, minimal: bool = False) -> Start:
        """One start on the world as it was before."""
        event = first_event(handler, self.world)
        with self.process(handler, version, minimal=minimal) as function:
            with kept(self.world):
                ready = function.wait_until_ready()
                answered = function.invoke(event)[1]
            with kept(self.world):
                before = function.now()
                after = function.invoke(event)[1]
        again = Moment(after.wall_seconds - before.wall_seconds, after.cpu_seconds - before.cpu_seconds)
        return Start(ready, answered, again)

    @contextmanager
    def process(self, handler: str, version: Version, *, minimal: bool = False, **more: str) -> Iterator[Function]:
        """The function itself, or the minimal handler in its place and with its environment."""
        environment = self.world.environment(FUNCTIONS[handler]) | {"MINIMAL_SERVICES": SERVICES[handler]} | more
        environment["DEBRIEF_TEMPLATES_DIR"] = str(version.templates)
        name = "minimal" if minimal else f"handlers.{handler}"
        path = f"{version.path}:{ROOT / 'benchmarks'}"
        with started(f"{name}.handler", path, environment, self.folder) as function:
            yield function


@contextmanager
def kept(world: LambdaWorld) -> Iterator[None]:
    """Put the ledger and the bucket back afterwards; queued messages and sent emails do not change what is done."""
    with _kept_ledger(world.values["Ledger"]), _kept_bucket(world.values["Archive"]):
        yield


@contextmanager
def _kept_ledger(table: str) -> Iterator[None]:
    client = boto3.client("dynamodb")
    before = client.scan(TableName=table)["Items"]
    yield
    for item in client.scan(TableName=table)["Items"]:
        client.delete_item(TableName=table, Key={name: item[name] for name in ("pk", "sk")})
    for item in before:
        client.put_item(TableName=table, Item=item)


@contextmanager
def _kept_bucket(bucket: str) -> Iterator[None]:
    """Every version that was added, and every mark of a deletion, is removed; the versions before it show again."""
    versions = boto3.resource("s3").Bucket(bucket).object_versions
    before = {(version.object_key, version.id) for version in versions.all()}
    yield
    for version in versions.all():
        if (version.object_key, version.id) not in before:
            version.delete()


def compare(handler: str, bench: Bench, versions: Sequence[Version], runs: int) -> dict[str, float]:
    """Start all in turn and print the medians; the first start of each only compiles.

    Those of the first version in CPU seconds: `before` it asks for an event, and `after` that beyond what the same
    event takes then.
    """
    rounds = [
        [bench.start(handler, versions[0], minimal=True), *(bench.start(handler, version) for version in versions)]
        for _ in range(runs + 1)
    ][1:]
    minimal, ours, *others = zip(*rounds, strict=True)
    print_line("  minimal", minimal, minimal)
    print_line(handler, ours, minimal)
    for starts in others:
        print_line("  against", starts, minimal)
        print(f"{handler} takes {_cpu(ours, 'answered') / _cpu(starts, 'answered'):.2f} of that until it has answered")
    ready, answered, again = (_cpu(ours, part) for part in ("ready", "answered", "again"))
    return {"before": round(ready, 3), "after": round(answered - ready - again, 3)}


def print_line(name: str, starts: Sequence[Start], minimal: Sequence[Start]) -> None:
    """Print the medians of some starts, and their ratios to the minimal handler's."""
    ready, answered, again = (_cpu(starts, part) for part in ("ready", "answered", "again"))
    wall = statistics.median(one.answered.wall_seconds for one in starts)
    ratios = [f"{mine / theirs:7.2f}" for mine, theirs in (
        (ready, _cpu(minimal, "ready")),
        (answered, _cpu(minimal, "answered")),
        (wall, statistics.median(one.answered.wall_seconds for one in minimal)),
    )]  # fmt: skip
    print(f"{name:<11}{ready:9.3f}{ratios[0]}{answered:10.3f}{ratios[1]}{again:8.3f}{wall:8.3f}{ratios[2]}")


def _cpu(starts: Sequence[Start], part: str) -> float:
    return statistics.median(getattr(one, part).cpu_seconds for one in starts)


def print_imports(handler: str, bench: Bench, version: Version) -> None:
    """What is loaded until the first event is answered and not by the minimal handler, by package."""
    ours, theirs = (_imports(handler, bench, version, minimal=minimal) for minimal in (False, True))
    beyond = {name: microseconds for name, microseconds in ours.items() if name not in theirs}
    print(f"{handler}: {len(beyond)} modules in {sum(beyond.values()) / 1000:.0f} ms beyond the minimal handler's")
    packages: Counter[str] = Counter()
    for name, microseconds in beyond.items():
        packages[".".join(name.split(".")[: 2 if name.startswith("debrief") else 1])] += microseconds
    print("  " + ", ".join(f"{name} {microseconds / 1000:.0f}" for name, microseconds in packages.most_common(8)))


def _imports(handler: str, bench: Bench, version: Version, *, minimal: bool) -> dict[str, int]:
    """Microseconds of each module by itself, the least of three runs."""
    found: dict[str, int] = {}
    for _ in range(3):
        with (
            bench.process(handler, version, minimal=minimal, PYTHONPROFILEIMPORTTIME="1") as function,
            kept(bench.world),
        ):
            function.invoke(first_event(handler, bench.world))
            log = function.log.read_text()
        for took, name in _IMPORT.findall(log):
            found[name] = min(int(took), found.get(name, int(took)))
    return found


if __name__ == "__main__":
    main()
