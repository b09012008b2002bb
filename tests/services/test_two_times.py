"""What was known at a moment stays what it was: reports asked again are the same bytes (BIT-1, BIT-5)."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from shutil import copyfile

from tests.office import Office
from tests.store.rows import record
from tests.web.register import NOW, a_contract, a_school, day
from tracker.domain.days import LEGAL_ZONE, legal_day
from tracker.domain.register import RegisterKind, RegisterRow, TenderRow
from tracker.domain.reports import ReportKind
from tracker.domain.vocabulary import ContractStatus, Language, TenderStatus
from tracker.render.catalogs import load_words
from tracker.render.formats import Formats
from tracker.render.report_files import report_csv, tell
from tracker.services.exporting import ExportKind
from tracker.services.printing_reports import Wanted, make
from tracker.store import registry
from tracker.store.engine import make_engine, reading
from tracker.store.scope import EVERYTHING

IS_NIGHTLY = os.environ.get("NIGHTLY") == "true"
HISTORIES, INSTANTS = (1_000, 20) if IS_NIGHTLY else (20, 5)
SCHOOLS = ("990740001001", "990740001002", "990740001003")
BEGIN = datetime(2026, 9, 1, 4, tzinfo=UTC)
WORDS = load_words(Language.KK)
FORMATS = Formats(WORDS, LEGAL_ZONE)


class History:
    """Random recordings of three schools, each at a later moment than the one before."""

    def __init__(self, engine_url: str, seed: int) -> None:
        self.office = Office(make_engine(engine_url))
        self.chance = Random(seed)
        self.now = BEGIN
        record(self.office.engine, *(a_school(one, one[-1]) for one in SCHOOLS), at=self.now)

    def goes_on(self) -> None:
        """Somebody records something some hours later, or the next second."""
        self.now += timedelta(seconds=self.chance.choice((1, 3600 * self.chance.randint(1, 500))))
        record(self.office.engine, self._row(), at=self.now)

    def _row(self) -> RegisterRow:
        """A new fact, a correction of one, one that is void, or one that comes late."""
        school = self.chance.choice(SCHOOLS)
        number, days = f"K-{self.chance.randint(1, 3)}", self.chance.randint(-400, 200)
        start = legal_day(self.now) + timedelta(days=days)
        end = start + timedelta(days=self.chance.choice((10, 59, 364)))
        status = self.chance.choice((ContractStatus.ACTIVE, ContractStatus.ACTIVE, ContractStatus.CANCELLED))
        match self.chance.randint(0, 5):
            case 0:
                return TenderRow(f"T-{number}", school, TenderStatus.ACTIVE, published_on=start)
            case 1:
                return a_school(school, "қайта", region=self.chance.choice(("59", "71")), confirmed_on=start)
            case _:
                last = None if self.chance.random() < 0.1 else end.isoformat()
                return a_contract(number, school, start.isoformat(), last, status=status)

    def dump(self, instant: datetime, on_days: int, *, is_later: bool) -> tuple[bytes, bytes]:
        """The report and the list of needs: at the instant itself, or later as known at it."""
        on, known = legal_day(instant) + timedelta(days=on_days), instant if is_later else None
        wanted = Wanted(ReportKind.WEEKLY, None, on, known)
        with reading(self.office.engine, seeing=EVERYTHING) as session:
            made = make(session, EVERYTHING, wanted, now=instant, book=self.office.book)
        return report_csv(tell(made, WORDS, FORMATS)), self.office.export(
            ExportKind.NEEDS, "csv", on=on, known=known
        )


def test_bit_1_what_was_told_at_an_instant_is_told_of_it_for_ever(
    migrated_sqlite: Path, tmp_path: Path
) -> None:
    different = []
    for seed in range(HISTORIES):
        path = tmp_path / "history.db"
        copyfile(migrated_sqlite, path)
        history = History(f"sqlite:///{path}", seed)
        told = []
        for _ in range(INSTANTS):
            for _ in range(history.chance.randint(1, 2)):
                history.goes_on()
            instant = history.now + timedelta(milliseconds=history.chance.randint(1, 999))
            ahead = history.chance.choice((0, 0, -90, 60))
            told.append((instant, ahead, history.dump(instant, ahead, is_later=False)))
        different += [
            (seed, instant)
            for instant, ahead, then in told
            if history.dump(instant, ahead, is_later=True) != then
        ]
        history.office.engine.dispose()
    assert different == []


def test_bit_5_a_clock_that_goes_back_a_day_mixes_no_order_up(office: Office) -> None:
    header = "contract_number;school_id;start_on;end_on\n"
    record(office.engine, a_school(SCHOOLS[0], "Абай"), at=NOW - timedelta(days=2))
    for moment, end in ((NOW, "2027-06-30"), (NOW - timedelta(days=1), "2027-07-31"), (NOW, "2027-08-31")):
        office.now = moment
        assert office.take_in(RegisterKind.CONTRACTS, f"{header}K-1;{SCHOOLS[0]};2027-01-01;{end}\n").written
    with reading(office.engine, seeing=EVERYTHING) as session:
        recorded = registry.recordings(session)
        newest, *_ = registry.contract_rows(session, EVERYTHING, number="K-1")
    moments = [each.recorded_at for each in sorted(recorded, key=lambda each: each.seq)]
    assert moments == sorted(moments)
    assert newest.end_on == day("2027-08-31")
    assert "K-1" not in office.export(ExportKind.CONTRACTS, "csv", known=NOW - timedelta(hours=1)).decode(
        "utf-8-sig"
    )
