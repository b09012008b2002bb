"""CHN-4, CHN-12, CHN-13 and CHN-20 through the dispatcher: which way is bad, who hears of it, what goes
instead; REM-5: whoever is reached by nothing is passed over for who is next."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from tests.channels.bot import BAD_TOKEN, BLOCKED, MIGRATED, NOT_FOUND, bot
from tests.channels.web_servers import Reply
from tests.delivery.conftest import LETTERS, WRITER, Receiver, Service
from tests.loops import run
from tracker.channels.channel import Channel
from tracker.clock import FixedClock
from tracker.domain.messages import PLAN, ChannelKind, Delivery, Fate, Fault, Letter
from tracker.domain.roles import Role
from tracker.domain.vocabulary import Language
from tracker.outgoing import Outgoing
from tracker.scheduler import Tick
from tracker.services import rerouting
from tracker.services.delivering import Dispatcher
from tracker.store import outbox, stranded, ways
from tracker.store.engine import reading, transaction
from tracker.store.outbox import Note
from tracker.store.reminder_tables import MESSAGE, WAY
from tracker.store.ways import Way

Hands = Mapping[ChannelKind, tuple[Channel, ...]]

FULL = Delivery(Fate.NEVER, Fault.REFUSED, "552 mailbox full")
TAKEN = Delivery(Fate.SENT)


def ways_of(service: Service, person: int) -> tuple[Way, ...]:
    """The ways of a person, her mail among them once it refused something."""
    with reading(service.engine) as session:
        return ways.of_people(session, [person]).get(person, ())


def write_to(service: Service, person: int, key: str, way: int | None = None) -> None:
    """A message of no content."""
    channel = ChannelKind.MAIL if way is None else ChannelKind.TELEGRAM
    with transaction(service.engine) as session:
        outbox.put(session, [Note(key, person, channel, "test", 5, service.now, way)], at=service.now)


def refuses(address: str) -> Callable[[Letter], Delivery]:
    """A mail server that takes everything but what goes to one mailbox."""
    return lambda letter: FULL if letter.to == address else TAKEN


def letters_to(service: Service, address: str) -> list[Letter]:
    """What the mail server took for a mailbox."""
    return [letter for letter in service.mail.got if letter.to == address]


def test_chn_4_mail_that_takes_letters_between_its_refusals_is_never_bad(service: Service) -> None:
    person = service.add("r", Role.REVIEWER, "59")
    for number in range(2 * ways.MANY_FAILURES):
        service.mail.says = refuses("r@example.kz" if number % 3 < 2 else "")
        write_to(service, person, f"k{number}")
        service.deliver()
    assert [(way.failures, way.bad_since) for way in ways_of(service, person)] == [(0, None)]


def test_rem_5_of_whom_nothing_reaches_the_next_is_told_within_a_round_until_her_mail_works_again(
    service: Service,
) -> None:
    officer = service.add("r", Role.REVIEWER, "59")
    service.add("h", Role.HEAD, "59")
    service.mail.says = refuses("r@example.kz")
    for number in range(ways.MANY_FAILURES):
        write_to(service, officer, f"k{number}")
    service.deliver()
    [mail] = ways_of(service, officer)
    assert mail.bad_since is not None
    service.deliver()
    [word] = letters_to(service, "h@example.kz")
    assert (word.facts["type"], "552 mailbox full" in word.text) == ("bad_way", True)
    refused = len(letters_to(service, "r@example.kz"))
    service.round()
    assert any(each.key.startswith("digest:") for each in letters_to(service, "h@example.kz"))
    assert len(letters_to(service, "r@example.kz")) == refused
    service.mail.says = lambda _: TAKEN
    write_to(service, officer, "tried again")
    service.deliver()
    service.round()
    assert letters_to(service, "r@example.kz")[-1].key.startswith("digest:")


@pytest.mark.parametrize(
    ("reply", "code", "is_for_good", "is_bad"),
    [
        (BLOCKED, Fault.BLOCKED, True, False),  # she may let the bot in again: three letters make it bad
        (NOT_FOUND, Fault.GONE, True, True),
        (BAD_TOKEN, Fault.SIGN_IN, False, False),  # ours: it counts against nobody and is tried again
    ],
)
def test_chn_12_what_the_bot_api_refuses_comes_by_mail(
    service: Service, reply: Reply, code: Fault, is_for_good: bool, is_bad: bool
) -> None:
    person = service.add("r", Role.REVIEWER, "59")
    service.connect(person, "77")
    service.owe()

    async def scene() -> None:
        async with bot(lambda _: reply) as by:
            hands: Hands = {ChannelKind.MAIL: (service.mail,), ChannelKind.TELEGRAM: (by.sender,)}
            await Dispatcher(service.engine, lambda: service.now, hands, WRITER).run()

    run(scene())
    assert any(each.key.startswith("digest:") for each in service.mail.got)
    [chat] = ways_of(service, person)
    with reading(service.engine) as session:
        row = session.execute(select(MESSAGE).where(MESSAGE.c.way_id == chat.id)).one()
    assert (row.code, row.dead_at is not None, chat.bad_since is not None) == (code, is_for_good, is_bad)
    assert chat.failures == int(is_for_good)


def test_chn_13_a_chat_that_moved_is_kept_under_its_new_number_and_gets_the_letter(service: Service) -> None:
    person = service.add("r", Role.REVIEWER, "59")
    way = service.connect(person, "77")
    write_to(service, person, "k", way)

    async def scene() -> list[int]:
        async with bot([MIGRATED]) as by:
            hands = {ChannelKind.TELEGRAM: (by.sender,)}
            assert await Dispatcher(service.engine, lambda: service.now, hands, WRITER).run() == 1
            return [each["chat_id"] for each in by.messages]

    assert run(scene()) == [77, -1001234567890]
    assert [each.address for each in ways_of(service, person)] == ["-1001234567890"]


def test_chn_20_a_webhook_that_says_gone_is_called_no_more_and_its_owner_is_told_by_mail(
    service: Service,
) -> None:
    person = service.add("r", Role.REVIEWER, "59")
    with transaction(service.engine) as session:
        ways.add(
            session, person, ChannelKind.WEBHOOK, "https://hook.example.kz/", at=service.now, confirmed=True
        )
    hook = Receiver(says=lambda _: Delivery(Fate.NEVER, Fault.GONE, "410 Gone"))

    def round_() -> None:
        service.owe()
        hands = {ChannelKind.MAIL: (service.mail,), ChannelKind.WEBHOOK: (hook,)}
        dispatcher = Dispatcher(service.engine, lambda: service.now, hands, WRITER)
        run(dispatcher.run())
        run(dispatcher.run())

    round_()
    told = [each for each in service.mail.got if each.facts.get("type") == "bad_way"]
    assert [(each.to, "410 Gone" in each.text) for each in told] == [("r@example.kz", True)]
    service.on("2027-02-01")
    round_()
    assert len(hook.got) == 1
    assert len([each for each in service.mail.got if each.key.startswith("digest:")]) > 1


def a_hook(service: Service, person: int) -> int:
    """A program of hers."""
    with transaction(service.engine) as session:
        url = "https://hook.example.kz/"
        return ways.add(session, person, ChannelKind.WEBHOOK, url, at=service.now, confirmed=True)


def deliver_with(service: Service, hook: Receiver) -> None:
    """Send what is due by mail and to programs."""
    hands = {ChannelKind.MAIL: (service.mail,), ChannelKind.WEBHOOK: (hook,)}
    run(Dispatcher(service.engine, lambda: service.now, hands, WRITER).run())


def exhaust(service: Service, channel: ChannelKind) -> None:
    """All the tries of the plan but the last were in vain."""
    with transaction(service.engine) as session:
        due = (MESSAGE.c.channel == channel) & outbox.waiting()
        session.execute(update(MESSAGE).where(due).values(attempts=len(PLAN)))


@pytest.mark.parametrize("database", ["sqlite"])
@pytest.mark.parametrize("is_ours", [False, True])
def test_chn_20_a_webhook_that_takes_nothing_for_days_is_bad_and_its_owner_is_told_by_mail(
    service: Service, is_ours: bool
) -> None:
    person = service.add("r", Role.REVIEWER, "59")
    way = a_hook(service, person)
    fault = Fault.NOT_INSTALLED if is_ours else Fault.UNREACHABLE
    with transaction(service.engine) as session:
        notes = [Note(f"k{n}", person, ChannelKind.WEBHOOK, "test", 5, service.now, way) for n in range(3)]
        outbox.put(session, notes, at=service.now)
    exhaust(service, ChannelKind.WEBHOOK)
    deliver_with(service, Receiver(says=lambda _: Delivery(Fate.LATER, fault)))
    deliver_with(service, Receiver())
    assert [way.bad_since is not None for way in ways_of(service, person)] == [not is_ours]
    told = [each for each in service.mail.got if each.facts.get("type") == "bad_way"]
    assert [LETTERS[Language.RU].voice.words.say("fault.unreachable") in each.text for each in told] == (
        [] if is_ours else [True]
    )


@pytest.mark.parametrize("database", ["sqlite"])
def test_a_digest_that_her_mail_took_is_no_alarm_when_her_webhook_dies_of_it(service: Service) -> None:
    a_hook(service, service.add("r", Role.REVIEWER, "59"))
    service.owe()
    exhaust(service, ChannelKind.WEBHOOK)
    service.deliver()
    service.now += timedelta(hours=1)
    deliver_with(service, Receiver(says=lambda _: Delivery(Fate.LATER, Fault.REFUSED, "404")))
    with transaction(service.engine) as session:
        assert stranded.unreached(session, besides="").number == 0
        session.execute(update(MESSAGE).where(MESSAGE.c.sent_at.is_not(None)).values(sent_at=None))
        assert stranded.unreached(session, besides="").number == 1


@pytest.mark.parametrize("database", ["sqlite"])
def test_a_digest_that_only_her_webhook_took_is_an_alarm_when_her_mail_dies_of_it(service: Service) -> None:
    a_hook(service, service.add("r", Role.REVIEWER, "59"))
    service.mail.says = lambda _: Delivery(Fate.NEVER, Fault.REFUSED, "554 spam")
    service.owe()
    deliver_with(service, Receiver())
    with reading(service.engine) as session:
        assert stranded.unreached(session, besides="").number == 1


def test_what_waits_for_a_channel_that_is_set_up_no_more_goes_another_way(service: Service) -> None:
    person = service.add("r", Role.REVIEWER, "59")
    service.connect(person, "77")
    alone = service.add("a", Role.REVIEWER, "71")
    service.connect(alone, "88")
    with transaction(service.engine) as session:
        for each in (person, alone):
            mail = ways.add(
                session, each, ChannelKind.MAIL, "ra"[each == alone] + "@example.kz", at=service.now
            )
            session.execute(update(WAY).where(WAY.c.id == mail).values(bad_since=service.now, failures=3))
    service.owe()
    with transaction(service.engine) as session:
        ways.mail_worked(session, person, put_at=service.now)
    outgoing = Outgoing(replace(service, by=(ChannelKind.MAIL,)).dispatcher(), ear=None)
    Tick(service.engine, service.book, FixedClock(service.now), outgoing)()
    with reading(service.engine) as session:
        rows = session.execute(select(MESSAGE).order_by(MESSAGE.c.id)).all()
    at = {(row.person_id, row.channel): row.code for row in rows if row.digest_id is not None}
    assert at == {
        (person, ChannelKind.TELEGRAM): rerouting.SHUT,
        (person, ChannelKind.MAIL): None,
        (alone, ChannelKind.TELEGRAM): None,  # nothing else is left: it waits
    }
    service.deliver()
    assert any(each.to == "r@example.kz" for each in service.mail.got)


def test_nobody_is_written_to_by_a_channel_that_is_not_set_up(service: Service) -> None:
    person = service.add("r", Role.REVIEWER, "59")
    service.connect(person, "77")
    service.by = (ChannelKind.MAIL,)
    service.owe()
    with reading(service.engine) as session:
        assert set(session.scalars(select(MESSAGE.c.channel))) == {ChannelKind.MAIL}
