"""How often a session's exports ask Kaltura, over its life."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from debrief.pipeline.reconcile import reconcile
from debrief.pipeline.stages import run_export
from kaltura_standin.request import Received
from support.world import END, World

MOST_REQUESTS = 30  # of a session's first export, check and last check


def calls_of(request: Received) -> list[str]:
    """The action of a request, or of each call of a multirequest, with its report."""
    params = {name: value for name, value in request.params.items() if isinstance(value, Mapping)}
    if request.service != "multirequest":
        return [f"{request.service}.{request.action}"]
    parts = [params[str(place)] for place in range(1, len(params) + 1)]
    return [f"{part['service']}.{part['action']}" for part in parts]


def test_an_export_makes_together_what_it_needs_and_nothing_twice(small: World) -> None:
    requests: list[list[list[str]]] = []
    with small.services(pdf=False, html=False) as services:
        for hours in (1, 6.25, 24.25):
            small.clock.now = END + timedelta(hours=hours)
            (order,) = reconcile(services)
            asked = len(small.kaltura.requests)
            run_export(services, order)
            requests.append([calls_of(request) for request in small.kaltura.requests[asked:]])
    csv = ["report.getCsvFromStringParams"]
    lists = ["cuepoint_cuepoint.list", "virtualEvent_virtualEvent.list", "baseEntry.get"]
    lists += ["schedule_scheduleEvent.list", "cuepoint_cuepoint.list", "cuepoint_cuepoint.list"]
    reports = ["report.getTotal"] * 4 + ["report.getTable"] * 6
    heatmaps = ["report.getTable"] * 2
    export = [lists, csv, csv, csv, csv, ["user.get"], reports, heatmaps]  # the fourth CSV report: of the breakout
    assert requests == [export] * 3
    assert sum(map(len, requests)) <= MOST_REQUESTS
