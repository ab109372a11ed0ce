"""A list of registrations for the sample account's webinar, as another program would export it."""

from __future__ import annotations

import csv
import io
import random
from collections.abc import Iterator
from itertools import islice

from kaltura_standin.account import Account, Run
from kaltura_standin.names import people

SESSION = "1_wbncue01"
_HEAD = (
    "Registration date",
    "First name",
    "Last name",
    "Email address",
    "Company",
    "Status",
    "How did you hear of us?",
)
_HEARD = ("Newsletter", "A colleague", "LinkedIn", "Trade fair", "")
_COMPANIES = ("Bramblewick Instruments", "Nordkai Maritime", "Ottavia Labs", "Fen & Marsh", "")
_SHARE, _ABSENT, _CANCELLED = 0.86, 940, 31


def sample_registrations(account: Account) -> str:
    """Return the list as CSV: most of the webinar's users, people who did not come, some lines twice, the host."""
    run = next(run for room in account.rooms for run in room.runs if run.id == SESSION)
    rng = random.Random(run.id)
    rows = list(_rows(rng, run))
    rows += [tuple(cell.upper() if "@" in cell else cell for cell in row) for row in rng.sample(rows, 12)]
    rng.shuffle(rows)
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\r\n").writerows([_HEAD, *rows])
    return out.getvalue()


def _rows(rng: random.Random, run: Run) -> Iterator[tuple[str, ...]]:
    """Yield a line for each registrant. A user who registered has the address of the account."""
    users = [one for one in run.attendances if one.email]
    came = [(one.name, one.email) for one in users if one.user_id == run.host or rng.random() < _SHARE]
    known = {one.email for one in run.attendances}
    absent = islice(((one.name, one.email) for one in people(rng) if one.email not in known), _ABSENT)
    for number, (name, email) in enumerate([*came, *absent]):
        first, _, last = name.partition(" ")
        status = "Cancelled" if number >= len(came) + _ABSENT - _CANCELLED else "Registered"
        day = f"2026-{rng.choice(('10', '11'))}-{rng.randint(1, 17):02d}"
        yield day, first, last, email, rng.choice(_COMPANIES), status, rng.choice(_HEARD)
