"""Asking officers to begin a purchase in time: many at once, each need judged by itself.

A request that stands is given another day or taken back likewise. What is shown before and what is done are
worked out alike: here nothing is written.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from sqlalchemy.orm import Session

from tracker.domain.errors import BeginRefused, NotAllowed
from tracker.domain.ladder import Ladder
from tracker.domain.messages import ChannelKind
from tracker.domain.people import Person
from tracker.domain.register import SchoolRow
from tracker.domain.roles import Action
from tracker.domain.vocabulary import Service
from tracker.services.evaluating import Book, NeedKey
from tracker.services.foregoing import End, Prospect, Prospects
from tracker.services.reminding import Audience, audience, open_ways
from tracker.store import begin_letters, begin_requests, ways
from tracker.store.begin_requests import BeginRequest
from tracker.store.scope import Scope

BEGIN = "begin"
"""The template of a message that asks for purchases to be begun."""

MOST = 500
"""Needs that are asked for at once."""


class Intent(StrEnum):
    """What is wanted of the needs that were picked: a request, another day for one, or none any more."""

    ASK = "ask"
    MOVE = "move"
    TAKE_BACK = "take_back"


class Fate(StrEnum):
    """What becomes of one need that was picked.

    ``nobody`` answers for its school but the asker herself; the officer whom the register names has
    ``no_account``, and no other officer answers for the school. The day is ``late`` that lies after the end
    of the cover: by then nothing can be begun in time.
    """

    ASKED = "asked"
    MOVED = "moved"
    TAKEN_BACK = "taken_back"
    ALREADY = "already"
    BEGUN = "begun"
    LATE = "late"
    NOT_ASKED = "not_asked"
    NOBODY = "nobody"
    NO_ACCOUNT = "no_account"
    GONE = "gone"


DONE = frozenset({Fate.ASKED, Fate.MOVED, Fate.TAKEN_BACK})
"""What is not left out."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What becomes of one need, and who is ``told`` of the day; ``before`` is what was asked of it already.

    ``found`` is None where nothing of hers that ends is called so; those who ``knew`` have the letter of the
    request that is moved or taken back.
    """

    key: NeedKey
    fate: Fate
    found: Prospect | None = None
    told: tuple[Person, ...] = ()
    before: BeginRequest | None = None
    knew: tuple[Person, ...] = ()

    @property
    def end(self) -> End | None:
        """The end of cover that it is about."""
        return None if self.found is None else self.found.end

    @property
    def released(self) -> tuple[Person, ...]:
        """Those who are told that they are asked no more."""
        return tuple(each for each in self.knew if each not in self.told)


@dataclass(frozen=True, slots=True)
class Wish:
    """Which needs are to be begun by when, as one person asks; no day counts where she takes that back."""

    keys: tuple[NeedKey, ...]
    begin_by: date
    intent: Intent = Intent.ASK


@dataclass(frozen=True, slots=True)
class Ground:
    """What a plan is made on: what lies ahead of her needs ``today``, the rules, the channels there are."""

    look: Prospects
    today: date
    book: Book
    by: Collection[ChannelKind]


def plan(session: Session, person: Person, wish: Wish, ground: Ground) -> tuple[Outcome, ...]:
    """What would become of each need; writes nothing.

    Raises :class:`NotAllowed`, and :class:`BeginRefused` for a day that is not ahead, no need at all, more
    than :data:`MOST`, and where the day is too late, or no request stands, for any of them.
    """
    if not person.may(Action.ASSIGN):
        raise NotAllowed
    if not wish.keys:
        raise BeginRefused(reason="nothing")
    if len(wish.keys) > MOST:
        raise BeginRefused(reason="many", most=MOST)
    if wish.begin_by <= ground.today and wish.intent is not Intent.TAKE_BACK:
        raise BeginRefused(reason="day")
    found = _Judge.of(session, person, wish, ground)
    outcomes = tuple(found.outcome(key) for key in dict.fromkeys(wish.keys))
    for fate in (Fate.LATE, Fate.NOT_ASKED):
        if all(one.fate is fate for one in outcomes):
            raise BeginRefused(reason=fate)
    return outcomes


@dataclass(frozen=True, slots=True)
class _Hearers:
    """Who may be told by somebody who asks: she does not ask herself."""

    people: tuple[Person, ...]
    ladder: Ladder
    addresses: frozenset[str]

    @classmethod
    def of(cls, who: Audience, asker: Person) -> _Hearers:
        people = tuple(each for each in who.people if each.id != asker.id)
        return cls(people, who.ladder(), frozenset(each.email.lower() for each in who.people))

    def of_school(self, school: SchoolRow) -> tuple[Fate, tuple[Person, ...]]:
        """What becomes of a need of a school that can be asked for, and who is told."""
        ranks, named = self.ladder.ranks(school), (school.officer_email or "").lower()
        if named and named not in self.addresses and not ranks[0]:
            return Fate.NO_ACCOUNT, ()
        told = self._among({each.person for each in next((rank for rank in ranks if rank), ())})
        return (Fate.ASKED if told else Fate.NOBODY), told

    def still(self, school: SchoolRow, knew: frozenset[int]) -> tuple[Person, ...]:
        """Those who were told of a school and still answer for it in one rank or another."""
        return self._among({each.person for rank in self.ladder.ranks(school) for each in rank} & knew)

    def _among(self, numbers: Collection[int]) -> tuple[Person, ...]:
        return tuple(person for person in self.people if person.id in numbers)


@dataclass(frozen=True, slots=True)
class _Judge:
    """What a wish is judged by: the ends ahead, what was asked of them, and who has the letters."""

    wish: Wish
    today: date
    ends: Mapping[NeedKey, Prospect]
    asked: Mapping[tuple[str, Service, date], BeginRequest]
    hearers: _Hearers
    knew: Mapping[BeginRequest, frozenset[int]]

    @classmethod
    def of(cls, session: Session, person: Person, wish: Wish, ground: Ground) -> _Judge:
        schools = {school_id for school_id, _ in wish.keys}
        asked = begin_requests.begin_requests(session, Scope.of_person(person), schools)
        knew = {}
        if wish.intent is not Intent.ASK:
            knew = dict(begin_letters.told_of(session, tuple(asked.values()), template=BEGIN))
        return cls(
            wish,
            ground.today,
            {found.key: found for found in ground.look.needs if found.end is not None},
            asked,
            _Hearers.of(audience(session, on=ground.today, book=ground.book, by=ground.by), person),
            knew,
        )

    def outcome(self, key: NeedKey) -> Outcome:
        """What becomes of one need."""
        found = self.ends.get(key)
        if found is None or found.end is None:
            return Outcome(key, Fate.GONE)
        if found.end.is_begun:
            return Outcome(key, Fate.BEGUN, found)
        before = self.asked.get((found.need.school.school_id, found.need.assessment.service, found.end.last))
        if self.wish.intent is Intent.ASK:
            return self._asked(key, found, found.end, before)
        if before is None or before.begin_by < self.today:
            return Outcome(key, Fate.NOT_ASKED, found)
        knew = self.hearers.still(found.need.school, self.knew[before])
        if self.wish.intent is Intent.TAKE_BACK:
            return Outcome(key, Fate.TAKEN_BACK, found, (), before, knew)
        return self._moved(key, found, found.end, before, knew)

    def _asked(self, key: NeedKey, found: Prospect, end: End, before: BeginRequest | None) -> Outcome:
        if before is not None and before.begin_by >= self.today:
            return Outcome(key, Fate.ALREADY, found, before=before)
        if self.wish.begin_by > end.last:
            return Outcome(key, Fate.LATE, found)
        fate, told = self.hearers.of_school(found.need.school)
        return Outcome(key, fate, found, told, before)

    def _moved(
        self, key: NeedKey, found: Prospect, end: End, before: BeginRequest, knew: tuple[Person, ...]
    ) -> Outcome:
        if before.begin_by == self.wish.begin_by:
            return Outcome(key, Fate.ALREADY, found, before=before)
        if self.wish.begin_by > end.last:
            return Outcome(key, Fate.LATE, found)
        fate, told = self.hearers.of_school(found.need.school)
        if fate is not Fate.ASKED:
            return Outcome(key, fate, found, before=before)
        return Outcome(key, Fate.MOVED, found, told, before, knew)


def hearing(outcomes: Iterable[Outcome]) -> Mapping[int, Person]:
    """The people to whom there is something to say, by number."""
    done = (one for one in outcomes if one.fate in DONE)
    return {person.id: person for one in done for person in (*one.told, *one.released)}


def reached(session: Session, outcomes: Iterable[Outcome], *, by: Collection[ChannelKind]) -> frozenset[int]:
    """The people who are told and to whom a letter goes by some way."""
    people = hearing(outcomes)
    own = ways.of_people(session, people)
    return frozenset(id for id, person in people.items() if open_ways(person, own.get(id, ()), by))


def seen_of(outcomes: Iterable[Outcome], wish: Wish, today: date) -> str:
    """A fingerprint of what a plan shows its reader: her own needs alone, and nothing of the country's."""
    told = [
        (one.key, one.fate, one.end, [each.id for each in (*one.told, *one.released)], one.before)
        for one in outcomes
    ]
    return hashlib.sha256(repr((today, wish.begin_by, told)).encode()).hexdigest()
