"""The journal's chain as readers are told of it: the last whole check, and whether it still holds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from tracker.store import jobs, journal, journal_search
from tracker.store.engine import reading, transaction
from tracker.store.job_tables import Outcome
from tracker.store.jobs import Job


@dataclass(frozen=True, slots=True)
class Chain:
    """What is known of the chain: whole up to entry ``checked_to`` of ``length``, as of ``checked_at``.

    ``broken_at`` is the first entry that did not fit, or the last that was checked and is no longer there.
    """

    length: int
    checked_to: int = 0
    checked_at: datetime | None = None
    broken_at: int | None = None


def chain_of(session: Session) -> Chain:
    """The last whole check, and whether the entry that it ended with still stands as it was."""
    length, _ = journal_search.newest_link(session)
    run = jobs.last_runs(session).get(Job.JOURNAL_CHECK)
    if run is None:
        return Chain(length)
    seq, broken = int(run.detail["seq"]), run.detail["broken"]
    return Chain(length, seq, run.ended_at, broken or _lost(session, seq, run.detail["hash"]))


def check_chain(engine: Engine, *, now: datetime) -> Chain:
    """Read the whole journal and write down up to where it fits.

    A journal that was cut short fits in itself: so the entry that the last good check ended with must still
    be there. Writers wait for the writing down only.
    """
    with reading(engine) as session:
        last = jobs.last_runs(session).get(Job.JOURNAL_CHECK)
        seq, hash_ = (int(last.detail["seq"]), last.detail["hash"]) if last else (0, journal.START)
        broken = journal.verify_chain(session) or _lost(session, seq, hash_)
        length, newest = journal_search.newest_link(session)
    if broken is None:
        seq, hash_ = length, newest
    outcome = Outcome.FAILED if broken else Outcome.DONE
    detail = {"seq": seq, "hash": hash_, "broken": broken}
    with transaction(engine) as session:
        jobs.record(session, Job.JOURNAL_CHECK, began_at=now, ended_at=now, outcome=outcome, **detail)
    return Chain(length, seq, now, broken)


def _lost(session: Session, seq: int, hash_: str) -> int | None:
    return None if journal_search.is_link(session, seq, hash_) else seq
