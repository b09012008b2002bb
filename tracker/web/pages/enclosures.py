"""The checklist of a decision: conditions confirmed with their files, and the files taken away again.

To take a file away is an act, as with every other file: a form asks for it and the journal notes it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from sqlalchemy.orm import Session
from starlette.datastructures import UploadFile
from starlette.responses import HTMLResponse, Response

from tracker.domain.acts import Act
from tracker.domain.asked import read_number
from tracker.domain.enclosures import LARGEST_ENCLOSURE, FileKind, NewFile
from tracker.domain.errors import FilterNotKnown, NotFound
from tracker.domain.roles import Action
from tracker.domain.vocabulary import ConditionId
from tracker.services import confirming
from tracker.store import enclosures
from tracker.store.decisions import LARGEST
from tracker.web.attachments import disposition, file_name
from tracker.web.auditing import note as note_act
from tracker.web.deps import Called, Caller
from tracker.web.forms import FORM_ROOM, Text, Texts
from tracker.web.pages.decisions import Revision, back, done, number_of
from tracker.web.proving import author_of
from tracker.web.rules import allow

router = APIRouter(default_response_class=HTMLResponse, include_in_schema=False)

MEDIA_TYPES = {
    FileKind.PDF: "application/pdf",
    FileKind.DOCX: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    FileKind.JPEG: "image/jpeg",
    FileKind.PNG: "image/png",
}
FILES = len(ConditionId)
"""The checklist has a place for a file beside each condition, most of them empty."""

FIELDS = 200
"""Fields of the longest checklist."""


async def enclosed_files(request: Request) -> Mapping[ConditionId, NewFile]:
    """The files of a checklist, each named by its condition: an empty place would else be nobody's."""
    sent = await request.form()
    files: dict[ConditionId, NewFile] = {}
    for condition in ConditionId:
        file = sent.get(f"file-{condition}")
        if isinstance(file, UploadFile) and file.filename:
            files[condition] = NewFile(file.filename, await file.read(LARGEST_ENCLOSURE + 1))
    return files


@router.post(
    "/decisions/{number}/conditions",
    dependencies=[allow(Action.DRAFT)],
    max_body_size=LARGEST_ENCLOSURE + FORM_ROOM,
    form_limits={"max_fields": FIELDS, "max_files": FILES},
)
def confirm(
    called: Called,
    number: str,
    files: Annotated[Mapping[ConditionId, NewFile], Depends(enclosed_files)],
    condition: Texts = (),
    confirmed: Texts = (),
    note: Texts = (),
    paper: Texts = (),
    revision: Revision = 0,
    asked: Text = "",
) -> Response:
    """Confirm conditions, each with a note, where its paper is found, or the paper itself.

    A file confirms its condition.
    """
    if len({len(condition), len(note), len(paper)}) > 1 or not {*confirmed, *condition} <= set(ConditionId):
        raise FilterNotKnown(name="confirmed", value=", ".join(confirmed))
    rows = zip(condition, note, paper, strict=True)
    said = {ConditionId(id): (note, paper) for id, note, paper in rows if id in confirmed or id in files}

    def work(session: Session) -> None:
        confirming.confirm(
            session, author_of(called), called.person, number_of(number), said, revision=revision, files=files
        )

    return done(called, number, asked, work, said=said) or back(number, asked, told="conditions")


@router.post("/decisions/{number}/enclosures/back", dependencies=[allow(Action.DRAFT)])
def take_back(
    called: Called, number: str, enclosure: Text = "", revision: Revision = 0, asked: Text = ""
) -> Response:
    """Let a file count no more; it stays in the list, with who took it back."""

    def work(session: Session) -> None:
        confirming.take_back(
            session, author_of(called), called.person, number_of(number), _number(enclosure),
            revision=revision,
        )  # fmt: skip

    return done(called, number, asked, work) or back(number, asked)


@router.post("/decisions/{number}/enclosures", dependencies=[allow(Action.EXPORT)])
def take(called: Called, number: str, enclosure: Text = "") -> Response:
    """A file as it came, to be saved: nothing of it is shown inside the page."""
    which = _number(enclosure)
    with called.reading() as visit:
        of_decision = enclosures.list_enclosures(visit.session, visit.scope, [number_of(number)])
        found = next((each for each in of_decision if each.id == which), None)
        data = enclosures.content(visit.session, visit.scope, number_of(number), which)
    if found is None or data is None:
        raise NotFound(enclosure=enclosure)
    _tell(called, found.decision, found.sha256)
    headers = {"content-disposition": disposition(file_name(found.file_name))}
    return Response(data, media_type=MEDIA_TYPES[found.kind], headers=headers)


def _tell(called: Caller, decision: int, sha256: str) -> None:
    with called.writing() as session:
        note_act(session, called, Act.EXPORT, f"decision:{decision}", enclosed_sha256=[sha256])


def _number(text: str) -> int:
    number = read_number(text, most=LARGEST)
    if number is None:
        raise NotFound(enclosure=text)
    return number
