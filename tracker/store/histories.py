"""How long the stages of finished tenders lasted, kept until tenders change.

Counting them anew reads every finished tender: a quarter of a full run, and nearly all of a quiet one.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from datetime import date
from itertools import chain, repeat

from sqlalchemy import ColumnElement, and_, delete, insert, select
from sqlalchemy.orm import Session

from tracker.domain.tenders import StageHistory
from tracker.domain.vocabulary import Method, Stage
from tracker.store.tables import STAGE_HISTORY


def kept_history(session: Session, *, on: date, basis: str) -> StageHistory | None:
    """The history counted on ``basis`` that still holds on ``on``; None if it must be counted anew.

    ``basis`` names the policy and the calendar that stages are counted by.
    """
    found = session.execute(select(STAGE_HISTORY).where(_holds(on, basis))).first()
    if found is None:
        return None
    return StageHistory(
        finished={_method(word): tenders for word, tenders in json.loads(found.finished)},
        lengths={
            (_method(word), Stage(stage)): _expanded(days) for word, stage, days in json.loads(found.lengths)
        },
        until=found.until,
    )


def keep_history(session: Session, history: StageHistory, *, on: date, basis: str) -> None:
    """Keep what was counted for ``on``, in place of what was kept before."""
    if session.scalar(select(STAGE_HISTORY.c.basis).where(_holds(on, basis))):
        return
    forget_history(session)
    lengths = [
        [method, stage, sorted(Counter(days).items())] for (method, stage), days in history.lengths.items()
    ]
    values = {
        "basis": basis,
        "counted_on": on,
        "until": history.until,
        "finished": json.dumps(list(history.finished.items())),
        "lengths": json.dumps(lengths),
    }
    session.execute(insert(STAGE_HISTORY).values(values))


def forget_history(session: Session) -> None:
    """Tenders have changed: count anew when next asked."""
    session.execute(delete(STAGE_HISTORY))


def _holds(on: date, basis: str) -> ColumnElement[bool]:
    table = STAGE_HISTORY
    return and_(table.c.basis == basis, table.c.counted_on <= on, table.c.until > on)


def _method(word: str | None) -> Method | None:
    return None if word is None else Method(word)


def _expanded(counts: Iterable[tuple[int, int]]) -> tuple[int, ...]:
    return tuple(chain.from_iterable(repeat(days, tenders) for days, tenders in counts))
