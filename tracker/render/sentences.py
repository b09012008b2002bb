"""Sentences put together from codes: what is wrong with a school, what to do next, why a request failed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from tracker.domain.days import Span, next_day
from tracker.domain.decisions import OPEN, DecisionStatus
from tracker.domain.errors import FilterNotKnown, TrackerError
from tracker.domain.findings import Answer, Assessment, TenderStanding
from tracker.domain.register import ImportIssue
from tracker.domain.vocabulary import (
    ContractKind,
    ContractStatus,
    FlagKind,
    Method,
    NextStep,
    Service,
    Stage,
    State,
    TenderEventKind,
    TenderStatus,
)
from tracker.render.catalogs import Words
from tracker.render.formats import Formats

_NAMED_LISTS: Mapping[type[StrEnum], str] = {
    Service: "service",
    ContractKind: "contract_kind",
    ContractStatus: "contract_status",
    TenderStatus: "tender_status",
    Method: "method",
    Stage: "stage",
    TenderEventKind: "tender_event",
}
CLOSED_LISTS: Mapping[str, str] = {", ".join(codes): name for codes, name in _NAMED_LISTS.items()}
"""The family of words of each closed list, by its codes as an issue names them."""


@dataclass(frozen=True)
class Sentences:
    """Composes the sentences of one language."""

    words: Words
    formats: Formats

    def need(self, found: Assessment) -> str:
        """What is wrong, in one sentence: the state and its days, then the gap, then the purchase."""
        parts = [self.state(found), self._gap(found), self._purchase(found)]
        return _sentence("; ".join(part for part in parts if part))

    def step(
        self,
        found: Assessment,
        decided: DecisionStatus | None = None,
        number: int = 0,
        report: date | None = None,
    ) -> str:
        """What to do next: the report that is due by a day, and the step of the need where it has one."""
        told = [] if report is None else [self.report(report)]
        if not told or found.next_step is not NextStep.NOTHING:
            told.append(self._own_step(found, decided, number))
        return " ".join(told)

    def _own_step(self, found: Assessment, decided: DecisionStatus | None, number: int) -> str:
        """In one sentence; once a decision proposes it, what that decision asks for."""
        if found.next_step is NextStep.PROPOSE_INTERIM and decided in OPEN:
            return _sentence(self.words.say(f"next_step.decision.{decided}", number=number))
        if found.next_step is NextStep.PROPOSE_INTERIM and found.answer and found.answer.recommended:
            return _sentence(self._proposal(found.next_step, found.answer))
        return self.bare_step(found.next_step, found)

    def report(self, due_on: date) -> str:
        """That the report of a signed interim contract is to be published, by which day."""
        return _sentence(self.words.say("next_step.report", by=self.formats.until(due_on)))

    def bare_step(self, step: NextStep, found: Assessment) -> str:
        """A step without its window; ``found`` gives the stage and the day it speaks of."""
        tender = found.tender
        named = self.words.say(f"stage.{tender.stage}") if tender and tender.stage else ""
        code = f"next_step.{step}"
        if step in (NextStep.ANNOUNCE_TENDER, NextStep.REPEAT_TENDER) and found.latest_safe_start:
            last = found.latest_safe_start
            if last < found.on:
                return _sentence(self.words.say(f"{code}.late", by=self.formats.short(last)))
            return _sentence(self.words.say(f"{code}.by", by=self.formats.until(last)))
        if step is NextStep.WAIT and tender and tender.due_on:
            due = self.formats.until(tender.due_on)
            return _sentence(self.words.say(f"{code}.stage", stage=named, due=due))
        return _sentence(self.words.say(code, stage=named))

    def reply(self, name: str, found: Assessment, step: str) -> str:
        """The whole answer to "why is this school red", to paste into a letter; ``step`` is what to do."""
        told = self.words.say("sentence.what_to_do", step=step)
        return f"{name} ({self.formats.short(found.on)}). {self.need(found)} {told}"

    def holder(self, name: str, telephone: str | None) -> str:
        """Who has a school in hand, and how to reach her, to paste into a letter."""
        if not telephone:
            return self.words.say("sentence.holder", name=name)
        return self.words.say(
            "sentence.holder.telephone", name=name, number=self.formats.telephone(telephone)
        )

    def decision(self, number: int, status: DecisionStatus) -> str:
        """A decision by its number, and how it stands, in one sentence."""
        named = self.words.say(f"decision_status.{status}")
        return _sentence(self.words.say("case.decision", number=number, status=named))

    def state(self, found: Assessment) -> str:
        """The state of a need with the days that make it so."""
        places = {"service": self.words.say(f"service.{found.service}.of")}
        if found.state is State.UNCOVERED and found.uncovered_since and found.days_without:
            since = self.formats.since(found.uncovered_since)
            return self.formats.count("sentence.uncovered", found.days_without, since=since, **places)
        if found.state in (State.COVERED, State.INTERIM) and found.covered_until:
            left = (found.covered_until - found.on).days
            until = self.formats.until(found.covered_until)
            return self.formats.count(f"sentence.{found.state}", left, until=until, **places)
        return self.words.say(f"sentence.{found.state}.bare", **places)

    def when(self, found: Assessment) -> str:
        """Since when there is no service, or until when there is, with the days: a cell of a list."""
        if found.state is State.UNCOVERED:
            if found.uncovered_since is None or found.days_without is None:
                return self.words.say("when.never")
            since = self.formats.short(found.uncovered_since)
            return self.formats.count("when.uncovered", found.days_without, since=since)
        if found.covered_until is None:
            return "–"
        until = self.formats.short(found.covered_until)
        return self.formats.count("when.covered", (found.covered_until - found.on).days, until=until)

    def span(self, span: Span) -> str:
        """Two days, both included; one day alone is written once."""
        if span.days == 1:
            return self.formats.short(span.start)
        return f"{self.formats.short(span.start)} – {self.formats.short(span.last)}"

    def window(self, answer: Answer) -> str:
        """The window of a suggestion, first and last day."""
        return self.span(Span.inclusive(answer.start_on, answer.end_on or answer.start_on))

    def tender(self, tender: TenderStanding) -> str:
        """A purchase on a day: its method, its stage and how late it is, or how it ended."""
        places = {"method": self.words.say(f"method.{tender.method}")}
        if tender.stage is None:
            ended = self._day(tender.ended_on)
            return self.words.say(f"sentence.tender.{tender.status}", on=ended, **places)
        places["stage"] = self.words.say(f"stage.{tender.stage}")
        if tender.suspended_since:
            since = self.formats.short(tender.suspended_since)
            return self.words.say("sentence.tender.suspended", since=since, **places)
        if tender.is_stalled and not tender.days_over:  # only days off have passed since
            return self.words.say("sentence.tender.over.days_off", due=self._day(tender.due_on), **places)
        if tender.is_stalled:
            return self.formats.count("sentence.tender.over", tender.days_over, **places)
        if tender.due_on:
            return self.words.say("sentence.tender.due", due=self._day(tender.due_on), **places)
        return self.words.say("sentence.tender.undated", **places)

    def board(self, *, uncovered: int, losing: int, days: int, stalled: int) -> str:
        """The first line of the board: the three numbers that call for action; ``losing`` within ``days``."""
        if not (uncovered or losing or stalled):
            return self.words.say("board.sentence.quiet")
        parts = [
            self.formats.count("board.sentence.uncovered", uncovered),
            self.formats.count("board.sentence.losing", losing, days=days),
            self.formats.count("board.sentence.stalled", stalled),
        ]
        return _sentence(", ".join(parts))

    def error(self, error: TrackerError) -> str:
        """Why a request was refused, with what was wrong in it."""
        told = self.words.say(error.code)
        reason = f"{error.code}.{error.details.get('reason')}"
        if self.words.knows(reason):
            told = f"{told} {self.words.say(reason, **error.details)}"
        return told

    def details(self, error: TrackerError) -> tuple[tuple[str, str], ...]:
        """What a refusal is about: each detail that has a name in words, with what was given."""
        return tuple(
            (self.words.say(label), self._given(error, value))
            for name, value in error.details.items()
            if self.words.knows(label := f"detail.{name}")
        )

    def issue(self, issue: ImportIssue) -> str:
        """What is wrong with a value of a file."""
        details = {name: self._stated(name, value) for name, value in issue.details}
        return self.words.say(f"issue.{issue.code}", **details)

    def _given(self, error: TrackerError, value: object) -> str:
        if isinstance(value, datetime):
            return self.formats.moment(value)
        if isinstance(value, tuple):
            return ", ".join(map(str, value))
        is_filter = isinstance(error, FilterNotKnown) and self.words.knows(f"filter.{value}")
        return self.words.say(f"filter.{value}") if is_filter else str(value)

    def _stated(self, name: str, value: str) -> str:
        """A detail of an issue as people write it; a closed list in its words, each with its code."""
        if name == "kind":
            return self.words.say(f"import_kind.{value}")
        named = CLOSED_LISTS.get(value)
        if named is None:
            return self.formats.readable(value)
        return ", ".join(f"{self.words.say(f'{named}.{code}')} ({code})" for code in value.split(", "))

    def _proposal(self, step: NextStep, answer: Answer) -> str:
        route = self.words.say(f"route.{answer.recommended}")
        return self.words.say(f"next_step.{step}.route", route=route, window=self.window(answer))

    def _gap(self, found: Assessment) -> str | None:
        gap = found.projected_gap
        if gap is None:
            return self._late_gap(found)
        if found.state is State.UNCOVERED:
            served_from = self.formats.since(gap.span.stop)
            is_over = found.tender is not None and found.tender.is_stalled
            return self.words.say(
                f"sentence.expected{'.not_before' if is_over else '_from'}", since=served_from
            )
        return self.formats.count("sentence.gap", gap.days, span=self.span(gap.span))

    def _late_gap(self, found: Assessment) -> str | None:
        """What a late end of the tender would cost where its likely one costs nothing."""
        forecast = found.tender.forecast if found.tender else None
        if forecast is None or found.covered_until is None or found.latest_safe_start is None:
            return None
        gap = Span(next_day(found.covered_until), max(forecast.late, next_day(found.covered_until)))
        if gap.is_empty:
            return None
        return self.formats.count("sentence.late_gap", gap.days, span=self.span(gap))

    def _purchase(self, found: Assessment) -> str | None:
        kinds = found.kinds
        if found.tender and (found.tender.stage is not None or FlagKind.TENDER_FAILED in kinds):
            return self.tender(found.tender)
        return self.words.say("sentence.no_tender") if FlagKind.NO_TENDER in kinds else None

    def _day(self, day: date | None) -> str:
        return self.formats.short(day) if day else self.words.say("day.unknown")


def _sentence(text: str) -> str:
    """Begun with a capital, ended with a full stop."""
    return text[:1].upper() + text[1:].removesuffix(".") + "."
