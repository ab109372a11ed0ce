"""What a month costs at AWS's list prices: usage.json and coldstart.json times prices.py.

    python -m benchmarks.cost [--sessions N] [--attendees N] [--recipients N] [--opens N] …

The formula is in `lines`; docs/cost.md explains it and quotes the table for the defaults.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Any

from benchmarks.measured import cold_starts, used_by_stage
from benchmarks.prices import AS_OF, PRICES
from support.cloudformation import functions_of, load, of_type

WHOLE_CPU_MB = 1769  # of memory: what a function must have to get one vCPU
POLLS_A_MINUTE = 15  # of an empty queue, by Lambda's five pollers that wait 20 s each; to be checked
PLATFORM_LOG_BYTES = 900  # of an invocation: START, REPORT, END and what CloudWatch adds to each
ITEM_BYTES = 700  # of a session's record in the table; what a tick reads of each one in its look-back
MINUTES, HOURS = 43_800, 730  # of a month
GB = 1e9
FUNCTION = {
    "tick": "reconcile", "first export": "export", "check": "export", "last check": "export",
    "mail": "deliver", "mail arrived": "feedback", "page opened": "portal", "file opened": "portal",
}  # fmt: skip


@dataclass(frozen=True)
class Month:
    """What a reader knows of an installation."""

    sessions: int = 1000
    attendees: int = 100  # of a session
    recipients: int = 2  # of a session's report
    opens: int = 1  # of the page, and of one file, by each recipient
    tick_minutes: int = 15
    kaltura_seconds: float = 0.5  # of a call, mostly waiting
    aws_seconds: float = 0.01  # of a call from within AWS
    cold: float = 1.0  # share of the invocations that start a function anew; all is the most that it can be
    months: int = 12  # that files have been kept; those replaced are kept for three


@dataclass(frozen=True)
class Line:
    """One line of a bill."""

    service: str
    what: str
    quantity: float
    unit: str
    price: str

    @property
    def dollars(self) -> float:
        """A month's."""
        return self.quantity * PRICES[self.price]


def lines(month: Month) -> list[Line]:
    """The whole bill. Without free tiers, support, taxes and what Kaltura takes."""
    stages, counts = used_by_stage(month.attendees), _counts(month)
    return [
        *_lambda(month, stages, counts),
        *_dynamodb(month, stages, counts),
        *_s3(month, stages, counts),
        *_messages(month, stages, counts),
        *_watching(stages, counts),
    ]


def _counts(month: Month) -> dict[str, float]:
    """How often each stage runs in a month."""
    mails = month.sessions * month.recipients
    exports = dict.fromkeys(("first export", "check", "last check"), float(month.sessions))
    ticks = MINUTES / month.tick_minutes
    return {**exports, "tick": ticks, "mail": mails, "mail arrived": mails} | dict.fromkeys(
        ("page opened", "file opened"), mails * month.opens
    )


def _total(stages: dict[str, Any], counts: dict[str, float], what: str) -> float:
    return sum(count * stages[name][what] for name, count in counts.items())


def _calls(stages: dict[str, Any], counts: dict[str, float], *names: str) -> float:
    return sum(count * stages[name]["calls"].get(call, 0) for name, count in counts.items() for call in names)


def _lambda(month: Month, stages: dict[str, Any], counts: dict[str, float]) -> Iterator[Line]:
    """A stage lasts its CPU seconds at the share of a CPU that its memory buys, and what it waits for others.

    What is loaded before the first event is loaded with a whole CPU.
    """
    starts = cold_starts()
    memory = {name: item["MemorySize"] for name, item in functions_of(load("template.yaml")).items()}
    for function in ("reconcile", "export", "deliver", "feedback", "portal"):
        size, cold = memory[f"{function.capitalize()}Function"], starts[function]
        share = min(size / WHOLE_CPU_MB, 1)
        seconds = 0.0
        for name in (name for name, of in FUNCTION.items() if of == function):
            stage = stages[name]
            waits = stage["kaltura_waits"] * month.kaltura_seconds + sum(stage["calls"].values()) * month.aws_seconds
            lasts = (stage["cpu_seconds"] + month.cold * cold["after"]) / share + waits + month.cold * cold["before"]
            seconds += counts[name] * lasts
        yield Line("Lambda", f"{function}, {size} MB", seconds * size / 1024, "GB-seconds", "lambda_gb_second")
    yield Line("Lambda", "requests", sum(counts.values()), "requests", "lambda_request")


def _dynamodb(month: Month, stages: dict[str, Any], counts: dict[str, float]) -> Iterator[Line]:
    """A tick reads the records in its look-back of two days besides, and writes those that are new or due."""
    known = month.sessions * 48 / HOURS * ITEM_BYTES / 4096 / 2
    asked = [f"tick before {name}" for name in ("first export", "check", "last check")]
    writes = sum(stages[name]["write_units"] - 1 for name in ("tick", *asked))  # 1: that a comparison was made
    reads = _total(stages, counts, "read_units") + counts["tick"] * known * 1.5  # those unfinished twice
    mails = counts["mail"] + month.sessions
    stored = (month.months * mails * ITEM_BYTES * 3) / GB  # in the table and two indexes at most
    rest = {name: count for name, count in counts.items() if name != "tick"}
    written = _total(stages, rest, "write_units") + counts["tick"] + month.sessions * writes
    yield Line("DynamoDB", "writes", written, "units", "dynamodb_write_unit")
    yield Line("DynamoDB", "reads", reads, "units", "dynamodb_read_unit")
    yield Line("DynamoDB", "table and indexes", stored, "GB-months", "dynamodb_gb_month")
    yield Line("DynamoDB", "point-in-time recovery", stored, "GB-months", "dynamodb_recovery_gb_month")


def _s3(month: Month, stages: dict[str, Any], counts: dict[str, float]) -> Iterator[Line]:
    """The last check writes the documents once more, because they say that figures are final."""
    now = stages["first export"]["archived_bytes"] * month.sessions * month.months / GB
    old = stages["last check"]["archived_bytes"] * month.sessions * min(month.months, 3) / GB
    downloads = counts["file opened"]
    gets = _calls(stages, counts, "s3:GetObject", "s3:HeadObject") + downloads
    yield Line("S3", f"files, after {month.months} months", now, "GB-months", "s3_gb_month")
    yield Line("S3", "replaced files, for three months", old, "GB-months", "s3_gb_month")
    puts = _calls(stages, counts, "s3:PutObject", "s3:ListObjectVersions")  # a list costs as much as a write
    yield Line("S3", "writes and lists", puts, "requests", "s3_put")
    yield Line("S3", "reads", gets, "requests", "s3_get")
    yield Line("S3", "downloads", downloads * stages["mail"]["mailed_bytes"] / GB, "GB", "transfer_out_gb")


def _messages(month: Month, stages: dict[str, Any], counts: dict[str, float]) -> Iterator[Line]:
    """Each message is sent, received and deleted; the mail's whole size counts as its attachment."""
    messages = 3 * (3 * month.sessions + counts["mail"])
    secrets = counts["tick"] + 3 * month.sessions + counts["mail"]
    yield Line("SQS", "messages", messages, "requests", "sqs_request")
    yield Line("SQS", "polls of two empty queues", 2 * MINUTES * POLLS_A_MINUTE, "requests", "sqs_request")
    yield Line("SES", "emails", counts["mail"], "emails", "ses_mail")
    yield Line("SES", "attachments", counts["mail"] * stages["mail"]["mailed_bytes"] / GB, "GB", "ses_attachment_gb")
    yield Line("SNS", "events about emails", counts["mail arrived"], "requests", "sns_publish")
    yield Line("Scheduler", "scheduled runs", counts["tick"], "calls", "scheduler_call")
    yield Line("Secrets Manager", "secrets", 3, "secrets", "secret")
    yield Line("Secrets Manager", "reads", secrets, "calls", "secret_call")


def _watching(stages: dict[str, Any], counts: dict[str, float]) -> Iterator[Line]:
    """Metrics that a month without troubles publishes."""
    monitoring = load("infra/monitoring.yaml")
    alarms, dashboards = (len(of_type(monitoring, f"AWS::CloudWatch::{kind}")) for kind in ("Alarm", "Dashboard"))
    names = {name for stage in counts for name in stages[stage]["metrics"]}
    logs = (_total(stages, counts, "log_bytes") + sum(counts.values()) * PLATFORM_LOG_BYTES) / GB
    yield Line("CloudWatch", "alarms", alarms, "alarms", "cloudwatch_alarm")
    yield Line("CloudWatch", "dashboard", dashboards, "dashboards", "cloudwatch_dashboard")
    yield Line("CloudWatch", "custom metrics", len(names), "metrics", "cloudwatch_metric")
    yield Line("CloudWatch", "logs received", logs, "GB", "cloudwatch_log_gb")
    yield Line("CloudWatch", "logs stored", logs, "GB-months", "cloudwatch_log_gb_month")
    traced = sum(count for stage, count in counts.items() if FUNCTION[stage] != "portal")
    yield Line("X-Ray", "traces, at most", traced, "traces", "xray_trace")


def table(month: Month) -> str:
    """The bill as text."""
    bill = lines(month)
    rows = [f"{one.service:<16}{one.what:<34}{one.quantity:>13,.4g} {one.unit:<11}{one.dollars:9.3f}" for one in bill]
    total = sum(one.dollars for one in bill)
    each = f"{total:.2f} a month, {total / month.sessions:.4f} a session"
    return "\n".join([*rows, f"{'':<16}{each} (US dollars, us-east-1, list prices as of {AS_OF}, no free tier)"])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for field in fields(Month):
        kind = type(field.default)
        parser.add_argument(f"--{field.name.replace('_', '-')}", type=kind, default=field.default)
    print(table(Month(**vars(parser.parse_args()))))


if __name__ == "__main__":
    main()
