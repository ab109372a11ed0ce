"""A mailer for tests of the delivery, and the small session exported with its one email still to be sent."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta

from debrief.delivery.ledger.ledger import Delivery
from debrief.delivery.mail.mailer import Envelope
from debrief.orders import DeliveryOrder
from debrief.pipeline.reconcile import reconcile
from debrief.pipeline.services import Services
from debrief.pipeline.stages import run_export
from support.world import END, World


@dataclass
class Postman:
    """A mailer that cannot tell what it has sent, like SMTP and SES."""

    trouble: Callable[[], None] = lambda: None
    sent: list[Envelope] = field(default_factory=list)

    def send(self, envelope: Envelope) -> None:
        self.trouble()
        self.sent.append(envelope)

    def was_sent(self, _name: str) -> None:
        return None

    def check(self) -> None:
        return None


def raises(error: Exception) -> Callable[[], None]:
    def trouble() -> None:
        raise error

    return trouble


@contextmanager
def exported(place: World, postman: Postman) -> Iterator[tuple[Services, DeliveryOrder]]:
    """The small session exported, its one mail still to be sent."""
    place.clock.now = END + timedelta(hours=1)
    with place.services(html=False) as services:
        (order,) = run_export(services, reconcile(services)[0])
        yield replace(services, mailer=postman), order


def delivery(services: Services, order: DeliveryOrder) -> Delivery:
    found = services.ledger.delivery(order.cue_point_id, order.revision, order.recipient_id)
    assert found is not None
    return found
