"""Sums, counts, words and texts as people write them."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from tests.feeds.files import codes, one_contract, read_text, rows_of
from tracker.domain.register import ContractRow, RegisterKind, SchoolRow, TenderRow
from tracker.domain.vocabulary import (
    ContractKind,
    ContractStatus,
    Method,
    Service,
    Stage,
    TenderEventKind,
    TenderStatus,
)
from tracker.feeds import words
from tracker.feeds.cells import CellRefused
from tracker.feeds.tables import Cell
from tracker.feeds.values import Reader, read_count, read_currency, read_email, read_money, read_name


@pytest.mark.parametrize(
    ("cell", "amount"),
    [
        ("1 234 567,89", "1234567.89"),
        ("1\u00a0234\u00a0567,89", "1234567.89"),
        ("1\u202f234\u202f567,89", "1234567.89"),
        ("1234567.89", "1234567.89"),
        ("1,234,567.89", "1234567.89"),
        ("1.234.567,89", "1234567.89"),
        ("1,234,567", "1234567.00"),
        ("1 234 567,89 ₸", "1234567.89"),
        ("1 234 567 тенге", "1234567.00"),
        ("12,5", "12.50"),
        ("1500000", "1500000.00"),
        ("0", "0.00"),
        ("0,125", "0.13"),
        (1234567.89, "1234567.89"),
        (1.12 * 3, "3.36"),
        (1500000.0, "1500000.00"),
        (1500000, "1500000.00"),
    ],
)
def test_a_sum_is_read(cell: Cell, amount: str) -> None:
    assert read_money(cell).value == Decimal(amount)


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("1,234", "ambiguous_number"),
        ("12.345", "ambiguous_number"),
        ("-5", "number_negative"),
        ("−5,00", "number_negative"),
        (-0.01, "number_negative"),
        ("1.2E+7", "number_unreadable"),
        ("1 234,56,78", "number_unreadable"),
        ("миллион", "number_unreadable"),
        ("NA", "number_unreadable"),
        ("1e400", "number_unreadable"),
        ("9" * 41, "number_unreadable"),
        ("9" * 16, "number_too_large"),
        (1e15, "number_too_large"),
        (float("nan"), "number_unreadable"),
        (float("inf"), "number_unreadable"),
        (True, "number_unreadable"),
        (timedelta(days=1), "number_unreadable"),
        ("NaN", "number_unreadable"),
        ("₸", "number_unreadable"),
    ],
)
def test_a_sum_that_could_be_two_or_none_is_refused(cell: Cell, code: str) -> None:
    with pytest.raises(CellRefused) as refused:
        read_money(cell)
    assert refused.value.code == code


@pytest.mark.parametrize(("cell", "count"), [("12", 12), (12.0, 12), ("1 200", 1200), ("0", 0), ("12,0", 12)])
def test_a_count_is_whole(cell: Cell, count: int) -> None:
    assert read_count(cell).value == count


@pytest.mark.parametrize(
    ("cell", "code"),
    [("12,5", "number_unreadable"), (12.5, "number_unreadable"), ("1000001", "number_too_large")],
)
def test_a_count_that_is_none_is_refused(cell: Cell, code: str) -> None:
    with pytest.raises(CellRefused) as refused:
        read_count(cell)
    assert refused.value.code == code


@pytest.mark.parametrize("text", ["KZT", "kzt", "тенге", "теңге", "₸"])
def test_the_tenge_is_known(text: str) -> None:
    assert read_currency(text).value == "KZT"


def test_a_currency_has_three_letters() -> None:
    assert read_currency("usd").value == "USD"
    for text in ("доллар", "US", "K2T"):
        with pytest.raises(CellRefused):
            read_currency(text)


@pytest.mark.parametrize(
    "text", ["a@b", "a b@c.kz", "a@b.kz,c@d.kz", "x\u00a0y", "a@b.kz\nBcc:c@d.kz", "<a@b.kz>"]
)
def test_what_is_not_one_address_is_refused(text: str) -> None:
    with pytest.raises(CellRefused):
        read_email(text)
    assert read_email("officer@example.org").value == "officer@example.org"


WORDS: list[tuple[Reader, str, object]] = [
    (words.one_of(words.CONTRACT_STATUSES), "Действует", ContractStatus.ACTIVE),
    (words.one_of(words.CONTRACT_STATUSES), "ACTIVE", ContractStatus.ACTIVE),
    (words.one_of(words.CONTRACT_STATUSES), "расторгнут", ContractStatus.TERMINATED),
    (words.one_of(words.CONTRACT_STATUSES), "исполнен", ContractStatus.PERFORMED),
    (words.one_of(words.CONTRACT_STATUSES), "срок истёк", ContractStatus.EXPIRED),
    (words.one_of(words.CONTRACT_STATUSES), "Шарттың мерзімі аяқталды", ContractStatus.EXPIRED),
    (words.one_of(words.CONTRACT_STATUSES), "Подписан", ContractStatus.PENDING),
    (words.one_of(words.CONTRACT_STATUSES), "Отменён", ContractStatus.CANCELLED),
    (words.one_of(words.CONTRACT_KINDS), "Продление", ContractKind.EXTENSION),
    (words.one_of(words.METHODS), "Открытый  конкурс", Method.OPEN_TENDER),
    (words.one_of(words.METHODS), "open tender", Method.OPEN_TENDER),
    (words.one_of(words.METHODS), "open_tender", Method.OPEN_TENDER),
    (words.one_of(words.METHODS), "ЗЦП", Method.PRICE_QUOTATION),
    (words.one_of(words.METHODS), "Из одного источника", Method.SINGLE_SOURCE),
    (words.one_of(words.METHODS), "бiр көзден", Method.SINGLE_SOURCE),  # with a Latin i, as the portal has it
    (
        words.one_of(words.METHODS),
        "Өткізілмеген мемлекеттік сатып алу бойынша бiр көзден сатып алу ",
        Method.AFTER_FAILURE,
    ),
    (words.one_of(words.TENDER_STATUSES), "не состоялась", TenderStatus.UNSUCCESSFUL),
    (words.one_of(words.STAGES), "Приём заявок", Stage.BIDS),
    (words.one_of(words.EVENTS), "Приостановлено", TenderEventKind.SUSPENDED),
    (words.one_of(words.EVENTS), "рассмотрение заявок", TenderEventKind.EVALUATION),
    (words.several_of(words.SERVICES), "охрана; channel, канал связи", (Service.CHANNEL, Service.GUARD)),
]


@pytest.mark.parametrize(("reader", "text", "member"), WORDS)
def test_a_word_of_people_or_of_the_portal_is_known(reader: Reader, text: str, member: object) -> None:
    assert reader(text).value == member


@pytest.mark.parametrize("status", ["Aktive", "изменен", "передан", "да", "NA", "-", "—", "1", "?", "нет"])
def test_an_unknown_status_is_never_active(status: str) -> None:
    parsed = one_contract("status", status)
    assert parsed.rows == ()
    (issue,) = parsed.issues
    assert (issue.code, issue.details) == ("unknown_value", (("allowed", ", ".join(ContractStatus)),))


def test_an_empty_status_is_the_default() -> None:
    (row,) = rows_of(one_contract("status", " "))
    assert isinstance(row, ContractRow)
    assert row.status is ContractStatus.ACTIVE


@pytest.mark.parametrize("nothing", ["", "-", "—", "–", "нет", "Нет", "жоқ"])
def test_nothing_is_not_stated_where_it_may_be(nothing: str) -> None:
    for column in ("end_on", "terminated_on", "supplier_bin", "amount", "tender_number"):
        parsed = one_contract(column, nothing)
        assert parsed.issues == ()
        assert getattr(rows_of(parsed)[0], column) is None


def test_a_word_may_be_a_name_but_a_dash_is_none() -> None:
    assert getattr(rows_of(one_contract("supplier_name", "нет"))[0], "supplier_name", "") == "нет"
    assert getattr(rows_of(one_contract("supplier_name", "—"))[0], "supplier_name", "") is None


def test_a_name_is_one_line_of_at_most_500_characters() -> None:
    assert read_name("  Мектеп\n№\u00a05 ").value == "Мектеп № 5"
    assert read_name(5.0).value == "5"
    with pytest.raises(CellRefused) as refused:
        read_name("a" * 501)
    assert refused.value.details == (("limit", "500"),)


def test_a_school_row_has_all_its_columns() -> None:
    text = (
        "school_id,name,bin,name_kk,name_ru,region,district,address,services,cameras,officer_email\n"
        "S-1,A,020340002199,А,Б,СКО,Айыртау,ул. Мира 1,channel;cctv,12,o@example.org\n"
    )
    assert rows_of(read_text(RegisterKind.SCHOOLS, text)) == [
        SchoolRow(
            "S-1",
            "A",
            bin="020340002199",
            name_kk="А",
            name_ru="Б",
            region="59",
            district="Айыртау",
            address="ул. Мира 1",
            services=(Service.CHANNEL, Service.CCTV),
            cameras=12,
            officer_email="o@example.org",
        )
    ]


def test_a_stage_without_its_day_is_told() -> None:
    text = "tender_number,school_id,status,stage\nT-1,S-1,active,bids\n"
    parsed = read_text(RegisterKind.TENDERS, text)
    assert rows_of(parsed) == [TenderRow("T-1", "S-1", TenderStatus.ACTIVE, stage=Stage.BIDS)]
    assert codes(parsed.notices) == ["stage_without_day"]
