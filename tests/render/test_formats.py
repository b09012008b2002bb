"""Days, numbers and shares as people of each language write them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from tracker.clock import LEGAL_ZONE
from tracker.domain.vocabulary import Language
from tracker.render.catalogs import load_catalogs
from tracker.render.formats import NO_BREAK, Formats, school_name

CATALOGS = load_catalogs()
NEW_YEAR = date(2027, 1, 1)


def formats(language: Language) -> Formats:
    return Formats(CATALOGS[language], LEGAL_ZONE)


@pytest.mark.parametrize(
    ("language", "long", "since", "until"),
    [
        (Language.KK, "2027 ж. 1 қаңтар", "2027 ж. 1 қаңтардан", "2027 ж. 1 қаңтарға"),
        (Language.RU, "1 января 2027 г.", "1 января 2027 г.", "1 января 2027 г."),
        (Language.EN, "1 January 2027", "1 January 2027", "1 January 2027"),
    ],
)
def test_a_day_is_written_as_its_language_does(language: Language, long: str, since: str, until: str) -> None:
    written = formats(language)
    assert written.long(NEW_YEAR).replace(NO_BREAK, " ").replace("\u202f", " ") == long
    assert written.since(NEW_YEAR) == since
    assert written.until(NEW_YEAR) == until
    assert written.short(NEW_YEAR) == "01.01.2027"


def test_a_sentence_that_ends_with_a_year_has_one_full_stop() -> None:
    said = CATALOGS[Language.RU].say("purchase.done.forecast", on=formats(Language.RU).long(NEW_YEAR))
    assert said.endswith("г.")
    assert ".." not in said


def test_kazakh_months_take_the_endings_of_their_own_sounds() -> None:
    kazakh = formats(Language.KK)
    starts = [kazakh.since(date(2027, month, 1)).split()[-1] for month in (2, 4, 9, 10)]
    assert starts == ["ақпаннан", "сәуірден", "қыркүйектен", "қазаннан"]
    assert kazakh.until(date(2027, 7, 31)).endswith("шілдеге")


def test_a_moment_is_told_in_legal_time() -> None:
    assert formats(Language.RU).moment(datetime(2026, 12, 31, 20, 30, tzinfo=UTC)) == "01.01.2027 01:30"


@pytest.mark.parametrize(
    ("part", "whole", "shown"),
    [(4360, 6936, "62,9"), (91, 373, "24,4"), (0, 5, "0,0"), (5, 5, "100,0"), (1, 2000, "0,1")],
)
def test_a_share_has_one_decimal_and_is_rounded_half_up(part: int, whole: int, shown: str) -> None:
    assert formats(Language.RU).percent(part, whole) == f"{shown}{NO_BREAK}%"


def test_a_share_of_nothing_is_a_dash() -> None:
    assert formats(Language.KK).percent(0, 0) == "–"


def test_money_has_its_currency() -> None:
    assert formats(Language.RU).money(Decimal("2162500"), "KZT").replace(NO_BREAK, " ") == "2 162 500,00 ₸"
    assert formats(Language.EN).money(Decimal("10.5"), "USD").replace(NO_BREAK, " ") == "10.50 USD"


def test_a_school_is_named_in_the_readers_language_where_it_can_be() -> None:
    names = ("№ 1 мектеп", "Школа № 1", "School 1")
    assert [school_name(names, language) for language in Language] == list(names)
    assert school_name((None, None, "School 1"), Language.KK) == "School 1"
