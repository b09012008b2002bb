"""Why a message did not arrive is told in words, also where its peer said nothing (CHN-7, CHN-16)."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine

from tests.reminders.telling import OFFICER
from tests.reminders.test_reminders_page import number_of, part
from tests.reminders.test_reminders_page import told as told
from tests.web.conftest import Visit
from tests.web.reading import text_of
from tests.web.register import NOW
from tracker.domain.messages import ChannelKind
from tracker.domain.vocabulary import Language
from tracker.render.catalogs import load_catalogs
from tracker.store import ways
from tracker.store.engine import transaction
from tracker.store.reminder_tables import MESSAGE


@pytest.mark.parametrize("language", [Language.KK, Language.RU, Language.EN])
def test_where_the_peer_said_nothing_a_page_says_why_nothing_arrived(
    told: Engine, visit: Visit, language: Language
) -> None:
    number, say = number_of(told, OFFICER), load_catalogs()[language].say
    with transaction(told) as session:
        hook = ways.add(session, number, ChannelKind.WEBHOOK, "https://a.kz/", at=NOW, confirmed=True)
        ways.change(session, hook, bad_since=NOW, answer="inner")
        session.execute(MESSAGE.update().values(attempts=2, answer="", code="unreachable"))
    page = visit(told, language, person=OFFICER).get("/reminders").text
    assert say("fault.unreachable") in part(page, "past")
    assert say("fault.inner") in part(page, "ways")
    assert say("reminders.answer", answer="inner") not in text_of(page)
    with transaction(told) as session:
        session.execute(MESSAGE.update().values(dead_at=NOW))
    proof = visit(told, language, person=OFFICER).get("/reminders/agreement")
    assert say("fault.unreachable") in text_of(proof.text)
