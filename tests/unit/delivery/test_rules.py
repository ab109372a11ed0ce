"""Who gets what, once the rules are read."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from debrief.delivery.mail.addresses import recipient_id
from debrief.delivery.rules.patterns import fits
from debrief.delivery.rules.rule import Preferences, Rule, When
from debrief.delivery.rules.rules import BAD_ADDRESS, NO_ADDRESS, NO_RULES, ROLES, Rules
from debrief.delivery.rules.schema import load_rules
from debrief.errors import BadSettings
from debrief.model import NotKnown, Organizer, Person, Role, Session, Tier, VirtualEvent

START, END = datetime(2026, 11, 2, 9, tzinfo=UTC), datetime(2026, 11, 2, 10, tzinfo=UTC)
SESSION = Session("1_cue00001", "1_room0001", START, END, "Town hall, EMEA", host_user_id="ann")
EVENT = VirtualEvent("77", "Summit", Person("otto", "Otto", "otto@example.com"))


def organizer(role: Role, email: str, user_id: str = "") -> Organizer:
    return Organizer(Person(user_id or email, "", email), role)


ANN = organizer("host", "ann@example.com", "ann")


def rules(text: str) -> Rules:
    return load_rules(f"version: 1\n{text}")


def addresses(
    of: Rules, *organizers: Organizer, event: VirtualEvent | None = None, mail_to: tuple[str, ...] = ()
) -> list[str]:
    return [recipient.address for recipient in of.plan(SESSION, organizers, event, mail_to).recipients]


def tier(of: Rules, address: str, *organizers: Organizer) -> Tier:
    (found,) = [one for one in of.plan(SESSION, organizers, None, ()).recipients if one.address == address]
    return found.tier


def test_without_rules_every_organizer_and_the_list_get_everything_each_with_the_reason() -> None:
    organizers = [organizer(role, f"{role}@example.com") for role in reversed(ROLES)]
    found = NO_RULES.plan(SESSION, organizers, None, ["boss@example.com"]).recipients
    assert [(one.address, one.why) for one in found] == [
        ("host@example.com", "You hosted this session."),
        ("owner@example.com", "You own this room."),
        ("co-organizer@example.com", "You are a co-organizer of this room."),
        ("scheduler@example.com", "You scheduled this webinar."),
        ("boss@example.com", "Your address is on this Debrief installation's list."),
    ]
    assert {(one.tier, one.timezone, one.language) for one in found} == {("full", "", "")}


def test_an_address_with_several_reasons_gets_one_mail_for_the_first_of_them() -> None:
    mine = rules("rules: [{name: Team, when: {room: 1_room0001}, to: [ANN@Example.com, team@example.com]}]")
    found = mine.plan(SESSION, [ANN], None, ["Team@example.com"]).recipients
    assert [(one.address, one.why) for one in found] == [
        ("ann@example.com", "You hosted this session."),
        ("team@example.com", "The rule “Team” lists your address."),
    ]


def test_roles_say_which_organizers_get_a_mail_by_themselves() -> None:
    owner = organizer("owner", "owner@example.com")
    assert addresses(rules("defaults: {roles: [owner]}"), ANN, owner) == ["owner@example.com"]
    assert addresses(rules("defaults: {roles: []}"), ANN, owner, mail_to=("boss@example.com",)) == ["boss@example.com"]


@pytest.mark.parametrize(
    "email", ["", "  ", "nonsense", "zoë@example.com", "a@example.com,b@example.com", "a@b.example\r\nBcc: c@d.example"]
)
def test_an_organizer_without_a_usable_address_is_left_out_and_named_by_what_is_known(email: str) -> None:
    plan = NO_RULES.plan(SESSION, [organizer("host", email, "ann")], None, [])
    assert not plan.recipients
    (left_out,) = plan.left_out
    assert left_out.who == (email.strip() or "ann")
    assert left_out.why == "You hosted this session."
    assert left_out.reason == (BAD_ADDRESS if email.strip() else NO_ADDRESS)


ODD = "Ann Lee <ANN@B\u00fccher.example.>\u200b"


def test_an_organizer_whose_address_is_nearly_right_is_mailed() -> None:
    assert addresses(NO_RULES, organizer("host", ODD)) == ["ANN@xn--bcher-kva.example"]
    assert addresses(NO_RULES, organizer("host", ODD), mail_to=("mailto:ann@xn--bcher-kva.example",)) == [
        "ANN@xn--bcher-kva.example"
    ]


@pytest.mark.parametrize(
    "never", ["ann@b\u00fccher.example", "ann@xn--bcher-kva.example", "*@b\u00fccher.example", "Ann*"]
)
def test_never_knows_every_spelling_of_an_address(never: str) -> None:
    mine = rules(f"never: ['{never if '@' in never else never + '@*'}']")
    assert not addresses(mine, organizer("host", ODD))


@pytest.mark.parametrize("host", ["ann@xn--bcher-kva.example", "*@xn--bcher-kva.example"])
def test_a_rule_by_host_knows_the_address_as_mails_carry_it(host: str) -> None:
    mine = rules(f"rules: [{{name: Team, when: {{host: '{host}'}}, to: team@example.com}}]")
    assert "team@example.com" in addresses(mine, organizer("host", ODD))


@pytest.mark.parametrize(
    "when",
    [
        "room: 1_room0001",
        "room: [1_other000, 1_ROOM0001]",
        "title: 'town hall*'",
        "title: '*, ?MEA'",
        "title: ['Sales*', '*hall*']",
        "host: ann",
        "host: Ann@Example.com",
        "host: '*@example.com'",
        "event: 77",
        "event: '*'",
        "room: 1_room0001, title: '*', host: ann, event: [76, 77]",
    ],
)
def test_a_rule_matches_when_each_of_its_conditions_does(when: str) -> None:
    mine = rules(f"rules: [{{name: Team, when: {{{when}}}, to: team@example.com}}]")
    assert addresses(mine, ANN, event=EVENT) == ["ann@example.com", "team@example.com"]


@pytest.mark.parametrize(
    "when",
    [
        "room: 1_room000",
        "room: 1_room00011",
        "title: Town hall",
        "title: 'own hall*'",
        "title: 'Town hall?'",
        "host: bob",
        "event: 7",
        "room: 1_room0001, title: 'Sales*'",
        "room: 1_other000, title: '*'",
    ],
)
def test_a_rule_does_not_match_when_one_of_its_conditions_does_not(when: str) -> None:
    mine = rules(f"rules: [{{name: Team, when: {{{when}}}, to: team@example.com}}]")
    assert addresses(mine, ANN, event=EVENT) == ["ann@example.com"]


def test_a_rule_about_an_event_matches_no_session_outside_of_it() -> None:
    mine = rules("rules: [{name: Team, when: {event: '*'}, to: team@example.com}]")
    assert addresses(mine, ANN) == ["ann@example.com"]


def test_signs_in_a_title_that_patterns_know_elsewhere_mean_themselves() -> None:
    assert fits(["[draft]*"], "[DRAFT] Sales")
    assert not fits(["[draft]*"], "d")
    assert fits(["caf\u00e9"], "Cafe\u0301")
    assert fits(["a*c"], "a\nb\nc")
    assert not fits(["*a" * 30 + "b"], "a" * 4000)


def test_a_rule_may_take_the_organizers_place_and_leaves_the_list_and_other_rules_alone() -> None:
    mine = rules("""rules:
  - {name: Town halls, when: {title: Town*}, to: ceo-office@example.com, organizers: false}
  - {name: Team, when: {room: 1_room0001}, to: team@example.com}
""")
    plan = mine.plan(SESSION, [ANN], None, ["boss@example.com"])
    assert [one.address for one in plan.recipients] == [
        "ceo-office@example.com",
        "team@example.com",
        "boss@example.com",
    ]
    assert [(one.who, one.reason) for one in plan.left_out] == [
        ("ann@example.com", "The rule “Town halls” sends no email to organizers.")
    ]


def test_an_organizer_whose_place_is_taken_still_gets_what_a_rule_sends_by_name() -> None:
    mine = rules("rules: [{name: Town halls, when: {title: Town*}, to: [ann@example.com], organizers: false}]")
    plan = mine.plan(SESSION, [ANN], None, [])
    assert [(one.address, one.why) for one in plan.recipients] == [
        ("ann@example.com", "The rule “Town halls” lists your address.")
    ]
    assert not plan.left_out


def test_never_beats_every_reason_also_an_organizer_s_and_the_list_s() -> None:
    mine = rules("""never: [ann@example.com, "*@contractor.example"]
people: {bob@contractor.example: {see: full}}
rules: [{name: Team, when: {title: "*"}, to: [bob@contractor.example, team@example.com]}]
""")
    plan = mine.plan(SESSION, [organizer("host", "Ann@Example.com")], None, ["eve@CONTRACTOR.example"])
    assert [one.address for one in plan.recipients] == ["team@example.com"]
    assert [one.who for one in plan.left_out] == ["Ann@Example.com", "bob@contractor.example", "eve@CONTRACTOR.example"]
    assert {one.reason for one in plan.left_out} == {"The address is on the rules file's never list."}


def test_what_is_said_of_a_person_wins_over_a_rule_and_a_rule_over_the_defaults() -> None:
    team = "rules: [{name: Team, when: {title: '*'}, to: [ann@example.com, bob@example.com], see: totals}]"
    assert tier(rules(f"defaults: {{see: names}}\n{team}"), "bob@example.com") == "totals"
    assert tier(rules(f"people: {{Bob@example.com: {{see: full}}}}\n{team}"), "bob@example.com") == "full"
    assert tier(rules("defaults: {see: names}"), "ann@example.com", ANN) == "names"
    assert tier(rules(team), "ann@example.com", ANN) == "totals"


def test_of_two_rules_the_first_in_the_file_that_says_what_to_see_counts() -> None:
    mine = rules("""rules:
  - {name: One, when: {title: "*"}, to: bob@example.com}
  - {name: Elsewhere, when: {room: 1_other000}, to: bob@example.com, see: full}
  - {name: Two, when: {title: "*"}, to: bob@example.com, see: totals}
  - {name: Three, when: {title: "*"}, to: bob@example.com, see: names}
""")
    (found,) = mine.plan(SESSION, [], None, []).recipients
    assert (found.tier, found.why) == ("totals", "The rule “One” lists your address.")


def test_time_zone_and_language_are_the_person_s_or_else_the_default() -> None:
    mine = rules("""defaults: {timezone: Europe/Berlin, language: de-DE}
people: {ann@example.com: {timezone: America/New_York}}
""")
    found = mine.plan(SESSION, [ANN], None, ["boss@example.com"]).recipients
    assert [(one.timezone, one.language) for one in found] == [
        ("America/New_York", "de-DE"),
        ("Europe/Berlin", "de-DE"),
    ]


def test_an_event_s_report_goes_to_its_owner_the_rules_about_it_and_the_list() -> None:
    mine = rules("""rules:
  - {name: Event team, when: {event: [77, 78]}, to: events@example.com, see: totals}
  - {name: Keynotes, when: {event: 77, title: Keynote*}, to: speakers@example.com}
  - {name: Everything, when: {title: "*"}, to: all@example.com}
  - {name: Other event, when: {event: 78}, to: other@example.com}
""")
    found = mine.event_plan(EVENT, ["boss@example.com"]).recipients
    assert [(one.address, one.why, one.tier) for one in found] == [
        ("otto@example.com", "You own this virtual event.", "full"),
        ("events@example.com", "The rule “Event team” lists your address.", "totals"),
        ("boss@example.com", "Your address is on this Debrief installation's list.", "full"),
    ]


@pytest.mark.parametrize("also", ["room: 1_room0001", "room: '*'", "title: '*'", "host: otto"])
def test_a_rule_that_names_sessions_of_an_event_is_not_about_the_event_s_own_report(also: str) -> None:
    mine = rules(f"rules: [{{name: Team, when: {{event: 77, {also}}}, to: team@example.com, organizers: false}}]")
    assert [one.address for one in mine.event_plan(EVENT, []).recipients] == ["otto@example.com"]


def test_an_event_s_owner_may_be_left_out_like_any_organizer() -> None:
    assert not rules("never: [otto@example.com]").event_plan(EVENT, []).recipients
    assert not rules("defaults: {roles: [host]}").event_plan(EVENT, []).recipients
    assert not NO_RULES.event_plan(VirtualEvent("77"), []).recipients


def test_a_bad_address_on_the_list_is_refused_without_repeating_it() -> None:
    with pytest.raises(BadSettings) as refused:
        NO_RULES.plan(SESSION, [], None, ["eve at example.com"])
    assert "eve" not in str(refused.value)


LOCALS = st.sampled_from(["ann", "Ann", "bob", "no-reply", "x.y"])
DOMAINS = st.sampled_from(["example.com", "Example.COM", "contractor.example"])
ADDRESSES = st.builds("{}@{}".format, LOCALS, DOMAINS)
TIERS = st.sampled_from(["full", "names", "totals"])
NEVER = st.sampled_from(["*@contractor.example", "ann@example.com", "no-reply@*", "*@EXAMPLE.com", "b?b@*"])
WHENS = st.sampled_from([When(room=("1_room0001",)), When(title=("*",)), When(room=("1_other",)), When(event=("77",))])
RULES = st.builds(
    Rule, st.just("Team"), WHENS, st.lists(ADDRESSES, max_size=4).map(tuple), TIERS | st.none(), st.booleans()
)
BOOKS = st.builds(
    Rules,
    st.lists(st.sampled_from(ROLES), unique=True).map(tuple),
    st.builds(Preferences, TIERS | st.none()),
    st.lists(NEVER, max_size=2).map(tuple),
    st.dictionaries(ADDRESSES.map(recipient_id), st.builds(Preferences, TIERS | st.none()), max_size=3),
    st.lists(RULES, max_size=4).map(tuple),
)
ORGANIZERS = st.lists(
    st.builds(organizer, st.sampled_from(ROLES), ADDRESSES | st.sampled_from(["", "nonsense"])), max_size=5
)


@given(BOOKS, ORGANIZERS, st.sampled_from([None, EVENT]), st.lists(ADDRESSES, max_size=4))
def test_nobody_is_mailed_twice_nobody_never_and_everybody_with_a_reason_is_accounted_for(
    book: Rules, organizers: list[Organizer], event: VirtualEvent | None, mail_to: list[str]
) -> None:
    plan = book.plan(SESSION, organizers, event, mail_to)
    ids = [recipient_id(one.address) for one in plan.recipients]
    assert len(ids) == len(set(ids))
    assert not any(fits(book.never, one.address) for one in plan.recipients)
    accounted = {*ids, *(recipient_id(one.who) for one in plan.left_out if "@" in one.who)}
    assert accounted >= set(map(recipient_id, mail_to))
    for one in plan.recipients:
        own = book.people.get(recipient_id(one.address))
        assert own is None or own.see in {None, one.tier}
    assert plan == book.plan(SESSION, organizers, event, mail_to)


@given(BOOKS, st.lists(ADDRESSES, max_size=4))
def test_an_event_s_report_obeys_the_same_limits(book: Rules, mail_to: list[str]) -> None:
    found = book.event_plan(EVENT, mail_to).recipients
    ids = [recipient_id(one.address) for one in found]
    assert len(ids) == len(set(ids))
    assert not any(fits(book.never, one.address) for one in found)


UNKNOWN = NotKnown("Kaltura does not name the event.")
LIMIT = "{name: a, when: {event: 77}, to: boss@example.com, see: totals}"
ALWAYS = "{name: b, when: {title: '*'}, to: boss@example.com, see: names}"
TO_BOTH = "to: [boss@example.com, team@example.com]"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"rules: [{LIMIT}]", "totals"),
        ("rules: [{name: a, when: {event: 77, room: other}, to: boss@example.com, see: totals}]", "full"),
        ("defaults: {see: totals}\nrules: [{name: a, when: {event: 77}, to: boss@example.com, see: full}]", "totals"),
        (f"people: {{boss@example.com: {{see: names}}}}\nrules: [{LIMIT}]", "names"),
        (f"rules: [{{name: a, when: {{event: 77}}, to: boss@example.com, see: full}}, {ALWAYS}]", "names"),
        (f"rules: [{ALWAYS}, {LIMIT}]", "names"),
    ],
    ids=["limits", "no match", "never widens", "own entry wins", "may not widen", "comes after the first"],
)  # fmt: skip
def test_a_rule_that_may_match_can_only_narrow_what_somebody_sees(text: str, expected: Tier) -> None:
    (found,) = rules(text).plan(SESSION, [], UNKNOWN, ["boss@example.com"]).recipients
    assert found.tier == expected


def test_a_rule_that_may_match_leaves_out_organizers_with_the_doubt_as_reason_and_mails_nobody() -> None:
    plan = rules(f"rules: [{{name: Days, when: {{event: 77}}, organizers: false, {TO_BOTH}}}]").plan(
        SESSION, [ANN], UNKNOWN, ["boss@example.com"]
    )
    assert [one.address for one in plan.recipients] == ["boss@example.com"]
    (left_out,) = plan.left_out
    assert left_out.reason == "The rule “Days” may apply to this session, and sends no email to organizers."


@given(
    st.lists(st.sampled_from(["77", "7?", "12"]), max_size=2),
    st.lists(st.sampled_from(["ann", "*@example.com", "zoe"]), max_size=2),
    st.lists(st.sampled_from(["Town*", "Board*"]), max_size=2),
)
def test_what_is_unknown_never_decides_against_what_it_turns_out_to_be(
    events: list[str], hosts: list[str], titles: list[str]
) -> None:
    when = When(event=tuple(events), title=tuple(titles), host=tuple(hosts))
    unknown = when.holds(SESSION, [], UNKNOWN, is_host_known=False)
    for event in (EVENT, VirtualEvent("12"), None):
        for host in ([ANN], [organizer("host", "zoe@x.example", "zoe")], []):
            assert unknown in {None, when.holds(SESSION, host, event)}
