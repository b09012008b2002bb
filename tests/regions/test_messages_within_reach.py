"""RGN-6: what goes out to people of one region, by mail, chat and call, says nothing of another."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import Engine

from tests.channels.bot import TAKEN
from tests.channels.mail_servers import parsed, sink
from tests.channels.web_servers import Asked, Reply, web
from tests.delivery.swept import SEAL, WRITER, channel_of
from tests.loops import run
from tests.people import a_person
from tests.regions.country import SCHOOL_A, SCHOOL_B, TENDER_A, A, settle
from tests.regions.crowd import HEAD_A, OFFICER_A
from tests.regions.doors import number_of
from tests.regions.test_calendars_within_reach import leaks
from tests.regions.work import asked_to_begin, remind
from tests.web.register import NOW, day
from tracker.channels.webhook import new_secret
from tracker.clock import FixedClock
from tracker.domain.messages import ChannelKind
from tracker.domain.register import TenderRow
from tracker.domain.roles import Role
from tracker.domain.vocabulary import Stage, TenderStatus
from tracker.services.delivering import Dispatcher
from tracker.store import outbox, ways
from tracker.store.engine import transaction

CHAT = "1001"
OF_A = (HEAD_A, OFFICER_A, a_person(Role.REVIEWER, A, name="reviewer-a"))
FINE = Reply(204, b"")
SHARED = TenderRow(
    TENDER_A, SCHOOL_B, TenderStatus.ACTIVE, published_on=day("2026-12-14"),
    stage=Stage.EVALUATION, stage_entered_on=day("2026-12-25"),
)  # fmt: skip
"""The tender of A is for the school of B as well."""


def test_what_people_of_one_region_are_told_names_nothing_of_the_other(country: Engine) -> None:
    """Digests, purchases to begin, and what nobody took up, told to whoever is next; others have theirs."""
    settle(country, SHARED, source="shared", hours=2)
    head, *_ = (number_of(country, person) for person in OF_A)
    with transaction(country) as session:
        outbox.put(session, [asked_to_begin(head, SCHOOL_A, SCHOOL_B)], at=NOW)
    letters = run(sent(country, head))
    ours = {CHAT, "/hook", *(person.email for person in OF_A)}
    assert {
        (to, found) for to, text in letters if to in ours and (found := tuple(leaks(text.encode())))
    } == set()
    assert {to for to, _ in letters} >= {CHAT, "/hook", HEAD_A.email, OFFICER_A.email}
    theirs = "\n".join(text for to, text in letters if to not in ours)
    assert {"CANARY", SCHOOL_B} <= set(leaks(theirs.encode()))


async def sent(engine: Engine, head: int) -> list[tuple[str, str]]:
    """All that goes out within some weeks: to whom, and every word of it as it is read there."""
    async with sink() as post, web(lambda asked: FINE if asked.path == "/hook" else TAKEN) as called:
        connect(engine, head, called.url)
        for days in (0, 10, 20):
            now = NOW + timedelta(days=days)
            remind(engine, now)
            channels = {kind: (channel_of(kind, post.url, called.url),) for kind in SENDING}
            dispatcher = Dispatcher(engine, FixedClock(now).now, channels, WRITER)
            await dispatcher.run()
            await dispatcher.close()
        return [(to[0], words(content)) for to, content in post.taken] + [
            said(asked) for asked in called.asked
        ]


SENDING = (ChannelKind.MAIL, ChannelKind.TELEGRAM, ChannelKind.WEBHOOK)


def connect(engine: Engine, head: int, url: str) -> None:
    """The head of A reads her letters in a chat and by a program too."""
    with transaction(engine) as session:
        ways.add(session, head, ChannelKind.TELEGRAM, CHAT, at=NOW, confirmed=True)
        secret = SEAL.close(new_secret(), now=NOW)
        ways.add(session, head, ChannelKind.WEBHOOK, f"{url}/hook", at=NOW, secret=secret, confirmed=True)


def words(content: bytes) -> str:
    """A mail as it is read: its head, and each of its parts decoded."""
    mail: Any = parsed(content)
    parts = [part.get_content() for part in mail.walk() if not part.is_multipart()]
    return "\n".join([*(f"{name}: {value}" for name, value in mail.items()), *map(str, parts)])


def said(asked: Asked) -> tuple[str, str]:
    """Whom a call reached, and its words."""
    if asked.path == "/hook":
        return asked.path, asked.body.decode("unicode_escape") + asked.body.decode()
    return str(asked.json.get("chat_id", "")), str(asked.json)
