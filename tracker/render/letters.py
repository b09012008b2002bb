"""Letters that people are sent: what is due, the worst first, from the values that a digest was kept with.

Whatever a name of the register holds, it stays one line of text and never becomes a header or markup.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Any, TypeVar

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from tracker.domain.messages import Button, ChannelKind, Letter
from tracker.domain.policy import Clause
from tracker.domain.vocabulary import Consequence, Language, Timing
from tracker.paths import bundled
from tracker.render.environment import Voice, Voices
from tracker.render.formats import school_name, together
from tracker.render.letter_json import digest_facts, page_of
from tracker.render.letter_queue import queued
from tracker.render.letter_size import LARGEST, size_of
from tracker.render.told import Told, one_line, read_line, still_told

MOST_LINES: Mapping[ChannelKind, int] = {
    ChannelKind.MAIL: 60,
    ChannelKind.TELEGRAM: 20,
    ChannelKind.WEBHOOK: 500,
    ChannelKind.OTHER: 20,
}
"""Deadlines that a letter tells by each way; of those left out it says how many there are."""

T = TypeVar("T")

LONGEST_SUBJECT = 150
DONE, SNOOZE, OPEN = "done", "snooze", "open"
"""What a receiver can do with a button: take a deadline up, put it off for a week, look at the page."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """What a letter is to tell, by which way, and the names of those in whose place it may be read.

    ``unreadable`` are the keys of each line that cannot be put into words.
    """

    told: Sequence[Told]
    on: date
    channel: ChannelKind
    names: Mapping[int, str]
    unreadable: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Letters:
    """Writes the letters of one language; ``home`` is the address of the service without a path."""

    voice: Voice
    clauses: Mapping[str, Clause]
    home: str

    @property
    def language(self) -> Language:
        """The language of these letters."""
        return self.voice.words.language

    def digest(
        self,
        body: Mapping[str, Any],
        *,
        key: str,
        to: str,
        channel: ChannelKind = ChannelKind.MAIL,
        withdrawn: Collection[str] = (),
        seen: Collection[str] | None = None,
        names: Mapping[int, str] | None = None,
        secret: str = "",
    ) -> Letter | None:
        """What is due, the worst first; None where every line was taken back or lies out of reach.

        ``body`` and ``withdrawn`` are the digest as it is kept, ``seen`` the schools that its reader sees
        (None for all), ``names`` those of the people in whose place she may read.
        """
        lines = still_told(body, withdrawn, seen)
        if not lines:
            return None
        read = [(line, read_line(line)) for line in lines]
        told, broken = (
            [line for _, line in read if line],
            tuple(tuple(each["keys"]) for each, line in read if not line),
        )
        sheet = Sheet(told, date.fromisoformat(body["on"]), channel, names or {}, broken)
        return self._sound(Letter(key, to, self.language, "", "", secret=secret), sheet)

    def _sound(self, letter: Letter, sheet: Sheet) -> Letter:
        """The letter; where one of its lines cannot be put into words, without that line (REM-8).

        Raises :class:`LookupError` where that leaves none.
        """
        try:
            return self._told(letter, sheet)
        except Exception:  # whatever is wrong with one line, the others are told
            sound = [line for line in sheet.told if self._can_be_told(letter, sheet, line)]
            if len(sound) == len(sheet.told):
                raise
            broken = tuple(line.keys for line in sheet.told if not any(line is each for each in sound))
            return self._told(letter, replace(sheet, told=sound, unreadable=(*sheet.unreadable, *broken)))

    def _can_be_told(self, letter: Letter, sheet: Sheet, line: Told) -> bool:
        try:
            self._told(letter, replace(sheet, told=(line,)))
        except Exception:  # as above
            return False
        return True

    def _told(self, letter: Letter, sheet: Sheet) -> Letter:
        if not sheet.told:
            raise LookupError("lines")
        keys = frozenset(key for line in sheet.unreadable for key in line)
        named = replace(letter, subject=self.subject(sheet.told), unreadable=keys)
        most = MOST_LINES[sheet.channel]
        return self.fitted(sheet.told, most, lambda shown: self._digest(named, sheet, shown))

    def _digest(self, letter: Letter, sheet: Sheet, shown: Sequence[Told]) -> Letter:
        told, on, channel = sheet.told, sheet.on, sheet.channel
        if channel is ChannelKind.WEBHOOK:
            return replace(
                letter, text=letter.subject, facts=digest_facts(shown, len(told) - len(shown), on, self.home)
            )
        is_mail = channel is ChannelKind.MAIL
        values = {
            "lines": shown, "more": len(told) - len(shown), "on": on, "counts": self._counts(told),
            "names": sheet.names, "unreadable": len(sheet.unreadable), "queued": queued(told, on, self.home),
        }  # fmt: skip
        return replace(
            letter,
            text=self._render("mail/digest.txt" if is_mail else "mail/digest_short.txt", letter, **values),
            html=self._render("mail/digest.html", letter, **values) if is_mail else "",
            buttons=self._buttons(told),
        )

    def fitted(self, told: Sequence[T], most: int, write: Callable[[Sequence[T]], Letter]) -> Letter:
        """A letter of as many lines as there is room for."""
        letter = write(told[:most])
        while size_of(letter) > LARGEST and most > 1:
            most = min(most, len(told)) // 2
            letter = write(told[:most])
        return letter

    def subject(self, told: Sequence[Told]) -> str:
        """How much there is and the worst of it, in one line fit for a header."""
        worst = told[0]
        what = f"{self.act(worst)} – {self.school(worst)}"
        late = sum(line.timing is Timing.LATE for line in told)
        if len(told) > 1:
            counted = self.voice.formats.count("letter.subject", len(told))
            over = self.voice.formats.count("letter.subject.late", late) if late else ""
            what = f"{', '.join(filter(None, (counted, over)))}: {what}"
        return cut(one_line(what))

    def _counts(self, told: Sequence[Told]) -> tuple[str, ...]:
        """How many lines are late, due today and still ahead; nothing of what there is none of."""
        found = ((timing, sum(line.timing is timing for line in told)) for timing in Timing)
        return tuple(self.voice.formats.count(f"letter.count.{timing}", n) for timing, n in found if n)

    def act(self, line: Told) -> str:
        """What is to be done."""
        if line.consequence is Consequence.TERM_UNKNOWN:
            return self.voice.words.say("deadline_act.term_unknown")
        stage = self.voice.words.say(f"stage.{line.stage}") if line.stage else ""
        return self.voice.words.say(f"deadline_act.{line.kind}", stage=stage)

    def school(self, line: Told) -> str:
        """The school's name in this language."""
        return together(school_name(line.names, self.language))

    def place(self, line: Told) -> str:
        """Region and district."""
        region = self.voice.words.say(f"region.{line.region or 'none'}")
        return ", ".join(filter(None, (region, line.district)))

    def due(self, line: Told) -> str:
        """The due day with its weekday, and the working days that are left or have gone by."""
        if line.due_on is None:
            return self.voice.words.say("timing.unknown")
        return f"{self.voice.formats.full(line.due_on)} ({self.left(line)})"

    def left(self, line: Told) -> str:
        """The working days that are left or have gone by."""
        days = line.working_days_left or 0
        if line.timing is Timing.LATE:
            return self.voice.formats.count("deadlines.over", -days)
        if line.timing is Timing.AHEAD:
            return self.voice.formats.count("deadlines.left", days)
        return self.voice.words.say(f"timing.{line.timing}")

    def follows(self, line: Told, on: date) -> str:
        """What follows and since or from when."""
        words, code = self.voice.words, f"consequence.{line.consequence}"
        if line.consequence_on is None:
            return words.say(code)
        begins = self.voice.formats.short(line.consequence_on)
        return words.say(f"{code}.since" if line.is_over(on) else f"{code}.from", on=begins)

    def corrected(self, line: Told) -> str:
        """That the day is another than the one told before, with that one, or that it is back; else empty."""
        if line.was_due_on is None:
            return self.voice.words.say("letter.anew") if line.is_back else ""
        return self.voice.words.say("letter.corrected", before=self.voice.formats.full(line.was_due_on))

    def instead_of(self, line: Told, names: Mapping[int, str]) -> str:
        """For whom it is read in her place; empty where it is the reader's own."""
        known = [one_line(names[person]) for person in line.instead_of if person in names]
        return self.voice.words.say("letter.instead_of", names=", ".join(known)) if known else ""

    def basis(self, line: Told) -> str:
        """What it rests on: a stated day, or a clause with its mark where it is assumed."""
        words = self.voice.words
        if line.fact is not None:
            return words.say(f"deadline_fact.{line.fact}")
        if not line.clauses:
            return ""
        clause = self.clauses.get(line.clauses[0])
        is_one = len(line.clauses) == 1 and clause is not None
        named = clause.about[self.language] if clause and is_one else words.say("deadlines.stages")
        return f"{named} ({words.say('policy.assumed')})" if line.is_assumed else named

    def page_of(self, line: Told) -> str:
        """The address of the school's page."""
        return page_of(line, self.home)

    def _buttons(self, told: Sequence[Told]) -> tuple[Button, ...]:
        """With one deadline it can be taken up or put off at once; with more the page tells them apart."""
        say = self.voice.words.say
        if len(told) > 1:
            return (Button(OPEN, say("letter.button.open"), f"{self.home}/deadlines"),)
        return (
            Button(DONE, say("letter.button.done")),
            Button(SNOOZE, say("letter.button.snooze")),
            Button(OPEN, say("letter.button.open"), self.page_of(told[0])),
        )

    def test(self, *, key: str, to: str, channel: ChannelKind, secret: str = "") -> Letter:
        """A message by which a person sees that a way works; it tells nothing that is due (REM-12)."""
        facts = {"type": "test", "url": f"{self.home}/reminders"}
        subject = self.voice.words.say("letter.test.subject")
        letter = Letter(key, to, self.language, subject, "", facts=facts, secret=secret)
        return self.bodies(letter, "mail/trial", channel)

    def answer(self, code: str) -> str:
        """What a person reads after pressing a button; ``code`` is one of :data:`ANSWERS`."""
        return self.voice.words.say(f"letter.answer.{code}")

    def bodies(self, letter: Letter, template: str, channel: ChannelKind, **values: object) -> Letter:
        """The letter with what a template says, as the channel takes it."""
        return replace(
            letter,
            text=self._render(f"{template}.txt", letter, **values),
            html=self._render(f"{template}.html", letter, **values) if channel is ChannelKind.MAIL else "",
        )

    def _render(self, template: str, letter: Letter, **values: object) -> str:
        text = self._environment.get_template(template).render(letter=letter, **values)
        return text.strip() + "\n"

    @cached_property
    def _environment(self) -> Environment:
        environment = Environment(
            loader=FileSystemLoader(bundled("templates")),
            autoescape=True,  # what is text says so itself
            undefined=StrictUndefined,
            auto_reload=False,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        formats, words = self.voice.formats, self.voice.words
        environment.globals.update(
            t=words.say,
            n=formats.count,
            f=formats,
            say=self,
            language=words.language,
            reminders=f"{self.home}/reminders",
            deadlines=f"{self.home}/deadlines",
            agreement=f"{self.home}/reminders/agreement",
        )
        return environment


ANSWERS = (
    "acknowledged", "snoozed", "acknowledged.already", "snoozed.already", "gone", "too_late", "not_allowed",
    "connected", "link_dead",
)  # fmt: skip
"""What may come of a button that was pressed or of a chat that was begun."""


def cut(text: str) -> str:
    """A subject that is not too long for a header."""
    return text if len(text) <= LONGEST_SUBJECT else f"{text[: LONGEST_SUBJECT - 1].rstrip()}…"


def make_letters(voices: Voices, *, clauses: Mapping[str, Clause], home: str) -> Mapping[Language, Letters]:
    """The letters of all languages."""
    return {language: Letters(voice, clauses, home) for language, voice in voices.items()}
