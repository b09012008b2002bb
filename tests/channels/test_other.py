"""Letters by services that Apprise knows: only by those whose host nobody can choose."""

from __future__ import annotations

import sys
import time

import pytest
from apprise import Apprise

from tests.channels.letters import came_to, letter
from tests.channels.web_servers import Answers, Reply, Web, web
from tests.loops import run
from tracker.channels.other import SCHEMES, OtherSender, is_address
from tracker.domain.messages import Delivery, Fate, Fault

FINE = Reply(200, b"{}")
KNOWN = (
    "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ/#general",
    "discord://4174216298/JHMHI8qBe7bk2ZwO5U711o3dV_js",
    "smsc://login:word@77011234567",
)


async def sent(answers: Answers, longest: float = 5) -> tuple[Delivery, Web]:
    """What became of one letter by a service on this machine, which only tests may call."""
    async with web(answers) as kept:
        sender = OtherSender(longest=longest, schemes=frozenset({"json"}))
        try:
            return await sender.send(letter(to=f"json://127.0.0.1:{kept.port}/here")), kept
        finally:
            await sender.close()


def test_a_letter_goes_out_by_a_service() -> None:
    delivery, kept = run(sent(lambda asked: FINE))
    assert came_to(delivery) == (Fate.SENT, "")
    (asked,) = kept.asked
    assert (asked.json["title"], asked.json["message"]) == (letter().subject, letter().text)


def test_what_a_service_refuses_is_tried_later() -> None:
    delivery, _ = run(sent(lambda asked: Reply(500)))
    assert came_to(delivery) == (Fate.LATER, Fault.REFUSED)


def test_a_service_that_does_not_answer_does_not_hold_us_for_long() -> None:
    began = time.monotonic()
    delivery, _ = run(sent(lambda asked: Reply(tail=b" ", pause=0.1), longest=1.0))
    assert came_to(delivery) == (Fate.LATER, Fault.UNKNOWN)
    assert time.monotonic() - began < 6


@pytest.mark.parametrize(
    "address",
    [
        *("syslog://", "dbus://", "gnome://", "windows://", "macosx://", "glib://", "rsyslog://127.0.0.1"),
        *("json://127.0.0.1/", "jsons://10.0.0.1/", "xml://localhost/", "form://127.0.0.1/", "forms://a.kz/"),
        *(
            "mailto://a:b@c.kz",
            "mqtt://127.0.0.1",
            "smpp://a:b@c.kz/1/2",
            "xmpp://a:b@c.kz",
            "irc://127.0.0.1",
        ),
        *("ntfy://127.0.0.1/topic", "matrix://a:b@127.0.0.1", "apprise://127.0.0.1/key", "tgram://1:a/2"),
        *(
            "https://hooks.slack.com/services/T/A/B",
            "file:///etc/passwd",
            "/etc/passwd",
            "",
            "slack:",
            "slack://",
        ),
        f"{KNOWN[0]}?template=/etc/passwd",
        f"{KNOWN[1]}?verify=no",
        f"{KNOWN[1]} json://127.0.0.1/",
        f"{KNOWN[1]},json://127.0.0.1/",
        f"{KNOWN[1]}\njson://127.0.0.1/",
        "SLACK://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ",
    ],
)
def test_what_reaches_files_programs_or_any_host_is_refused(address: str) -> None:
    async def scene() -> Delivery:
        sender = OtherSender()
        try:
            return await sender.send(letter(to=address))
        finally:
            await sender.close()

    assert came_to(run(scene())) == (Fate.NEVER, Fault.ADDRESS)
    assert not is_address(address)


def test_the_services_that_may_be_used_are_known_and_call_no_host_of_the_users_choice() -> None:
    found: dict[str, set[str]] = {}
    for service in Apprise().details()["schemas"]:
        for scheme in service["secure_protocols"] or ():
            found[scheme] = set(service["details"]["templates"])
    assert found.keys() >= SCHEMES
    assert not [
        each for scheme in SCHEMES for each in found[scheme] if "{host" in each or "{schema}" not in each
    ]


@pytest.mark.parametrize("address", KNOWN)
def test_addresses_of_known_services_are_read(address: str) -> None:
    assert is_address(address)
    assert Apprise.instantiate(address) is not None


def test_without_the_extra_nothing_is_sent_and_it_is_said_why(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "apprise", None)
    delivery, kept = run(sent(lambda asked: FINE))
    assert came_to(delivery) == (Fate.LATER, Fault.NOT_INSTALLED)
    assert kept.asked == []
