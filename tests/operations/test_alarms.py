"""Those who run the service are told what is wrong by every way that they have (OBS-3)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import Engine, text

from tests.delivery.conftest import LETTERS
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


def alarms(engine: Engine, code: str) -> list[tuple[str, str]]:
    """Of the messages to those who run the service that tell of a condition: their channels and values."""
    with engine.connect() as connection:
        told = text("SELECT channel, parameters FROM message WHERE template = 'alarm' ORDER BY channel")
        return [
            (each.channel, each.parameters) for each in connection.execute(told) if code in each.parameters
        ]


def a_tick(engine: Engine, clock: MovedClock | FixedClock) -> Tick:
    """The tick of a process that sends mail."""
    settings = Settings(smtp_url="smtp://127.0.0.1:9")
    return Tick(engine, BOOK, clock, Outgoing.of(settings, engine, BOOK, clock))


def test_obs_3_with_mail_down_those_who_run_it_are_told_by_their_other_ways_too(engine: Engine) -> None:
    an_admin(engine)
    late(engine)
    beat = a_tick(engine, FixedClock(NOW))
    for _ in range(3):
        beat()
    found = alarms(engine, '"messages"')
    assert [channel for channel, _ in found] == ["mail", "telegram"]


def test_an_alarm_is_told_again_after_a_day_and_not_when_it_flickers(empty: Engine) -> None:
    an_admin(empty)
    mend, clock = old_file(empty), MovedClock()
    beat = Tick(empty, BOOK, clock)
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
