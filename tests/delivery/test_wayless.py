"""What no way could bring to its reader is not told: it is owed until a letter can go (rules §7)."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import func, select, update

from tests.delivery.conftest import Service
from tests.web.register import ENDING, NOW, STALLED, day
from tracker.domain.messages import ChannelKind
from tracker.domain.roles import Role
from tracker.store import holds, ways
from tracker.store.engine import reading, transaction
from tracker.store.reminder_tables import MESSAGE, WAY


def names_of(service: Service) -> list[tuple[str, bool, bool]]:
    """To whom letters went, and whether they name the school that is about to end and the stalled one."""
    return [(each.to, ENDING in each.text, STALLED in each.text) for each in service.mail.got]


def mail_is_bad(service: Service, person: int, address: str) -> None:
    """All that went to her mail came back."""
    with transaction(service.engine) as session:
        way = ways.add(session, person, ChannelKind.MAIL, address, at=service.now)
        session.execute(update(WAY).where(WAY.c.id == way).values(bad_since=service.now, failures=3))


def mail_is_mended(service: Service) -> None:
    with transaction(service.engine) as session:
        session.execute(update(WAY).values(bad_since=None, failures=0))


def told(service: Service) -> tuple[int, int]:
    """One round: how many people no way leads to, and how many letters went out."""
    no_way = service.owe().no_way
    return no_way, service.deliver()


def test_a_round_without_a_mail_server_tells_nobody_and_the_next_one_with_it_tells_all(
    service: Service,
) -> None:
    service.add("r", Role.REVIEWER, "59")
    service.by = (ChannelKind.WEBHOOK, ChannelKind.OTHER)
    assert told(service) == (1, 0)
    service.last, service.by = None, tuple(ChannelKind)
    service.now += timedelta(hours=1)
    assert told(service) == (0, 1)
    assert names_of(service) == [("r@example.kz", True, True)]
    for _ in range(2):
        service.now += timedelta(hours=1)
        assert service.round() == 0


def test_without_mail_her_page_has_one_digest_however_often_one_looks(service: Service) -> None:
    service.add("r", Role.REVIEWER, "59")
    service.by = (ChannelKind.WEBHOOK, ChannelKind.OTHER)
    looks = []
    for _ in range(3):
        service.last = None
        looks.append(service.owe().digests)
        service.now += timedelta(hours=1)
    assert looks == [1, 0, 0]


def test_a_substitute_to_whom_nothing_comes_reads_for_nobody(service: Service) -> None:
    officer, colleague = (service.add(name, Role.REVIEWER, "59") for name in ("r", "c"))
    service.add("h", Role.HEAD, "59")
    with transaction(service.engine) as session:
        holds.add_substitute(session, officer, colleague, day("2027-01-01"), day("2027-12-31"), at=NOW)
    mail_is_bad(service, colleague, "c@example.kz")
    service.round()
    assert names_of(service) == [("r@example.kz", True, True)]


def test_who_alone_is_left_and_cannot_be_reached_is_told_all_once_she_can_be(service: Service) -> None:
    mail_is_bad(service, service.add("r", Role.REVIEWER, "59"), "r@example.kz")
    assert told(service) == (1, 0)
    service.now += timedelta(days=3)
    assert told(service) == (1, 0)
    mail_is_mended(service)
    service.now += timedelta(hours=1)
    assert told(service) == (0, 1)
    assert names_of(service) == [("r@example.kz", True, True)]
    with reading(service.engine) as session:
        assert session.scalar(select(func.count()).select_from(MESSAGE)) == 1


def test_a_substitute_who_lost_her_way_after_she_was_to_read_gives_back_what_she_never_read(
    service: Service,
) -> None:
    officer, colleague = (service.add(name, Role.REVIEWER, "59") for name in ("r", "c"))
    with transaction(service.engine) as session:
        holds.add_substitute(session, officer, colleague, day("2027-01-01"), day("2027-12-31"), at=NOW)
    for person, name in ((officer, "r"), (colleague, "c")):
        mail_is_bad(service, person, f"{name}@example.kz")
    assert service.round() == 0
    with transaction(service.engine) as session:
        session.execute(update(WAY).where(WAY.c.person_id == officer).values(bad_since=None, failures=0))
    service.now += timedelta(hours=1)
    assert service.round() == 1
    assert names_of(service) == [("r@example.kz", True, True)]
