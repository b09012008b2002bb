"""Lists: cut to the reader's regions, in alphabetical order, found in Kazakh and in Russian."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from types import ModuleType

import pytest
from sqlalchemy import Engine

from tests.store.rows import MOMENT, day, record
from tests.store.test_facts import a_country
from tracker.domain.errors import NotFound
from tracker.domain.register import ContractRow, RegisterKind, SchoolRow, TenderEventRow, TenderRow
from tracker.domain.vocabulary import TenderEventKind, TenderStatus
from tracker.store import (
    assessments,
    cases,
    decisions,
    enclosures,
    facts,
    flags,
    givens,
    journal,
    references,
    registry,
    suppliers,
)
from tracker.store.engine import reading, transaction
from tracker.store.scope import EVERYTHING, Scope

READING_SIDE = (
    registry, references, facts, assessments, flags, decisions, enclosures, suppliers, givens, cases,
)  # fmt: skip
WITHOUT_SCHOOLS = {
    "recordings": "who took in what, without what it was",
    "data_version": "two numbers for caches",
    "load_overrides": "the calendar is the same for all",
    "override_changes": "when the calendar changed, which is the same for all",
    "tender_histories": "lengths of stages in the whole country",
    "due_needs": "for the evaluation, which judges all",
    "mark_due": "for imports, which name what they changed",
    "store_assessments": "for the evaluation",
    "retire_needs": "for the evaluation",
    "forget": "for the evaluation",
    "settle_flags": "for the evaluation",
    "count_needs": "numbers, for the evaluation and for papers",
    "enclose": "writes a file of one decision",
    "take_back": "writes of one file that it counts no more",
    "count_enclosures": "a number, for whoever may act on the decision",
    "give": "writes what is stated of one decision",
    "next_moment": "one moment, for the next recording",
    "is_empty": "yes or no",
    "is_demo": "yes or no",
}
"""What takes a session and no scope, and why that tells nobody about a foreign school."""

OURS = (
    SchoolRow("A", "Біздің мектеп", region="10"),
    ContractRow("C-A", "A", day("2026-01-01"), end_on=day("2026-12-31")),
    TenderRow("T-A", "A", TenderStatus.ACTIVE),
    TenderEventRow("T-A", TenderEventKind.BIDS, day("2026-10-01")),
)
THEIRS = (
    SchoolRow("B", "CANARY біздің емес мектеп", region="11", address="CANARY"),
    ContractRow("C-B", "B", day("2026-01-01"), end_on=day("2026-12-31"), supplier_name="CANARY"),
    TenderRow("T-B", "B", TenderStatus.ACTIVE, title="CANARY"),
    TenderEventRow("T-B", TenderEventKind.BIDS, day("2026-10-01"), note="CANARY"),
)
NOWHERE = SchoolRow("N", "CANARY өңірсіз мектеп")


def functions(module: ModuleType) -> dict[str, Callable[..., object]]:
    """The public functions that are written in a module."""
    return {
        name: function
        for name, function in vars(module).items()
        if inspect.isfunction(function)
        and function.__module__ == module.__name__
        and not name.startswith("_")
    }


LISTS = {
    name: function
    for module in READING_SIDE
    for name, function in functions(module).items()
    if "scope" in inspect.signature(function).parameters
}
ASKED: dict[str, object] = {
    "school_id": "B",
    "number": "T-B",
    "text": "мектеп",
    "school_ids": ["A", "B"],
    "schools": ["A", "B"],
    "numbers": ["T-A", "T-B"],
    "named": ["A", "B", "N"],
    "kind": RegisterKind.SCHOOLS,
    "decision": 1,
    "enclosure": 1,
    "note": 1,
    "decisions": [1, 2],
    "customers": ["1"],
    "contracts": ["C-A", "C-B"],
    "person_id": 1,
    "since": MOMENT,
    "on": day("2026-06-01"),
    "known_seq": None,
}
"""What is asked of a list that needs to be told: always also something foreign."""


def test_every_function_that_reads_has_a_scope_or_a_reason() -> None:
    for module in READING_SIDE:
        for name, function in functions(module).items():
            parameters = inspect.signature(function).parameters
            if "session" in parameters and name not in WITHOUT_SCHOOLS:
                assert list(parameters)[:2] == ["session", "scope"], f"{module.__name__}.{name}"


def shown(engine: Engine, name: str, **asked: object) -> str:
    """All that a function shows to a reader of region 10, or that it refuses."""
    function = LISTS[name]
    needed = {
        parameter.name: ASKED[parameter.name]
        for parameter in inspect.signature(function).parameters.values()
        if parameter.default is parameter.empty and parameter.name not in ("session", "scope")
    }
    with reading(engine) as session:
        try:
            return repr(function(session, Scope.of("10"), **{**needed, **asked}))
        except NotFound as error:
            return str(error)


def test_no_list_shows_anything_of_another_region(engine: Engine) -> None:
    record(engine, *OURS)
    alone = {name: shown(engine, name) for name in LISTS}
    record(engine, *THEIRS, NOWHERE)
    assert {name: shown(engine, name) for name in LISTS} == alone


def test_asking_for_something_foreign_by_its_name_is_like_asking_for_nothing(engine: Engine) -> None:
    record(engine, *OURS, *THEIRS, NOWHERE)
    for name, function in LISTS.items():
        for parameter in {"school_id", "number"} & inspect.signature(function).parameters.keys():
            nothing = shown(engine, name, **{parameter: "nobody"})
            for foreign in ("B", "C-B", "T-B", "N"):
                found = shown(engine, name, **{parameter: foreign})
                assert found.replace(foreign, "nobody") == nothing, f"{name}({parameter}={foreign})"


def test_a_foreign_school_and_no_school_are_not_found_alike(engine: Engine) -> None:
    record(engine, *OURS, *THEIRS, NOWHERE)
    with reading(engine) as session:
        assert registry.get_school(session, Scope.of("10"), "A") == OURS[0]
        for school_id in ("B", "N", "nobody", "\0", "\udcff", "a" * 10_000):
            with pytest.raises(NotFound):
                registry.get_school(session, Scope.of("10"), school_id)
        assert registry.get_school(session, EVERYTHING, "N") == NOWHERE


def test_a_school_that_moves_takes_its_history_along(engine: Engine) -> None:
    first = record(engine, *OURS)
    record(engine, SchoolRow("A", "Біздің мектеп", region="11"))
    with reading(engine) as session:
        assert registry.contract_rows(session, Scope.of("10"), known_seq=first) == ()
        assert registry.list_schools(session, Scope.of("10"), known_seq=first) == ()
        (school,) = registry.list_schools(session, Scope.of("11"), known_seq=first)
        assert school.region == "10"


def test_rows_are_found_by_school_and_by_number(engine: Engine) -> None:
    record(engine, *OURS, *THEIRS)
    with reading(engine) as session:
        for read, ours, theirs, number in (
            (registry.contract_rows, OURS[1], THEIRS[1], "C-A"),
            (registry.tender_rows, OURS[2], THEIRS[2], "T-A"),
            (registry.event_rows, OURS[3], THEIRS[3], "T-A"),
        ):
            assert read(session, EVERYTHING) == (ours, theirs)
            assert read(session, EVERYTHING, school_id="B") == (theirs,)
            assert read(session, EVERYTHING, number=number) == (ours,)
            assert read(session, EVERYTHING, number=number, school_id="B") == ()
            assert read(session, EVERYTHING, known_seq=0) == ()


NAMES = ["Ілбішін", "Ыбырай", "№ 12", "Ғани", "Әйтеке", "Абай", "№ 2", "Қажымұқан", "Карл", "Өскен", "Яблоня"]
IN_ORDER = [
    "№ 2",
    "№ 12",
    "Абай",
    "Әйтеке",
    "Ғани",
    "Карл",
    "Қажымұқан",
    "Өскен",
    "Ыбырай",
    "Ілбішін",
    "Яблоня",
]


def test_schools_stand_in_the_order_of_the_kazakh_alphabet(engine: Engine) -> None:
    record(engine, *(SchoolRow(f"S-{place}", name) for place, name in enumerate(NAMES)))
    with reading(engine) as session:
        assert [school.name for school in registry.list_schools(session, EVERYTHING)] == IN_ORDER


SEARCHED = (
    SchoolRow("S-1", "Қазақ гимназиясы", name_ru="Казахская гимназия", bin="990740001234"),
    SchoolRow("S-2", "100% мектеп", name_kk="Өскен_ұрпақ"),
    SchoolRow("S-3", "Школа «Ёлка» № 5"),
)


FOUND: list[tuple[str, set[str]]] = [
    ("қазақ", {"S-1"}),
    ("ҚАЗАҚ", {"S-1"}),
    ("казак", {"S-1"}),
    ("гимназия казахская", {"S-1"}),
    ("9907400", {"S-1"}),
    ("s-3", {"S-3"}),
    ("елка", {"S-3"}),
    ("оскен", {"S-2"}),
    ("100%", {"S-2"}),
    ("%", set()),
    ("_", set()),
    ("оскен_ұрпақ", {"S-2"}),
    ("н_ұ", {"S-2"}),
    ("с_ен", set()),
    ("с%ен", set()),
    ("\\", set()),
    ("'; drop table school; --", set()),
    ("", {"S-1", "S-2", "S-3"}),
    ("\0", set()),
    ("\ud83d", set()),
    ("м" * 5_000, set()),
]


def test_a_school_is_found_by_any_of_its_names_and_signs_are_never_wildcards(engine: Engine) -> None:
    record(engine, *SEARCHED)
    for text, found in FOUND:
        with reading(engine) as session:
            assert {row.school_id for row in registry.search_schools(session, EVERYTHING, text)} == found, (
                text
            )


def test_both_databases_list_the_same_in_the_same_order(both: list[Engine]) -> None:
    texts = set()
    for engine in both:
        record(engine, *a_country(5, 60))
        with reading(engine) as session:
            texts.add(
                repr(
                    [
                        registry.list_schools(session, EVERYTHING),
                        registry.contract_rows(session, Scope.of("10", "11")),
                        registry.tender_rows(session, EVERYTHING),
                        registry.event_rows(session, Scope.of("12")),
                        registry.search_schools(session, EVERYTHING, "а"),
                        registry.recordings(session),
                        registry.data_version(session),
                    ]
                )
            )
    assert len(texts) == 1


def test_the_data_version_moves_with_facts_and_not_with_the_journal(engine: Engine) -> None:
    def version() -> int:
        with reading(engine) as session:
            return registry.data_version(session)

    assert version() == 0
    record(engine, *OURS)
    assert version() == 1
    with transaction(engine) as session:
        journal.append(session, at=MOMENT, actor="head", action="approve", subject="A", detail={})
    assert version() == 1


def test_recordings_are_told_with_the_newest_first(engine: Engine) -> None:
    record(engine, *OURS)
    record(engine, *THEIRS)
    with reading(engine) as session:
        told = registry.recordings(session)
    assert [(each.seq, each.recorded_at, each.actor) for each in told] == [
        (2, MOMENT, "officer"),
        (1, MOMENT, "officer"),
    ]
