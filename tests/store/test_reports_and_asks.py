"""Printed reports and questions to schools are kept alike on both databases."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import Engine

from tests.store.rows import MOMENT, day, record
from tracker.domain.asking import LASTS, Channel, SchoolAnswer, Settled
from tracker.domain.register import SchoolRow
from tracker.domain.reports import ReportKind
from tracker.domain.vocabulary import Language, Service
from tracker.store import asks, reports
from tracker.store.engine import reading, transaction
from tracker.store.reports import Edition, Printed
from tracker.store.scope import EVERYTHING, Scope

SAID = SchoolAnswer(Channel.YES, "К-1", day("2027-01-01"), day("2027-12-31"), "Байланыс", "бәрі дұрыс")


def test_an_answer_is_taken_once_in_time_and_settled_once(engine: Engine) -> None:
    record(engine, SchoolRow("A", "Мектеп", region="10"), SchoolRow("B", "Басқа", region="11"))
    with transaction(engine, seeing=EVERYTHING) as session:
        secret, number = asks.add_ask(session, "A", Service.CHANNEL, actor="person:1", at=MOMENT)
        asks.add_ask(session, "B", Service.CHANNEL, actor="person:1", at=MOMENT)
        assert asks.ask_of_link(session, secret, now=MOMENT + LASTS) is None
        assert asks.take_answer(session, secret, SAID, at=MOMENT + LASTS) is None
        assert asks.take_answer(session, secret, SAID, at=MOMENT + timedelta(days=1)) == number
        assert asks.take_answer(session, secret, SAID, at=MOMENT + timedelta(days=1)) is None
    with reading(engine, seeing=Scope.of("10")) as session:
        (kept,) = asks.list_asks(session, Scope.of("10"), now=MOMENT)
        assert (kept.number, kept.answer) == (number, SAID)
        assert asks.get_ask(session, Scope.of("11"), number) is None
    with transaction(engine, seeing=EVERYTHING) as session:
        assert asks.settle(session, number, Settled.REJECTED, actor="person:2", at=MOMENT)
        assert not asks.settle(session, number, Settled.ACCEPTED, actor="person:2", at=MOMENT)


def test_a_printed_report_is_its_printers_and_keeps_its_edition(engine: Engine) -> None:
    edition = Edition("sha256:1", "policy = 1", "calendar = 1")
    printed = Printed(
        number=0, kind=ReportKind.WEEKLY, region=None, on=day("2027-01-15"), known=MOMENT,
        language=Language.KK, edition=edition.edition, digest="sha256:2", printed_by="person:1",
        printed_at=MOMENT,
    )  # fmt: skip
    with transaction(engine) as session:
        for _ in range(2):
            reports.keep_edition(session, edition, at=MOMENT)
        number = reports.keep(session, printed, EVERYTHING)
        assert reports.edition_of(session, "sha256:1") == edition
        region = Scope.of("10")
        assert [one.number for one in reports.list_printed(session, region, "person:1")] == [number]
        assert reports.list_printed(session, region, "person:2") == ()
        assert reports.printed(session, region, number, "person:2") is None
        assert reports.printed(session, EVERYTHING, number, "person:2") is not None
