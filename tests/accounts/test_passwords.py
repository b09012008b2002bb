"""Which passwords are taken and how they are kept (AUT-5, AUT-6)."""

from __future__ import annotations

import re
import threading
from time import sleep, thread_time

import pytest
from pwdlib.hashers.argon2 import Argon2Hasher
from zxcvbn.frequency_lists import FREQUENCY_LISTS

from tests.accounts.conftest import PASSWORD, QUICK, Place
from tracker.domain.errors import PasswordRefused, TooBusy
from tracker.services import choosing, enrolling
from tracker.services.acting import Author
from tracker.services.hashing import AT_ONCE, WAITING, Hasher
from tracker.store import credentials
from tracker.store.engine import reading, transaction

GOOD = "xK7-vrTz"
ABOUT = ("aigerim.bekova@example.kz", "Айгерим Бекова")


def reason(password: str, again: str | None = None) -> str | None:
    """Why a password is refused; None for one that is taken."""
    try:
        choosing.require_good(password, again=password if again is None else again, about=ABOUT)
    except PasswordRefused as error:
        return str(error.details["reason"])
    return None


@pytest.mark.parametrize(
    ("password", "said"),
    [
        (GOOD[:7], "short"),
        (GOOD, None),
        (GOOD * 8, None),
        (GOOD * 16, None),
        (GOOD * 33, "long"),
        ("        ", "easy"),
        ("көк аспанда қалықтаған қыран", None),
        ("лиса-ёлка, 🦊 и снег", None),
    ],
)
def test_length_is_all_that_is_asked_of_the_signs(password: str, said: str | None) -> None:
    """AUT-5: 7, 8, 64 and 128 signs, Unicode, spaces."""
    assert reason(password) == said


@pytest.mark.parametrize(
    "password",
    [
        "password1", "Password1!", "qwertyuiop", "йцукенгш", "пароль123", "12345678", "11111111", "abcdefgh",
        "iloveyou", "01.02.1990", "Kazakhstan1", "мектеп2027", "tracker2027", "aigerim1", "Бекова2027",
        "aigerim.bekova",
    ],
)  # fmt: skip
def test_common_passwords_and_own_words_are_refused(password: str) -> None:
    """AUT-5, on either layout of the keyboard."""
    assert reason(password) == "easy"


def test_the_most_common_passwords_are_refused() -> None:
    """AUT-5: the first 3,000 that are long enough."""
    common = [word for word in FREQUENCY_LISTS["passwords"] if len(word) >= choosing.SHORTEST][:3000]
    assert len(common) == 3000
    assert [word for word in common if reason(word) != "easy"] == []


def test_two_different_writings_are_refused() -> None:
    assert reason(GOOD, GOOD + "x") == "differs"


def test_nothing_is_cut_off() -> None:
    """AUT-5: passwords that differ in byte 73, or in the case of a letter, or by a space, are different."""
    hasher = Hasher(QUICK)
    long = "п" * 36
    kept = hasher.make(long + "а")
    assert hasher.check(long + "а", kept).is_right
    for other in (long, long + "б", long + "А", long + "а "):
        assert not hasher.check(other, kept).is_right


def test_the_shipped_parameters_are_the_strong_ones_and_every_salt_is_new() -> None:
    """AUT-6."""
    hasher = Hasher()
    first, second = hasher.make(PASSWORD), hasher.make(PASSWORD)
    shape = r"\$argon2id\$v=19\$m=65536,t=3,p=4\$([\w+/]{22})\$[\w+/]{43}"
    salts = {re.fullmatch(shape, each)[1] for each in (first, second)}  # type: ignore[index]  # it matches
    assert len(salts) == 2
    assert hasher.check(PASSWORD, first).is_right
    assert hasher.check(PASSWORD, first).fresh_hash is None
    assert not hasher.check(PASSWORD, None).is_right


def test_a_hash_under_weaker_parameters_is_renewed_when_its_person_signs_in(place: Place) -> None:
    """AUT-6."""
    person = place.add()
    weaker = Argon2Hasher(time_cost=1, memory_cost=8, parallelism=1, hash_len=16).hash(PASSWORD)
    with transaction(place.engine) as session:
        credentials.set_password(session, person.id, weaker)
    assert place.browser().sign_in(person.email, "wrong").status_code == 401
    assert kept_hash(place, person.id) == weaker
    assert place.browser().sign_in(person.email).status_code == 303
    assert kept_hash(place, person.id) != weaker
    assert place.browser().sign_in(person.email).status_code == 303


def kept_hash(place: Place, number: int) -> str | None:
    with reading(place.engine) as session:
        known = credentials.credentials_of(session, number)
    assert known is not None
    return known.password_hash


def test_a_hash_that_nobody_can_read_lets_nobody_in(place: Place) -> None:
    person = place.add()
    with transaction(place.engine) as session:
        credentials.set_password(session, person.id, "5f4dcc3b5aa765d61d8327deb882cf99")
    assert place.browser().sign_in(person.email).status_code == 401


class Slow(Argon2Hasher):
    """Waits until it is let go, and counts how many do so at once."""

    def __init__(self) -> None:
        super().__init__(time_cost=1, memory_cost=8, parallelism=1)
        self.free, self.inside, self.most = threading.Event(), 0, 0

    def verify(self, password: str | bytes, hash: str | bytes) -> bool:
        """Wait."""
        self.inside += 1
        self.most = max(self.most, self.inside)
        self.free.wait(30)
        self.inside -= 1
        return super().verify(password, hash)


def test_only_a_few_passwords_are_hashed_at_once_and_few_wait() -> None:
    slow = Slow()
    hasher = Hasher(slow)
    threads = [threading.Thread(target=hasher.check, args=("x", None)) for _ in range(AT_ONCE + WAITING)]
    for thread in threads:
        thread.start()
    while slow.inside < AT_ONCE:
        sleep(0.01)
    with pytest.raises(TooBusy):
        hasher.check("x", None)
    slow.free.set()
    for thread in threads:
        thread.join()
    assert slow.most == AT_ONCE


def test_no_password_takes_long_to_judge() -> None:
    """Signs that each stand for several letters are what takes a judge of passwords longest."""
    began = thread_time()
    assert reason('4@8({[<369!1|0$5+7%2"*' * 3) is None
    assert thread_time() - began < 2


def test_a_new_password_waits_its_turn_before_it_is_judged(place: Place) -> None:
    person, free = place.add(), threading.Event()
    browser = place.browser()
    browser.sign_in(person.email)

    def keep_busy() -> None:
        with place.hasher.turn():
            free.wait(30)

    with transaction(place.engine) as session:
        invited = enrolling.make_link(session, Author("test", place.clock.now()), person.id)
    token = browser.token
    threads = [threading.Thread(target=keep_busy) for _ in range(AT_ONCE + WAITING)]
    for thread in threads:
        thread.start()
    easy = {"password": "password1", "again": "password1"}
    busy = browser.post(f"/welcome/{invited.secret}", easy, token=token)
    free.set()
    for thread in threads:
        thread.join()
    assert busy.status_code == 503
    assert browser.post(f"/welcome/{invited.secret}", easy, token=token).status_code == 400
