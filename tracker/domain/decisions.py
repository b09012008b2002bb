"""Deciding on an interim contract: from a draft to the signed contract, with two pairs of eyes (rules §6).

``proposed → approved | returned | rejected → contract recorded → closed``; whoever drafts may take her draft
back. An approved decision serves nobody: only the signed contract does, once it is recorded.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from tracker.domain.roles import Action
from tracker.domain.vocabulary import RouteId, Verdict


class DecisionStatus(StrEnum):
    """Where a decision stands (rules §6); ``withdrawn`` is a draft that its author took back."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    RETURNED = "returned"
    REJECTED = "rejected"
    RECORDED = "recorded"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"


OPEN = frozenset({DecisionStatus.PROPOSED, DecisionStatus.RETURNED, DecisionStatus.APPROVED})
"""A need has at most one decision that stands so: another one waits until it is settled."""


APPROVED_SINCE = frozenset({DecisionStatus.APPROVED, DecisionStatus.RECORDED, DecisionStatus.CLOSED})
"""Where a decision stands that somebody approved and nobody sent back."""


class Deed(StrEnum):
    """What a person does to a decision."""

    DRAFT = "draft"
    TICK = "tick"
    PRICE = "price"
    SEND_AGAIN = "send_again"
    WITHDRAW = "withdraw"
    APPROVE = "approve"
    RETURN = "return"
    REJECT = "reject"
    RECORD = "record"
    CLOSE = "close"
    UNDO = "undo"


P, A, T, J = (
    DecisionStatus.PROPOSED,
    DecisionStatus.APPROVED,
    DecisionStatus.RETURNED,
    DecisionStatus.REJECTED,
)
MOVES: Mapping[Deed, Mapping[DecisionStatus, DecisionStatus]] = {
    Deed.TICK: {P: P, T: T},
    Deed.PRICE: {P: P, T: T},
    Deed.SEND_AGAIN: {T: P},
    Deed.WITHDRAW: {P: DecisionStatus.WITHDRAWN, T: DecisionStatus.WITHDRAWN},
    Deed.APPROVE: {P: A},
    Deed.RETURN: {P: T, A: T},
    Deed.REJECT: {P: J},
    Deed.RECORD: {A: DecisionStatus.RECORDED},
    Deed.CLOSE: {DecisionStatus.RECORDED: DecisionStatus.CLOSED},
}
"""From where each deed leads where; what the table does not say is refused with the deeds that it allows."""

NEEDED: Mapping[Deed, Action] = {
    deed: Action.APPROVE if deed in (Deed.APPROVE, Deed.RETURN, Deed.REJECT) else Action.DRAFT
    for deed in Deed
}
"""What a role must allow for each deed; whose own deed is undone she may undo."""

OTHER_EYES = frozenset({Deed.APPROVE, Deed.RETURN, Deed.REJECT})
"""Deeds that whoever made what is decided, or confirmed a condition, leaves to somebody else."""

MAKING = frozenset({Deed.DRAFT, Deed.PRICE, Deed.SEND_AGAIN})
"""Deeds by which somebody makes what is to be approved."""

WITH_REASON = frozenset({Deed.APPROVE, Deed.RETURN, Deed.REJECT, Deed.CLOSE})
"""Deeds that say why."""


def allowed(status: DecisionStatus) -> tuple[Deed, ...]:
    """The deeds that a decision takes in this status."""
    return tuple(deed for deed, moves in MOVES.items() if status in moves)


class Agreed(StrEnum):
    """Whether the present supplier agreed to extend: the one question that chooses the path.

    ``unsaid`` where nobody answered: then it is not known either whether anybody asked.
    """

    YES = "yes"
    NO = "no"
    NOT_ASKED = "not_asked"
    UNSAID = "unsaid"


ANSWERS = (Agreed.YES, Agreed.NO, Agreed.NOT_ASKED)
"""What a person may answer."""


def chosen_route(
    agreed: Agreed, recommended: RouteId | None, verdicts: Mapping[RouteId, Verdict]
) -> RouteId | None:
    """The path that the answer to the one question opens; None where no route is left.

    A supplier who agreed is extended where that is not closed; one who refused is not, and the first of the
    other routes that is not closed stands instead. Without an answer: what the program recommends.
    """
    if agreed not in (Agreed.YES, Agreed.NO):
        return recommended
    usable = [route for route, verdict in verdicts.items() if verdict is not Verdict.CLOSED]
    if agreed is Agreed.YES:
        return RouteId.EXTENSION if RouteId.EXTENSION in usable else recommended
    return next((route for route in usable if route is not RouteId.EXTENSION), None)


class Block(StrEnum):
    """Why a need is not drafted for: by nobody, or (``needs_reason``) not among many.

    ``until`` where the last day that was stated is none that a full contract may have.
    """

    UNKNOWN = "unknown"
    NOT_NEEDED = "not_needed"
    STANDS = "stands"
    CAP_USED_UP = "cap_used_up"
    NO_ROUTE = "no_route"
    STOPPED = "stopped"
    NEEDS_REASON = "needs_reason"
    REFUSED = "refused"
    NO_CONSENT = "no_consent"
    MOVED = "moved"
    UNJUDGED = "unjudged"
    UNTIL = "until"
