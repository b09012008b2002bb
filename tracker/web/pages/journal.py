"""The journal for auditors: who did what, when, from where and why. Nothing here changes an entry."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Annotated
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Form
from starlette.responses import HTMLResponse, Response

from tracker.clock import LEGAL_ZONE
from tracker.domain.acts import Act
from tracker.domain.asked import read_day
from tracker.domain.days import next_day
from tracker.domain.errors import NotAllowed
from tracker.domain.roles import Action
from tracker.feeds.columns import COLUMNS as COLUMNS_OF_FILES
from tracker.render.sheets import Value, csv_bytes, xlsx_bytes
from tracker.services import attesting, witnessing
from tracker.services.exporting import Sheet
from tracker.store import journal_search
from tracker.store.journal import Entry
from tracker.store.journal_search import Wanted
from tracker.store.scope import EVERYTHING
from tracker.web.attachments import Ending, attachment
from tracker.web.auditing import note
from tracker.web.deps import Called, Caller
from tracker.web.filters import Filters, asked_of, not_known
from tracker.web.paging import Page
from tracker.web.rules import allow
from tracker.web.witness import settle

router = APIRouter(default_response_class=HTMLResponse, include_in_schema=False)

LONGEST = 200
"""Signs of a text that is looked for."""

MOST_EXPORTED = 100_000
"""The newest entries that one file takes; narrower filters give the rest."""

ASKED = ("actor", "act", "subject", "address", "from", "to", "q", "page", "size")
"""What its filters are called in an address."""

APART = ("address", "reason")
"""Details that have columns of their own."""

PLACES = {"decision": "/decisions", "school": "/schools"}
"""Where the pages of what is acted on lie."""

NOTHING_SAID = attesting.digest("")

COLUMNS = ("seq", "at", "actor", "act", "subject", "address", "reason", "detail", "hash")


@dataclass(frozen=True, slots=True)
class JournalFilters:
    """What the reader asked for, as the address says it."""

    wanted: Wanted
    first: date | None
    last: date | None
    page: int
    size: int

    @classmethod
    def read(cls, asked: Mapping[str, str]) -> JournalFilters:
        """Raises :class:`FilterNotKnown` and :class:`DayNotReadable`."""
        texts = {name: asked.get(name, "").strip()[:LONGEST] for name in ("actor", "subject", "address", "q")}
        act = asked.get("act", "")
        if act and act not in tuple(Act):
            raise not_known("act", act, Act)
        first = read_day(asked["from"]) if asked.get("from") else None
        last = read_day(asked["to"]) if asked.get("to") else None
        paged = Filters.read({name: asked[name] for name in ("page", "size") if name in asked})
        wanted = Wanted(
            actor=texts["actor"],
            act=Act(act) if act else None,
            subject=texts["subject"],
            address=texts["address"],
            since=_midnight(first) if first else None,
            until=_midnight(next_day(last)) if last else None,
            text=texts["q"],
        )
        return cls(wanted, first, last, paged.page, paged.size)

    @property
    def named(self) -> dict[str, object]:
        """The filters as address fields, without the page."""
        wanted = self.wanted
        return {
            "actor": wanted.actor,
            "act": wanted.act,
            "subject": wanted.subject,
            "address": wanted.address,
            "from": self.first,
            "to": self.last,
            "q": wanted.text,
        }

    @property
    def is_set(self) -> bool:
        """Whether anything is filtered at all."""
        return any(self.named.values())

    @property
    def query(self) -> str:
        """The filters as the end of an address."""
        return urlencode({name: str(value) for name, value in self.named.items() if value})


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, LEGAL_ZONE)


def _require_everything(called: Caller) -> None:
    """A key that is cut to a region does not open the journal, which is of the whole country."""
    if called.scope != EVERYTHING:
        raise NotAllowed(action=Action.READ_JOURNAL.value)


@router.get("/journal", dependencies=[allow(Action.READ_JOURNAL)])
def show(called: Called) -> Response:
    """The entries under the filters of the address, the newest first, and whether they fit the chain."""
    _require_everything(called)
    settle(called.request.app)
    filters = JournalFilters.read(asked_of(called.request, ASKED))
    with called.reading() as visit:
        session = visit.session
        found = journal_search.count(session, filters.wanted)
        last = max(1, -(-found // filters.size))
        number = min(filters.page, last)
        start = (number - 1) * filters.size
        entries = journal_search.look_up(session, filters.wanted, limit=filters.size, offset=start)
        marks = {mark for entry in entries for mark in _marks(entry)}
        return visit.page(
            "journal/show.html",
            {
                "filters": filters,
                "page": Page(entries, number, last, found, start + 1),
                "acts": tuple(Act),
                "names": journal_search.names_of(session, marks),
                "chain": witnessing.chain_of(session),
                "misfit": journal_search.first_misfit(session, entries),
                "reasons": attesting.reasons_of(session, entries),
                "places": _place,
                "details_of": _besides,
                "titles": {
                    column.name: getattr(column, visit.language)
                    for columns in COLUMNS_OF_FILES.values()
                    for column in columns
                },
                "most": MOST_EXPORTED,
            },
        )


@router.post("/journal/export", dependencies=[allow(Action.READ_JOURNAL)])
def export(called: Called, ending: Annotated[Ending, Form(alias="format")] = Ending.CSV) -> Response:
    """The entries under the filters of the address as a file, with marks of people and never their names."""
    _require_everything(called)
    filters = JournalFilters.read(asked_of(called.request, ASKED))
    with called.reading() as visit:
        entries = journal_search.look_up(visit.session, filters.wanted, limit=MOST_EXPORTED)
    sheet = Sheet(COLUMNS, tuple(_row(entry) for entry in reversed(entries)))
    asked = {
        name: str(value) for name, value in filters.named.items() if value and name not in ("actor", "q")
    }
    with called.writing() as session:
        note(
            session,
            called,
            Act.EXPORT,
            "journal",
            rows=len(sheet.rows),
            format=ending.value,
            searched=bool(filters.wanted.actor or filters.wanted.text),
            filters=urlencode(asked),
        )
    title = called.house.voices[called.language].words.say("menu.journal")
    data = (
        csv_bytes(sheet.header, sheet.rows)
        if ending is Ending.CSV
        else xlsx_bytes(sheet.header, sheet.rows, sheet=title)
    )
    return attachment(data, f"{title} {called.today.isoformat()}", ending)


def _place(subject: str) -> str | None:
    """The page of what was acted on, where it has one."""
    kind, _, mark = subject.partition(":")
    return f"{PLACES[kind]}/{quote(mark, safe='')}" if mark and kind in PLACES else None


def _besides(entry: Entry) -> dict[str, object]:
    """The details that have no place of their own on the page; that nothing was said needs no digest."""
    return {
        name: value for name, value in entry.details.items() if name not in APART and value != NOTHING_SAID
    }


def _marks(entry: Entry) -> Iterator[str]:
    """Whatever in an entry may mean a person: who acted, on what, and each of its details, also in lists."""
    yield from (entry.actor, entry.subject)
    for value in entry.details.values():
        yield from map(str, value if isinstance(value, list) else (value,))


def _row(entry: Entry) -> tuple[Value, ...]:
    details = entry.details
    return (
        entry.seq,
        entry.at.isoformat(),
        entry.actor,
        entry.action,
        entry.subject,
        *(str(details.get(name, "")) for name in APART),
        entry.detail,
        entry.hash,
    )
