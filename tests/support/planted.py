"""A stand-in that changes single figures in its answers, and the figures of the Summary page that must then differ."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from kaltura_standin.answers import Answer
from kaltura_standin.request import Received
from kaltura_standin.server import StandIn


@dataclass(frozen=True)
class Plant:
    """A change of one cell: of a report's column in its first row that has a number, or of polls."""

    figure: str  # the figure that must be found
    report: int  # 0: the chat service
    column: str
    action: str = "getTotal"
    add: float = 3.0


class PlantingStandIn(StandIn):
    """A stand-in with changed answers."""

    plants: Sequence[Plant] = ()

    def respond(self, request: Received) -> Answer | None:
        answer = super().respond(request)
        for plant in self.plants:
            if answer is not None and _concerns(plant, request):
                answer = replace(answer, body=_changed(plant, answer.body))
        return answer


def _concerns(plant: Plant, request: Received) -> bool:
    if plant.report == 0:
        return request.service == "chat"
    asked = (request.service, request.action, str(request.params.get("reportType")))
    return asked == ("report", plant.action, str(plant.report))


def _changed(plant: Plant, body: bytes) -> bytes:
    value = json.loads(body)
    change: Callable[[Plant, Any], None] = _change_polls if plant.report == 0 else _change_table
    change(plant, value)
    return json.dumps(value).encode()


def _change_table(plant: Plant, value: Any) -> None:
    if plant.action == "getGraphs":
        day, _, count = value[0]["data"].split(";")[0].partition("|")
        rest = value[0]["data"].partition(";")[2]
        value[0]["data"] = f"{day}|{float(count) + plant.add};{rest}"
        return
    header = value.get("header", "").split("|")
    if plant.column not in header:
        return
    place, rows = header.index(plant.column), value["data"].split(";")
    numbers = [(row, cells) for row, cells in enumerate(line.split("|") for line in rows) if len(cells) == len(header)]
    row, cells = next(((row, cells) for row, cells in numbers if float(cells[place] or 0)), numbers[0])
    cells[place] = str(float(cells[place] or 0) + plant.add)
    rows[row] = "|".join(cells)
    value["data"] = ";".join(rows)


def _change_polls(plant: Plant, value: Any) -> None:
    poll = value["analytics"][0]
    if plant.column == "nvoted":
        poll["nvoted"] += 1
    else:
        poll["options"][0]["nvoted"] += 1


PLANTS = (
    Plant("viewers_total", 60002, "unique_vod_live_viewers"),
    Plant("viewers_live", 60002, "unique_combined_live_viewers"),
    Plant("viewers_recording", 60002, "unique_vod_viewers"),
    Plant("minutes_viewed_average", 60001, "vod_live_avg_view_time"),
    Plant("minutes_viewed_average_live", 60001, "combined_live_avg_play_time"),
    Plant("minutes_viewed_average_recording", 60001, "vod_avg_play_time"),
    Plant("live_engagement_rate", 60003, "combined_live_engaged_users_play_time_ratio", add=-0.1),
    Plant("reactions_users_rate", 60003, "reaction_clicked_unique_users"),
    Plant("reactions_count", 60003, "count_reaction_clicked"),
    Plant("downloads_users_rate", 60003, "download_attachment_unique_users", add=1),
    Plant("downloads_count", 60003, "count_download_attachment_clicked"),
    Plant("chat_users_rate", 70001, "unique_users_sent_group_message"),
    Plant("chat_messages_count", 70001, "count_cnc_group_message_sent"),
    Plant("polls_users_rate", 70001, "unique_users_answered_poll"),
    Plant("qna_users_rate", 70001, "unique_users_q_and_a_thread"),
    Plant("qna_threads_count", 70001, "q_and_a_threads_count"),
    Plant("recording_plays", 60012, "count_plays"),
    Plant("plays_by_day", 60012, "count_plays", "getGraphs"),
    Plant("timeline_viewers", 60004, "combined_live_view_period_count", "getTable"),
    Plant("timeline_engagement", 60004, "combined_live_engaged_users_ratio", "getTable", add=-0.2),
    Plant("timeline_clap", 60004, "reaction_clap_clicked", "getTable"),
    Plant("attendee_minutes", 60010, "live_view_time", "getTable"),
    Plant("attendee_chat_messages", 60010, "count_group_chat_messages_sent", "getTable"),
    Plant("recordings_minutes", 60005, "sum_vod_view_period", "getTable"),
    Plant("countries_live_viewers", 60007, "unique_combined_live_viewers", "getTable"),
    Plant("devices_live_viewers", 60006, "unique_combined_live_viewers", "getTable"),
    Plant("poll_votes", 0, "option"),
)
