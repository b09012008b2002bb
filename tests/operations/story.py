"""A day on which everything happened that bears on safety, each of it done on its page."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from contextlib import contextmanager

import pyotp
from starlette.testclient import TestClient

from tests.accounts.conftest import PASSWORD, Browser, Place, token_on
from tests.accounts.test_stuffing import crowd_fails
from tests.operations.places import confirm, hand_over
from tests.operations.test_loudness import jumped
from tests.people import a_person
from tests.web.register import NOW
from tests.web.test_asks import YES, answered, link_for
from tests.web.test_cliff import hidden
from tests.web.test_corrections import form_of
from tracker.domain.acts import Act
from tracker.domain.people import Person
from tracker.domain.roles import Role
from tracker.store import journal, people
from tracker.store.engine import reading
from tracker.store.journal import Entry

OFFICE, HOME, ELSEWHERE = "203.0.113.7", "198.51.100.20", "192.0.2.66"
NEW_PASSWORD = "көктемде жер көгерер еді"
SCHOOL = "100000000001"
SCHOOLS = "school_id;name;region\n100000000001;Жаңа мектеп;59\n"
CONTRACTS = "contract_number;school_id;start_on;end_on\nK-1;100000000001;2027-01-01;2027-03-01\n"


class Story:
    """An administrator, a head of a department and a stranger, each at an address of their own."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self.admin = place.add(Role.ADMIN, name="root")
        self.head = place.add(Role.HEAD, name="asel")
        place.add(Role.REVIEWER, name="dana")
        self.at_office, self.at_home = place.browser(OFFICE), place.browser(HOME)

    def live(self) -> None:
        """All of it."""
        self.place.browser(ELSEWHERE).sign_in(self.head.email, "a wrong guess of hers")
        self.at_office.sign_in(self.admin.email)
        self.at_home.sign_in(self.head.email)
        assert self.at_home.get("/people").status_code == 403
        self._work_with_files()
        self._ask_to_begin()
        self._answer_reminders()
        self._work_on_a_case()
        self._record_a_step()
        self._ask_a_school()
        self._correct_a_fact()
        self._look_after_the_own_account()
        self._look_after_people()
        self._withstand_an_attack()
        self.at_office.send("/operations/journal", page="/operations")
        self._trust_the_clock()
        self.at_office.send("/sign-out", page="/account")

    def _work_with_files(self) -> None:
        confirm(self.at_home, hand_over(self.at_home, SCHOOLS))
        page, route = f"/suggestions/{SCHOOL}", "interim.small_value"
        (seen,) = re.findall(r'name="shown" value="([^"]*)"', self.at_home.get(f"{page}?route={route}").text)
        against = {"route": route, "reason": "мектеп байланыссыз", "shown": seen}
        self.at_home.send(page, against, page="/suggestions")
        confirm(self.at_home, hand_over(self.at_home, CONTRACTS, "contracts"))
        strange = hand_over(self.at_home, "school_id;name;Смена\n100000000001;А;2\n")
        said = {"title": "Смена", "meaning": "leave"}
        self.at_home.send(f"{strange}/columns", said, page=strange)
        wrong = "contract_number;school_id;start_on;end_on\nK-9;100000000001;2026-01-01;2026-01-31\n"
        confirm(self.at_home, hand_over(self.at_home, wrong, "contracts"))
        which = re.findall(r'name="which" value="(\d+)"', self.at_home.get("/imports").text)
        self.at_home.send("/imports/undo", {"which": which[0]}, page="/imports")
        self.at_home.send("/exports/queue", {"format": "csv"}, page="/queue")

    def _answer_reminders(self) -> None:
        head, today = self.at_home, NOW.date().isoformat()
        due = {
            "school_id": SCHOOL,
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
        case = {"school_id": SCHOOL}
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
        page = f"/purchases/{SCHOOL}"
        seen = re.findall(r'name="seen" value="([^"]*)"', self.at_home.get(page).text)[0]
        step = {"deed": "record", "school_id": SCHOOL, "seen": html.unescape(seen)}
        announced = {**step, "day": NOW.date().isoformat(), "number": "T-1", "method": "open_tender"}
        self.at_home.send("/purchases", announced, page=page)

    def _ask_a_school(self) -> None:
        phone = self.place.browser(ELSEWHERE).client
        with self.forms_at_home() as head:
            for deed in ("accept", "take_back"):
                path = link_for(head, SCHOOL)
                if deed == "accept":
                    assert answered(phone, path, YES) == 200
                page = head.get("/asks").text
                number = re.findall(r'name="number" value="(\d+)"', page)[0]
                seen = re.findall(r'name="seen" value="(\w*)"', page)[:1]
                head.post("/asks/settle", data={"number": number, "deed": deed, "seen": seen})
            head.post("/reports/quality/confirm", data={"school_id": SCHOOL})

    def _correct_a_fact(self) -> None:
        line = {"kind": "contracts", "school_id": SCHOOL, "number": "K-1", "service": "channel"}
        wanted = {"value_end_on": "2027-03-05", "reason": "шартта осылай"}
        with self.forms_at_home() as head:
            form = form_of(head, line) | wanted
            shown = re.findall(r'name="shown" value="(\w+)"', head.post("/corrections", data=form).text)
            assert head.post("/corrections", data=form | {"shown": shown[0]}).status_code == 303
            late = form | {"value_end_on": "2027-03-06"}
            assert head.post("/corrections", data=late).status_code == 409

    def _ask_to_begin(self) -> None:
        asked = {"pick": [f"channel:{SCHOOL}"], "begin_by": "2027-01-22"}
        with self.forms_at_home() as head:
            for form in (asked, {"pick": asked["pick"], "intent": "take_back"}):
                shown = hidden(head.post("/cliff/ask", data=form).text)
                head.post("/cliff/ask", data={**form, "seen": shown["seen"]})

    def _trust_the_clock(self) -> None:
        jumped(self.place.engine)
        self.place.app.state.house.lookout.look()
        self.at_office.send("/operations/clock", page="/operations")

    @contextmanager
    def forms_at_home(self) -> Iterator[TestClient]:
        """The head's browser, with the token of her forms in all that it sends."""
        client = self.at_home.client
        client.headers["x-csrf-token"] = token_on(self.at_home.get("/account").text)
        yield client
        del client.headers["x-csrf-token"]

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
