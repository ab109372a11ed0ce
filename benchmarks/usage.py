"""What one session uses of AWS: calls, units, bytes and CPU seconds of each stage.

    python -m benchmarks.usage [--attendees N …] [--runs N] [--write]

The stages run one after the other in this process, on AWS as moto serves it and the stand-in, both in threads of their
own, so that this thread's CPU seconds are the functions'. botocore's events tell every call. Of several runs each stage
keeps its smallest CPU seconds, because other work on the machine only adds to them; all runs must make the same calls.
With --write the figures go into usage.json, from which benchmarks/cost.py makes money, and the calls of a session of
ten people into budget.json, which tests/integration/pipeline/test_budget.py asserts.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from benchmarks.measure import BUDGET, USAGE
from benchmarks.meter import Meter, Used
from debrief.delivery.aws import clients
from debrief.delivery.aws.queue import Queue
from debrief.delivery.ledger.dynamodb_search import ROWS_FROM
from debrief.delivery.ledger.ledger import Note
from debrief.pipeline.services import Services
from debrief.portal.app import respond
from handlers import feedback, reconcile
from handlers.deliver import deliver_one
from handlers.export import export_one
from handlers.urls import request_of
from kaltura_standin.server import StandIn
from support.aws import offline_aws
from support.cloudformation import load
from support.events import forget
from support.lambda_events import delivered, opened
from support.lambda_world import BOSS, LambdaWorld, account_of, aws_server, make_resources

SMALL = 10  # attendees of the session in budget.json
END = datetime(2026, 11, 2, 10, 1, tzinfo=UTC)


@dataclass
class Clock:
    """The functions' time; Kaltura has all of the session from the start."""

    now: datetime

    def __call__(self) -> datetime:
        """What it shows."""
        return self.now


@contextmanager
def place(people: int) -> Iterator[tuple[LambdaWorld, Meter]]:
    """Two sessions, the first of them for warming up."""
    forget()
    clients.session.cache_clear()
    with offline_aws(), aws_server() as endpoint, StandIn(account_of(1, END, people)) as kaltura:
        world = LambdaWorld(load("template.yaml"), make_resources(kaltura), endpoint, kaltura, END)
        yield world, Meter(kaltura)


def stages(people: int) -> dict[str, Used]:
    """A session of so many people from its first tick to its last check; the one before it only warms up."""
    with place(people) as (world, meter):
        clock = Clock(END)
        _life(world, meter, clock, 1)
        later = account_of(2, END + timedelta(days=40), people)  # the first one is out of all look-backs by then
        tokens = world.kaltura.account.app_tokens
        world.kaltura.account = replace(later, rooms=later.rooms[1:], app_tokens=tokens)
        return _life(world, meter, clock, 2)


def _life(world: LambdaWorld, meter: Meter, clock: Clock, number: int) -> dict[str, Used]:
    end = datetime.fromtimestamp(world.kaltura.account.rooms[0].runs[0].end, UTC)
    clock.now = end + timedelta(minutes=5)
    services = world.services(clock)
    services.ledger.put_note(Note("search", ROWS_FROM, END - timedelta(days=1000)))  # as some hours after an upgrade
    run = _Stages(world, meter, services)
    found = {"tick, nothing due": run.tick()}
    for name, hours in (("first export", 1), ("check", 6.25), ("last check", 24.25)):
        clock.now = end + timedelta(hours=hours)
        found[f"tick before {name}"] = run.tick()
        found[name] = run.next("Exports", lambda body: export_one(services, run.queues["Deliveries"], body))
        if name == "first export":
            found["mail"] = run.next("Deliveries", lambda body: deliver_one(services, body))
            run.next("Deliveries", lambda body: deliver_one(services, body))
    mail = next(one for one in services.ledger.deliveries(f"1_cue0000{number}") if one.address == BOSS)
    found["mail arrived"] = meter.measure(lambda: feedback.take_all(services, delivered(mail)))
    page = opened(world.link(BOSS, "Report").removesuffix("/report"))
    found["page opened"] = meter.measure(lambda: respond(services, request_of(page)))
    file = opened(world.link(BOSS, "Report"))
    found["file opened"] = meter.measure(lambda: respond(services, request_of(file)))
    return found


@dataclass
class _Stages:
    """The functions, called one at a time, with the messages that wait for them."""

    world: LambdaWorld
    meter: Meter
    services: Services

    def __post_init__(self) -> None:
        self.queues = {
            name: Queue(self.world.values[name], clients.client("sqs")) for name in ("Exports", "Deliveries")
        }

    def tick(self) -> Used:
        """A tick of the schedule."""
        work = partial(reconcile.scheduled_run, self.services, self.queues["Exports"], self.queues["Deliveries"])
        return self.meter.measure(work)

    def next(self, queue: str, work: Callable[[str], None]) -> Used:
        """Work off the next message of a queue."""
        (message,) = self.world.messages(queue, most=1)
        return self.meter.measure(lambda: work(json.dumps(message)))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--attendees", type=int, nargs="+", default=[10, 100, 1000])
    parser.add_argument("--write", action="store_true", help="keep the figures for benchmarks.cost")
    parser.add_argument("--runs", type=int, default=1, help="how often each session is run")
    args = parser.parse_args()
    measured = {people: _fastest([stages(people) for _ in range(args.runs)]) for people in args.attendees}
    used = {people: {name: _told(one) for name, one in found.items()} for people, found in measured.items()}
    if args.write:
        USAGE.write_text(json.dumps(used, indent=1) + "\n")
        BUDGET.write_text(json.dumps(calls_of(stages(SMALL)), indent=1) + "\n")
    for people, found in used.items():
        print(f"a session of {people} attendees with two recipients")
        for name, one in found.items():
            aws, kaltura = sum(one["calls"].values()), one["kaltura_calls"]
            print(f"  {name:<26}{one['cpu_seconds']:7.3f} s CPU {aws:4} calls of AWS {kaltura:3} of Kaltura")


def calls_of(used: dict[str, Used]) -> dict[str, dict[str, Any]]:
    """The calls of each stage: of AWS by service and operation, and of Kaltura."""
    return {name: {"aws": dict(sorted(one.calls.items())), "kaltura": one.kaltura_calls} for name, one in used.items()}


def _fastest(runs: list[dict[str, Used]]) -> dict[str, Used]:
    """Each stage with its smallest CPU seconds. Raises an error if the calls of two runs differ."""
    if any(calls_of(one) != calls_of(runs[0]) for one in runs):
        raise SystemExit("Two runs made different calls.")
    return {name: min((one[name] for one in runs), key=lambda used: used.cpu_seconds) for name in runs[0]}


def _told(used: Used) -> dict[str, Any]:
    return {**asdict(used), "cpu_seconds": round(used.cpu_seconds, 4), "calls": dict(sorted(used.calls.items()))}


if __name__ == "__main__":
    main()
