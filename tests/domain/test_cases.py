"""Every case file is answered as an officer would expect; ``tests/cases/README.md`` says how to read one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tests.domain.casefiles import Case, Expectation, read_case, read_cases
from tracker.domain.assess import assess
from tracker.domain.deadlines import deadlines_of
from tracker.domain.facts import NeedFacts
from tracker.domain.tenders import StageHistory
from tracker.domain.vocabulary import (
    ConditionId,
    Consequence,
    DeadlineKind,
    FlagKind,
    RefusalReason,
    RouteId,
    Stage,
    State,
    Timing,
)
from tracker.law.loader import load_calendar, load_policy
from tracker.render import assessment_json, deadline_json

CASES = read_cases()
POLICY = load_policy()
NAMED_BY = ("kind", "status", "route", "stage")
"""A table may be expected by this one word of it, instead of as a table."""

Json = Any  # the assessment as JSON: its shape is what is tested


def answered(case: Case, on: date, facts: NeedFacts | None = None) -> Json:
    """The JSON of the case on a day, with conditions by name, and its deadlines."""
    calendar = load_calendar(case.decrees)
    history = StageHistory.of(case.finished, on, policy=POLICY, calendar=calendar)
    asked = facts or case.facts
    found = assess(asked, on, policy=POLICY, calendar=calendar, history=history)
    due = deadlines_of(asked, on, policy=POLICY, calendar=calendar, history=history)
    answer = assessment_json.need(found, region=None, district=None)
    return {**answer, "deadlines": [deadline_json.deadline(each) for each in due]}


def differences(expected: object, found: Json, key: str) -> Iterator[str]:
    """Where ``found`` is not as expected: key, expected, found."""
    if isinstance(expected, Mapping) and isinstance(found, list):
        found = dict.fromkeys(expected) | {condition["id"]: condition for condition in found}
    if isinstance(expected, Mapping) and isinstance(found, Mapping):
        for name, value in expected.items():
            path = f"{key}.{name}" if key else name
            if name in found:
                yield from differences(value, found[name], path)
            else:
                yield f"{path}: no answer has such a key"
    elif isinstance(expected, list) and isinstance(found, list) and len(expected) == len(found):
        for at, (one, other) in enumerate(zip(expected, found, strict=True)):
            yield from differences(one, other, f"{key}[{at}]")
    elif plain(expected) != named(found, expected):
        yield f"{key}: expected {plain(expected)}, found {shown(found)}"


def plain(expected: object) -> object:
    """A day as text, ``none`` as null."""
    if isinstance(expected, date):
        return expected.isoformat()
    return None if expected == "none" else expected


def named(found: Json, expected: object) -> Json:
    """A table by the word that names it, where a word is expected."""
    if isinstance(found, Mapping) and isinstance(expected, str):
        return next((found[name] for name in NAMED_BY if name in found), found)
    return found


def shown(found: Json) -> Json:
    """``found`` in few words."""
    return [named(item, "") for item in found] if isinstance(found, list) else named(found, "")


EVERY_DAY = [
    pytest.param(case, expectation, id=f"{case.name}-{expectation.on}")
    for case in CASES
    for expectation in case.expected
]


@pytest.mark.parametrize(("case", "expectation"), EVERY_DAY)
def test_the_case_is_answered_as_expected(case: Case, expectation: Expectation) -> None:
    found = answered(case, expectation.on)
    wrong = list(differences(expectation.answer, found, ""))
    assert not wrong, "\n".join(
        [f"{case.name}.toml, {expectation.on}: {case.about}", expectation.because, *wrong]
    )


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_order_in_which_facts_are_written_changes_nothing(case: Case) -> None:
    backwards = replace(
        case.facts,
        lines=case.facts.lines[::-1],
        tenders=tuple(replace(t, events=t.events[::-1]) for t in reversed(case.facts.tenders)),
    )
    for expectation in case.expected:
        assert answered(case, expectation.on, backwards) == answered(case, expectation.on)


def words(value: Json) -> Iterator[str]:
    """Every word in an expected answer, keys of conditions among them."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield key
            yield from words(inner)
    elif isinstance(value, Sequence) and not isinstance(value, str):
        for inner in value:
            yield from words(inner)
    elif isinstance(value, str):
        yield value


@pytest.mark.parametrize(
    "kind",
    [
        FlagKind,
        State,
        RefusalReason,
        RouteId,
        ConditionId,
        Stage,
        DeadlineKind,
        Consequence,
        Timing,
    ],
    ids=lambda kind: str(kind.__name__),
)
def test_every_word_of_the_answer_is_expected_in_some_case(kind: type[FlagKind]) -> None:
    said = {word for case in CASES for expectation in case.expected for word in words(expectation.answer)}
    assert set(kind) <= said


@pytest.mark.parametrize("kind", FlagKind)
def test_every_flag_has_a_case_with_a_day_on_which_it_holds_and_one_on_which_it_does_not(
    kind: FlagKind,
) -> None:
    def holds(case: Case) -> set[bool]:
        listed = [set(words(e.answer["flags"])) for e in case.expected if "flags" in e.answer]
        return {kind in kinds for kinds in listed}

    assert any(holds(case) == {True, False} for case in CASES)


def test_every_case_says_what_it_is_about_and_judges_at_least_one_day() -> None:
    for case in CASES:
        assert case.about.endswith((".", "?")), case.name
        assert case.expected, case.name
        assert all(expectation.answer for expectation in case.expected), case.name


def test_a_wrong_answer_is_told_by_key_with_what_was_expected_and_found() -> None:
    found = {"state": "covered", "flags": [{"kind": "stale", "since": "2026-05-31"}], "tender": None}
    expected = {"state": "none", "flags": ["stale", "overlap"], "tender": {"stage": "none"}, "staet": "none"}
    assert list(differences(expected, found, "")) == [
        "state: expected None, found covered",
        "flags: expected ['stale', 'overlap'], found ['stale']",
        "tender: expected {'stage': 'none'}, found None",
        "staet: no answer has such a key",
    ]


def test_a_misspelt_word_in_a_case_file_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "case.toml"
    file.write_text('about = "A line."\non = []\n[[line]]\nstart_on = 2026-01-01\nends_on = 2026-12-31\n')
    with pytest.raises(ValueError, match="ends_on"):
        read_case(file)
