"""Rules files that look right to a person in a hurry and would email the wrong people, or show them too much."""

import pytest

from debrief.delivery.rules.schema import load_rules
from debrief.errors import BadSettings

RULE = "version: 1\nrules:\n  - name: All\n    to: team@example.com\n    when: {%s}\n"


def refused(text: str) -> str:
    """What is said of a file that is refused."""
    with pytest.raises(BadSettings) as caught:
        load_rules(text)
    return str(caught.value)


@pytest.mark.parametrize("field", ["room", "event", "title", "host"])
def test_a_pattern_that_is_to_leave_sessions_out_is_refused(field: str) -> None:
    """DEBRIEF_NAME_PATTERNS knows `!`; here `*` beside it would email exactly the sessions that it should leave out."""
    said = refused(RULE % f'{field}: ["*", "!Internal*"]')
    assert "line 5" in said
    assert "`!`" in said


def test_a_pattern_of_people_is_refused_because_it_would_limit_nobody() -> None:
    said = refused('version: 1\npeople:\n  "*@example.com": {see: totals}\n')
    assert "line 3" in said
    assert "one address" in said


@pytest.mark.parametrize("address", ["*@example.com", "te?m@example.com"])
def test_a_rule_emails_addresses_and_no_patterns(address: str) -> None:
    text = (RULE % 'title: "*"').replace("team@example.com", f'"{address}"')
    assert "one address" in refused(text)


@pytest.mark.parametrize("pattern", ["!boss@example.com", "%@example.com"])
def test_a_never_entry_that_would_stop_nobody_is_refused(pattern: str) -> None:
    said = refused(f'version: 1\nnever:\n  - "*@contractor.example"\n  - "{pattern}"\n')
    assert "line 4" in said
    assert "boss" not in said
