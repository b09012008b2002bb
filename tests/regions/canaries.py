"""Every text that the database keeps of the second region has a canary in it, or says why it needs none.

The columns are those of the schema itself: a new one of text, of bytes or of an amount is asked for its
canary without a line being written.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from pkgutil import iter_modules

from sqlalchemy import Column, Engine, LargeBinary, Text, select

from tests.regions.country import CANARIES
from tracker import store
from tracker.store.engine import reading
from tracker.store.scope import EVERYTHING
from tracker.store.tables import Base
from tracker.store.types import Amount, Pairs

for module in iter_modules(store.__path__):  # a table is known once its module is
    import_module(f"{store.__name__}.{module.name}")

A_HASH = "a hash, or random signs: nothing is read from it"
SEALED = "a secret, hashed or sealed: no page and no file has it"
WORDS = "words of closed lists, numbers and days, as the program writes them"
A_REGION = "the code of a region, which every list of regions has"
A_MARK = "the number of a person, as marks name her"
THE_COUNTRY = "the same for the whole country"
OF_THE_PROGRAM = "what the program does, and by which of its processes"
OF_A_STRANGER = "what somebody tried who was nobody yet"

WITHOUT = {
    "api_token.actions": WORDS,
    "api_token.prefix": A_HASH,
    "api_token.region": A_REGION,
    "api_token.secret_hash": SEALED,
    "assessment.answer": WORDS,
    "assessment.answer_detail": WORDS,
    "assessment.basis": A_HASH,
    "assessment.digest": A_HASH,
    "assessment.flags": WORDS,
    "assessment.region": A_REGION,
    "calendar_feed.region": A_REGION,
    "calendar_feed.secret_hash": SEALED,
    "calendar_override.decree": THE_COUNTRY,
    "column_said.kind": WORDS,
    "column_said.meaning": WORDS,
    "column_said.place": A_REGION,
    "contract_line.currency": WORDS,
    "decision_enclosure.sha256": A_HASH,
    "decision_event.batch": A_HASH,
    "hold.seen": WORDS,
    "job_run.detail": OF_THE_PROGRAM,
    "job_run.job": OF_THE_PROGRAM,
    "journal.action": WORDS,
    "journal.actor": A_MARK,
    "journal.hash": A_HASH,
    "journal.prev_hash": A_HASH,
    "law_edition.calendar": THE_COUNTRY,
    "law_edition.edition": A_HASH,
    "law_edition.policy": THE_COUNTRY,
    "lease.holder": OF_THE_PROGRAM,
    "lease.name": OF_THE_PROGRAM,
    "message.code": WORDS,
    "message.key": WORDS,
    "message.leased_by": OF_THE_PROGRAM,
    "message.template": WORDS,
    "own_leads.leads": WORDS,
    "person.password_hash": SEALED,
    "person.second_factor": SEALED,
    "person_reach.region": A_REGION,
    "printed_reach.region": A_REGION,
    "printed_report.digest": A_HASH,
    "printed_report.edition": A_HASH,
    "printed_report.ending": WORDS,
    "printed_report.printed_by": A_MARK,
    "printed_report.region": A_REGION,
    "recovery_code.code_hash": SEALED,
    "school.region": A_REGION,
    "school_ask.asked_by": A_MARK,
    "school_ask.secret_hash": SEALED,
    "school_ask.settled_by": A_MARK,
    "sign_in_attempt.account_hash": SEALED,
    "sign_in_attempt.address": OF_A_STRANGER,
    "sign_in_attempt.device_hash": SEALED,
    "signed_in.cookie_hash": SEALED,
    "signed_in.known_by": WORDS,
    "single_use_link.purpose": WORDS,
    "single_use_link.secret_hash": SEALED,
    "stage_history.basis": A_HASH,
    "stage_history.finished": THE_COUNTRY,
    "stage_history.lengths": THE_COUNTRY,
    "upload.token": A_HASH,
    "way.secret": SEALED,
}
"""Columns in which nothing is written that is of a region alone, and why."""


def texts() -> Iterator[Column[object]]:
    """The columns that keep what somebody wrote; words of a closed list are none."""
    for table in Base.metadata.sorted_tables:
        for column in table.columns:
            if isinstance(column.type, Text | Pairs | Amount | LargeBinary):
                yield column


def told_in(engine: Engine) -> dict[str, str]:
    """All that stands in each column that keeps text."""
    with reading(engine, seeing=EVERYTHING) as session:
        return {str(column): "\n".join(map(repr, session.scalars(select(column)))) for column in texts()}


def marked(said: str) -> bool:
    """Whether a canary is in a text."""
    return any(canary.casefold() in said.casefold() for canary in CANARIES)
