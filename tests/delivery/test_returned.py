"""CHN-10: word of a mail that came back shuts the mailbox it is about, and a forged one changes nothing."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import select

from tests.commands import Commands
from tests.delivery import reports
from tests.delivery.conftest import Service
from tests.delivery.reports import Report
from tests.delivery.test_ways import write_to
from tests.web.conftest import Visit
from tests.web.conftest import visit as visit
from tests.web.reading import text_of
from tests.web.register import NOW
from tracker.channels.mail_text import mail_of
from tracker.channels.returned import LARGEST, read_report
from tracker.domain.acts import Act
from tracker.domain.errors import ReportRefused
from tracker.domain.messages import ChannelKind, Fault, Letter
from tracker.domain.roles import Role
from tracker.domain.vocabulary import Language
from tracker.services import returning
from tracker.services.acting import Author
from tracker.services.returning import Came
from tracker.settings import Settings
from tracker.store import journal, ways
from tracker.store.engine import make_engine, reading, transaction
from tracker.store.reminder_tables import MESSAGE

SECRET = "k7Qz-w2Lm9-xR4tB8-vN1cJ6-pD3fH5"
SETTINGS = Settings(secret=SECRET, smtp_url="smtp://127.0.0.1", telegram_token="1:x")
HERS = "r@example.kz"
ON_FILE = pytest.mark.parametrize("database", ["sqlite"])
"""What asks nothing of the kind of database."""

SERVERS = [reports.postfix, reports.exim, reports.exchange, reports.gmail]


def as_mail(letter: Letter, secret: str = SECRET) -> bytes:
    """A letter as it went out."""
    host, sender = "tracker.example.kz", "tracker@example.kz"
    return mail_of(letter, sender=sender, receiver=letter.to, host=host, at=NOW, secret=secret)


@pytest.fixture
def letter(service: Service) -> Letter:
    """A digest that a mail server took."""
    service.add("r", Role.REVIEWER, "59")
    service.add("h", Role.HEAD, "59")
    service.round()
    return next(each for each in service.mail.got if each.to == HERS)


def take(service: Service, report: bytes) -> Came:
    """What the command does with a report."""
    with transaction(service.engine) as session:
        author = Author("cli:mail", service.now)
        return returning.take(session, author, read_report(report), settings=SETTINGS)


def states(service: Service) -> object:
    """All that a report could change."""
    with reading(service.engine) as session:
        messages = session.execute(select(MESSAGE.c.key, MESSAGE.c.dead_at, MESSAGE.c.answer)).all()
        return messages, ways.of_people(session, [1, 2])


def mailbox(service: Service) -> ways.Way:
    """What is known of her mail."""
    with reading(service.engine) as session:
        own = ways.of_people(session, [1])[1]
    return next(way for way in own if way.channel is ChannelKind.MAIL)


def row_of(service: Service, letter: Letter) -> object:
    with reading(service.engine) as session:
        row = session.execute(select(MESSAGE).where(MESSAGE.c.key == letter.key)).one()
    return row.sent_at, row.dead_at, row.code


@pytest.mark.parametrize(
    ("server", "database"), [*((each, "sqlite") for each in SERVERS), (reports.exim, "postgresql")]
)
def test_a_mailbox_that_is_not_there_is_used_no_more_and_her_letter_goes_another_way(
    service: Service, letter: Letter, server: Report
) -> None:
    service.connect(1, "77")
    assert take(service, server(as_mail(letter), HERS)) is Came.CLOSED
    assert row_of(service, letter) == (None, service.now, Fault.RETURNED)
    assert mailbox(service).bad_since == service.now
    assert "5.1.1" in str(mailbox(service).answer)
    service.deliver()
    assert [each.key.partition(":")[0] for each in service.telegram.got] == ["bad_way", "digest"]
    assert {each.to for each in service.mail.got if each.facts.get("type") == "bad_way"} == {"h@example.kz"}
    before = states(service)
    assert take(service, server(as_mail(letter), HERS)) is Came.KNOWN
    assert states(service) == before
    with reading(service.engine) as session:
        [noted] = journal.entries(session, action=Act.MAIL_RETURNED)
    assert (noted.actor, noted.details["person"], "@" in noted.detail) == ("cli:mail", "person:1", False)


@ON_FILE
def test_who_has_no_other_way_is_told_of_to_the_next_in_line(service: Service, letter: Letter) -> None:
    take(service, reports.postfix(as_mail(letter), HERS))
    service.deliver()
    told = [each.facts["type"] for each in service.mail.got if each.to == "h@example.kz"]
    assert told[-2:] == ["bad_way", "dead_letter"] or told[-2:] == ["dead_letter", "bad_way"]


@ON_FILE
def test_what_waits_on_the_way_is_noted_and_nothing_else(service: Service, letter: Letter) -> None:
    report = reports.postfix(as_mail(letter), HERS, action="delayed", status="4.4.1")
    assert take(service, report) is Came.NOTED
    assert row_of(service, letter) == (service.now, None, "delayed")
    with reading(service.engine) as session:
        assert ways.of_people(session, [1]) == {}
    assert take(service, reports.gmail(as_mail(letter), HERS)) is Came.CLOSED


@ON_FILE
def test_a_letter_that_a_server_gave_up_for_now_is_lost_and_its_mailbox_is_not(
    service: Service, letter: Letter
) -> None:
    assert take(service, reports.exim(as_mail(letter), HERS, status="4.4.7")) is Came.LOST
    with reading(service.engine) as session:
        assert ways.of_people(session, [1]) == {}


@ON_FILE
def test_three_letters_of_a_month_that_a_mailbox_sends_back_close_it_though_its_server_takes_each(
    service: Service, letter: Letter
) -> None:
    came = []
    for day in ("2027-01-16", "2027-02-01", "2027-02-11"):
        write_to(service.on(day), 1, day)
        service.deliver()
        came.append(take(service, reports.gmail(as_mail(service.mail.got[-1]), HERS, status="5.2.2")))
    assert came == [Came.LOST, Came.LOST, Came.CLOSED]
    write_to(service, 1, "a test by herself")
    service.deliver()
    assert mailbox(service).bad_since is None


@ON_FILE
def test_a_reader_who_complains_to_her_mail_service_is_written_to_no_more(
    service: Service, letter: Letter
) -> None:
    assert take(service, reports.complaint(as_mail(letter), HERS)) is Came.CLOSED
    assert row_of(service, letter) == (service.now, None, None)
    assert mailbox(service).bad_since is not None


FORGED: dict[str, Callable[[bytes], bytes]] = {
    "by who knows the key and no letter": lambda mail: mail,
    "without an identity": lambda mail: mail.replace(b"Message-ID:", b"X-Was:"),
    "by the identity of another letter": lambda mail: mail.replace(b"Message-ID: <", b"Message-ID: <A"),
}


@ON_FILE
@pytest.mark.parametrize("forged", FORGED)
def test_a_forged_report_changes_nothing(service: Service, letter: Letter, forged: str) -> None:
    secret = "guessed" if "knows the key" in forged else SECRET
    before = states(service)
    for server in SERVERS:
        with pytest.raises(ReportRefused, match="unknown"):
            take(service, server(FORGED[forged](as_mail(letter, secret)), HERS))
    assert states(service) == before


@ON_FILE
def test_who_holds_a_letter_of_her_own_cannot_shut_anothers_mailbox(service: Service, letter: Letter) -> None:
    before = states(service)
    with pytest.raises(ReportRefused, match="unknown"):
        take(
            service, reports.postfix(as_mail(letter).replace(HERS.encode(), b"h@example.kz"), "h@example.kz")
        )
    service.now = service.now.replace(month=3)
    with pytest.raises(ReportRefused, match="unknown"):
        take(service, reports.postfix(as_mail(letter), HERS))
    assert states(service) == before


@ON_FILE
def test_the_identity_alone_is_enough_and_so_is_an_alias_that_leads_on(
    service: Service, letter: Letter
) -> None:
    bare = as_mail(letter).replace(b"X-Reminder-Key:", b"X-Cut:")
    assert take(service, reports.exchange(bare, HERS, action="delayed", status="4.4.1")) is Came.NOTED
    assert take(service, reports.postfix(as_mail(letter), "elsewhere@example.org")) is Came.CLOSED


BOMBS = {
    "no mail": b"",
    "another mail": b"Subject: re\r\nContent-Type: text/plain\r\n\r\nI am away until Monday.\r\n",
    "nested": b"".join(
        b"Content-Type: multipart/report; report-type=delivery-status; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n)
        for n in range(5_000)
    ),
    "parts": b"Content-Type: multipart/report; boundary=b; report-type=delivery-status\r\n\r\n"
    + b"--b\n\n" * 90_000,
    "blocks": b"Content-Type: message/delivery-status\r\n\r\n" + b"Action: failed\n\n" * 40_000,
    "headers": b"Content-Type: multipart/report; report-type=delivery-status\r\n" + b"a:b\r\n" * 100_000,
    "parameters": b"Content-Type: multipart/report" + b"; a*0*=x" * 60_000,
    "signs": bytes(range(256)) * 4_000,
}


@pytest.mark.parametrize("bomb", BOMBS)
def test_what_is_no_report_is_refused_within_bounds(bomb: str) -> None:
    with pytest.raises(ReportRefused, match="form"):
        read_report(BOMBS[bomb])


def test_the_command_reads_standard_input_and_says_what_came_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    commands = Commands(tmp_path)
    commands.good("migrate")

    def bounce(data: bytes) -> tuple[int, str]:
        stdin = io.TextIOWrapper(io.BytesIO(data))
        monkeypatch.setattr(sys, "stdin", stdin)
        said = commands("bounce")
        assert stdin.buffer.read() == b""
        return said.status, said.plain

    strange = Letter("digest:1:2027-01-15:1:mail", HERS, SETTINGS.language, "s", "t")
    status, said = bounce(reports.gmail(as_mail(strange), HERS) + b"x" * LARGEST)
    assert (status, "about no mail that went from here" in said) == (2, True)
    status, said = bounce(b"Subject: hello\r\n\r\nnothing\r\n")
    assert (status, "not a report" in said) == (2, True)
    engine = make_engine(f"sqlite:///{commands.database}")
    with reading(engine) as session:
        assert journal.entries(session) == ()
    engine.dispose()


def test_channels_are_set_up_by_the_settings() -> None:
    always = {ChannelKind.WEBHOOK, ChannelKind.OTHER}
    assert Settings().channels == always
    assert SETTINGS.channels == always | {ChannelKind.MAIL, ChannelKind.TELEGRAM}


@ON_FILE
def test_operators_see_how_many_ways_take_nothing_and_whose(
    service: Service, letter: Letter, visit: Visit
) -> None:
    client = visit(service.engine, Language.EN)
    assert "Ways to people that take nothing\n0" in text_of(client.get("/operations").text)
    take(service, reports.postfix(as_mail(letter), HERS))
    shown = text_of(client.get("/operations").text)
    assert "Ways to people that take nothing\n1\nof 1 person" in shown
