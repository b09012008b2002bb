"""What the recording of one file wrote and ended, whether it still stands, and what was known before it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Table, or_, select
from sqlalchemy.orm import Session

from tracker.domain.origins import FILE_BACK, IMPORT
from tracker.store.begin_tables import BEGIN_REQUEST
from tracker.store.bounds import foreign_schools, foreign_tenders
from tracker.store.case_tables import CASE_HOLDER, CASE_NOTE
from tracker.store.decision_tables import DECISION_LINE, REPORT_POSTED
from tracker.store.histories import forget_history
from tracker.store.people_tables import PERSON_REACH
from tracker.store.references import needs_of_tenders
from tracker.store.registry import Recording, list_schools
from tracker.store.reminder_tables import OWN_LEADS
from tracker.store.report_tables import SCHOOL_ASK
from tracker.store.scope import EVERYTHING, Scope, among
from tracker.store.tables import CONTRACT_LINE, NEED, RECORDING, SCHOOL, TENDER_EVENT, TENDER_LINE
from tracker.store.versions import Values, add_versions, as_known

KEYS: dict[Table, tuple[str, ...]] = {
    SCHOOL: ("school_id",),
    NEED: ("school_id", "service"),
    CONTRACT_LINE: ("contract_number", "school_id", "service"),
    TENDER_LINE: ("tender_number", "school_id", "service"),
    TENDER_EVENT: ("tender_number", "event", "on_day"),
}
"""The registers that files fill, by their natural keys."""

OF_SCHOOLS = (
    CONTRACT_LINE, TENDER_LINE, DECISION_LINE, SCHOOL_ASK, BEGIN_REQUEST, CASE_HOLDER, CASE_NOTE,
    PERSON_REACH,
)  # fmt: skip
"""Where people and files name a school, and most of them a service."""

OF_NUMBERS = (
    (TENDER_EVENT, "tender_number"),
    (REPORT_POSTED, "contract_number"),
    (DECISION_LINE, "present_contract"),
    (DECISION_LINE, "signed_number"),
    (OWN_LEADS, "number"),
)
"""Where they name a contract or a tender."""

_KEPT = frozenset({"id", "recorded_seq", "superseded_seq"})

Key = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Wrote:
    """The versions of one register that a recording ``brought``, and those that it ``ended``, by key."""

    table: Table
    brought: dict[Key, Values]
    ended: dict[Key, Values]

    @property
    def new(self) -> tuple[Key, ...]:
        """The keys that nobody had named before."""
        return tuple(key for key in self.brought if key not in self.ended)

    @property
    def is_part(self) -> bool:
        """Whether its rows are no rows of a file: the needs of a school stand in the row of the school."""
        return self.table is NEED

    @property
    def keys(self) -> frozenset[Key]:
        """All that it touched."""
        return frozenset(self.brought) | frozenset(self.ended)


def own_files(session: Session, actor: str, *, since: datetime) -> tuple[Recording, ...]:
    """The files that somebody took in since a moment and nobody took back, the newest first."""
    row = RECORDING.c
    hers = select(RECORDING).where(row.actor == actor, row.recorded_at >= since)
    found = [Recording(*each) for each in session.execute(hers.order_by(row.seq.desc()))]
    files = [each for each in found if each.reason.startswith(IMPORT)]
    back = taken_back(session, [each.seq for each in files])
    return tuple(each for each in files if each.seq not in back)


def file_of(session: Session, seq: int) -> Recording | None:
    """The recording of that number, where it is of a file."""
    found = session.execute(select(RECORDING).where(RECORDING.c.seq == seq)).first()
    return Recording(*found) if found is not None and found.reason.startswith(IMPORT) else None


def taken_back(session: Session, seqs: Iterable[int]) -> frozenset[int]:
    """Those of the recordings whose files were taken back."""
    reasons = among(session, RECORDING.c.reason, [f"{FILE_BACK}{seq}" for seq in seqs])
    found = session.scalars(select(RECORDING.c.reason).where(reasons))
    return frozenset(int(reason.removeprefix(FILE_BACK)) for reason in found)


def written_by(session: Session, seq: int) -> tuple[Wrote, ...]:
    """What a recording wrote, register by register; nothing of registers that it left as they were."""

    def versions(table: Table, edge: str) -> dict[Key, Values]:
        rows = session.execute(select(table).where(table.c[edge] == seq)).mappings()
        return {_key(table, row): dict(row) for row in rows}

    found = (
        Wrote(table, versions(table, "recorded_seq"), versions(table, "superseded_seq")) for table in KEYS
    )
    return tuple(wrote for wrote in found if wrote.keys)


def still_stands(session: Session, wrote: Wrote, seq: int) -> bool:
    """Whether all that the recording brought is what is known now.

    What a later file changed stands again once that file was taken back.
    """
    gone = {key: row for key, row in wrote.brought.items() if row["superseded_seq"] is not None}
    if not gone:
        return True
    row = RECORDING.c
    later = select(row.seq).where(row.seq > seq, row.reason.startswith(FILE_BACK))
    backs, table = frozenset(session.scalars(later)), wrote.table
    named = among(session, table.c[KEYS[table][0]], {key[0] for key in gone})
    present = session.execute(select(table).where(as_known(table), named)).mappings()
    known = {_key(table, each): each for each in present if each["recorded_seq"] in backs}
    return all(key in known and _said(known[key]) == _said(old) for key, old in gone.items())


def is_within(session: Session, scope: Scope, written: Collection[Wrote], seq: int) -> bool:
    """Whether all that a recording touched lies within the scope, now and as it was before."""
    schools = {row["school_id"] for row in _rows(written) if "school_id" in row}
    if foreign_schools(session, scope, schools) or foreign_tenders(session, scope, _tenders(written)):
        return False
    moved = {key[0] for wrote in written if wrote.table is SCHOOL for key in wrote.ended}
    before = list_schools(session, EVERYTHING, known_seq=seq - 1, named=moved)
    return all(scope.holds(school) for school in before)


def is_named_since(session: Session, written: Collection[Wrote], seq: int) -> bool:
    """Whether a fact or a deed names a school, service, contract or tender that this file alone brought."""
    new = {wrote.table: wrote.new for wrote in written}
    schools = {key[0] for key in new.get(SCHOOL, ())}
    needs: dict[Any, set[str]] = defaultdict(set)
    for school_id, service in new.get(NEED, ()):
        needs[service].add(school_id)
    for table in OF_SCHOOLS:
        named = [among(session, table.c.school_id, schools)]
        if "service" in table.c:
            named += [
                (table.c.service == service) & among(session, table.c.school_id, of_it)
                for service, of_it in needs.items()
            ]
        if _is_any(session, table, or_(*named), seq):
            return True
    numbers = {number for wrote in written for number in _numbers(session, wrote)}
    return any(
        _is_any(session, table, among(session, table.c[column], numbers), seq) for table, column in OF_NUMBERS
    )


def needs_of(session: Session, written: Collection[Wrote]) -> set[tuple[str, str]]:
    """The needs of which the rows tell, an event of all those of its tender."""
    told = {(row["school_id"], row["service"]) for row in _rows(written) if "service" in row}
    return told | needs_of_tenders(session, EVERYTHING, _tenders(written))


def record_before(session: Session, wrote: Wrote, seq: int) -> None:
    """Record once more what was known before; what was new is known no longer."""
    rows = [_said(row) for row in wrote.ended.values()]
    named = [dict(zip(KEYS[wrote.table], key, strict=True)) for key in wrote.keys]
    add_versions(session, wrote.table, rows, key=KEYS[wrote.table], seq=seq, replacing=named)
    if wrote.table in (TENDER_LINE, TENDER_EVENT):
        forget_history(session)


def _tenders(written: Collection[Wrote]) -> set[str]:
    """The tenders of events."""
    return {key[0] for wrote in written if wrote.table is TENDER_EVENT for key in wrote.keys}


def _numbers(session: Session, wrote: Wrote) -> frozenset[str]:
    """The contracts or tenders of which nothing is known but the new lines of this file."""
    if wrote.table not in (CONTRACT_LINE, TENDER_LINE):
        return frozenset()
    table, new = wrote.table, frozenset(wrote.new)
    number = KEYS[table][0]
    brought = among(session, table.c[number], {key[0] for key in new})
    columns = [table.c[name] for name in KEYS[table]]
    others = session.execute(select(*columns).where(as_known(table), brought))
    return frozenset(key[0] for key in new) - {key[0] for key in others if tuple(key) not in new}


def _is_any(session: Session, table: Table, named: ColumnElement[bool], seq: int) -> bool:
    query = select(next(iter(table.primary_key.columns))).where(named)
    if "recorded_seq" in table.c:
        query = query.where(as_known(table), table.c.recorded_seq > seq)
    return session.execute(query.limit(1)).first() is not None


def _rows(written: Collection[Wrote]) -> Iterator[Values]:
    for wrote in written:
        yield from wrote.brought.values()
        yield from wrote.ended.values()


def _key(table: Table, row: Any) -> Key:
    return tuple(row[name] for name in KEYS[table])


def _said(row: Any) -> dict[str, Any]:
    """What a version says, without when it was known."""
    return {name: value for name, value in row.items() if name not in _KEPT}
