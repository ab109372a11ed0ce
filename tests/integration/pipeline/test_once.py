"""Runs that meet each other, or what a killed run left behind, step by step."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from email import message_from_bytes, policy
from functools import partial
from typing import Any

import pytest

from debrief.delivery.ledger.ledger import Delivery
from debrief.delivery.ledger.suppressions import record_unsubscription
from debrief.delivery.mail.mailer import Envelope
from debrief.errors import GiveUp, NotReady
from debrief.orders import DeliveryOrder, ExportOrder
from debrief.pipeline.mailing.admin_schedule import due_notices
from debrief.pipeline.mailing.deliver import deliver
from debrief.pipeline.mailing.senders import mail_name
from debrief.pipeline.services import Services
from debrief.pipeline.stages import run_export
from debrief.runner import run
from support.killing import KilledError
from support.world import END, START, World, small_account

HOUR = timedelta(hours=1)
ORDER = ExportOrder("1_cue00001", "1_room0001", START, END)
QUICK: dict[str, object] = {"pdf": False, "html": False, "page": False}
WHOLE = "76.5"  # minutes, half of which come later if `late` is 0.5
FIRST = "reports/date=2026-11-02/session=1_cue00001"


def export(place: World, services: Services, *, hours: float, late: float = 1.0) -> list[DeliveryOrder]:
    """The export so many hours after the end, when Kaltura has seen that part of the session."""
    place.clock.now = END + hours * HOUR
    place.kaltura.account = replace(small_account(), late_factor=late)
    return run_export(services, ORDER)


def mails(services: Services) -> list[Delivery]:
    return list(services.ledger.deliveries("1_cue00001"))


def claimed(services: Services) -> Delivery:
    """The first mail, claimed by a run that ended before it could send it."""
    found = services.ledger.move(replace(mails(services)[0], mailed=1), "claimed", at=services.clock())
    assert found
    return found


def sent(services: Services, delivery: Delivery) -> None:
    services.mailer.send(Envelope(mail_name(delivery), delivery.address, b"To: ann@example.com\n\nThe first figures."))


def outbox(place: World) -> list[str]:
    """How many minutes each mail in the outbox says were attended."""
    found = []
    for path in sorted((place.root / "outbox").glob("*.eml")):
        body = message_from_bytes(path.read_bytes(), policy=policy.default).get_body(("plain",))
        assert body is not None
        found += re.findall(r"Engagement rate: \S+ \(of (?:all )?([\d.]+) minutes", body.get_content())
    return found


@dataclass
class Meets:
    """Does something just before a call of one method."""

    real: Any
    method: str
    meanwhile: Callable[[], object]

    def __getattr__(self, name: str) -> Any:
        if name == self.method:
            self.method = ""
            self.meanwhile()
        return getattr(self.real, name)


@dataclass
class Killed:
    """Ends the process before, or after, the first call of one method that `when` picks by its arguments."""

    real: Any
    method: str
    when: Callable[..., bool]
    after: bool = False

    def __getattr__(self, name: str) -> Any:
        found = getattr(self.real, name)
        return partial(self._called, found) if name == self.method else found

    def _called(self, call: Callable[..., Any], *args: Any, **named: Any) -> Any:
        is_last = self.when(*args, **named)
        result = None if is_last and not self.after else call(*args, **named)
        if is_last:
            raise KilledError
        return result


class Refusing:
    """A mailer that takes no mail at all."""

    def send(self, _: Envelope) -> None:
        raise GiveUp("No such mailbox.")


def test_a_claim_left_behind_is_not_sent_to_who_unsubscribed_meanwhile(small: World) -> None:
    with small.services(**QUICK) as services:
        (order,) = export(small, services, hours=1)
        record_unsubscription(services.ledger, claimed(services).recipient_id, small.clock())
        assert deliver(services, order) == "stopped"
    assert not small.mails()


def test_a_claim_left_behind_that_is_sent_with_newer_figures_counts_as_an_email_about_them(small: World) -> None:
    with small.services(**QUICK) as services:
        export(small, services, hours=1, late=0.5)
        claimed(services)
        small.clock.now += 15 * timedelta(minutes=1)
        with pytest.raises(NotReady):
            export(small, services, hours=6)
        assert deliver(services, DeliveryOrder("1_cue00001", 1, mails(services)[0].recipient_id)) == "sent"
        assert export(small, services, hours=6) == []
        assert export(small, services, hours=24) == []
    assert outbox(small) == [WHOLE]


def test_figures_that_move_while_a_mail_is_being_sent_are_mailed_after_it(small: World) -> None:
    with small.services(**QUICK) as services:
        export(small, services, hours=1, late=0.5)
        sent(services, claimed(services))
        with pytest.raises(NotReady):
            export(small, services, hours=24)
        assert deliver(services, DeliveryOrder("1_cue00001", 1, mails(services)[0].recipient_id)) == "sent"
        (second,) = export(small, services, hours=24)
        assert (second.revision, deliver(services, second)) == (2, "sent")
        assert [(mail.before, mail.mailed) for mail in mails(services)] == [(0, 1), (1, 2)]


def test_on_one_machine_the_next_export_goes_on_from_a_claim_left_behind(small: World) -> None:
    with small.services(**QUICK) as services:
        export(small, services, hours=1, late=0.5)
        sent(services, claimed(services))
        small.clock.now = END + 24 * HOUR
        small.kaltura.account = small_account()
        (outcome,) = run(services, [ORDER])
        assert (outcome.result, outcome.mails) == ("exported", ["sent", "sent"])
        assert [(mail.before, mail.mailed) for mail in mails(services)] == [(0, 1), (1, 2)]


def test_a_revision_finished_between_letter_and_claim_is_the_one_that_is_mailed(small: World) -> None:
    with small.services(**QUICK) as services:
        (order,) = export(small, services, hours=1, late=0.5)
        meets = Meets(services.ledger, "move", lambda: export(small, services, hours=24))
        with pytest.raises(NotReady):
            deliver(replace(services, ledger=meets), order)
        assert deliver(services, order) == "sent"
        assert [(mail.state, mail.mailed) for mail in mails(services)] == [("sent", 2)]
    assert outbox(small) == [WHOLE]


def test_a_mail_that_was_refused_is_reported_to_the_admin_even_after_a_kill(small: World) -> None:
    with small.services(**QUICK, admin_to=("admin@example.com",), daily_hour=23) as services:
        (order,) = export(small, services, hours=1)
        killed = Killed(services.ledger, "move", lambda _, to, **__: to == "refused", after=True)
        with pytest.raises(KilledError):
            deliver(replace(services, mailer=Refusing(), ledger=killed), order)
        assert [mail.state for mail in mails(services)] == ["refused"]
        assert [notice.occasion.split("-")[0] for notice in due_notices(services)] == ["problem"]


def test_documents_that_a_killed_run_has_half_replaced_are_made_whole_when_the_old_figures_come_back(
    small: World,
) -> None:
    with small.services(**QUICK) as services:
        export(small, services, hours=1)
        before = small.archived()

        torn = Killed(services.archive, "write", lambda document, **_: document.key.startswith("index/"))
        with pytest.raises(KilledError):
            export(small, replace(services, archive=torn), hours=6, late=0.5)
        assert small.archived() != before
        (order,) = export(small, services, hours=8)
        assert deliver(services, order) == "sent"
    assert outbox(small) == [WHOLE]


def test_a_ledger_and_a_manifest_that_count_otherwise_are_brought_together(small: World) -> None:
    with small.services(**QUICK) as services:
        export(small, services, hours=1)
        record = services.ledger.session("1_cue00001")
        assert record
        services.ledger.save(replace(record, content_hash="of another run that wrote at the same moment"))
        export(small, services, hours=6)
        after = services.ledger.session("1_cue00001")
        assert after
        assert after.revision == 2
    assert b'"revision": 2' in small.read(f"{FIRST}/manifest.json")
