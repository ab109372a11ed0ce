"""Reading a rules file: strictly, with the line and the reason of what is wrong."""

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from debrief.delivery.mail.addresses import recipient_id
from debrief.delivery.rules.rule import Preferences, Rule, When
from debrief.delivery.rules.rules import Rules
from debrief.delivery.rules.schema import load_rules
from debrief.errors import BadSettings

FUNCTIONS = Path(__file__).parents[3] / "functions"
WHOLE = """\
version: 1
defaults:
  roles: [scheduler, host]
  see: names
  timezone: Europe/Berlin
  language: de-DE
never: [no-reply@example.com, "*@contractor.example"]
people:
  "Ann@example.com": {timezone: America/New_York, language: en_us, see: full}
rules:
  - name: Sales team
    when: {room: 1_7654321}
    to: [sales@Example.COM, boss@example.com]
    see: totals
  - name: 2026
    when:
      title: ["Town hall*", yes]
      event: 077
      host: ann
    to: ceo@example.com
    organizers: no
"""


def test_a_whole_file_is_read_as_it_is_written() -> None:
    """YAML by itself would make the number 17654321 of the room, 63 of the event and true of a title."""
    assert load_rules(WHOLE) == Rules(
        roles=("host", "scheduler"),
        defaults=Preferences("names", "Europe/Berlin", "de-DE"),
        never=("no-reply@example.com", "*@contractor.example"),
        people={recipient_id("ann@example.com"): Preferences("full", "America/New_York", "en-US")},
        rules=(
            Rule("Sales team", When(room=("1_7654321",)), ("sales@example.com", "boss@example.com"), "totals"),
            Rule("2026", When((), ("077",), ("Town hall*", "yes"), ("ann",)), ("ceo@example.com",), organizers=False),
        ),
    )


@pytest.mark.parametrize(
    "text", ["version: 1", "version: 1\ndefaults:\nnever:\npeople:\nrules:\n", "\ufeff# ours\n---\nversion: '1'\n"]
)
def test_a_file_may_say_next_to_nothing(text: str) -> None:
    assert load_rules(text) == Rules()


@pytest.mark.parametrize(
    ("written", "is_mailed"),
    [
        *(("true", True), ("Yes", True), ("TRUE", True), ("On", True), ("'yes'", True)),
        *(("false", False), ("NO", False), ("Off", False), ('"No"', False)),
    ],
)
def test_organizers_are_mailed_or_not_however_true_and_false_are_written(written: str, *, is_mailed: bool) -> None:
    text = f"version: 1\nrules: [{{name: a, when: {{room: 1_a}}, to: ann@example.com, organizers: {written}}}]"
    assert [rule.organizers for rule in load_rules(text).rules] == [is_mailed]


@pytest.mark.parametrize("pattern", ["*@*", "no-reply@*", "*@*.example.com", "*-bot@example.?om", "x*y@a-*-b.example"])
def test_never_takes_patterns_of_addresses(pattern: str) -> None:
    assert load_rules(f"version: 1\nnever: ['{pattern}']").never == (pattern,)


@pytest.mark.parametrize("language", ["de", "DE-at", "en_DE", "pt-AO", "zh-TW", "ast-ES"])
def test_languages_come_with_and_without_a_region(language: str) -> None:
    found = load_rules(f"version: 1\ndefaults: {{language: {language}}}").defaults.language
    assert found.casefold() == language.replace("_", "-").casefold()


RULE = "version: 1\nrules:\n  - name: Team\n"
WRONG = [
    ("", 1, "`version: 1`"),
    ("# nothing\n", 1, "`version: 1`"),
    ("rules: []", 1, "`version: 1` is missing"),
    ("version: 2", 1, "`version` must be 1"),
    ("version:", 1, "`version` is empty"),
    ("- version: 1", 1, "must have keys"),
    ("version: 1\nrule: []", 2, "no key `rule`; did you mean `rules`"),
    ("version: 1\nann@example.com: {}", 2, "no key of this name; the keys are version"),
    ("version: 1\nnever: []\nnever: []", 3, "`never` occurs twice"),
    ("version: 1\n? [a, b]\n: c", 2, "a key must be text"),
    ("version: 1\nrules: {}", 2, "`rules` must be a list"),
    ("version: 1\nrules: [Team]", 2, "a rule must have keys"),
    ("version: 1\nnever: no-reply@example.com", 2, "`never` must be a list"),
    ("version: 1\nnever: [contractor.example]", 2, "`never` takes addresses and patterns"),
    ("version: 1\nnever: ['*@']", 2, "address is not valid"),
    ("version: 1\nnever: [{a: b}]", 2, "an item of `never` must be text"),
    ("version: 1\nnever: [*@contractor.example]", 2, "in quotes"),
    ("version: 1\nnever: [@contractor.example]", 2, "in quotes"),
    ("version: 1\ndefaults: full", 2, "`defaults` must have keys"),
    ("version: 1\ndefaults: {see: all}", 2, "`see` must be full, names or totals"),
    ("version: 1\ndefaults: {roles: [hosts]}", 2, "must be host, owner, co-organizer or scheduler"),
    ("version: 1\ndefaults: {roles: host}", 2, "`roles` must be a list"),
    ("version: 1\ndefaults: {timezone: Europe/Berln}", 2, "did you mean `Europe/Berlin`"),
    ("version: 1\ndefaults: {timezone: europe/berlin}", 2, "Berlin"),
    ("version: 1\ndefaults: {timezone: ../../etc/passwd}", 2, "no time zone"),
    ("version: 1\ndefaults: {timezone: Factory}", 2, "no time zone"),
    ("version: 1\ndefaults: {timezone: ann@example.com}", 2, "no time zone of this name"),
    ("version: 1\ndefaults: {language: german}", 2, "must look like de or de-DE"),
    ("version: 1\ndefaults: {language: xx-DE}", 2, "no language `xx`"),
    ("version: 1\ndefaults: {language: de-DF}", 2, "no region `DF`"),
    ("version: 1\npeople:\n  ann.example.com: {}", 3, "address is not valid"),
    ("version: 1\npeople:\n  ann@example.com:", 3, "a person must have keys"),
    ("version: 1\npeople:\n  ann@example.com: {sees: full}", 3, "did you mean `see`"),
    ("version: 1\npeople:\n  ann@example.com: {}\n  ANN@example.com: {}", 4, "this person is listed twice"),
    (f"{RULE}    to: a@b.example", 3, "the rule has no `when`; for every session write"),
    (f"{RULE}    when: {{}}\n    to: a@b.example", 4, "`when` is empty"),
    (f"{RULE}    when: {{rom: 1_a}}\n    to: a@b.example", 4, "`when` has no key `rom`; did you mean `room`"),
    (f"{RULE}    when: {{room: []}}\n    to: a@b.example", 4, "`room` is empty"),
    (f"{RULE}    when: {{room: ''}}\n    to: a@b.example", 4, "`room` is empty"),
    (f"{RULE}    when: {{room: {{a: b}}}}\n    to: a@b.example", 4, "`room` must be text"),
    (f"{RULE}    when: {{title: *Town}}\n    to: a@b.example", 4, "in quotes"),
    (f"{RULE}    when: {{title: '*'}}", 3, "the rule has no `to`"),
    (f"{RULE}    when: {{title: '*'}}\n    to: []", 5, "`to` is empty"),
    (f"{RULE}    when: {{title: '*'}}\n    to:\n      - a@b.example\n      - ann.example", 7, "address is not valid"),
    (f"{RULE}    when: {{title: '*'}}\n    to: a@b.example\n    organizers: never", 6, "must be yes or no"),
    (f"{RULE}    when: {{title: '*'}}\n    to: a@b.example\n    instead: true", 6, "a rule has no key `instead`"),
    ("version: 1\nrules:\n  - when: {title: '*'}\n    to: a@b.example", 3, "the rule has no `name`"),
    (f'version: 1\nrules: [{{name: "{"x" * 81}", when: {{title: "*"}}, to: a@b.example}}]', 2, "more than 80"),
    ('version: 1\nrules: [{name: "a\\nb", when: {title: "*"}, to: a@b.example}]', 2, "line break"),
    ('version: 1\nrules: [{name: "\\uD800", when: {title: "*"}, to: a@b.example}]', 2, "unprintable"),
    ("version: 1\nrules:\n" + "- {}\n" * 1001, 1003, "more than 1000 rules"),
    ("version: 1\nrules: &all []", 2, "anchors"),
    ("version: 1\nnever: [a@b.example]\nrules: *all", 3, "aliases"),
    ("version: !!int 1", 1, "tags"),
    ("version: 1\nrules: !!python/object/apply:os.system [ls]", 2, "tags"),
    ("version: 1\n<<: {rules: []}", 2, "no key of this name"),
    ("version: 1\n\trules: []", 2, "indent with spaces"),
    ("version: 1\nrules: [", 2, "this is not valid YAML"),
    ("version: 1\nnever\nrules: []", 3, "this is not valid YAML"),
    ("version: 1\n---\nversion: 1", 2, "this is not valid YAML"),
    ("version: 1\nnever: 'a\x00'", 2, "NUL"),
    ("version: 1\nnever: '\x07'", 2, "this character is not allowed"),
    ("version: 1\nrules: " + "[" * 1000, 2, "nested too deeply"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "line", "reason"), WRONG)
def test_what_is_wrong_is_said_with_its_line_in_one_sentence(text: str, line: int, reason: str) -> None:
    with pytest.raises(BadSettings) as refused:
        load_rules(text, "rules.yaml")
    sentence = str(refused.value)
    assert sentence.startswith(f"In rules.yaml, line {line}: ")
    assert reason in sentence
    assert sentence.endswith(".")
    assert "\n" not in sentence


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("version: 1\n#" + "x" * 256 * 1024, "larger than 256 KB"),
        ("version: 1\n#" + "ü" * 128 * 1024, "larger than 256 KB"),
        ('version: "\\UFFFFFFFF"', "not valid YAML"),
        (f"%YAML 1.{'9' * 5000}\n---\nversion: 1", "not valid YAML"),
    ],
)
def test_what_is_wrong_with_the_whole_file_is_said_without_a_line(text: str, reason: str) -> None:
    with pytest.raises(BadSettings, match=f"^In the rules file: .*{reason}"):
        load_rules(text)


def test_no_error_repeats_an_address_wherever_it_was_written() -> None:
    secret = "ann.lee@secret.example"
    places = (
        "{0}: 1", "version: {0}", "{0}", "version: 1\ndefaults: {{see: {0}}}", "version: 1\ndefaults: {{roles: [{0}]}}",
        "version: 1\ndefaults: {{timezone: {0}}}", "version: 1\ndefaults: {{language: {0}}}", "version: 1\npeople: {0}",
        "version: 1\npeople: {{x{0}y@: {{}}}}", "version: 1\nrules: [{0}]", "version: 1\nrules: [{{name: x, {0}: y}}]",
        "version: 1\nrules: [{{name: x, when: {{{0}: y}}}}]", "version: 1\nnever: [{0}@]", "version: 1\nnever: ['{0}",
        "version: 1\nrules: [{{name: x, when: {{room: y}}, to: [{0}, '{0},{0}']}}]", "version: 1\nnever: [*{0}]",
        "version: 1\nnever: [&{0} x]", "version: 1\nnever: [!{0} x]", "version: 1\nnever: [x]\n  {0}\n{0}: x",
        "%{0}\n---\nversion: 1", "version: 1\n{0}: 1\n{0}: 2", 'version: 1\nx: "\\{0}"', "version: |{0}\n x",
        "version: 1\npeople:\n  {0}: {{}}\n  {0}: {{}}",
    )  # fmt: skip
    for place in places:
        with pytest.raises(BadSettings) as refused:
            load_rules(place.format(secret))
        assert "secret" not in str(refused.value), place
        assert "ann" not in str(refused.value).replace("channel", ""), place


WORDS = st.sampled_from([
    "version: 1\n", "rules:\n", "- name: x\n", "  when: {title: '*'}\n", "  to: a@b.example\n", "people:\n", "never: [",
    "*", "&a ", "!!str ", "a@b.example", "]", "{", "}", ": ", "'", '"', "\\", "\t", "\n", "  ", "- ", "? ", "|", "%",
    "---\n", "see: ", "full", "<<", "\ufeff", "\x85", "\ud800", "\x00", "timezone: ", "Europe", "language: ", "de", "é",
    "organizers: no",
])  # fmt: skip


@given(st.text() | st.lists(WORDS, max_size=30).map("".join))
@example('"\\UFFFFFFFF"')
@example("%YAML 1.1 1\n---\n")
@example("!<tag:%ff> x")
@example("? " * 2000)
@example("- " * 2000)
@example("{a: " * 2000)
def test_any_text_gives_rules_or_one_sentence(text: str) -> None:
    try:
        found: Rules | str = load_rules(text)
    except BadSettings as error:
        found = str(error)
    assert isinstance(found, Rules) or (found.startswith("In the rules file") and "\n" not in found)


def test_yaml_is_loaded_only_where_there_is_a_file() -> None:
    program = "import debrief.delivery.rules.rules, debrief.wiring, sys; print('yaml' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], cwd=FUNCTIONS, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False"]
