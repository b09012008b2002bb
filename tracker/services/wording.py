"""Putting messages of the outbox into words, for their reader, in her language, by the way they go."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from tracker.domain.days import legal_day
from tracker.domain.errors import NotFound
from tracker.domain.holds import HoldKind
from tracker.domain.messages import ChannelKind, Letter
from tracker.domain.people import Person
from tracker.domain.vocabulary import Language
from tracker.domain.withdrawing import Why
from tracker.render.alarm_letters import alarm
from tracker.render.answer_letters import answered
from tracker.render.begin_letters import begin, begin_back
from tracker.render.ended_letters import ended, held
from tracker.render.letters import Letters
from tracker.render.lost_letters import Loss, lost
from tracker.render.told import Told, lines_left, read_line, still_told
from tracker.render.way_letters import bad_way
from tracker.services import evaluating, freshening, overseeing
from tracker.services.alarming import ALARM
from tracker.services.asking_to_begin import BEGIN_BACK
from tracker.services.beginning import BEGIN
from tracker.services.connecting import TEST
from tracker.services.evaluating import Book
from tracker.services.heralding import ANSWERED, waiting_for
from tracker.services.pinning import with_pinned
from tracker.services.proving_life import CANARY
from tracker.services.rerouting import BAD_WAY, LOST
from tracker.services.sealing import Seal
from tracker.store import accounts, cards, digests, people, told, ways
from tracker.store.cards import EDITS, HELD
from tracker.store.folding import OTHERS
from tracker.store.outbox import Claimed
from tracker.store.scope import Scope
from tracker.store.ways import Way

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Writer:
    """Writes letters; ``language`` is that of people who chose none, ``seal`` opens what is kept sealed.

    ``canary_to`` is where the proof of life goes. By the calendar of ``book`` the days are counted that are
    left when a letter is sent.
    """

    letters: Mapping[Language, Letters]
    language: Language
    seal: Seal | None
    canary_to: str = ""
    book: Book | None = None

    def __call__(self, session: Session, message: Claimed) -> Letter | None:
        """The letter of a message; None where nobody is to read it any more, or nothing is left of it.

        Raises :class:`LookupError` for an address that cannot be opened or a template that nobody knows.
        """
        person = people.present_person(session, message.person)
        if person is None:
            return None
        way = None if message.way is None else ways.get(session, message.way)
        if message.way is not None and way is None:
            return None
        return self._written(session, message, person, way)

    def _written(self, session: Session, message: Claimed, person: Person, way: Way | None) -> Letter | None:
        by = self.letters[person.language or self.language]
        to, secret = self._where(person, way)
        if message.template == TEST:
            return by.test(key=message.key, to=to, channel=message.channel, secret=secret)
        if message.template == LOST:
            return self._lost(session, message, person, by, to, secret)
        if message.template == BAD_WAY:
            return self._bad_way(session, message, by, to, secret)
        if message.template == ALARM:
            said = message.parameters["conditions"]
            return alarm(by, said, key=message.key, to=to, channel=message.channel, secret=secret)
        if message.template in (BEGIN, BEGIN_BACK):
            return self._begin(session, message, person, by, to, secret)
        if message.template == ANSWERED:
            waiting = [
                (row, one.service, one.answer.channel)
                for one, row in waiting_for(session, person)
                if one.answer
            ]
            return answered(by, waiting, key=message.key, to=to, channel=message.channel, secret=secret)
        if message.template in EDITS:
            return self._edited(session, message, person, by, to)
        if message.template == CANARY and self.canary_to:
            return by.digest(message.parameters, key=message.key, to=self.canary_to, channel=message.channel)
        if message.digest is None:
            raise LookupError(message.template)
        return self._digest(session, message, message.digest, person, by, to, secret)

    def _digest(
        self,
        session: Session,
        message: Claimed,
        number: int,
        person: Person,
        by: Letters,
        to: str,
        secret: str,
    ) -> Letter | None:
        """What of a digest is still so, is asked of her, and nobody took up since it was put together."""
        kept = digests.get(session, number)
        now = freshening.still_so(session, person, kept.body)
        if self.book is not None:
            on = legal_day(message.tried_at or message.made_at)
            now = freshening.unheld(session, person, now, since=kept.on, on=on, book=self.book)
        letter = by.digest(
            with_pinned(session, person, self._as_of_today(session, message, now.body)),
            key=message.key,
            to=to,
            channel=message.channel,
            withdrawn=kept.withdrawn,
            names=_names(session, kept.body),
            secret=secret,
        )
        return letter and replace(letter, left_out=now.left_out)

    def _as_of_today(self, session: Session, message: Claimed, body: digests.Body) -> digests.Body:
        """A digest with the days that are left on the day of this try."""
        on = message.tried_at and legal_day(message.tried_at)
        if self.book is None or on is None or on.isoformat() <= body["on"]:
            return body
        return freshening.as_of(body, on, evaluating.calendar(session, self.book))

    def _lost(
        self, session: Session, message: Claimed, person: Person, by: Letters, to: str, secret: str
    ) -> Letter | None:
        """What did not reach others; None where none of it is still to be told."""
        said = message.parameters
        found = (self._loss(session, message, person, each) for each in (said, *said.get(OTHERS, ())))
        losses = [each for each in found if each is not None]
        letter = Letter(message.key, to, by.language, "", "", secret=secret)
        on = legal_day(message.tried_at or message.made_at)
        return lost(by, losses, letter, message.channel, on) if losses else None

    def _loss(
        self, session: Session, message: Claimed, reader: Person, said: Mapping[str, Any]
    ) -> Loss | None:
        """What of a digest did not reach its reader; None where nothing of it is still to be told."""
        number, unseen, told_now = 1, 0, tuple[Told, ...]()
        try:
            number = len(digests.get(session, said["digest"]).body["lines"])
            number, unseen, told_now = self._still_lost(session, message, reader, said)
        except Exception:  # whatever is wrong with one loss, the others are told, and of it how much it was
            log.exception("a loss in message %s cannot be put into words", message.id)
        if not number:
            return None
        whose, by = accounts.account_of(session, said["person"]), ChannelKind(said["channel"])
        return Loss(
            said["person"], whose.person.name if whose else "", by, said["code"], said["answer"], number,
            told_now, is_aside=bool(said.get("keys")), unseen=unseen,
            is_open=_may_open(session, reader, said["person"]),
        )  # fmt: skip

    def _still_lost(
        self, session: Session, message: Claimed, reader: Person, said: Mapping[str, Any]
    ) -> tuple[int, int, tuple[Told, ...]]:
        """How many lines are still to be told, how many of these out of sight, and the rest read."""
        kept, keys = digests.get(session, said["digest"]), frozenset(said.get("keys", ()))
        now = freshening.still_so(session, reader, kept.body)
        lines = _of_keys(still_told(kept.body, kept.withdrawn), keys)
        why = [now.left_out.get(line["keys"][0]) for line in lines]
        left = _of_keys(self._as_of_today(session, message, now.body)["lines"], keys)
        number = sum(each is not Why.MOVED for each in why)
        return number, why.count(Why.PEOPLE), lines_left({"lines": left}, kept.withdrawn)

    def _bad_way(self, session: Session, message: Claimed, by: Letters, to: str, secret: str) -> Letter:
        said = message.parameters
        whose = accounts.account_of(session, said["person"])
        return bad_way(
            by,
            key=message.key,
            to=to,
            channel=message.channel,
            name=whose.person.name if whose else "",
            bad=ChannelKind(said["channel"]),
            answer=said["answer"],
            is_own=said["person"] == message.person,
            secret=secret,
        )

    def _begin(
        self, session: Session, message: Claimed, person: Person, by: Letters, to: str, secret: str
    ) -> Letter | None:
        """What somebody is asked to begin, or no more, of the schools that she sees; None where of none."""
        said = message.parameters
        schools = {line["school_id"] for line in said["lines"]}
        seen = told.schools_seen(session, Scope.of_person(person), schools)
        lines = [line for line in said["lines"] if line["school_id"] in seen]
        letter = Letter(message.key, to, by.language, "", "", secret=secret)
        if not lines:
            return None
        if message.template == BEGIN_BACK:
            return begin_back(by, letter, message.channel, lines)
        return begin(by, letter, message.channel, lines, said)

    def _edited(
        self, session: Session, message: Claimed, person: Person, by: Letters, to: str
    ) -> Letter | None:
        """What takes the place of a message; None where all that it told of is due again, or out of reach.

        What is over by now is so whether it was taken up before or not.
        """
        said = message.parameters
        kept, over = digests.get(session, said["digest"]), cards.over(session, said["digest"])
        schools = {line["school_id"] for line in kept.body["lines"]}
        seen = told.schools_seen(session, Scope.of_person(person), schools)
        lines = [
            (line, over.issuperset(set(each["keys"]) - kept.withdrawn))
            for each in still_told(kept.body, kept.withdrawn, seen)
            if (line := read_line(each))
        ]
        on = legal_day(message.tried_at or message.made_at)
        letter = Letter(message.key, to, by.language, "", "", replaces=said["replaces"])
        if message.template == HELD and len(lines) == 1 and not lines[0][1]:
            back_on = date.fromisoformat(said["back_on"])
            return held(by, letter, lines[0][0], HoldKind(said["kind"]), back_on, on)
        return ended(by, letter, lines, on)

    def _where(self, person: Person, way: Way | None) -> tuple[str, str]:
        """What the channel calls her, and what it proves itself with."""
        if way is None:
            return person.email, ""
        secret = "" if way.secret is None else self._opened(way.secret)
        address = self._opened(way.address) if way.channel is ChannelKind.OTHER else way.address
        return address, secret

    def _opened(self, sealed: str) -> str:
        text = self.seal.open(sealed) if self.seal else None
        if text is None:
            raise LookupError("sealed")
        return text


def _may_open(session: Session, reader: Person, number: int) -> bool:
    """Whether the page of somebody's reminders is there for the reader."""
    try:
        overseeing.overseen_person(session, reader, number)
    except NotFound:
        return False
    return True


def _of_keys(lines: Iterable[digests.Body], keys: frozenset[str]) -> list[digests.Body]:
    """The lines that settle some reminders; all, where none is named."""
    return [line for line in lines if not keys or not keys.isdisjoint(line["keys"])]


def _names(session: Session, body: digests.Body) -> Mapping[int, str]:
    """What those are called in whose place a digest is read."""
    absent = {person for line in body["lines"] for person in line.get("instead_of", ())}
    found = (accounts.account_of(session, person) for person in sorted(absent))
    return {each.person.id: each.person.name for each in found if each is not None}
