"""Two pairs of eyes of one region, and short ways for them to decide."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy import Engine

from tests.people import a_person, sign_in
from tests.web.register import NOW
from tracker.clock import legal_day
from tracker.domain.decision_records import DecisionRecord
from tracker.domain.decisions import Agreed, Deed
from tracker.domain.people import Person
from tracker.domain.roles import Role
from tracker.domain.vocabulary import Service
from tracker.services import confirming, deciding, undoing
from tracker.services.acting import Author
from tracker.services.deciding import Row, Wanted
from tracker.services.evaluating import Book
from tracker.store import decisions, people
from tracker.store.engine import reading, transaction
from tracker.store.scope import EVERYTHING, Scope

TODAY = legal_day(NOW)
BOOK = Book.load()
REASON = "қорытындыға дейін"

REGIONS = {"dana": ("71",), "erlan": ("59", "71"), "farida": ("59", "71")}

JUSTIFIED = Wanted(reason=REASON)


@dataclass
class Office:
    """A database with people of region 59 (an officer, two reviewers), of region 71, and of both."""

    engine: Engine
    _known: dict[str, Person] = field(default_factory=dict)

    def person(self, name: str) -> Person:
        """Somebody by name: ``aigul`` (officer), ``asel`` and ``bolat`` (reviewers), ``dana`` (of 71).

        ``erlan`` and ``farida`` are reviewers of both regions.
        """
        if name not in self._known:
            role = {"aigul": Role.OFFICER, "dana": Role.HEAD}.get(name, Role.REVIEWER)
            given = a_person(role, *REGIONS.get(name, ("59",)), name=name)
            sign_in(self.engine, given)
            with transaction(self.engine) as session:
                number = people.number_of(session, given.email)
            assert number is not None
            self._known[name] = Person(number, given.email, given.name, role, reach=given.reach)
        return self._known[name]

    def author(self, name: str) -> Author:
        """The same as the journal names her."""
        return Author(self.person(name).mark, NOW)

    def draft(self, name: str, *schools: str, wanted: Wanted = JUSTIFIED) -> tuple[Row, ...]:
        """Draft for the channel of some schools."""
        person, keys = self.person(name), [(school, Service.CHANNEL) for school in schools]
        with transaction(self.engine, seeing=Scope.of_person(person)) as session:
            return deciding.draft(session, self.author(name), person, keys, wanted, book=BOOK, on=TODAY)

    def drafted(self, name: str, school: str, agreed: Agreed = Agreed.NOT_ASKED) -> DecisionRecord:
        """A draft with every condition confirmed."""
        (row,) = self.draft(name, school, wanted=Wanted(agreed, reason=REASON))
        assert row.number is not None, row.code
        self.confirm(name, row.number)
        return self.found(row.number)

    def confirm(self, name: str, number: int) -> None:
        """Confirm every condition of a draft that waits for it."""
        found, person = self.found(number), self.person(name)
        with transaction(self.engine, seeing=Scope.of_person(person)) as session:
            confirming.confirm(
                session,
                self.author(name),
                person,
                found.number,
                dict.fromkeys(found.missing, ("", "№ 5")),
                revision=found.revision,
            )

    def decide(self, name: str, number: int, deed: Deed, *, revision: int | None = None) -> None:
        """Do something to a decision, as it stands unless a revision is named."""
        person = self.person(name)
        seen = self.found(number).revision if revision is None else revision
        with transaction(self.engine, seeing=Scope.of_person(person)) as session:
            deciding.decide(session, self.author(name), person, number, deed, revision=seen, reason=REASON)

    def undo(self, name: str, number: int, *, late: timedelta = timedelta()) -> None:
        """Take back what was done last to a decision, as its page names it."""
        person, which = self.person(name), f"{number}:{self.found(number).revision}"
        author = Author(person.mark, NOW + late)
        with transaction(self.engine, seeing=EVERYTHING) as session:
            undoing.undo(session, author, person, which, today=TODAY, book=BOOK)

    def found(self, number: int) -> DecisionRecord:
        """A decision whole."""
        with reading(self.engine, seeing=EVERYTHING) as session:
            return decisions.get_decision(session, EVERYTHING, number)
