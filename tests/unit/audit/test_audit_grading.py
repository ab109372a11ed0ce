"""What fails `make audit`: a finding that nothing explains, and an explanation of nothing."""

from __future__ import annotations

import pytest
import yaml

from audit.grading import SUPPRESSIONS, Finding, Graded, Suppression, judge, suppressions_of
from audit.licences import Shipped

OPEN = Finding("AwsSolutions-IAM5", "ExportFunctionRole Resource::<Archive.Arn>/raw/*", "wildcard")
WIDE = Finding("AwsSolutions-IAM5", "ExportFunctionRole Resource::*", "wildcard")


def reason(at: str, rule: str = "AwsSolutions-IAM5") -> Suppression:
    return Suppression(rule, (at,), "why")


def test_a_finding_without_a_suppression_is_left() -> None:
    verdict = judge(Graded("a template", [WIDE, OPEN]), [reason("*/raw/*")])
    assert (verdict.left, verdict.suppressed, verdict.is_well) == ([WIDE], 1, False)


def test_a_suppression_that_suppresses_nothing_fails_too() -> None:
    unused = reason("GoneFunctionRole *")
    verdict = judge(Graded("a template", [OPEN]), [reason("*/raw/*"), unused])
    assert (verdict.left, verdict.unused, verdict.is_well) == ([], [unused], False)


def test_a_star_matches_anything_and_every_other_sign_only_itself() -> None:
    assert reason("ExportFunctionRole *<Archive.Arn>/raw/*").covers(OPEN)
    assert not reason("ExportFunctionRole").covers(OPEN)
    assert not reason("ExportFunctionRole *<Archive_Arn>/raw/*").covers(OPEN)
    assert not reason("*", rule="AwsSolutions-IAM4").covers(OPEN)


def test_every_suppression_has_a_reason() -> None:
    for grader in yaml.safe_load(SUPPRESSIONS.read_text(encoding="utf-8")):
        assert all(len(one.why) > 5 and all(one.at) for one in suppressions_of(grader))


@pytest.mark.parametrize(
    ("licence", "is_allowed"),
    [
        ("MIT", True),
        ("GPL-3.0-or-later OR MIT", True),
        ("GPL-3.0-or-later AND MIT", False),
        ("GPL-3.0-or-later", False),
        ("", False),
    ],
)
def test_a_licence_is_allowed_when_one_offer_is(licence: str, is_allowed: bool) -> None:
    assert Shipped("a library", licence, ("laptop",)).is_allowed == is_allowed
