"""The papers of decisions: what each lacks, files to edit and to read, many in one archive, the check of one.

To take papers away is an act, as with every other file: a form asks for them and the journal notes it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

from fastapi import APIRouter, Depends, Form
from starlette.responses import HTMLResponse, RedirectResponse, Response

from tracker.domain.acts import Act
from tracker.domain.asked import read_number
from tracker.domain.dossier import Dossier
from tracker.domain.drafts import (
    GIVEN,
    LONGEST_GIVEN,
    OF_CONTRACT,
    OF_DECISION,
    Draft,
    DraftKind,
    GivenName,
    checksum,
    is_same_checksum,
    missing,
)
from tracker.domain.errors import DayNotReadable, DecisionRefused, FilterNotKnown, NotFound, PaperIncomplete
from tracker.domain.roles import Action
from tracker.render.archives import zip_bytes
from tracker.render.documents import docx_bytes
from tracker.render.environment import Voice
from tracker.render.papers import Paper, clean, compose, own
from tracker.render.pdf_documents import pdfs
from tracker.services import drafting, sourcing
from tracker.store.decisions import LARGEST
from tracker.store.givens import list_given_before
from tracker.web.attachments import disposition, file_name
from tracker.web.auditing import note
from tracker.web.deps import Asked, Called, Caller, Visit
from tracker.web.filters import asked_of
from tracker.web.forms import Text
from tracker.web.rules import allow
from tracker.web.stating import Said, entries

router = APIRouter(default_response_class=HTMLResponse, include_in_schema=False)

MOST_PAPERS = 400
"""So many papers at most come in one archive."""

PAPERS_EACH = 6
"""So many papers a decision about one school may need: the decision, three requests, a letter, a report."""


ASKING = frozenset({DraftKind.REQUEST, DraftKind.INVITATION})
"""Papers that go to somebody who is not known yet."""

FEW = 10
"""So many codes of papers at most go into one entry of the journal."""


Refused = DecisionRefused | DayNotReadable


class Format(StrEnum):
    """The formats of papers; ``zip`` is an archive with both others."""

    DOCX = "docx"
    PDF = "pdf"
    ZIP = "zip"


MEDIA_TYPES = {
    Format.DOCX: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    Format.PDF: "application/pdf",
    Format.ZIP: "application/zip",
}


@dataclass(frozen=True, slots=True)
class Line:
    """A paper as a list shows it: what it lacks and what it is about."""

    draft: Draft
    lacks: tuple[str, ...]
    about: str


@router.get("/decisions/{number}/documents", dependencies=[allow(Action.READ)])
def show(visit: Asked, number: int) -> Response:
    """The papers of a decision, with what is missing in each before anything is written."""
    asked_of(visit.request)
    return _page(visit, number)


def _page(visit: Visit, number: int, *, said: Said | None = None, refused: Refused | None = None) -> Response:
    """The list with its form, which keeps what was ``said`` where that was refused."""
    dossier = drafting.dossier_of(visit.session, visit.scope, number, book=visit.house.book)
    lines = _lines(dossier.drafts, visit)
    kinds = dict.fromkeys(line.draft.kind for line in lines)
    sources = None
    if ASKING & kinds.keys():
        sources = sourcing.sources_for(visit.session, visit.scope, dossier.record, on=visit.today)
    proposed = sources.proposed if sources and DraftKind.REQUEST in kinds else ()
    values = {
        "dossier": dossier,
        "by_kind": {kind: [line for line in lines if line.draft.kind is kind] for kind in kinds},
        "ready": sum(not line.lacks for line in lines),
        "count": len(lines),
        "can_be_stated": dossier.takes_facts and any(code in GIVEN for line in lines for code in line.lacks),
        "own_page": OF_DECISION,
        "of_contract": OF_CONTRACT,
        "stated": GIVEN,
        "longest": LONGEST_GIVEN,
        "before": list_given_before(visit.session, visit.scope, number),
        "sources": sources,
        "entries": entries(dossier, proposed, said),
        "said": said,
        "refused": refused,
        "wrong": drafting.REFUSED.get(refused.details.get("reason"), GivenName.REPLY_BY) if refused else None,
    }
    return visit.page("papers/show.html", values, status=400 if refused else 200)


@router.post("/decisions/{number}/documents", dependencies=[allow(Action.EXPORT)])
def take(
    called: Called,
    number: int,
    paper: Annotated[str, Form()] = "",
    ending: Annotated[Format, Form(alias="format")] = Format.ZIP,
) -> Response:
    """One paper, or all that lack nothing in an archive. Raises :class:`PaperIncomplete`."""
    with called.reading() as visit:
        dossier = drafting.dossier_of(visit.session, visit.scope, number, book=called.house.book)
        enclosed = drafting.enclosed(visit.session, visit.scope, [dossier]) if ending is Format.ZIP else {}
    if ending is Format.ZIP:
        return _archive(called, [dossier], enclosed)
    draft = next((draft for draft in dossier.drafts if draft.key == paper), None)
    if draft is None:
        raise NotFound(paper=paper)
    if lacks := missing(draft):
        raise PaperIncomplete(paper=paper, missing=lacks)
    written = _composed([draft], called)
    data = docx_bytes(written[0]) if ending is Format.DOCX else next(iter(pdfs(written)))
    _tell(called, f"decision:{number}", [draft], ending)
    return _saved(data, _name(draft, called), ending)


def _stated(
    buyer_kk: Text = "",
    buyer_ru: Text = "",
    buyer_bin: Text = "",
    head: Text = "",
    addressee_1: Text = "",
    addressee_2: Text = "",
    addressee_3: Text = "",
    reply_by: Text = "",
    reply_to: Text = "",
    contact: Text = "",
    choice_kk: Text = "",
    choice_ru: Text = "",
    price_kk: Text = "",
    price_ru: Text = "",
) -> Mapping[GivenName, str]:
    """What the fields of the form say."""
    said = (
        buyer_kk, buyer_ru, buyer_bin, head, addressee_1, addressee_2, addressee_3, reply_by, reply_to,
        contact, choice_kk, choice_ru, price_kk, price_ru,
    )  # fmt: skip
    return dict(zip(GivenName, said, strict=True))


@router.post("/decisions/{number}/documents/facts", dependencies=[allow(Action.DRAFT)])
def give(
    called: Called,
    number: int,
    values: Annotated[Mapping[GivenName, str], Depends(_stated)],
    customer: Text = "",
) -> Response:
    """Keep what neither the register nor the decision says, and show what is still missing."""
    try:
        with called.writing() as session:
            who, at, book = called.person, called.moment, called.house.book
            changed = drafting.give(session, who, number, customer, values, at=at, book=book)
            if changed:
                note(session, called, Act.DECISION, f"decision:{number}", stated=list(changed))
    except (DecisionRefused, DayNotReadable) as refused:
        if isinstance(refused, DecisionRefused) and refused.details["reason"] not in drafting.REFUSED:
            raise
        with called.reading() as visit:
            return _page(visit, number, said=(customer, values), refused=refused)
    return RedirectResponse(f"/decisions/{number}/documents", 303)


@router.post("/exports/documents", dependencies=[allow(Action.EXPORT)])
def take_many(called: Called, numbers: Annotated[str, Form()] = "") -> Response:
    """The papers of the named decisions in one archive, with a list of what is missing in the others."""
    read = (read_number(number, most=LARGEST) for number in numbers.split())
    named = [number for number in read if number is not None]
    with called.reading() as visit:
        dossiers = drafting.dossiers_of(visit.session, visit.scope, named, book=called.house.book)
        enclosed = drafting.enclosed(visit.session, visit.scope, dossiers)
    return _archive(called, dossiers, enclosed)


@router.get("/documents/check", dependencies=[allow(Action.READ)])
def check(visit: Asked) -> Response:
    """Whether a paper still says what the record says, by the number and the code under its text."""
    asked = asked_of(visit.request, ("number", "code"))
    number, code = asked.get("number", "").strip(), asked.get("code", "").strip()
    values: dict[str, object] = {"number": number, "code": code, "dossier": None, "line": None}
    if number and code:
        known = read_number(number, most=LARGEST)
        if known is None:
            raise FilterNotKnown(name="number", value=number)
        dossier = drafting.dossier_of(visit.session, visit.scope, known, book=visit.house.book)
        now, before = dossier.written, dossier.before_signing.written
        same = [draft for draft in (*now, *before) if is_same_checksum(code, draft)]
        line = next(iter(_lines(same, visit)), None)
        values |= {"dossier": dossier, "line": line, "is_earlier": line is not None and line.draft not in now}
    return visit.page("papers/check.html", values)


def _archive(called: Caller, dossiers: Sequence[Dossier], enclosed: Mapping[int, bytes]) -> Response:
    """Every paper that lacks nothing, twice: to edit and to read, with the files of the conditions.

    What is missing in the others is listed.
    """
    drafts = [draft for dossier in dossiers for draft in dossier.drafts]
    ready = [draft for draft in drafts if not missing(draft)]
    if not ready:
        raise PaperIncomplete(missing=tuple(dict.fromkeys(code for each in drafts for code in missing(each))))
    if len(ready) > MOST_PAPERS:
        raise PaperIncomplete(reason="many", most=MOST_PAPERS)
    subject = f"decision:{dossiers[0].record.number}" if len(dossiers) == 1 else "documents"
    unneeded = [dossier.record.number for dossier in dossiers if not dossier.drafts]
    papers = _files(drafts, ready, unneeded, called)
    data = zip_bytes((*papers, *_enclosed(dossiers, enclosed, called)))
    _tell(called, subject, ready, Format.ZIP)
    words = called.house.voices[called.language].words
    number = f" {dossiers[0].record.number}" if len(dossiers) == 1 else ""
    return _saved(data, f"{words.say('papers.archive')}{number} {called.on.isoformat()}", Format.ZIP)


def _files(
    drafts: Sequence[Draft], ready: Sequence[Draft], unneeded: Sequence[int], called: Caller
) -> Iterator[tuple[str, bytes]]:
    papers = _composed(ready, called)
    for place, (draft, paper, pdf) in enumerate(zip(ready, papers, pdfs(papers), strict=True), start=1):
        path = f"{draft.decision}/{place:03} {file_name(_name(draft, called))}"
        yield f"{path}.docx", docx_bytes(paper)
        yield f"{path}.pdf", pdf
    lacking = [line for line in _lines(drafts, called) if line.lacks]
    if told := _told(lacking, unneeded, called):
        yield f"{_voice(called).words.say('papers.missing')}.txt", told.encode("utf-8-sig")


def _enclosed(
    dossiers: Iterable[Dossier], enclosed: Mapping[int, bytes], called: Caller
) -> Iterator[tuple[str, bytes]]:
    """The files of the conditions as they came, in a folder of their own."""
    folder = file_name(_voice(called).words.say("papers.enclosed"))
    for dossier in dossiers:
        for place, each in enumerate(dossier.enclosed, start=1):
            path = f"{dossier.record.number}/{folder}/{place:02} {file_name(each.file_name)}"
            yield path, enclosed[each.id]


def _told(lines: Iterable[Line], unneeded: Iterable[int], called: Caller) -> str:
    """Which papers are not in an archive, and why; which decisions need none."""
    words = _voice(called).words
    told = [
        f"№ {line.draft.decision} {' '.join((words.say(f'papers.{line.draft.kind}'), line.about)).strip()}: "
        + "; ".join(words.say(f"papers.missing.{code}") for code in line.lacks)
        for line in lines
    ]
    told += (f"№ {number}: {words.say('papers.none')}" for number in unneeded)
    return "".join(f"{each}\r\n" for each in told)


def _composed(drafts: Iterable[Draft], called: Caller) -> list[Paper]:
    home = called.house.settings.base_url
    return [compose(draft, called.house.voices, home=home) for draft in drafts]


def _lines(drafts: Iterable[Draft], called: Caller) -> list[Line]:
    return [Line(draft, missing(draft), _about(draft, called)) for draft in drafts]


def _about(draft: Draft, called: Caller) -> str:
    """What tells a paper from others of its kind."""
    match draft.kind:
        case DraftKind.AGREEMENT:
            return draft.contract_number or ""
        case DraftKind.LETTER:
            return own(draft.places[0].name, called.language)
        case DraftKind.REQUEST | DraftKind.INVITATION:
            return draft.addressee or draft.part
        case _:
            return draft.part


def _name(draft: Draft, called: Caller) -> str:
    """A file's name: the number of the decision, the kind of paper, and what tells it from the others."""
    said = _voice(called).words.say(f"papers.{draft.kind}")
    return clean(f"{draft.decision} {said} {_about(draft, called)}")


def _voice(called: Caller) -> Voice:
    return called.house.voices[called.language]


def _tell(called: Caller, subject: str, drafts: Sequence[Draft], ending: Format) -> None:
    """Let the journal know who took which papers: by the code under each, while they are few."""
    codes = [checksum(draft) for draft in drafts[:FEW]]
    with called.writing() as session:
        note(session, called, Act.EXPORT, subject, papers=len(drafts), format=ending.value, checksums=codes)


def _saved(data: bytes, name: str, ending: Format) -> Response:
    headers = {"content-disposition": disposition(f"{file_name(name)}.{ending}")}
    return Response(data, media_type=MEDIA_TYPES[ending], headers=headers)
