"""Register files: hand one over, see what it would change, confirm or leave (interfaces §4)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, File, Form, UploadFile
from sqlalchemy.orm import Session
from starlette.responses import HTMLResponse, RedirectResponse, Response

from tracker.domain.acts import Act
from tracker.domain.errors import (
    ChangedMeanwhile,
    ConfirmationNeeded,
    FileRefused,
    FileStays,
    TrackerError,
    UploadGone,
)
from tracker.domain.register import RegisterKind
from tracker.domain.roles import Action
from tracker.feeds.columns import COLUMNS
from tracker.feeds.table_files import LARGEST_FILE, shown_name
from tracker.render import listings
from tracker.render.sentences import Sentences
from tracker.render.sheets import Value, csv_bytes, xlsx_bytes
from tracker.services import importing, taking_back, understanding
from tracker.services.evaluating import NeedView, snapshot
from tracker.services.rejecting import FAULT_COLUMNS, RejectedRow, rejected_rows
from tracker.store import journal, taken_files, uploads
from tracker.web import changed_board
from tracker.web.attachments import Ending, attachment
from tracker.web.auditing import note, origin_of
from tracker.web.deps import Asked, Called, Caller, Visit
from tracker.web.filters import HORIZONS, ON, asked_of, not_known
from tracker.web.forms import FORM_ROOM
from tracker.web.proving import author_of
from tracker.web.rules import allow

router = APIRouter(default_response_class=HTMLResponse, include_in_schema=False)

COUNTS = ("read", "new", "changed", "same", "rejected")
PAST_SHOWN = 50
UPLOAD = "upload"
"""The detail of a journal entry that names the file's token, which is worth nothing once it was used."""
BOARD = "board"
"""The detail that keeps the numbers of the board from before."""
RECORDING = "recording"
"""The detail that names what the file wrote; a file that said nothing new has none."""
REJECTED = "rejected"
SHOWN = 1000
"""Faults and changes that a page lists; more are counted."""


@dataclass(frozen=True, slots=True)
class PastImport:
    """One import that was written."""

    seq: int
    at: datetime
    kind: str
    file: str
    counts: Mapping[str, int]
    actor: str
    board: str
    recording: int
    is_back: bool


@router.get("/imports", dependencies=[allow(Action.IMPORT)])
def index(visit: Asked) -> Response:
    """Past imports, the form to hand a file over, and the columns of each kind."""
    return _index(visit, asked_of(visit.request, ("done", "again", "back")))


def _index(visit: Visit, asked: Mapping[str, str], refused: TrackerError | None = None) -> Response:
    past, back = _past(visit), _number(asked.get("back", ""))
    done = next((run for run in past if str(run.seq) == asked.get("done")), None)
    return visit.page(
        "imports/index.html",
        {
            "past": past[:PAST_SHOWN],
            "done": done,
            "board": _changes(visit, done) if done else (),
            "horizon": HORIZONS[0],
            "again": asked.get("again") == ON,
            "back": next((run for run in past if run.is_back and run.recording == back), None),
            "files": taking_back.last_files(
                visit.session, visit.person, now=visit.moment, today=visit.today, book=visit.house.book
            ),
            "refused": refused,
            "kinds": tuple(RegisterKind),
            "columns": COLUMNS,
            "largest_mib": LARGEST_FILE // 2**20,
        },
        status=409 if refused else 200,
    )


def _number(text: str) -> int:
    """The number of a recording; 0, which none has, for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def _changes(visit: Visit, done: PastImport) -> tuple[changed_board.Change, ...]:
    """What it changed for whoever wrote it: others may see other schools."""
    if done.actor != visit.person.mark or not done.board:
        return ()
    return changed_board.changes(done.board, _needs(visit, visit.session), at=done.at)


def _needs(called: Caller, session: Session) -> tuple[NeedView, ...]:
    """The needs of whoever calls, today and as known now."""
    return snapshot(session, called.scope, on=called.today, known=None, book=called.house.book).needs


@router.post(
    "/imports",
    dependencies=[allow(Action.IMPORT)],
    max_body_size=LARGEST_FILE + FORM_ROOM,
    form_limits={"max_files": 1},
)
def hand_over(
    called: Called, kind: Annotated[str, Form()] = "", file: Annotated[UploadFile | None, File()] = None
) -> Response:
    """Keep the file and show what it would change; one that cannot be read is refused and not kept."""
    if kind not in tuple(RegisterKind):
        raise not_known("kind", kind, RegisterKind)
    if file is None or not file.filename:
        raise FileRefused(reason="missing")
    name = shown_name(file.filename)
    data = file.file.read(LARGEST_FILE + 1)
    importing.read_file(data, filename=name)
    with called.writing() as session:
        token = uploads.keep(
            session, RegisterKind(kind), data, filename=name, at=called.moment, person_id=called.person.id
        )
    return RedirectResponse(f"/imports/{token}", 303)


@router.post("/imports/undo", dependencies=[allow(Action.IMPORT)])
def take_back(called: Called, which: Annotated[str, Form()] = "") -> Response:
    """Take back a file that was just written, named by the number of its recording."""
    seq = _number(which)
    who, today, book = (author_of(called), called.scope, called.person), called.today, called.house.book
    try:
        with called.writing() as session:
            taking_back.take_back(session, *who, seq, today=today, book=book)
    except FileStays as refused:
        with called.reading() as visit:
            return _index(visit, {}, refused)
    return RedirectResponse(f"/imports?back={seq}", 303)


@router.get("/imports/{token}", dependencies=[allow(Action.IMPORT)])
def preview(visit: Asked, token: str) -> Response:
    """What a kept file would change; of one that was written, the line of its import."""
    try:
        return _preview(visit, token)
    except UploadGone:
        return _done_before(visit, token)


@router.post("/imports/{token}", dependencies=[allow(Action.IMPORT)])
def apply(
    called: Called,
    token: str,
    skip_bad_rows: Annotated[str, Form()] = "",
    confirmed: Annotated[str, Form()] = "",
    seen: Annotated[str, Form()] = "",
) -> Response:
    """Write a kept file, whole or not at all, if the facts are still as the preview ``seen`` showed them."""
    try:
        seq = _write(called, token, skip_bad_rows=skip_bad_rows == ON, confirmed=confirmed == ON, seen=seen)
    except UploadGone:
        with called.reading() as visit:
            return _done_before(visit, token)
    except (ChangedMeanwhile, ConfirmationNeeded) as error:
        return _refused(called, token, error)
    if seq is None:
        return _refused(called, token, TrackerError())
    return RedirectResponse(f"/imports?done={seq}", 303)


@router.post("/imports/{token}/columns", dependencies=[allow(Action.IMPORT)])
def say_columns(
    called: Called,
    token: str,
    title: Annotated[list[str] | None, Form()] = None,
    meaning: Annotated[list[str] | None, Form()] = None,
) -> Response:
    """Say once what unknown columns are: remembered for whoever sees the same place. Nothing is written."""
    with called.reading() as visit:
        upload = uploads.get(visit.session, token, person_id=visit.person.id)
        asked = {column.title for column in _found(visit, upload).asked}
    said = {one: told for one, told in zip(title or (), meaning or (), strict=False) if one in asked}
    with called.writing() as session:
        understanding.remember(session, author_of(called), called.scope, upload.kind, said)
    return RedirectResponse(f"/imports/{token}", 303)


@router.post("/imports/{token}/rejected", dependencies=[allow(Action.IMPORT)])
def rejected(
    called: Called, token: str, ending: Annotated[Ending, Form(alias="format")] = Ending.XLSX
) -> Response:
    """The rows of a kept file that would be rejected, the reasons beside their cells; none is written."""
    with called.reading() as visit:
        upload = uploads.get(visit.session, token, person_id=visit.person.id)
        issues = _found(visit, upload).issues
    table = importing.read_file(upload.data, filename=upload.filename)
    rows = rejected_rows(table, issues)
    with called.writing() as session:
        note(session, called, Act.EXPORT, REJECTED, file=upload.filename, rows=len(rows), format=ending.value)
    voice = called.house.voices[called.language]
    header = (*listings.titles(voice.words, FAULT_COLUMNS), *table.header)
    cells = [(*_told(row, voice.sentences), *row.cells) for row in rows]
    title = voice.words.say("imports.rejected")
    data = csv_bytes(header, cells) if ending is Ending.CSV else xlsx_bytes(header, cells, sheet=title)
    return attachment(data, f"{title} {upload.filename.rpartition('.')[0]}", ending)


def _told(row: RejectedRow, say: Sentences) -> tuple[Value, ...]:
    """Where the row stands, and all that is wrong with it."""
    columns = (issue.column for issue in row.issues if issue.column)
    values = (issue.value for issue in row.issues if issue.value)
    reasons = map(say.issue, row.issues)
    return (row.number, ", ".join(columns), "; ".join(values), " ".join(dict.fromkeys(reasons)))


def _write(called: Caller, token: str, *, skip_bad_rows: bool, confirmed: bool, seen: str) -> int | None:
    """The journal number of what was written; None if rejected rows kept it from being written."""
    with called.reading() as visit:
        _needs(called, visit.session)  # judged before the transaction, so that nobody waits for it there
    with called.writing() as session:
        board = changed_board.written(changed_board.counted(_needs(called, session)))
        upload = uploads.get(session, token, person_id=called.person.id)
        found = importing.apply(
            session,
            called.scope,
            upload.kind,
            upload.data,
            filename=upload.filename,
            book=called.house.book,
            actor=called.person.mark,
            now=called.moment,
            today=called.today,
            skip_bad_rows=skip_bad_rows,
            confirmed=confirmed,
            seen=seen,
            origin={**origin_of(called), UPLOAD: token, BOARD: board},
        )
        if not found.written:
            return None
        uploads.forget(session, token, person_id=called.person.id)
        return journal.entries(session, limit=1)[0].seq


def _done_before(visit: Visit, token: str) -> Response:
    """The import that wrote this file, for whoever confirms it twice; raises ``UploadGone`` if none did."""
    own = journal.entries(visit.session, limit=PAST_SHOWN, action=Act.IMPORT, actor=visit.person.mark)
    for entry in own:
        if entry.details.get(UPLOAD) == token:
            return RedirectResponse(f"/imports?done={entry.seq}&again={ON}", 303)
    raise UploadGone


def _refused(called: Caller, token: str, error: TrackerError) -> Response:
    with called.reading() as visit:
        return _preview(visit, token, refused=error)


def _preview(visit: Visit, token: str, refused: TrackerError | None = None) -> Response:
    upload = uploads.get(visit.session, token, person_id=visit.person.id)
    found = _found(visit, upload)
    return visit.page(
        "imports/preview.html",
        {
            "preview": found,
            "counts": COUNTS,
            "titles": {column.name: getattr(column, visit.language) for column in COLUMNS[upload.kind]},
            "meanings": understanding.meanings(upload.kind),
            "shown": SHOWN,
            "refused": refused,
        },
        status=409 if refused else 200,
    )


def _found(visit: Visit, upload: uploads.Upload) -> importing.Preview:
    return importing.preview(
        visit.session,
        visit.scope,
        upload.kind,
        upload.data,
        filename=upload.filename,
        book=visit.house.book,
        on=visit.today,
    )


def _past(visit: Visit) -> tuple[PastImport, ...]:
    """The newest imports, the newest first: her own, or all for those who see everything."""
    entries = journal.entries(visit.session, limit=PAST_SHOWN, action=Act.IMPORT, actor=visit.only_actor)
    numbers = {entry.seq: int(entry.details.get(RECORDING, 0)) for entry in entries}
    back = taken_files.taken_back(visit.session, numbers.values())
    return tuple(
        PastImport(
            seq=entry.seq,
            at=entry.at,
            kind=entry.subject,
            file=str(entry.details["file"]),
            counts={name: int(entry.details[name]) for name in COUNTS},
            actor=entry.actor,
            board=str(entry.details.get(BOARD, "")),
            recording=numbers[entry.seq],
            is_back=numbers[entry.seq] in back,
        )
        for entry in entries
    )
