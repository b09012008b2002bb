"""A file that was the wrong one is taken back for ten minutes: every register is what it was before it."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Engine, insert

from tests.office import Office
from tests.people import a_person, sign_in
from tests.web.conftest import Visit
from tests.web.reading import text_of
from tests.web.register import COVERED, ENDING, FAILED, NOW, STALLED, fill
from tests.web.test_import_pages import confirm, hand_over
from tracker.domain.acts import Act
from tracker.domain.errors import FileStays
from tracker.domain.people import Person
from tracker.domain.register import RegisterKind
from tracker.domain.roles import Role
from tracker.domain.vocabulary import Language
from tracker.services import importing, taking_back
from tracker.services.acting import Author
from tracker.services.exporting import ExportKind
from tracker.store import journal, people, registry
from tracker.store.case_tables import CASE_NOTE
from tracker.store.engine import reading, transaction
from tracker.store.scope import EVERYTHING, Scope

SCHOOLS, CONTRACTS, TENDERS, EVENTS = RegisterKind
HEAD, COLLEAGUE, ADMIN = a_person(Role.HEAD, "59"), a_person(Role.OFFICER, "59"), a_person(Role.ADMIN)
NEW = "990740000777"
"""A school that only a file brings."""

LATER = timedelta(seconds=1)

FILES = {
    "schools": (
        SCHOOLS,
        "school_id;name;region;district;services;Смена\n"
        f"{NEW};Жаңа мектеп;59;Петропавл;channel,cctv;2\n{COVERED};Басқа атау;59;Тайынша;cctv;1\n",
    ),
    "contracts": (
        CONTRACTS,
        "contract_number;school_id;start_on;end_on;amount\n"
        f"K-60;{FAILED};2027-01-01;2027-12-31;10,50\nK-1;{COVERED};2027-01-01;2027-01-10;1\n",
    ),
    "tenders": (
        TENDERS,
        f"tender_number;school_id;status;published_on;ended_on\nT-60;{COVERED};complete;2026-12-01;2026-12-30\n"
        f"T-2;{STALLED};cancelled;2026-12-14;2027-01-14\n",
    ),
    "tender-events": (
        EVENTS,
        "tender_number;event;on;note\nT-2;appeal;2027-01-12;шағым\nT-2;evaluation;2026-12-25;басқаша\n",
    ),
}  # fmt: skip
"""Each adds something and changes something."""


class Hers(Office):
    """An office where one person takes files in and back."""

    def person(self, person: Person = HEAD) -> Person:
        """Whoever acts, as the database has her."""
        sign_in(self.engine, person)
        with reading(self.engine) as session:
            number = people.number_of(session, person.email)
        assert number is not None
        return replace(person, id=number)

    def take(self, what: str | tuple[RegisterKind, str], person: Person = HEAD) -> int:
        """Take a file in and return the number of its recording."""
        kind, data = FILES[what] if isinstance(what, str) else what
        who = self.person(person)
        scope = Scope.of_person(who)
        with transaction(self.engine, seeing=scope) as session:
            found = importing.apply(
                session, scope, kind, data.encode(), filename="қате.csv", book=self.book, actor=who.mark,
                now=self.now, today=self.today, confirmed=True,
            )  # fmt: skip
            assert found.written, found.issues
            return registry.data_version(session)

    def back(self, seq: int, person: Person = HEAD, scope: Scope | None = None) -> None:
        """Take it back."""
        who = self.person(person)
        seen, author = scope or Scope.of_person(who), Author(who.mark, self.now)
        with transaction(self.engine, seeing=seen) as session:
            taking_back.take_back(session, author, seen, who, seq, today=self.today, book=self.book)

    def stays(self, seq: int, person: Person = HEAD, scope: Scope | None = None) -> object:
        """Why it stays, and nothing else became of it."""
        before = self.all()
        with pytest.raises(FileStays) as refused:
            self.back(seq, person, scope)
        assert self.all() == before
        return refused.value.details["reason"]

    def all(self) -> list[object]:
        """Every export, byte for byte, and what is judged of it."""
        files: list[object] = [self.export(kind, "csv") for kind in ExportKind]
        return [*files, self.stored(), [(flag.school_id, flag.kind, flag.since) for flag in self.flags()]]


@pytest.fixture
def hers(filled: Engine) -> Hers:
    return Hers(filled)


@pytest.mark.parametrize("what", FILES)
def test_every_register_is_what_it_was_before_the_file(hers: Hers, what: str) -> None:
    before, then = hers.all(), hers.now
    hers.now += LATER
    seq = hers.take(what)
    between, meanwhile = hers.all(), hers.now
    assert before != between
    hers.now += LATER
    hers.back(seq)
    assert hers.all() == before
    assert hers.differing() == ()
    kind = ExportKind(what)
    assert hers.export(kind, "csv", known=meanwhile) == between[list(ExportKind).index(kind)]
    assert hers.export(kind, "csv", known=then) == before[list(ExportKind).index(kind)]
    assert hers.stays(seq) == "again"


def test_two_hundred_rows_are_taken_back_on_each_database(engine: Engine) -> None:
    fill(engine)
    hers = Hers(engine)
    before = hers.all()
    rows = "".join(f"9907400{number:05};№ {number} мектеп;59\n" for number in range(1000, 1200))
    seq = hers.take((SCHOOLS, f"school_id;name;region\n{rows}{COVERED};Басқа атау;59\n"))
    assert len(hers.rows(SCHOOLS)) == 211
    hers.back(seq)
    assert hers.all() == before
    with reading(engine) as session:
        (entry,) = journal.entries(session, action=Act.IMPORT_TAKEN_BACK)
    told = [entry.details[name] for name in ("file", "removed", "restored", "recording")]
    assert (entry.subject, told) == ("schools", ["қате.csv", 200, 1, seq])


def test_of_two_files_the_later_is_taken_back_and_then_the_first(hers: Hers) -> None:
    before, first = hers.all(), hers.take("contracts")
    alone = hers.all()
    row = f"K-60;{FAILED};2027-01-01;2027-06-30\nK-61;{ENDING};2027-02-01;2027-12-31\n"
    second = hers.take((CONTRACTS, f"contract_number;school_id;start_on;end_on\n{row}"))
    assert hers.stays(first) == "changed"
    hers.back(second)
    assert hers.all() == alone
    hers.back(first)
    assert hers.all() == before


def test_a_file_stays_where_it_is_not_hers_too_old_beyond_her_or_something_rests_on_it(hers: Hers) -> None:
    seq = hers.take("schools")
    assert hers.stays(seq, COLLEAGUE) == "other"
    assert hers.stays(1) == "other"
    assert hers.stays(seq, scope=Scope.of("71")) == "region"
    hers.now += timedelta(minutes=10, seconds=1)
    assert hers.stays(seq) == "over"
    hers.now -= timedelta(minutes=5)
    rests = hers.take((TENDERS, f"tender_number;school_id;status\nT-70;{NEW};active\n"), ADMIN)
    assert hers.stays(seq) == "named"
    hers.back(rests, ADMIN)
    note = {"school_id": NEW, "person_id": 1, "text": "жаңа", "is_pinned": False, "made_at": NOW}
    with transaction(hers.engine, seeing=EVERYTHING) as session:
        session.execute(insert(CASE_NOTE).values(note))
    assert hers.stays(seq) == "named"


def test_a_purchase_with_later_events_stays(hers: Hers) -> None:
    seq = hers.take("tenders")
    event = hers.take((EVENTS, "tender_number;event;on\nT-60;bids;2026-12-01\n"))
    assert hers.stays(seq) == "named"
    hers.back(event)
    hers.back(seq)


@pytest.mark.parametrize("language", [Language.KK, Language.RU])
def test_the_page_after_the_file_offers_it_and_tells_what_came_of_it(
    filled: Engine, visit: Visit, language: Language
) -> None:
    client = visit(filled, language, person=HEAD)
    before = shown_of(client.get(f"/schools/{FAILED}").text)
    page = confirm(client, hand_over(client, FILES["contracts"][1], "contracts", "қате.csv"), confirmed="1")
    which = number_in(page.text)
    assert number_in(client.get("/imports").text) == which
    other = visit(filled, language, person=COLLEAGUE)
    assert 'name="which"' not in other.get("/imports").text
    answer = client.post("/imports/undo", data={"which": which})
    assert "notice-done" in answer.text
    assert 'name="which"' not in answer.text
    assert 'class="tag"' in answer.text
    assert "қате.csv" in text_of(answer.text)
    assert shown_of(client.get(f"/schools/{FAILED}").text) == before
    assert "қате.csv" in client.get(f"/schools/{COVERED}").text  # where its facts come from now
    again = client.post("/imports/undo", data={"which": which})
    assert (again.status_code, "notice-stop" in again.text) == (409, True)
    for wrong in ("", "x", "²", "9" * 30):
        assert client.post("/imports/undo", data={"which": wrong}).status_code == 409


def shown_of(html: str) -> list[str]:
    """The contracts that a page of a school names."""
    return sorted(set(re.findall(r"K-\d+", html)))


def number_in(html: str) -> str:
    """What the button names."""
    (found,) = re.findall(r'action="/imports/undo".*?name="which" value="(\d+)"', html, re.DOTALL)
    return str(found)
