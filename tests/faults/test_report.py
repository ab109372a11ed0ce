"""A sweep passes only if every planned fault has struck and was recovered from."""

from __future__ import annotations

from support.broken.left import Left
from support.broken.report import Report, sample
from support.broken.sweep import Undisturbed
from support.broken.telling import Invocation, Verdict

NOTHING = Left({}, {}, (), {}, 0)
CALLS = ("s3 HeadObject", "s3 PutObject", "ses SendEmail")
WHOLE = Undisturbed((Invocation("DeliverFunction", 0, CALLS, None, NOTHING),), (NOTHING,))


def report(*, without: int = 0, struck: bool = True) -> Report:
    """A report on all points but the last so many."""
    found = Report(WHOLE, WHOLE.points())
    found.verdicts = [Verdict(point, struck, ()) for point in found.points[: len(found.points) - without]]
    return found


def test_a_call_that_nothing_was_done_to_is_noticed() -> None:
    assert report().is_well
    assert report().calls_left_out == 0
    of_the_last_call = sum(point.number == len(CALLS) for point in WHOLE.points())
    assert (report(without=of_the_last_call).is_well, report(without=of_the_last_call).calls_left_out) == (False, 1)
    assert not report(without=1).is_well


def test_a_fault_that_did_not_strike_was_not_tried() -> None:
    found = report(struck=False)
    assert (found.is_well, found.calls_left_out, len(found.left_out)) == (False, 3, len(found.points))


def test_a_pattern_that_no_fault_has_is_not_well() -> None:
    assert not Report(WHOLE, []).is_well


def test_a_fault_that_was_not_recovered_fails_the_report() -> None:
    found = report()
    found.verdicts[0] = Verdict(found.points[0], struck=True, wrong=("mail: is missing",))
    assert not found.is_well


def test_a_sample_has_every_kind_at_every_service() -> None:
    pairs = {(point.service, point.kind) for point in WHOLE.points()}
    assert {(point.service, point.kind) for point in sample(WHOLE)} == pairs
    assert len(sample(WHOLE)) == len(pairs)
