"""Cold start: each function's first answered event, beside a minimal handler that asks the same AWS services.

    python -m benchmarks.coldstart [--runs N] [--imports N] [FUNCTION …]

Each start is a process of its own under Lambda's runtime interface client, with the modules that Lambda has, the
environment of template.yaml and a sample event (tests/support/lambda_*.py); AWS is moto's server, Kaltura the stand-in.
Ours and the minimal handler (benchmarks/minimal.py) take turns, so that a slow minute of the machine hits both.
`start` is until the first event is asked for (Lambda's Init Duration), `answered` until it is answered. CPU seconds
are the function's own; wall seconds hold the servers' as well. `--imports` names the costliest modules of a start.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import boto3

from benchmarks.measure import ROOT

sys.path.append(str(ROOT / "tests"))

from support.lambda_events import FUNCTIONS, first_event
from support.lambda_process import Moment, started
from support.lambda_root import lay_out
from support.lambda_world import LambdaWorld, lambda_world

# What each function asks at the event of lambda_events, in its order, as counted by benchmarks.cost.
SERVICES = {
    "reconcile": "secretsmanager dynamodb sqs",
    "receive": "secretsmanager dynamodb sqs",
    "export": "secretsmanager dynamodb s3 sqs",
    "deliver": "secretsmanager dynamodb s3 sesv2",
    "portal": "dynamodb s3",
    "feedback": "dynamodb",
}
PROMISE = 1.3
HEAVY = {"export"}


@dataclass(frozen=True)
class Start:
    """One cold start."""

    ready: Moment
    answered: Moment


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("functions", nargs="*", choices=[*FUNCTIONS, []], metavar="FUNCTION")
    parser.add_argument("--runs", type=int, default=11)
    parser.add_argument("--imports", type=int, default=0, metavar="N")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, lambda_world(people=3) as world:
        bench = Bench(world, lay_out(Path(folder) / "lambda"), Path(folder))
        for handler in args.functions or FUNCTIONS:
            bench.compare(handler, args.runs)


@dataclass(frozen=True)
class Bench:
    """A world, and where functions find modules."""

    world: LambdaWorld
    path: str
    folder: Path

    def compare(self, handler: str, runs: int) -> None:
        """Start both in turn and print the medians; the first start of each only compiles."""
        pairs = [(self.start(handler, minimal=True), self.start(handler)) for _ in range(runs + 1)][1:]
        for name, starts in zip(("minimal", handler), zip(*pairs, strict=True), strict=True):
            print(f"{name:<10}{_seconds([one.ready for one in starts])}{_seconds([one.answered for one in starts])}")

    def start(self, handler: str, *, minimal: bool = False) -> Start:
        """One start on the world as it was before."""
        environment = self.world.environment(FUNCTIONS[handler])
        name = "benchmarks.minimal.handler" if minimal else f"handlers.{handler}.handler"
        if minimal:
            environment |= {"MINIMAL_SERVICES": SERVICES[handler]}
        with kept(self.world), started(name, f"{self.path}:{ROOT}", environment, self.folder) as function:
            event = first_event(handler, self.world)
            ready = function.wait_until_ready()
            return Start(ready, function.invoke(event)[1])


@contextmanager
def kept(world: LambdaWorld) -> Iterator[None]:
    """The ledger is put back and the queues are emptied afterwards; files and mails do not change what is done."""
    client, table = boto3.client("dynamodb"), world.values["Ledger"]
    before = client.scan(TableName=table)["Items"]
    yield
    for item in client.scan(TableName=table)["Items"]:
        client.delete_item(TableName=table, Key={name: item[name] for name in ("pk", "sk")})
    for item in before:
        client.put_item(TableName=table, Item=item)


def _seconds(moments: Sequence[Moment]) -> str:
    cpu = statistics.median(one.cpu_seconds for one in moments)
    wall = statistics.median(one.wall_seconds for one in moments)
    return f"{cpu:8.3f} {wall:8.3f}"


if __name__ == "__main__":
    main()
