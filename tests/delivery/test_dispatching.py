"""What is due reaches its reader, however many send, whatever peers say and whoever dies (reliability §3)."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from tests.delivery.conftest import LETTERS, WRITER, Receiver, Service
from tests.loops import run
from tests.store.rows import record
from tests.web.register import ENDING, NOW, SUSPENDED, a_contract
from tracker.domain.messages import PLAN, UNREADABLE, ChannelKind, Delivery, Fate, Fault, Letter
from tracker.domain.roles import Role
from tracker.domain.vocabulary import Language
from tracker.domain.withdrawing import Why
from tracker.store import digests, folding, outbox, ways
from tracker.store.engine import reading, transaction
from tracker.store.outbox import Claimed, Note, Queue
from tracker.store.reminder_tables import DIGEST, MESSAGE

MANY = 120
BULK = 20_000 if os.environ.get("NIGHTLY") == "true" else MANY
NO_LEASE = timedelta(0)
SAY = LETTERS[Language.RU].voice.words.say


def put(
    service: Service, keys: Iterable[str], *, urgency: int = 5, channel: ChannelKind = ChannelKind.MAIL
) -> None:
    """Messages of no content to somebody."""
    person = service.add(f"p{urgency}{channel}", Role.REVIEWER, "59")
    way = service.connect(person, f"10{urgency}") if channel is ChannelKind.TELEGRAM else None
    with transaction(service.engine) as session:
        outbox.put(session, [Note(key, person, channel, "test", urgency, NOW, way) for key in keys], at=NOW)


def queue(service: Service) -> Queue:
    with reading(service.engine) as session:
        return outbox.queue(session, now=service.now)


@pytest.mark.parametrize("dispatchers", [2, 4])
def test_con_1_however_many_send_each_message_goes_out_once(service: Service, dispatchers: int) -> None:
    keys = [f"k{number}" for number in range(MANY)]
    put(service, keys)
    senders = [replace(service, mail=Receiver(seconds=0.001)) for _ in range(dispatchers)]
    with ThreadPoolExecutor(dispatchers) as crowd:
        assert sum(crowd.map(Service.deliver, senders)) == MANY
    assert sorted(key for each in senders for key in each.mail.keys) == sorted(keys)
    assert queue(service) == Queue(due=0, since=None, dead=0, waiting=0)


def test_con_3_a_send_that_lasts_longer_than_its_lease_is_held_on_to(service: Service) -> None:
    put(service, ["slow"])
    service.mail.seconds = 1.2
    first, second = (service.dispatcher(lease=timedelta(seconds=0.4)) for _ in range(2))

    async def both() -> int:
        sending = asyncio.create_task(first.run())
        taken = 0
        while not sending.done():
            await asyncio.sleep(0.2)
            taken += await second.run()
        return taken + await sending

    assert run(both()) == 1
    assert service.mail.keys == ["slow"]


def claim(service: Service, holder: str, lease: timedelta) -> Claimed | None:
    with transaction(service.engine) as session:
        return outbox.claim(session, ChannelKind.MAIL, holder, now=service.now, lease=lease)


def test_flt_18_who_slept_past_her_lease_marks_nothing(service: Service) -> None:
    put(service, ["k"])
    sleeper = claim(service, "sleeper", NO_LEASE)
    assert sleeper is not None
    woken = claim(service, "other", timedelta(minutes=1))
    assert woken is not None
    assert woken.id == sleeper.id
    with transaction(service.engine) as session:
        assert not outbox.sent(session, sleeper.id, "sleeper", at=NOW, answer="")
        assert not outbox.renew(session, sleeper.id, "sleeper", timedelta(minutes=1))
        assert outbox.sent(session, woken.id, "other", at=NOW, answer="250 ok")
    assert service.deliver() == 0


def test_what_died_on_the_way_is_sent_again_under_the_same_identity(service: Service) -> None:
    put(service, ["k"])
    assert claim(service, "dead", NO_LEASE) is not None
    assert service.deliver() == 1
    assert service.mail.keys == ["k"]
    assert service.deliver() == 0


def test_rem_11_the_urgent_pass_by_the_many(service: Service) -> None:
    put(service, [f"k{number}" for number in range(BULK)], urgency=6)
    put(service, ["red"], urgency=0)

    async def one() -> int:
        stop = asyncio.Event()

        def says(_: Letter) -> Delivery:
            stop.set()
            return Delivery(Fate.SENT)

        service.mail.says = says
        return await service.dispatcher().run(stop)

    assert run(one()) == 1
    assert service.mail.keys == ["red"]


def test_chn_1_a_channel_that_is_slow_holds_up_no_other(service: Service) -> None:
    put(service, ["mail"])
    put(service, ["chat 1", "chat 2"], channel=ChannelKind.TELEGRAM)
    order: list[str] = []

    def note(letter: Letter) -> Delivery:
        order.append(letter.key)
        return Delivery(Fate.SENT)

    service.mail.seconds = 0.6
    service.mail.says = service.telegram.says = note
    assert service.deliver() == 3
    assert order == ["chat 1", "chat 2", "mail"]


def test_what_fails_for_now_is_tried_for_three_days_and_then_told_of(service: Service) -> None:
    service.add("r", Role.REVIEWER, "59")
    service.add("h", Role.HEAD, "59")
    service.owe()
    service.mail.says = lambda letter: Delivery(
        Fate.SENT if letter.to == "h@example.kz" else Fate.LATER, "busy", "451 later"
    )
    began, tries = service.now, 0
    while queue(service).dead == 0:
        service.deliver()
        tries += 1
        service.now += timedelta(hours=12)
        assert tries < 40
    assert service.now - began > timedelta(hours=72)
    service.deliver()
    lost = service.mail.got[-1]
    assert (lost.to, "451 later" in lost.text) == ("h@example.kz", True)
    assert lost.key.startswith("dead_letter:")
    assert "Школа «Үміт»" in lost.text
    assert f"/schools/{ENDING}?from=queue" in lost.html


def refuse(service: Service, *names: str) -> None:
    """The mail server takes nothing for some people."""
    service.mail.says = lambda letter: (
        Delivery(Fate.NEVER, Fault.REFUSED, "554 spam")
        if letter.to.partition("@")[0] in names
        else Delivery(Fate.SENT)
    )


@pytest.mark.parametrize("database", ["sqlite"])
def test_who_is_told_of_what_was_lost_reads_no_schools_of_other_regions(service: Service) -> None:
    service.add("r", Role.REVIEWER, "59", "71")
    service.add("h", Role.HEAD, "71")
    refuse(service, "r")
    service.owe()
    service.deliver()
    service.deliver()
    [lost] = [letter for letter in service.mail.got if letter.key.startswith("dead_letter:")]
    assert (SUSPENDED in lost.text, ENDING in lost.text) == (True, False)
    assert SAY("letter.lost.seen") in lost.text
    assert "/reminders?person=" not in lost.text, "a page that is not there for her"


@pytest.mark.parametrize("database", ["sqlite"])
@pytest.mark.parametrize("poison", [..., ["9907"]])
def test_of_what_several_lost_one_that_cannot_be_read_is_told_by_its_number_and_hides_no_other(
    service: Service, poison: object
) -> None:
    poisoned, _ = (service.add(name, Role.REVIEWER, "59") for name in ("r", "q"))
    service.add("h", Role.HEAD, "59")
    refused, away = Delivery(Fate.NEVER, Fault.REFUSED, "554 spam"), Delivery(Fate.LATER, Fault.UNREACHABLE)
    service.mail.says = lambda letter: away if letter.to == "h@example.kz" else refused
    service.owe()
    with transaction(service.engine) as session:
        mine = DIGEST.c.person_id == poisoned
        body = json.loads(session.execute(select(DIGEST.c.body).where(mine)).scalar_one())
        line = body["lines"][0] | {"school_id": poison}
        body["lines"][0] = {key: one for key, one in line.items() if one is not ...}
        session.execute(update(DIGEST).where(mine).values(body=json.dumps(body)))
    for _ in range(4):
        service.deliver()
        service.now += timedelta(hours=1)
    refuse(service, "r", "q")
    service.mail.got.clear()
    service.deliver()
    [lost] = [letter for letter in service.mail.got if letter.key.startswith("dead_letter:")]
    counted = LETTERS[Language.RU].voice.formats.count
    number = len(body["lines"])
    for name in ("r", "q"):
        assert counted("letter.lost.text", number, name=name, channel=SAY("channel.mail")) in lost.text
    assert f"/schools/{ENDING}?from=queue" in lost.html


@pytest.mark.parametrize("database", ["sqlite"])
def test_what_was_met_since_is_not_lost_and_no_school_is_said_to_be_out_of_sight(service: Service) -> None:
    person = service.add("r", Role.REVIEWER, "59")
    service.add("h", Role.HEAD, "59")
    away, refused = Delivery(Fate.LATER, Fault.UNREACHABLE), Delivery(Fate.NEVER, Fault.REFUSED, "554 spam")
    service.mail.says = lambda letter: away if letter.to == "h@example.kz" else refused
    service.round()
    with reading(service.engine) as session:
        body = session.execute(select(DIGEST.c.body).where(DIGEST.c.person_id == person)).scalar_one()
    left = [line for line in json.loads(body)["lines"] if line["school_id"] != ENDING]
    record(service.engine, a_contract("K-E", ENDING, "2027-02-01", "2028-01-31"), at=service.now)
    service.owe()
    refuse(service, "r")
    service.mail.got.clear()
    service.now += timedelta(hours=1)
    service.deliver()
    [lost] = [letter for letter in service.mail.got if letter.key.startswith("dead_letter:")]
    assert SAY("letter.lost.seen") not in lost.text
    assert f"/schools/{ENDING}" not in lost.html
    counted = LETTERS[Language.RU].voice.formats.count
    assert counted("letter.lost.text", len(left), name="r", channel=SAY("channel.mail")) in lost.text
    assert f"/reminders?person={person}" in lost.text


def test_what_several_lost_while_the_head_was_not_reached_either_comes_to_her_as_one_letter(
    service: Service,
) -> None:
    officers = [service.add(name, Role.REVIEWER, "59") for name in ("r", "s", "t")]
    service.add("h", Role.HEAD, "59")
    away = Delivery(Fate.LATER, Fault.UNREACHABLE)
    refused = Delivery(Fate.NEVER, Fault.REFUSED, "554 spam")
    service.mail.says = lambda letter: away if letter.to == "h@example.kz" else refused
    service.owe()
    service.deliver()
    with transaction(service.engine) as session:
        [gone] = session.scalars(select(DIGEST.c.id).where(DIGEST.c.person_id == officers[1]))
        digests.withdraw_all(session, gone, why=Why.MOVED, at=service.now)
    refuse(service, "r", "s", "t")
    service.mail.got.clear()
    service.now += timedelta(minutes=10)
    service.deliver()
    [lost] = [letter for letter in service.mail.got if letter.key.startswith("dead_letter:")]
    assert lost.subject == LETTERS[Language.RU].voice.formats.count("letter.lost.subject.many", 2)
    assert [f"{name}: не дошло" in lost.text for name in ("r", "s", "t")] == [True, False, True]


@pytest.mark.parametrize("database", ["sqlite"])
def test_what_is_lost_joins_no_letter_that_could_not_be_put_into_words(service: Service) -> None:
    person = service.add("h", Role.HEAD, "59")
    first, second = (Note(key, person, ChannelKind.MAIL, "dead_letter", 5, NOW) for key in ("a", "b"))
    with transaction(service.engine) as session:
        outbox.put(session, [first], at=NOW)
        assert folding.join(session, [second]) == []
        session.execute(update(MESSAGE).values(code=UNREADABLE))
        assert folding.join(session, [second]) == [second]


def test_every_try_is_spread_over_more_than_three_days() -> None:
    assert sum(PLAN, timedelta()) > timedelta(hours=72)


def test_chn_4_what_will_never_be_taken_goes_another_way_at_once(service: Service) -> None:
    person = service.add("r", Role.REVIEWER, "59")
    service.connect(person, "77")
    service.telegram.says = lambda _: Delivery(Fate.NEVER, "blocked", "403 bot was blocked by the user")
    service.round()
    service.deliver()
    assert len(service.mail.got) == len(service.telegram.got) == 1
    for day in ("2027-01-20", "2027-01-22", "2027-01-25", "2027-02-01", "2027-02-08"):
        service.on(day).round()
    with reading(service.engine) as session:
        (way,) = ways.of_people(session, [person])[person]
    assert way.bad_since is not None
    assert len(service.telegram.got) == ways.MANY_FAILURES
    assert len(service.mail.got) > ways.MANY_FAILURES


def test_chn_5_of_three_envelopes_one_is_taken_one_is_dead_and_one_is_tried_again(service: Service) -> None:
    says = {
        "r1@example.kz": Delivery(Fate.SENT, answer="250 ok"),
        "r2@example.kz": Delivery(Fate.NEVER, Fault.REFUSED, "550 no such mailbox"),
        "r3@example.kz": Delivery(Fate.LATER, Fault.BUSY, "451 later"),
    }
    people = [service.add(address.partition("@")[0], Role.ADMIN) for address in says]
    service.mail.says = lambda letter: says[letter.to]
    with transaction(service.engine) as session:
        notes = [Note(f"k{person}", person, ChannelKind.MAIL, "test", 5, NOW) for person in people]
        outbox.put(session, notes, at=NOW)
    assert service.deliver() == 1
    row = MESSAGE.c
    with reading(service.engine) as session:
        found = session.execute(select(row.sent_at, row.dead_at, row.not_before).order_by(row.key)).all()
    assert [(sent is not None, dead is not None) for sent, dead, _ in found] == [
        (True, False), (False, True), (False, False),
    ]  # fmt: skip
    assert found[2].not_before > NOW
    assert queue(service).waiting == 1


def test_rem_8_one_message_that_cannot_be_put_into_words_keeps_no_other(service: Service) -> None:
    put(service, ["good 1", "poison", "good 2"])

    def write(session: Session, message: Claimed) -> Letter | None:
        if message.key == "poison":
            raise ValueError(message.key)
        return WRITER(session, message)

    assert run(service.dispatcher(writer=write).run()) == 2
    assert sorted(service.mail.keys) == ["good 1", "good 2"]
    assert queue(service).waiting == 1


def test_who_is_told_to_stop_finishes_the_letter_in_hand_and_begins_no_other(service: Service) -> None:
    put(service, ["k1", "k2", "k3"])
    service.mail.seconds = 0.2

    async def stopped() -> int:
        stop = asyncio.Event()
        sending = asyncio.create_task(service.dispatcher().run(stop))
        await asyncio.sleep(0.05)
        stop.set()
        return await sending

    assert run(stopped()) == 1
    assert queue(service).waiting == 2
    service.mail.seconds = 0
    assert service.deliver() == 2
    assert sorted(service.mail.keys) == ["k1", "k2", "k3"]
