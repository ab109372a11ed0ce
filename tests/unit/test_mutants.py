"""The mistakes that `make mutants` plants: each changes one place, can be compiled, and is found again."""

from __future__ import annotations

import ast
from dataclasses import replace
from pathlib import Path

import pytest

from support.mutants.__main__ import chosen_tests
from support.mutants.changes import changes
from support.mutants.groups import GROUPS
from support.mutants.trial import ROOT

MODULE = '''"""A docstring."""

from __future__ import annotations

LIMIT = 12


def first(rows: list[str], *, most: int = 3) -> str | None:
    """A docstring."""
    known = sorted({row.strip() for row in rows if row})
    if not known and most > 2:
        log.info("none")
        return None
    shown.append(f"{max(1, 2)} rows")
    return known[:most][-1] or "none"
'''


@pytest.fixture
def module(tmp_path: Path) -> Path:
    path = tmp_path / "module.py"
    path.write_text(MODULE)
    return path


def test_each_mistake_is_another_module_that_can_be_compiled(module: Path) -> None:
    source = module.read_bytes()
    planted = {change.planted(source) for change in changes(module, "module.py")}
    assert len(planted) > 20
    assert all(ast.dump(ast.parse(one)) != ast.dump(ast.parse(source)) for one in planted)


def test_the_kinds_of_mistakes_that_people_make_are_among_them(module: Path) -> None:
    found = {f"{change.before} -> {change.after}" for change in changes(module, "module.py")}
    assert found >= {
        "12 -> 13",
        "3 -> 4",
        "row.strip() -> (row)",
        "{row.strip() for row in rows if row} -> {row.strip() for row in rows}",
        "not known -> (known)",
        "not known and most > 2 -> (not known or most > 2)",
        "most > 2 -> (most >= 2)",
        "known[:most] -> (known)",
        'shown.append(f"{max(1, 2)} rows") -> pass',
        "-1 -> (1)",
    }


def test_docstrings_annotations_logs_and_formatted_texts_stay(module: Path) -> None:
    before = " ".join(change.before for change in changes(module, "module.py") if change.kind == "string")
    assert before == '"none"'
    assert not [change for change in changes(module, "module.py") if change.before == "max(1, 2)"]


def test_a_long_table_of_words_stays(tmp_path: Path) -> None:
    (tmp_path / "table.py").write_text(
        f"FEW = {dict.fromkeys('ab', 'x')}\nMANY = {dict.fromkeys(map(str, range(20)), 'y')}\n"
    )
    assert {change.before for change in changes(tmp_path / "table.py", "table.py")} == {"'a'", "'b'", "'x'"}


def test_a_mistake_knows_its_function(module: Path) -> None:
    places = {(change.function, change.first) for change in changes(module, "module.py")}
    assert places == {("<module>", 0), ("first", 8)}


def test_the_tests_that_call_the_least_are_tried_first_and_for_a_sentence_those_of_all_sentences_too(
    module: Path,
) -> None:
    first, *_ = changes(module, "module.py")
    sentence = replace(first, kind="string", before='"Not so."')
    word = replace(sentence, before='"none"')
    reach = {"module.py:8": ["wide", "narrow"], "module.py:20": ["wide", "other"], "else.py:1": ["wide", "other"]}
    assert chosen_tests(replace(word, first=8), reach) == ["narrow", "wide"]
    reach["else.py:2"] = ["far"]
    assert chosen_tests(word, reach) == ["narrow", "other", "wide", "far"]
    *called, source = chosen_tests(sentence, reach)
    assert called == ["narrow", "other", "wide", "far"]
    assert (ROOT / source).exists()


@pytest.mark.parametrize(("name", "pattern"), [(name, one) for name, group in GROUPS.items() for one in group.modules])
def test_each_pattern_of_a_group_matches_a_module(name: str, pattern: str) -> None:
    assert list(replace(GROUPS[name], modules=(pattern,)).files(ROOT))


@pytest.mark.parametrize("name", GROUPS)
def test_each_group_has_modules_with_places_for_mistakes_and_tests(name: str) -> None:
    files = list(GROUPS[name].files(ROOT))
    assert len(files) >= 2
    assert sum(len(changes(path, path.name)) for path in files) >= 100
    assert all((ROOT / "tests" / path).exists() for path in GROUPS[name].tests)
