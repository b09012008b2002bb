"""The routes of the server, with what to put into their addresses and forms: of A, of B and of nobody."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import Engine, select, update
from sqlalchemy.orm import Session

from tests.people import a_person, sign_in
from tests.regions.country import BIN_B, CONTRACT_A, CONTRACT_B, SCHOOL_A, SCHOOL_B, TENDER_A, TENDER_B, A, B
from tests.regions.crowd import HEAD_B
from tests.regions.work import FILE_B
from tests.web.register import NOW
from tracker.clock import legal_day
from tracker.domain.decision_records import Tick
from tracker.domain.drafts import GivenName
from tracker.domain.enclosures import FileKind, NewFile
from tracker.domain.people import Person
from tracker.domain.register import RegisterKind
from tracker.domain.roles import Role
from tracker.domain.vocabulary import ConditionId, RouteId, Service
from tracker.services import deciding
from tracker.services.acting import Author
from tracker.services.deciding import Wanted
from tracker.services.evaluating import Book
from tracker.services.proposing import standing_for
from tracker.store import deciding as deciding_store
from tracker.store import enclosures, givens, people, uploads
from tracker.store.decision_tables import DECISION, DECISION_LINE
from tracker.store.engine import reading, transaction
from tracker.store.report_tables import SCHOOL_ASK
from tracker.store.scope import EVERYTHING

OF_A, OF_B, OF_NOBODY = "of A", "of B", "of nobody"
FILE_A = f"school_id;name;region\n{SCHOOL_A};Name;{A}\n".encode()


@dataclass
class Keys:
    """What stands in an address for each of A, B and nobody, by the place of the route that it fills."""

    engine: Engine
    _made: dict[str, dict[str, str]] = field(default_factory=dict)

    def path(self, route: str, whose: str, owner: Person | None) -> str:
        """The address of a route; raises ``LookupError`` for a place that this module does not know."""
        for place, values in self._places(route, owner).items():
            route = route.replace(place, values[whose])
        if "{" in route:
            raise LookupError(f"{route}: tell the matrix what stands here")
        return route

    def _places(self, route: str, owner: Person | None) -> dict[str, dict[str, str]]:
        if route.startswith("/people/{number}"):
            return {"{number}": self._people()}
        if route.startswith("/decisions/{number}"):
            return {"{number}": self._decisions()}
        if route.startswith("/imports/{token}"):
            return {"{token}": self._files(owner)}
        number = (
            (CONTRACT_A, CONTRACT_B, "K-9999") if "contracts" in route else (TENDER_A, TENDER_B, "T-9999")
        )
        return {
            "{school_id:path}": dict(
                zip((OF_A, OF_B, OF_NOBODY), (SCHOOL_A, SCHOOL_B, "990740009999"), strict=True)
            ),
            "{number:path}": dict(zip((OF_A, OF_B, OF_NOBODY), number, strict=True)),
            "{secret}": dict.fromkeys((OF_A, OF_B, OF_NOBODY), "x" * 43),
            "{key}": {OF_A: "x" * 43, OF_B: self._link(), OF_NOBODY: "y" * 43},
        }

    def decision_of_b(self) -> str:
        """The number of a decision that the others must not know."""
        return self._decisions()[OF_B]

    def _people(self) -> dict[str, str]:
        if "people" not in self._made:
            found = {whose: str(number_of(self.engine, person)) for whose, person in TARGETS.items()}
            self._made["people"] = {**found, OF_NOBODY: "999999"}
        return self._made["people"]

    def _decisions(self) -> dict[str, str]:
        if "decisions" not in self._made:
            of_a = decision_on(self.engine, SCHOOL_A, TARGETS[OF_A], "asked for")
            of_b = decision_on(self.engine, SCHOOL_B, TARGETS[OF_B], "CANARY-reason")
            self._state(of_b)
            self._made["decisions"] = {OF_A: str(of_a), OF_B: str(of_b), OF_NOBODY: "999999"}
        return self._made["decisions"]

    def _state(self, of_b: int) -> None:
        """What somebody of B stated for the papers of its decision, and confirmed of it."""
        person = number_of(self.engine, TARGETS[OF_B])
        with transaction(self.engine, seeing=EVERYTHING) as session:
            state(session, of_b, person)

    def _link(self) -> str:
        """All that the database knows of the living link to the school of B, which is not the link."""
        ask = SCHOOL_ASK.c
        with reading(self.engine, seeing=EVERYTHING) as session:
            living = select(ask.secret_hash).where(ask.school_id == SCHOOL_B, ask.answered_at.is_(None))
            return str(session.scalars(living.order_by(ask.id)).first())  # others of the crowd may add some

    def _files(self, owner: Person | None) -> dict[str, str]:
        own = self._file(owner, FILE_A) if owner else "-" * 32
        return {OF_A: own, OF_B: self._file(HEAD_B, FILE_B), OF_NOBODY: "x" * 32}

    def _file(self, owner: Person, data: bytes) -> str:
        number = number_of(self.engine, owner)
        with transaction(self.engine, seeing=EVERYTHING) as session:
            return uploads.keep(
                session, RegisterKind.SCHOOLS, data, filename=f"{owner.name}.csv", at=NOW, person_id=number
            )


TARGETS = {OF_A: a_person(Role.HEAD, A, name="target-a"), OF_B: a_person(Role.HEAD, B, name="canary-target")}
"""People whom an administrator's request is about."""


def number_of(engine: Engine, person: Person) -> int:
    """The number of somebody, who is written down first where she is not yet."""
    with transaction(engine) as session:
        found = people.number_of(session, person.email)
    if found is None:
        sign_in(engine, person)
        return number_of(engine, person)
    return found


def state(session: Session, decision: int, person_id: int) -> None:
    """Say whatever can be said of a decision of B: stated, stated otherwise, confirmed, proved, decided."""
    for word in ("CANARY-before", "CANARY"):
        said = {name: f"{word}-{name}" for name in GivenName}
        givens.give(session, decision, BIN_B, said, person_id=person_id, at=NOW)
    tick = Tick(ConditionId.HEAD_DECISION, person_id, "", NOW, "CANARY-tick", "CANARY-attachment")
    deciding_store.tick(session, decision, tick)
    enclose(session, decision, person_id)
    today, row, number = legal_day(NOW), DECISION.c, "CANARY-signed"
    days = {"signed_on": today, "signed_from": today, "signed_until": today}
    said_last = update(DECISION).where(row.number == decision)
    session.execute(said_last.values(verdict_reason="CANARY-verdict", signed_number=number, **days))
    lines = DECISION_LINE.c.decision_number == decision
    session.execute(update(DECISION_LINE).where(lines).values(signed_number=number))


def enclose(session: Session, decision: int, person_id: int) -> None:
    """Keep a file of a decision of B, of which nothing is to be read elsewhere."""
    file = NewFile("CANARY-enclosure", b"CANARY-content")
    enclosures.enclose(
        session, decision, ConditionId.HEAD_DECISION, file,
        kind=FileKind.PDF, name=file.name, person_id=person_id, at=NOW,
    )  # fmt: skip


def decision_on(engine: Engine, school_id: str, drafter: Person, reason: str) -> int:
    """The number of the decision that is open for a school's channel; drafted first where there is none."""
    person, key = replace(drafter, id=number_of(engine, drafter)), (school_id, Service.CHANNEL)
    author, book = Author(person.mark, NOW), Book.load()
    wanted = Wanted(route=RouteId.SINGLE_SOURCE, reason=reason)
    with transaction(engine, seeing=EVERYTHING) as session:
        deciding.draft(session, author, person, [key], wanted, book=book, on=legal_day(NOW))
        return standing_for(session, EVERYTHING)[key].number


def hold_of(school_id: str) -> dict[str, str]:
    """The form that takes up the end of cover of a school."""
    identity = json.dumps([school_id, "channel"])
    asked = {"school_id": school_id, "service": "channel", "kind": "cover_end", "identity": identity}
    return {**asked, "hold": "acknowledged", "reason": "signed soon"}


def leads_of(number: str) -> dict[str, str]:
    """The form that gives a contract leads of its own."""
    return {"contract": number, "plain": "30, 7", "unless": "", "reason": "asked for", "deed": "keep"}


def correction_of(school_id: str, number: str) -> dict[str, str]:
    """The form that corrects a contract line; what it saw is of no fact."""
    said = {"kind": "contracts", "school_id": school_id, "number": number, "service": "channel"}
    return {**said, "seen": "x", "reason": "asked for", "value_end_on": "2027-01-31"}


BOTH = (SCHOOL_A, SCHOOL_B)


def step_of(school_id: str) -> dict[str, str]:
    """The form that answers the question of a purchase; what it saw is of no fact."""
    return {"deed": "record", "school_id": school_id, "day": "2027-01-15", "number": "T-9", "seen": "x"}


def case_of(deed: str, school_id: str) -> dict[str, str]:
    """The form that does one thing with the case of a school."""
    return {"school_id": school_id, "deed": deed}


FORMS: dict[str, list[dict[str, Any]]] = {
    "/reports/print": [{"data": {"kind": "weekly", "format": "csv"}}],
    "/asks": [{"data": {"school_id": SCHOOL_A}}, {"data": {"school_id": SCHOOL_B}}],
    "/asks/settle": [{"data": {"number": "1", "deed": deed}} for deed in ("reject", "accept")],
    "/reports/again": [{"data": {"number": "1", "format": "csv"}}],
    "/queue/views/forget": [{"data": {"number": "1"}}],
    "/reports/quality/confirm": [{"data": {"school_id": SCHOOL_A}}, {"data": {"school_id": SCHOOL_B}}],
    "/corrections": [
        {"data": correction_of(SCHOOL_A, CONTRACT_A)},
        {"data": correction_of(SCHOOL_B, CONTRACT_B)},
    ],
    "/purchases": [{"data": step_of(school)} for school in BOTH],
    "/cliff/ask": [
        {"data": {"pick": f"channel:{SCHOOL_A}", "begin_by": "2027-01-22"}},
        {"data": {"pick": f"channel:{SCHOOL_B}", "begin_by": "2027-01-22"}},
    ],
    "/exports/queue": [{"data": {"format": "csv"}}, {"data": {"format": "xlsx"}}],
    "/exports/documents": [
        {"data": {"numbers": "1"}},
        {"data": {"numbers": "2"}},
        {"data": {"numbers": "1 2"}},
    ],
    "/decisions/{number}/documents": [
        {"data": {"format": "zip"}},
        {"data": {"format": "docx", "paper": "agreement"}},
    ],
    "/decisions/{number}/documents/facts": [{"data": {"head": "Director", "buyer_kk": "Customer"}}],
    "/decisions/{number}/enclosures": [{"data": {"enclosure": "1"}}],
    "/decisions/{number}/enclosures/back": [{"data": {"enclosure": "1", "revision": "9"}}],
    "/exports/schools": [{"data": {"format": "csv"}}, {"data": {"format": "xlsx"}}],
    "/journal/export": [{"data": {"format": "csv"}}, {"data": {"format": "xlsx"}}],
    "/deadlines/hold": [{"data": hold_of(SCHOOL_A)}, {"data": hold_of(SCHOOL_B)}],
    "/deadlines/put-off": [
        {"data": {"line": json.dumps([school, "channel", "cover_end", school, "channel"]), "reason": "soon"}}
        for school in BOTH
    ],
    "/asks/many": [{"data": {"need": f"channel {school}", "sure": "1"}} for school in BOTH],
    "/reminders/leads": [{"data": leads_of(CONTRACT_A)}, {"data": leads_of(CONTRACT_B)}],
    "/decisions/{number}": [{"data": {"deed": "withdraw", "revision": "9"}}],
    "/decisions/{number}/verdict": [{"data": {"deed": "approve", "reason": "checked", "revision": "9"}}],
    "/suggestions": [{"data": {"need": f"channel {school}"}} for school in (SCHOOL_A, SCHOOL_B)],
    "/suggestions/drafts": [{"data": {"need": f"channel {school}"}} for school in (SCHOOL_A, SCHOOL_B)],
    "/suggestions/approving": [{"data": {"decision": f"{number}:1"}} for number in (1, 2)],
    "/suggestions/approvals": [
        {"data": {"decision": f"{number}:1", "reason": "checked"}} for number in (1, 2)
    ],
    "/cases": [{"data": case_of(deed, school)} for deed in ("give", "look", "see") for school in BOTH],
    "/cases/notes": [{"data": {"school_id": school, "text": "read this"}} for school in BOTH],
    "/cases/tasks": [
        {"data": {"school_id": school, "text": "do", "to": "1", "due_on": "2027-01-22", "key": "k" * 22}}
        for school in BOTH
    ],
    "/cases/notes/pin": [{"data": {"number": "1", "is_pinned": "1"}}],
    "/queue/assign": [
        {"data": {"need": [f"channel {school}" for school in BOTH]}},
        {"data": {"case": [f"0 {school}" for school in BOTH], "to": "1"}},
    ],
    "/imports/undo": [{"data": {"which": str(number)}} for number in (1, 2)],
    "/queue/views": [{"data": {"name": "mine", "query": "mine=1"}}],
    "/imports": [
        {"data": {"kind": "schools"}, "files": {"file": ("a.csv", FILE_A)}},
        {
            "data": {"kind": "schools"},
            "files": {"file": ("b.csv", f"school_id;name\n{SCHOOL_B};X\n".encode())},
        },
    ],
}
"""What is sent to routes that take more than an empty form; the first of all that is kept is of B."""

NAMES = ((SCHOOL_A, SCHOOL_B, "990740009999"), (CONTRACT_A, CONTRACT_B, "K-9999"))
"""What forms name: of A, of B and of nobody."""

NUMBERS = ("number", "numbers", "decision", "enclosure", "to")
"""Fields that name something by its number, where that is not the number of a contract or tender."""


def naming(decision_of_b: str) -> Iterator[tuple[str, str, dict[str, Any], dict[str, Any]]]:
    """Each field of each form that names something: its route and name, the form with B's and nobody's."""
    of_b = dict.fromkeys(NUMBERS, "1") | {"numbers": decision_of_b, "decision": f"{decision_of_b}:1"}
    of_nobody = dict.fromkeys(NUMBERS, "999999") | {"decision": "999999:1"}
    for route, forms in FORMS.items():
        merged = {name: value for form in reversed(forms) for name, value in form.get("data", {}).items()}
        for name, value in merged.items():
            of_a = value[0] if isinstance(value, list) else value
            if name in NUMBERS and of_a[:1].isdigit():
                yield (route, name, *(merged | {name: each[name]} for each in (of_b, of_nobody)))
            for own, foreign, nobody in NAMES:
                if own in of_a:
                    turned = (of_a.replace(own, each) for each in (foreign, nobody))
                    yield (route, name, *(merged | {name: each} for each in turned))
