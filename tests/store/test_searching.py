"""Names are found with every kind of quote and dash, with № apart or joined, and in Latin letters."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from datetime import date
from functools import partial
from itertools import cycle
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import Engine

from tests.store.rows import record
from tracker.domain.alphabet import search_key
from tracker.domain.register import ContractRow, SchoolRow, TenderRow
from tracker.domain.vocabulary import TenderStatus
from tracker.store import migrate, registry
from tracker.store.engine import reading
from tracker.store.scope import EVERYTHING, Scope

BODIES = Path(__file__).parents[2].parent / "shared" / "data" / "kz-bodies" / "participants_bin.csv"
QUOTES = "\"'`´«»‹›“”„‟‘’‚‛❝❞〝〞〟＂＇ʼʻʺˮ″′"
DASHES = "-‐‑‒–—―−﹘﹣－⁃"
NUMBERS = ("№", "№ ", "№\u00a0", " № ", " #", " ")
NAMES = {
    "S-1": "«Нұрлы жол» мектебі",
    "S-2": "Школа-гимназия №15 имени Абая",
    "S-3": "Средняя школа № 15 «Бәйтерек»",
    "S-4": "Школа–лицей «Қыз Жібек – Төлеген»",
    "S-5": "Уральский объединённый лицей",
    "S-6": "IT School-лицей",
}


def exchanged(name: str, quote: str, dash: str, number: str) -> str:
    """The name with these signs in the places of its own."""
    signs = dict.fromkeys(QUOTES, quote) | dict.fromkeys(DASHES, dash)
    return "".join(signs.get(sign, sign) for sign in name).replace("№", number)


def every_spelling(name: str) -> Iterable[str]:
    """The name with each quote, each dash and each way to write the number sign."""
    yield from (exchanged(name, quote, "-", "№") for quote in QUOTES)
    yield from (exchanged(name, '"', dash, "№") for dash in DASHES)
    yield from (exchanged(name, '"', "-", number) for number in NUMBERS)


def found(engine: Engine, text: str, scope: Scope = EVERYTHING) -> set[str]:
    with reading(engine) as session:
        return {school.school_id for school in registry.search_schools(session, scope, text)}


def assert_finds(engine: Engine, texts: Iterable[str], *school_ids: str) -> None:
    """That each of the texts finds these schools and no others."""
    with reading(engine) as session:
        for text in texts:
            schools = registry.search_schools(session, EVERYTHING, text)
            assert {school.school_id for school in schools} == set(school_ids), text


@pytest.fixture
def named(engine: Engine) -> Engine:
    record(engine, *(SchoolRow(school_id, name) for school_id, name in NAMES.items()))
    return engine


def test_a_name_is_found_by_itself_with_every_quote_dash_and_number_sign(named: Engine) -> None:
    for school_id, name in NAMES.items():
        assert_finds(named, every_spelling(name.upper()), school_id)


def test_a_quoted_part_of_a_name_finds_it(named: Engine) -> None:
    assert_finds(named, (f"{quote}Нұрлы жол{quote}" for quote in ["", *QUOTES]), "S-1")


def test_a_number_is_found_with_its_sign_joined_apart_or_left_out(named: Engine) -> None:
    assert_finds(named, ["№15", "№ 15", "15", "15 №", "№№15"], "S-2", "S-3")


def test_a_name_with_a_dash_is_found_by_its_parts(named: Engine) -> None:
    texts = ["школа гимназия", "школа–гимназия", "школа — гимназия", "гимназия школа", "шко\u00adла-гимн"]
    assert_finds(named, texts, "S-2")


def test_a_number_with_a_dash_is_not_taken_apart(named: Engine) -> None:
    assert_finds(named, ["S-3", "s–3"], "S-3")
    assert_finds(named, ["15-3", "3-S"])


def test_letters_that_people_mix_up_find_the_name(named: Engine) -> None:
    texts = ["уральски\u0438\u0306", "объединенный", "обьединённыи", "лице\u0301й урал", "Уpaльский"]
    assert_finds(named, texts, "S-5")


def test_a_name_is_found_in_latin_letters(named: Engine) -> None:
    assert_finds(named, ["Nurly zhol", "«nurly» JOL mektebi", "Nūrlı jol"], "S-1")
    assert_finds(named, ["shkola 15", "shkola №15"], "S-2", "S-3")
    assert_finds(named, ["Shkola-gimnaziya", "gimnazia Abaya"], "S-2")
    assert_finds(named, ["Baiterek", "BAYTEREK", "Bäiterek", "“Baiterek” школа"], "S-3")
    assert_finds(named, ["Qyz Jibek", "«Kyz Zhibek – Tolegen»"], "S-4")
    assert_finds(named, ["Uralskiy litsey", "Uralsky", "Obedinyonnyy"], "S-5")
    assert_finds(named, ["IT", "it litsey"], "S-6")
    assert_finds(named, ["nobody", "Nurly most"])


def test_a_number_is_whole(engine: Engine) -> None:
    numbers = (1, 11, 15, 21, 101, 115)
    record(engine, *(SchoolRow(f"99074000{n:04}", f"Школа № {n}", name_kk=f"№{n} мектеп") for n in numbers))
    assert_finds(engine, ["школа №1", "№ 1", "1", "1 мектеп", "shkola 1"], "990740000001")
    assert_finds(engine, ["школа 15"], "990740000015")
    assert_finds(engine, ["990740000101", "40000101"], "990740000101")


def test_a_number_with_a_letter_is_found_by_its_number(engine: Engine) -> None:
    record(engine, SchoolRow("S-A", "Школа № 15А"), SchoolRow("S-B", "Школа № 151"))
    assert_finds(engine, ["школа 15", "15а"], "S-A")


def test_a_school_is_found_by_its_contract_its_tender_and_its_supplier(engine: Engine) -> None:
    line = partial(
        ContractRow,
        start_on=date(2027, 1, 1),
        supplier_bin="020340002199",
        supplier_name="ТОО «Байланыс Плюс»",
    )
    record(
        engine,
        SchoolRow("S-1", "Абай", region="10"),
        SchoolRow("S-2", "Әйтеке", region="11"),
        line("Д-17/2", "S-1"),
        line("K-18", "S-2"),
        TenderRow("12345-1", "S-2", TenderStatus.ACTIVE),
    )
    assert_finds(engine, ["Д-17/2", " д-17/2 "], "S-1")
    assert_finds(engine, ["k-18", "12345-1"], "S-2")
    assert_finds(engine, ["020340002199", "байланыс плюс", "«Байланыс»"], "S-1", "S-2")
    assert_finds(engine, ["K-1", "12345", "Плюс Нет"])
    assert found(engine, "байланыс", Scope.of("10")) == {"S-1"}
    assert found(engine, "K-18", Scope.of("10")) == set()


def test_signs_alone_name_no_school(named: Engine) -> None:
    assert_finds(named, ["«»", "№", "–", "%", "_", '"" - ""', "\u200b"])


def test_latin_letters_find_nothing_of_another_region(engine: Engine) -> None:
    record(engine, SchoolRow("A", "«Нұрлы жол»", region="10"), SchoolRow("B", "«Нұрлы жол»", region="11"))
    assert found(engine, "Nurly zhol", Scope.of("10")) == {"A"}


def test_an_older_database_is_searched_alike_after_it_was_migrated(named: Engine) -> None:
    def stored() -> dict[str, str]:
        with reading(named) as session:
            rows = session.connection().exec_driver_sql("SELECT school_id, search FROM school")
            return {row.school_id: row.search for row in rows}

    today = stored()
    with named.begin() as connection:
        command.downgrade(migrate.config(connection), "0003")
    assert stored()["S-1"] == "s-1\n«нурлы жол» мектеби"
    assert migrate.upgrade(named) is True
    assert stored().keys() == today.keys()
    for school_id, name in NAMES.items():
        assert found(named, exchanged(name, "“", "—", "№")) == {school_id}


@pytest.fixture(scope="module")
def bodies() -> dict[str, str]:
    """The names of real public bodies by BIN."""
    if not BODIES.is_file():
        pytest.skip("the names of real bodies are not beside this checkout")
    with BODIES.open(encoding="utf-8", newline="") as file:
        return {row["bin"]: row["name"] for row in csv.DictReader(file)}


def test_every_spelling_of_a_real_name_is_one_name(bodies: dict[str, str]) -> None:
    assert len(bodies) == 1_150
    for name in bodies.values():
        assert {search_key(text) for text in every_spelling(name)} == {search_key(name)}, name


def test_every_real_name_is_found_by_itself_with_its_signs_exchanged(
    engine: Engine, bodies: dict[str, str]
) -> None:
    record(engine, *(SchoolRow(bin, name, bin=bin) for bin, name in bodies.items()))
    signs = zip(cycle(QUOTES), cycle(DASHES), cycle(NUMBERS), strict=False)
    with reading(engine) as session:
        for (bin, name), (quote, dash, number) in zip(bodies.items(), signs, strict=False):
            text = exchanged(name, quote, dash, number)
            named = registry.search_schools(session, EVERYTHING, text)
            assert bin in {school.school_id for school in named}, text
