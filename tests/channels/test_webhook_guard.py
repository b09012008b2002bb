"""No call of ours reaches what is not of the public network, however it is written (CHN-16, CHN-17)."""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import ip_address

import pytest

from tests.channels.letters import came_to, letter, now
from tests.channels.test_webhook import SECRET
from tests.channels.web_servers import Reply, web
from tests.loops import run
from tracker.channels.webhook import WebhookSender, is_address
from tracker.channels.webhook_address import is_public, target
from tracker.domain.messages import Fate, Fault

INNER = (
    *("127.0.0.1", "127.255.255.254", "0.0.0.0", "0.1.2.3", "10.0.0.1", "10.255.255.255", "172.16.0.1"),
    *("172.31.255.255", "192.168.0.1", "169.254.169.254", "169.254.0.1", "100.64.0.1", "100.100.100.200"),
    *("192.0.0.1", "192.0.2.1", "198.18.0.1", "198.51.100.1", "203.0.113.1", "224.0.0.1", "239.255.255.255"),
    *("240.0.0.1", "255.255.255.255", "::", "::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::127.0.0.1"),
    *("::ffff:169.254.169.254", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::1", "2002:7f00:1::"),
    *("2002:a00:1::1", "2002:a9fe:a9fe::", "2001:0:7f00:1::", "2001:0:4136:e378:8000:63bf:80ff:fffe"),
    *("fe80::1", "fec0::1", "fd00::1", "fc00::1", "ff02::1", "ff0e::1", "100::1", "2001:db8::1", "4000::1"),
)
PUBLIC = (
    *("93.184.215.14", "8.8.8.8", "172.32.0.1", "100.128.0.1", "2a00:1450:4001:81b::200e", "2606:4700::1111"),
    *("64:ff9b::808:808", "2002:808:808::1", "::ffff:8.8.8.8"),
)
WRITTEN_OTHERWISE = (
    *(
        "http://2130706433/",
        "http://0x7f000001/",
        "http://0x7f.0.0.1/",
        "http://0177.0.0.1/",
        "http://127.1/",
    ),
    *("http://017700000001/", "http://0/", "http://127.0.0.1./", "http://localhost/", "http://localhost./"),
    *("http://LOCALHOST/", "http://localhost:{port}./", "http://ip6-localhost/", "http://[::1%25lo]/"),
    *("http://user@127.0.0.1:{port}/", "http://user:word@127.0.0.1/", "http://example.kz@127.0.0.1:{port}/"),
    *(
        "http://127.0.0.1:{port}@example.kz/",
        "http://127.0.0.1:{port}#@example.kz/",
        "http://example.kz\\@127.0.0.1/",
    ),
    *(
        "http://127.0.0.1\\@example.kz/",
        "http:/127.0.0.1:{port}/",
        "http:127.0.0.1:{port}/",
        "//127.0.0.1:{port}/",
    ),
    *("http://127。0。0。1:{port}/", "http://①②⑦.⓪.⓪.①/", "http://127.0.0.1:{port}\t/", "http://127.0.0.1 /"),
    *(
        "\nhttp://127.0.0.1:{port}/",
        "http://127.0.0.1:{port}/\r\nHost: x",
        "http://127.0.0.1%2f/",
        "http://%31/",
    ),
    *("http://[::ffff:127.0.0.1]:{port}/", "http://[0:0:0:0:0:0:0:1]:{port}/", "http://[::]:{port}/"),
    *("unix:///run/a.sock", "file:///etc/passwd", "gopher://127.0.0.1:{port}/_", "ftp://127.0.0.1:{port}/"),
    *(
        "dict://127.0.0.1:{port}/",
        "javascript:1",
        "data:,x",
        "ws://127.0.0.1:{port}/",
        "",
        "http://",
        "http://[]/",
    ),
    *(
        "http://127.0.0.1:0{port}/",
        "http://127.0.0.1:{port}:80/",
        "http://a..kz/",
        "http://-a.kz/",
        "http://a_b.kz/",
    ),
    "http://example.kz/" + "x" * 3_000,
)


async def tried(urls: Sequence[str], means: Sequence[str] = ("127.0.0.1", "::1")) -> tuple[set[str], int]:
    """What became of calls that may use HTTP at any port, and how often somebody came to this machine."""

    async def resolve(host: str, port: int) -> Sequence[str]:
        return means

    async with web(lambda asked: Reply(200)) as canary:
        sender = WebhookSender(
            now=now, schemes=frozenset({"http", "https"}), ports=None, resolve=resolve, longest=2
        )
        codes = set()
        for url in urls:
            to = url.replace("{port}", str(canary.port))
            fate, code = came_to(await sender.send(letter(to=to, secret=SECRET)))
            assert fate is Fate.NEVER, to
            codes.add(code)
        return codes, canary.kept.calls


@pytest.mark.parametrize("address", INNER)
def test_an_inner_address_is_never_public(address: str) -> None:
    assert not is_public(ip_address(address))


@pytest.mark.parametrize("address", PUBLIC)
def test_a_public_address_is(address: str) -> None:
    assert is_public(ip_address(address))


def test_no_call_goes_to_an_inner_address() -> None:
    urls = [f"http://[{each}]:{{port}}/" if ":" in each else f"http://{each}:{{port}}/" for each in INNER]
    assert run(tried(urls)) == ({Fault.INNER}, 0)


def test_no_call_goes_to_an_inner_address_that_is_written_otherwise() -> None:
    codes, calls = run(tried(WRITTEN_OTHERWISE))
    assert codes <= {Fault.ADDRESS, Fault.INNER}
    assert calls == 0
    encrypted = [url.replace("{port}", "443").replace("http:", "https:") for url in WRITTEN_OTHERWISE]
    assert [url for url in encrypted if is_address(url)] == []


@pytest.mark.parametrize("address", INNER)
def test_no_name_leads_to_an_inner_address(address: str) -> None:
    assert run(tried(["http://hooks.example.kz:{port}/"], [address])) == ({Fault.INNER}, 0)


@pytest.mark.parametrize("order", [("93.184.215.14", "127.0.0.1"), ("::1", "93.184.215.14")])
def test_a_name_with_one_inner_address_among_others_is_not_called_at_all(order: Sequence[str]) -> None:
    assert run(tried(["http://hooks.example.kz:{port}/"], order)) == ({Fault.INNER}, 0)


def test_a_name_is_asked_once_and_what_was_checked_is_called() -> None:
    """A resolver that says a public address first and this machine afterwards, as rebinding does."""
    asked: list[str] = []

    async def rebinding(host: str, port: int) -> Sequence[str]:
        asked.append(host)
        return ["203.0.113.7"] if len(asked) == 1 else ["127.0.0.1"]

    async def scene() -> tuple[tuple[Fate, str], int]:
        async with web(lambda asked: Reply(200)) as canary:
            sender = WebhookSender(
                now=now,
                schemes=frozenset({"http"}),
                ports=None,
                allows=lambda address: str(address) == "203.0.113.7",
                resolve=rebinding,
                longest=0.6,
            )
            to = f"http://hooks.example.kz:{canary.port}/"
            return came_to(await sender.send(letter(to=to, secret=SECRET))), canary.kept.calls

    delivery, calls = run(scene())
    assert delivery in ((Fate.LATER, Fault.UNREACHABLE), (Fate.LATER, Fault.UNKNOWN))
    assert (asked, calls) == (["hooks.example.kz"], 0)


@pytest.mark.parametrize("port", [22, 25, 80, 5432, 6379, 8080])
def test_only_ports_of_https_are_called(port: int) -> None:
    assert target(f"https://hooks.example.kz:{port}/") is None
    assert target("https://hooks.example.kz:8443/") is not None
    assert target("http://hooks.example.kz:443/") is None


def test_a_usual_address_is_read_as_it_stands() -> None:
    found = target("https://Hooks.Example.KZ?key=%D2%9B&a=b")
    assert found is not None
    assert (found.host, found.port, found.path, found.netloc) == (
        "hooks.example.kz",
        443,
        "/?key=%D2%9B&a=b",
        "hooks.example.kz",
    )
