"""The mail server as the settings name it: read wholly or refused, and never shown with its password."""

from __future__ import annotations

import pytest

from tests.channels.letters import now
from tracker.channels.mail import MailSender
from tracker.channels.mail_server import Encryption, MailServer
from tracker.domain.errors import SettingsRefused

OURS = "https://tracker.example.kz"
WORD = "hunter2" + "hunter2"


def read(url: str, base_url: str = OURS) -> MailServer:
    """The server of an address."""
    return MailServer.from_url(url, base_url=base_url)


def test_all_of_an_address_is_read() -> None:
    server = read(
        f"smtp://box%40example.kz:{WORD}%3A%2F@mail.example.kz:2525?starttls=none&from=post@example.kz"
    )
    assert (server.host, server.port, server.encryption) == ("mail.example.kz", 2525, Encryption.NONE)
    assert (server.user, server.password) == ("box@example.kz", f"{WORD}:/")
    assert (server.sender, server.our_name) == ("post@example.kz", "tracker.example.kz")


@pytest.mark.parametrize(
    ("url", "port", "encryption"),
    [
        ("smtp://mail.example.kz", 587, Encryption.REQUIRED),
        ("smtps://mail.example.kz", 465, Encryption.FIRST),
        ("smtp://mail.example.kz?starttls=none", 25, Encryption.NONE),
        ("smtp://mail", 587, Encryption.REQUIRED),
        ("smtp://10.0.0.1:25/", 25, Encryption.REQUIRED),
        ("smtp://127.0.0.1:1025", 1025, Encryption.NONE),
        ("smtp://localhost:1025", 1025, Encryption.NONE),
        ("smtp://[::1]:1025", 1025, Encryption.NONE),
        ("smtp://127.0.0.1:1025?starttls=required", 1025, Encryption.REQUIRED),
    ],
)
def test_encryption_is_required_but_of_this_very_machine(url: str, port: int, encryption: Encryption) -> None:
    server = read(url)
    assert (server.port, server.encryption) == (port, encryption)


@pytest.mark.parametrize(
    ("url", "base_url", "sender", "name"),
    [
        ("smtp://mail.example.kz", OURS, "tracker@tracker.example.kz", "tracker.example.kz"),
        ("smtp://box:word@mail.example.kz", OURS, "tracker@tracker.example.kz", "tracker.example.kz"),
        ("smtp://box%40a.kz:word@mail.example.kz", OURS, "box@a.kz", "tracker.example.kz"),
        ("smtp://mail.example.kz", "http://127.0.0.1:8000", "tracker@localhost", "[127.0.0.1]"),
        ("smtp://mail.example.kz", "http://[::1]:8000", "tracker@localhost", "[IPv6:::1]"),
    ],
)
def test_the_sender_follows_from_the_user_or_from_where_we_are(
    url: str, base_url: str, sender: str, name: str
) -> None:
    server = read(url, base_url)
    assert (server.sender, server.our_name) == (sender, name)


@pytest.mark.parametrize(
    "url",
    [
        *("", "mail.example.kz", "http://mail.example.kz", "smtp:", "smtp://", "smtp://:25", "smtp:///x"),
        *(
            "smtp://mail.example.kz/path",
            "smtp://mail.example.kz#x",
            "smtp://mail.example.kz:0",
            "smtp://a:b",
        ),
        *("smtp://mail.example.kz:99999", "smtp://user@mail.example.kz", "smtp://:pass@mail.example.kz"),
        *("smtp://mail.example.kz?starttls=maybe", "smtp://mail.example.kz?tls=none", "smtp://m.kz?starttls"),
        *("smtp://m.kz?starttls=none&starttls=required", "smtps://m.kz?starttls=none", "smtp://m.kz?from="),
        *("smtp://m.kz?from=a,b@c.kz", "smtp://m.kz?from=a@b.kz%0D%0ABcc:c@d.kz", "smtp://m.kz?from=ә@b.kz"),
        *(
            "smtp://a%0D%0A:b@m.kz",
            "smtp://a:b%00@m.kz",
            "smtp://m .kz",
            "smtp://m.kz\n",
            "smtp://мектеп.қаз",
        ),
        *("smtp://[::1", "smtp://-m.kz", "smtp://m.kz?from=x"),
    ],
)
def test_an_address_that_is_not_wholly_understood_is_refused(url: str) -> None:
    with pytest.raises(SettingsRefused) as refused:
        read(url)
    assert refused.value.details == {"name": "TRACKER_SMTP_URL", "reason": "value"}


def test_a_password_is_shown_nowhere() -> None:
    url = f"smtp://box:{WORD}@mail.example.kz"
    assert WORD not in repr(read(url))
    assert WORD not in repr(MailSender.from_url(url, base_url=OURS, now=now))
    with pytest.raises(SettingsRefused) as refused:
        read(url + ":x")
    assert WORD not in f"{refused.value!r} {refused.value}"
