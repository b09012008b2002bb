"""What is asked of officers, moved or taken back is written down, and each of them owed one letter."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from tracker.domain.acts import Act
from tracker.domain.messages import ChannelKind
from tracker.domain.people import Person
from tracker.domain.quiet import deliver_at, quiet_hours
from tracker.domain.vocabulary import HARM, Consequence
from tracker.services.acting import Author
from tracker.services.beginning import BEGIN, DONE, Fate, Ground, Outcome, Wish, hearing, plan
from tracker.services.foregoing import End, Prospect
from tracker.services.reminding import open_ways
from tracker.services.retelling import WITHDRAWN
from tracker.store import begin_letters, begin_requests, outbox, ways
from tracker.store.begin_requests import BeginRequest
from tracker.store.outbox import Note

BEGIN_BACK = "begin_back"
"""The template of a message that takes back what its reader was asked to begin."""


@dataclass(frozen=True, slots=True)
class Done:
    """A need of which something is asked or taken back; ``gone`` is the request that stands no more."""

    one: Outcome
    found: Prospect
    end: End

    @property
    def gone(self) -> BeginRequest | None:
        """The request that was moved or taken back."""
        return None if self.one.fate is Fate.ASKED else self.one.before

    @property
    def is_asked(self) -> bool:
        """Whether the need is to be begun by the day of the wish."""
        return self.one.fate is not Fate.TAKEN_BACK

    def line(self, reader: Person) -> dict[str, object]:
        """What a letter says of it to somebody; the day before, if she was told of one."""
        school, before = self.found.need.school, self.gone if reader in self.one.knew else None
        said: dict[str, object] = {
            "school_id": school.school_id,
            "school": {"name": school.name, "name_kk": school.name_kk, "name_ru": school.name_ru},
            "service": self.found.need.assessment.service.value,
            "ends_on": self.end.last.isoformat(),
            "safe_start": self.end.safe_start.isoformat(),
        }
        return said if before is None else {**said, "before": before.begin_by.isoformat()}


def ask(session: Session, author: Author, person: Person, wish: Wish, ground: Ground) -> tuple[Outcome, ...]:
    """Do what was planned for each need; raises as :func:`beginning.plan` does.

    Of what is asked no more nothing is left in letters that are still to go; whoever has one is told once.
    """
    outcomes = plan(session, person, wish, ground)
    done = [Done(one, one.found, one.end) for one in outcomes if one.fate in DONE and one.found and one.end]
    gone = [each.gone for each in done if each.gone is not None]
    begin_letters.leave_out(session, gone, template=BEGIN, at=author.now, code=WITHDRAWN)
    begin_requests.take_back(session, gone)
    begin_requests.keep_requests(
        session, [_request(each, author, person, wish) for each in done if each.is_asked]
    )
    _owe(session, author, wish, ground, done)
    for each in done:
        _note(session, author, wish, each)
    return outcomes


def _request(each: Done, author: Author, person: Person, wish: Wish) -> BeginRequest:
    need, told = each.found.need, len(each.one.told)
    return BeginRequest(
        need.school.school_id,
        need.assessment.service,
        each.end.last,
        wish.begin_by,
        told,
        person.id,
        author.now,
    )


def _note(session: Session, author: Author, wish: Wish, each: Done) -> None:
    """What was moved was taken back and asked for anew."""
    acts = [(Act.BEGIN_TAKEN_BACK, each.gone.begin_by, each.one.knew)] if each.gone is not None else []
    if each.is_asked:
        acts.append((Act.BEGIN_ASKED, wish.begin_by, each.one.told))
    for act, begin_by, people in acts:
        author.note(
            session,
            act,
            f"school:{each.found.need.school.school_id}",
            service=each.found.need.assessment.service,
            ends_on=each.end.last.isoformat(),
            begin_by=begin_by.isoformat(),
            people=[person.mark for person in people],
        )


def _owe(session: Session, author: Author, wish: Wish, ground: Ground, done: Sequence[Done]) -> None:
    """One letter to each person by each of her ways about all that she is to begin, one about what not."""
    people = hearing(each.one for each in done)
    own = ways.of_people(session, people)
    quiet = quiet_hours(ground.book.policy, ground.today)
    due_on = wish.begin_by if wish.begin_by > ground.today else None
    not_before = deliver_at(author.now, due_on, quiet, ground.look.calendar)
    notes = [
        Note(
            _key(template, author.now, person, channel, way),
            person.id,
            channel,
            template,
            HARM[Consequence.GAP_OPENS],
            not_before,
            way,
            None,
            {"begin_by": wish.begin_by.isoformat(), "asked_by": author.actor, "lines": lines},
        )
        for person in people.values()
        for template, lines in _letters(person, done)
        for channel, way in open_ways(person, own.get(person.id, ()), ground.by)
    ]
    outbox.put(session, notes, at=author.now)


def _letters(person: Person, done: Sequence[Done]) -> Iterator[tuple[str, list[dict[str, object]]]]:
    to_begin = [each.line(person) for each in done if person in each.one.told]
    to_leave = [each.line(person) for each in done if person in each.one.released]
    yield from ((name, lines) for name, lines in ((BEGIN, to_begin), (BEGIN_BACK, to_leave)) if lines)


def _key(template: str, now: datetime, person: Person, channel: ChannelKind, way: int | None) -> str:
    """One for each act of asking: the same need is not asked for twice while its day has not passed."""
    return f"{template}:{now.isoformat()}:{person.id}:{channel}:{way or 0}"
