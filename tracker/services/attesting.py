"""Decisions as the journal attests them: each deed with its substance, and a digest of why.

The reasons themselves stay outside the chain, for they may name people: a digest tells whether they are still
the same.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.orm import Session

from tracker.domain.acts import Act
from tracker.domain.decision_records import Event
from tracker.domain.decisions import OTHER_EYES, Deed
from tracker.services.acting import Author
from tracker.store import decisions, journal
from tracker.store.decisions import Reasons
from tracker.store.journal import Entry
from tracker.store.scope import EVERYTHING

SUBJECT = "decision"
"""What entries are about, with the decision's number behind."""


def digest(text: str) -> str:
    """SHA-256 of a text as the journal keeps it."""
    return hashlib.sha256(text.encode()).hexdigest()


def note_deed(
    session: Session, author: Author, number: int, event: Event, told: Mapping[str, object]
) -> None:
    """A line of the journal: what was done, what it said (``told``), and the digest of its reason."""
    author.note(
        session, Act.DECISION, f"{SUBJECT}:{number}", deed=event.deed, stands=event.after,
        revision=event.revision, reason_sha256=digest(event.reason), **told,
    )  # fmt: skip


def note_own(session: Session, author: Author, numbers: Sequence[int], deed: Deed) -> None:
    """One line of the journal: somebody was refused to decide on what she had drafted herself."""
    if len(numbers) == 1:
        author.note(session, Act.REFUSED, f"{SUBJECT}:{numbers[0]}", reason="own", deed=deed)
    else:
        author.note(session, Act.REFUSED, "decisions", reason="own", deed=deed, numbers=list(numbers))


def reasons_of(session: Session, entries: Sequence[Entry]) -> Mapping[int, str]:
    """Why, in full, by the number of each entry that attests it; nothing where it was erased or changed."""
    attesting = {
        entry.seq: (int(entry.subject.partition(":")[2]), entry.details["revision"])
        for entry in entries
        if entry.subject.startswith(f"{SUBJECT}:") and "reason_sha256" in entry.details
    }
    said = decisions.reasons_said(session, EVERYTHING, {number for number, _ in attesting.values()})
    digests = {entry.seq: entry.details["reason_sha256"] for entry in entries if entry.seq in attesting}
    found = {seq: said.get(key, "") for seq, key in attesting.items()}
    return {seq: why for seq, why in found.items() if why and digest(why) == digests[seq]}


def differing(session: Session) -> tuple[int, ...]:
    """Decisions whose reasons are not, or no more, those that the journal attests; by number.

    Entries from before digests were kept attest nothing. A reason that was erased differs too.
    """
    stored = {each.decision: each for each in decisions.list_reasons(session, EVERYTHING)}
    attested: dict[int, dict[str, str]] = {}
    for entry in reversed(journal.entries(session, action=Act.DECISION)):
        kind, _, number = entry.subject.partition(":")
        if kind == SUBJECT and "reason_sha256" in entry.details:
            attested.setdefault(int(number), {}).update(_attested(entry.details))
    return tuple(
        number for number, said in sorted(attested.items()) if not said.items() <= _held(stored.get(number))
    )


def _attested(details: Mapping[str, Any]) -> dict[str, str]:
    """What an entry says of the reason of its deed, of the drafter's reason and of the verdict's."""
    said = {str(details["revision"]): details["reason_sha256"]}
    if details["deed"] == Deed.DRAFT:
        said["drafter"] = details["reason_sha256"]
    if "why_sha256" in details:
        said["drafter"] = details["why_sha256"]
    if details["deed"] in OTHER_EYES:
        said["verdict"] = details["reason_sha256"]
    if details.get("of") in OTHER_EYES:
        said["verdict"] = details.get("verdict_sha256", digest(""))
    return said


def _held(found: Reasons | None) -> set[tuple[str, str]]:
    """The same of what is stored; nothing of a decision that is gone."""
    if found is None:
        return set()
    held = {"drafter": found.drafter, "verdict": found.verdict}
    held |= {str(revision): reason for revision, reason in found.by_revision.items()}
    return {(name, digest(text)) for name, text in held.items()}
