"""Other sessions of the sample account's virtual event, which ends with the customer webinar.

17 Nov 10:00  field stories        about 170 people, nine in ten of whom come to the webinar
18 Nov 10:00  ask the engineers    about 60 people, most of whom go to both other sessions
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import islice

from kaltura_standin.account import Attendance, Room, Run, User
from kaltura_standin.crowd import attend
from kaltura_standin.names import Person

_STORIES = datetime(2026, 11, 17, 10, 0, tzinfo=UTC), datetime(2026, 11, 17, 10, 41, tzinfo=UTC)
_ENGINEERS = datetime(2026, 11, 18, 10, 0, tzinfo=UTC), datetime(2026, 11, 18, 10, 39, tzinfo=UTC)


def customer_days(
    webinar: Room, crowd: Iterator[Person], ines: User, priya: User, others: tuple[User, ...]
) -> list[Room]:
    """Return two rooms with one session each. `crowd` has people who missed the webinar, `others` the helpers."""
    rng = random.Random(1911)
    staff = {ines.id, priya.id, *(user.id for user in others)}
    came = [Person(who.user_id, who.name, who.email, who.type) for who in webinar.runs[0].attendances]
    customers = [person for person in came if person.email and person.user_id not in staff]
    again = rng.sample(customers, 150)
    curious = [person for person in rng.sample(customers, 40) if person not in again][:15]
    stories = _run(rng, "1_cdycue01", _STORIES, ines, [*again, *islice(crowd, 20)])
    engineers = _run(rng, "1_cdycue02", _ENGINEERS, priya, [*again[:38], *curious, *islice(crowd, 6)])
    editors = tuple(user.id for user in others)
    return [
        Room("1_cdays001", "Customer days: field stories", (stories,), owner=ines.id, editors=(priya.id, *editors)),
        Room("1_cdays002", "Customer days: ask the engineers", (engineers,), owner=ines.id, editors=editors),
    ]


def _run(rng: random.Random, id_: str, times: tuple[datetime, datetime], host: User, who: list[Person]) -> Run:
    start, end = (int(time.timestamp()) for time in times)
    leads = Attendance(host.id, host.full_name, host.email, stays=((start, end),), engaged=0.97)
    return Run(id_, start, end, host.id, (leads, *attend(rng, who, start, end)))
