"""Those who run the service are told what is wrong by every way that they have (OBS-3)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import Engine, text

from tests.channels.bot import TAKEN, TOKEN, says
from tests.channels.web_servers import web
from tests.delivery.conftest import LETTERS
from tests.loops import run
from tests.operations.test_loudness import MovedClock, an_admin, late, old_file, roomy
from tests.operations.test_operations import BOOK
from tests.web.register import NOW
from tracker.clock import FixedClock
from tracker.domain.messages import ChannelKind
from tracker.domain.vocabulary import Language
from tracker.outgoing import Outgoing
from tracker.render.alarm_letters import alarm
from tracker.render.catalogs import load_catalogs
from tracker.scheduler import Tick
from tracker.settings import Settings

__all__ = ["roomy"]

MAILS = Settings(smtp_url="smtp://127.0.0.1:9")


def alarms(engine: Engine, code: str) -> list[tuple[str, str]]:
    """Of the messages to those who run the service that tell of a condition: their channels and values."""
    with engine.connect() as connection:
        told = text("SELECT channel, parameters FROM message WHERE template = 'alarm' ORDER BY channel")
        return [
            (each.channel, each.parameters) for each in connection.execute(told) if code in each.parameters
        ]


def reached(engine: Engine, words: str) -> int:
    """How many messages with these words a bot has been given by a service whose mail server is gone."""

    async def tick_and_deliver() -> int:
        async with web(lambda asked: TAKEN if asked.path.endswith("/sendMessage") else says([])) as bot:
            given = Settings(
                smtp_url="smtp://127.0.0.1:9", telegram_url=bot.url, telegram_token=TOKEN, secret="k" * 40
            )
            outgoing = Outgoing.of(given, engine, BOOK, FixedClock(NOW))
            beat = Tick(engine, BOOK, FixedClock(NOW), outgoing)
            for _ in range(3):
                beat()
            await outgoing.dispatcher.run()
            await outgoing.dispatcher.close()
            return len([each for each in bot.asked if words in str(each.json.get("text"))])

    return run(tick_and_deliver())


def test_obs_3_with_mail_down_those_who_run_it_hear_by_their_other_ways(engine: Engine) -> None:
    an_admin(engine)
    late(engine)
    words = load_catalogs()[Settings().language]
    assert reached(engine, words.say("alarm.messages", number=1, at="15.01.2027 10:44")) == 1
    with engine.connect() as connection:
        told = text("SELECT channel, sent_at IS NOT NULL AS is_sent FROM message WHERE template = 'alarm'")
        sent = {row.channel: bool(row.is_sent) for row in connection.execute(told)}
    assert sent == {"mail": False, "telegram": True}


def test_an_alarm_is_told_again_after_a_day_and_not_when_it_flickers(empty: Engine) -> None:
    an_admin(empty)
    mend, clock = old_file(empty), MovedClock()
    beat = Tick(empty, BOOK, clock, Outgoing.of(MAILS, empty, BOOK, clock))
    for minutes, expected in ((0, 1), (60, 1), (1439, 1), (1441, 2), (1500, 2)):
        clock.moment = NOW + timedelta(minutes=minutes)
        beat()
        assert len(alarms(empty, '"file"')) == expected, minutes
    mend()
    clock.moment = NOW + timedelta(days=1, hours=2)
    beat()
    assert len(alarms(empty, '"file"')) == 2


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("channel", ChannelKind)
def test_an_alarm_says_what_is_wrong_in_the_words_of_its_reader(
    language: Language, channel: ChannelKind
) -> None:
    wrong = [{"code": "tick", "seen": {"at": NOW.isoformat()}}]
    letter = alarm(LETTERS[language], wrong, key="k", to="a@example.kz", channel=channel)
    words = load_catalogs()[language]
    assert letter.subject == words.say("letter.alarm.subject")
    assert words.say("alarm.tick", at="15.01.2027 11:00") in letter.text
    assert "https://tracker.example.kz/operations" in letter.text
    assert bool(letter.html) == (channel is ChannelKind.MAIL)
    assert letter.facts["type"] == "alarm"
