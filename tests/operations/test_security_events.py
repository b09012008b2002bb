"""Every act that bears on safety is found in the journal: who, when in UTC, from where and why (OBS-5)."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pyotp
import pytest

from tests.accounts.conftest import PASSWORD, SECRET, Browser, Place
from tests.accounts.test_stuffing import crowd_fails
from tests.commands import Commands
from tests.operations.places import confirm, hand_over, places_of
from tests.people import a_person
from tests.web.register import NOW
from tracker.domain.acts import NOBODY, Act
from tracker.domain.people import Person
from tracker.domain.roles import Role
from tracker.paths import PACKAGE
from tracker.settings import Settings
from tracker.store import journal, people
from tracker.store.engine import make_engine, reading
from tracker.store.journal import Entry

LATER: frozenset[Act] = frozenset()
"""Acts that no page and no command does yet: their words stand ready."""

BY_COMMAND = frozenset({Act.DECREE, Act.DEMO, Act.MAIL_RETURNED})
"""Acts that no page does; loading the invented country has its test in ``test_demonstrating``, a mail that
came back in ``test_returned``."""

BESIDE = frozenset({Act.CLOCK_CONFIRMED, Act.CORRECTION, Act.CORRECTION_REFUSED, Act.FACTS_CONFIRMED}) | {
    Act.SCHOOL_ASKED,
    Act.SCHOOL_ANSWERED,
    Act.ANSWER_SETTLED,
    Act.ASK_TAKEN_BACK,
    Act.BEGIN_ASKED,
}
"""A clock that has jumped is confirmed in ``test_loudness``, facts are corrected in ``test_corrections``
and confirmed in ``test_quality``, schools are asked in ``test_asks``, officers
to begin in ``test_cliff``."""

OFFICE, HOME, ELSEWHERE = "203.0.113.7", "198.51.100.20", "192.0.2.66"
NEW_PASSWORD = "көктемде жер көгерер еді"
SCHOOLS = "school_id;name;region\n100000000001;Жаңа мектеп;59\n"
CONTRACTS = "contract_number;school_id;start_on;end_on\nK-1;100000000001;2027-01-01;2027-03-01\n"


@pytest.fixture(scope="module")
def lived(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    """A day on which everything happened."""
    path = tmp_path_factory.mktemp("story") / "tracker.db"
    path.write_bytes(migrated_sqlite.read_bytes())
    place = Place(make_engine(f"sqlite:///{path}"), Settings(secret=SECRET))
    story = Story(place)
    story.live()
    yield story
    place.engine.dispose()


class Story:
    """An administrator, a head of a department and a stranger, each at an address of their own."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self.admin = place.add(Role.ADMIN, name="root")
        self.head = place.add(Role.HEAD, name="asel")
        self.at_office, self.at_home = place.browser(OFFICE), place.browser(HOME)

    def live(self) -> None:
        """All of it."""
        self.place.browser(ELSEWHERE).sign_in(self.head.email, "a wrong guess of hers")
        self.at_office.sign_in(self.admin.email)
        self.at_home.sign_in(self.head.email)
        assert self.at_home.get("/people").status_code == 403
        self._work_with_files()
        self._answer_reminders()
        self._work_on_a_case()
        self._record_a_step()
        self._look_after_the_own_account()
        self._look_after_people()
        self._withstand_an_attack()
        self.at_office.send("/operations/journal", page="/operations")
        self.at_office.send("/sign-out", page="/account")

    def _work_with_files(self) -> None:
        confirm(self.at_home, hand_over(self.at_home, SCHOOLS))
        against = {"route": "interim.small_value", "reason": "мектеп байланыссыз"}
        self.at_home.send("/suggestions/100000000001", against, page="/suggestions")
        confirm(self.at_home, hand_over(self.at_home, CONTRACTS, "contracts"))
        strange = hand_over(self.at_home, "school_id;name;Смена\n100000000001;А;2\n")
        said = {"title": "Смена", "meaning": "leave"}
        self.at_home.send(f"{strange}/columns", said, page=strange)
        self.at_home.send("/exports/queue", {"format": "csv"}, page="/queue")

    def _answer_reminders(self) -> None:
        head, today = self.at_home, NOW.date().isoformat()
        due = {
            "school_id": "100000000001",
            "service": "channel",
            "kind": "cover_end",
            "identity": '["100000000001", "channel"]',
            "reason": "келісім жүріп жатыр",
        }
        for hold in ("acknowledged", "snoozed"):
            head.send("/deadlines/hold", {**due, "hold": hold}, page="/deadlines")
        leads = {"contract": "K-1", "plain": "30, 7", "reason": "жеткізуші сұрады"}
        for deed in ("keep", "reset"):
            head.send("/reminders/leads", {**leads, "deed": deed}, page="/reminders")
        away = {"email": self.admin.email, "first": today, "last": today}
        head.send("/reminders/substitutes", away, page="/reminders")
        head.send("/reminders/substitutes/end", {"number": "1"}, page="/reminders")
        hook = {"webhook_url": "https://hooks.example.kz/tracker", "webhook_current": PASSWORD}
        head.send("/reminders/ways/webhook", hook, page="/reminders")
        head.send("/reminders/ways/remove", {"number": "1"}, page="/reminders")

    def _work_on_a_case(self) -> None:
        case = {"school_id": "100000000001"}
        self.at_office.send("/cases", {**case, "deed": "look"}, page="/queue")
        head, before = self.at_home, self.admin.mark.partition(":")[2]
        head.send("/cases", {**case, "deed": "look", "seen": before}, page="/queue")
        head.send("/cases", {**case, "deed": "give"}, page="/queue")
        own = self.head.mark.partition(":")[2]
        head.send("/cases", {**case, "deed": "release", "seen": own}, page="/queue")
        head.send("/cases/notes", {**case, "text": "жеткізуші бас тартты"}, page="/queue")
        head.send("/cases/notes/pin", {"number": "1", "is_pinned": "1"}, page="/queue")
        head.send("/queue/views", {"name": "Біздікі", "query": "region=59"}, page="/queue")
        head.send("/queue/views/forget", {"number": "1"}, page="/queue")

    def _record_a_step(self) -> None:
        page = "/purchases/100000000001"
        seen = re.findall(r'name="seen" value="([^"]*)"', self.at_home.get(page).text)[0]
        step = {"deed": "record", "school_id": "100000000001", "seen": html.unescape(seen)}
        announced = {**step, "day": NOW.date().isoformat(), "number": "T-1", "method": "open_tender"}
        self.at_home.send("/purchases", announced, page=page)

    def _look_after_the_own_account(self) -> None:
        head = self.at_home
        head.send("/account/telephone", {"telephone": "8 701 234 56 78"}, page="/account")
        shown = head.send(
            "/account/tokens",
            {"name": "report", "scope": "read", "days": "30", "token_current": PASSWORD},
            page="/account",
        )
        prefix = re.findall(r"trk_([0-9A-Za-z]+)_", shown.text)[0]
        head.send("/account/tokens/revoke", {"prefix": prefix}, page="/account")
        head.send("/account/calendars", {"calendar_current": PASSWORD}, page="/account")
        head.send("/account/calendars/revoke", {"number": "1"}, page="/account")
        (recovery_code, *_) = self._take_up_a_second_factor(head)
        head.send(
            "/account/second-factor/change",
            {"act": "off", "current": PASSWORD, "code": recovery_code},
            page="/account/second-factor",
        )
        head.send(
            "/account/password",
            {"current": PASSWORD, "password": NEW_PASSWORD, "again": NEW_PASSWORD},
            page="/account",
        )

    def _take_up_a_second_factor(self, browser: Browser) -> list[str]:
        """Her recovery codes."""
        page = browser.get("/account/second-factor").text
        (offered,) = re.findall(r'name="offered" value="([^"]+)"', page)
        secret = re.findall(r"\b[A-Z2-7]{32}\b", re.sub(r"(?<=[A-Z2-7]{4}) (?=[A-Z2-7]{4})", "", page))[0]
        code = pyotp.TOTP(secret).at(NOW)
        fields = {"offered": offered, "code": code, "current": PASSWORD}
        shown = browser.send("/account/second-factor", fields)
        return re.findall(r'<code class="secret">([a-z2-7-]{29})</code>', shown.text)

    def _look_after_people(self) -> None:
        admin = self.at_office
        described = {"name": "Нұрлан", "role": "officer", "region": "59"}
        invited = {**described, "email": "nurlan@example.kz", "proof": PASSWORD}
        admin.send("/people", invited, page="/people/new")
        self.officer = self.number_of(a_person(Role.OFFICER, name="nurlan"))
        own = f"/people/{self.officer}"
        admin.send(own, {**described, "name": "Нұрлан А.", "role": "reviewer", "role_proof": PASSWORD})
        for act in ("disable", "enable", "sessions"):
            admin.send(f"{own}/{act}", page=own)
        admin.send(f"{own}/erase", {"proof": PASSWORD})

    def _withstand_an_attack(self) -> None:
        crowd_fails(self.place)
        assert self.place.browser(ELSEWHERE).sign_in(self.head.email).status_code == 429

    def number_of(self, person: Person) -> int:
        """The number of an account."""
        with reading(self.place.engine) as session:
            return people.number_of(session, person.email) or 0

    def told(self, act: Act) -> list[Entry]:
        """The entries of an act, the first one first."""
        with reading(self.place.engine) as session:
            return list(reversed(journal.entries(session, action=act)))


@pytest.mark.parametrize("act", [act for act in Act if act not in LATER | BY_COMMAND | BESIDE])
def test_every_act_of_a_page_is_told_with_who_when_and_where(lived: Story, act: Act) -> None:
    entries = lived.told(act)
    assert entries, f"nobody wrote {act} down"
    for entry in entries:
        assert entry.at == NOW
        assert entry.at.utcoffset() == timedelta(0)
        assert re.fullmatch(rf"person:\d+|{NOBODY}", entry.actor)
        assert entry.details["address"] in (OFFICE, HOME, ELSEWHERE)


@pytest.mark.parametrize(
    ("act", "who", "where"),
    [
        (Act.SIGN_IN_REFUSED, "stranger", ELSEWHERE),
        (Act.STRANGERS_REFUSED, "stranger", ELSEWHERE),
        (Act.SIGN_IN, "admin", OFFICE),
        (Act.REFUSED, "head", HOME),
        (Act.IMPORT, "head", HOME),
        (Act.EXPORT, "head", HOME),
        (Act.PURCHASE_STEP, "head", HOME),
        (Act.TOKEN_ADDED, "head", HOME),
        (Act.FEED_ADDED, "head", HOME),
        (Act.FEED_REVOKED, "head", HOME),
        (Act.SECOND_FACTOR_ON, "head", HOME),
        (Act.PASSWORD_CHANGED, "head", HOME),
        (Act.PERSON_ADDED, "admin", OFFICE),
        (Act.ROLE_CHANGED, "admin", OFFICE),
        (Act.PERSON_ERASED, "admin", OFFICE),
        (Act.JOURNAL_CHECKED, "admin", OFFICE),
        (Act.SIGN_OUT, "admin", OFFICE),
    ],
)
def test_an_act_is_told_of_whoever_did_it_at_her_address(
    lived: Story, act: Act, who: str, where: str
) -> None:
    marks = {"admin": lived.admin.mark, "head": lived.head.mark, "stranger": NOBODY}
    first = lived.told(act)[0]
    assert (first.actor, first.details["address"]) == (marks[who], where)


def test_what_was_acted_on_and_why_is_told(lived: Story) -> None:
    officer = f"person:{lived.officer}"
    (changed,) = lived.told(Act.ROLE_CHANGED)
    assert (changed.subject, changed.details["before"], changed.details["role"]) == (
        officer, "officer", "reviewer",
    )  # fmt: skip
    (refused,) = lived.told(Act.REFUSED)
    assert (refused.subject, refused.details["reason"]) == ("GET /people", "not_allowed")
    (guessed,) = lived.told(Act.SIGN_IN_REFUSED)
    assert (guessed.subject, guessed.details["reason"]) == (lived.head.mark, "password")
    imported, _ = lived.told(Act.IMPORT)
    assert (imported.subject, imported.details["new"]) == ("schools", 1)


def test_no_entry_holds_a_password_a_secret_a_name_or_an_address_of_post(lived: Story) -> None:
    with reading(lived.place.engine) as session:
        everything = " ".join(f"{entry.subject} {entry.detail}" for entry in journal.entries(session))
        assert journal.verify_chain(session) is None
    for secret in (PASSWORD, NEW_PASSWORD, SECRET, "guess", "Нұрлан", "nurlan", "asel", "@", "trk_"):
        assert secret not in everything, secret


def test_the_addresses_of_others_are_for_auditors_only(lived: Story) -> None:
    head = lived.at_home
    head.sign_in(lived.head.email, NEW_PASSWORD)
    answer = head.get("/api/v1/imports")
    assert answer.status_code == 200
    assert HOME not in answer.text
    assert [run["kind"] for run in answer.json()["imports"]] == ["contracts", "schools"]


def test_commands_are_told_with_the_account_of_the_machine(tmp_path: Path) -> None:
    commands = Commands(tmp_path)
    commands.good("migrate")
    commands.good("import", "schools", commands.file("s.csv", SCHOOLS))
    commands.good("calendar", "set", "2027-03-09", "--off", "--decree", "№ 7")
    commands.good("export", "schools", "out.csv")
    engine = make_engine(f"sqlite:///{commands.database}")
    with reading(engine) as session:
        told = {entry.action: entry for entry in journal.entries(session)}
    engine.dispose()
    assert set(told) == {"import", "decree", "export"}
    assert all(entry.actor.startswith("cli:") for entry in told.values())
    assert told["export"].details["rows"] == 1


def test_acts_that_wait_for_their_pages_are_done_by_nothing_yet() -> None:
    assert places_of(PACKAGE, LATER) == {}
    assert set(places_of(PACKAGE, set(Act) - LATER)) == set(Act) - LATER
