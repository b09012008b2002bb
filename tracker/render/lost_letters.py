"""Letters to whoever is next in line: what did not reach somebody, and why (reliability §3 rule 5)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from tracker.domain.messages import ChannelKind, Letter, reason_in
from tracker.render.letter_json import digest_facts
from tracker.render.letters import Letters, cut
from tracker.render.told import Told, one_line

MOST = 20
"""Deadlines that are named; of those left out it is said how many there are."""

Named = tuple[int, Told]
"""The person whom a deadline did not reach, by her place in the letter, and the deadline."""


@dataclass(frozen=True, slots=True)
class Loss:
    """So many ``lines`` did not reach a person by a channel; ``told`` are those that the reader may see.

    ``code`` and ``answer`` say why; ``is_aside`` where the letter itself went out. ``name`` is empty where
    the person has left for good. ``unseen`` of the lines are about schools that the reader does not see,
    and the page of that person's reminders ``is_open`` to her or not.
    """

    person: int
    name: str
    channel: ChannelKind
    code: str
    answer: str
    lines: int
    told: tuple[Told, ...] = ()
    is_aside: bool = False
    unseen: int = 0
    is_open: bool = True

    @property
    def fault(self) -> str:
        """Why, as one of :data:`REASONS`."""
        return "" if self.is_aside else reason_in(self.code)


@dataclass(frozen=True, slots=True)
class Part:
    """What a letter says of one loss: deadlines ``shown``, how many ``more``, and where all of them stand.

    ``url`` is empty where the reader may not look at that person's reminders.
    """

    loss: Loss
    shown: tuple[Told, ...]
    more: int
    url: str


def lost(by: Letters, losses: Sequence[Loss], letter: Letter, channel: ChannelKind, on: date) -> Letter:
    """What did not reach others, as things stand on a day; who reads it decides who takes it up."""
    clean = [replace(each, name=one_line(each.name), answer=one_line(each.answer)) for each in losses]
    subject = by.voice.words.say("letter.lost.subject", name=clean[0].name)
    if (people := len({each.person for each in clean})) > 1:
        subject = by.voice.formats.count("letter.lost.subject.many", people)
    named = [(at, line) for at, each in enumerate(clean) for line in each.told]
    base = replace(letter, subject=cut(subject))

    def write(shown: Collection[Named]) -> Letter:
        parts = [_part(by, at, each, shown) for at, each in enumerate(clean)]
        told = [_facts(by, each, on) for each in parts]
        facts = {"type": "dead_letter", "lost": told, "url": f"{by.home}/deadlines"}
        return by.bodies(replace(base, facts=facts), "mail/lost", channel, parts=parts)

    try:
        return by.fitted(named, MOST, write)
    except Exception:  # whatever is wrong with one deadline, the others are named
        return by.fitted([each for each in named if _can_be_named(write, each)], MOST, write)


def _can_be_named(write: Callable[[Collection[Named]], Letter], each: Named) -> bool:
    try:
        write([each])
    except Exception:  # as above
        return False
    return True


def _part(by: Letters, at: int, loss: Loss, shown: Collection[Named]) -> Part:
    own = tuple(line for place, line in shown if place == at)
    seen = loss.lines - loss.unseen if loss.told else 0
    url = f"{by.home}/reminders?person={loss.person}" if loss.is_open else ""
    return Part(loss, own, seen - len(own), url)


def _facts(by: Letters, part: Part, on: date) -> Mapping[str, object]:
    said = part.loss
    digest = digest_facts(part.shown, said.lines - len(part.shown), on, by.home)
    return {
        "channel": said.channel.value, "code": said.code, "answer": said.answer, "lines": said.lines,
        "deadlines": digest["lines"], "more": digest["more"], "url": part.url or None,
    }  # fmt: skip
