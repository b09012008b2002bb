"""Who asks is known by the nearest hop that is no proxy of ours, whatever a caller claims (AUT-17)."""

from __future__ import annotations

from functools import cache
from ipaddress import ip_network

import pytest
from fastapi import FastAPI, Request

from tests.web.register import NOW
from tracker.clock import FixedClock
from tracker.domain.errors import SettingsRefused
from tracker.settings import Settings
from tracker.web.app import create_app
from tracker.web.security import client_address, nearest_stranger

PROXIES = (ip_network("10.0.0.0/8"), ip_network("fd00::/8"), ip_network("192.0.2.1/32"))


@cache
def server(trusted: str) -> FastAPI:
    return create_app(Settings.from_env({"TRACKER_TRUSTED_PROXIES": trusted}), FixedClock(NOW))


def asked(socket: str | None, *headers: tuple[str, str], trusted: str = "") -> str:
    named = [(name.encode(), value.encode()) for name, value in headers]
    client = None if socket is None else (socket, 5000)
    scope = {"type": "http", "client": client, "headers": named, "app": server(trusted)}
    return client_address(Request(scope))


FORGED = (
    ("x-forwarded-for", "203.0.113.9"),
    ("forwarded", "for=203.0.113.9"),
    ("x-real-ip", "203.0.113.9"),
    ("x-client-ip", "203.0.113.9"),
    ("true-client-ip", "203.0.113.9"),
)


@pytest.mark.parametrize("header", FORGED)
@pytest.mark.parametrize("socket", ["198.51.100.7", "127.0.0.1", "::1", "10.0.0.1"])
def test_aut_17_without_a_trusted_proxy_only_the_connection_counts(
    header: tuple[str, str], socket: str
) -> None:
    assert asked(socket, header) == socket
    assert asked(socket, *FORGED) == socket


@pytest.mark.parametrize("header", FORGED[1:])
def test_aut_17_a_trusted_proxy_is_heard_in_one_header_only(header: tuple[str, str]) -> None:
    assert asked("10.0.0.1", header, trusted="10.0.0.1") == "10.0.0.1"


@pytest.mark.parametrize(
    ("told", "address"),
    [
        (["198.51.100.7"], "198.51.100.7"),
        (["203.0.113.9, 198.51.100.7"], "198.51.100.7"),
        (["203.0.113.9, 198.51.100.7, 10.0.0.2"], "198.51.100.7"),
        (["203.0.113.9", "198.51.100.7", "192.0.2.1"], "198.51.100.7"),
        (["10.0.0.3, 10.0.0.2"], "10.0.0.3"),
        (["203.0.113.9, unknown"], "10.0.0.1"),
        (["203.0.113.9,"], "10.0.0.1"),
        ([""], "10.0.0.1"),
        (["198.51.100.7:4711"], "198.51.100.7"),
        (["[2001:db8::7]:4711"], "2001:db8::7"),
        (["::ffff:198.51.100.7"], "198.51.100.7"),
        (["2001:0DB8:0::7"], "2001:db8::7"),
        (["1.1.1.1, ' OR 1=1"], "10.0.0.1"),
        (["203.0.113.9, ::ffff:10.0.0.2"], "203.0.113.9"),
    ],
    ids=str,
)
def test_aut_17_behind_trusted_proxies_the_nearest_stranger_counts(told: list[str], address: str) -> None:
    headers = [("x-forwarded-for", line) for line in told]
    assert asked("10.0.0.1", *headers, trusted="10.0.0.0/8, 192.0.2.1") == address


def test_aut_17_two_writings_of_an_address_are_one() -> None:
    assert nearest_stranger(["::ffff:198.51.100.7"], PROXIES) == nearest_stranger(["198.51.100.7"], PROXIES)


def test_a_server_without_an_address_of_the_caller_names_none() -> None:
    assert asked(None, *FORGED) == ""
    assert asked("testclient", *FORGED) == "testclient"


@pytest.mark.parametrize("text", ["*", "10.0.0.1/8", "proxy.example", "10.0.0.0/40", "10.0.0.1;10.0.0.2"])
def test_proxies_that_are_no_addresses_are_refused(text: str) -> None:
    with pytest.raises(SettingsRefused) as refused:
        Settings.from_env({"TRACKER_TRUSTED_PROXIES": text})
    assert refused.value.details["name"] == "TRACKER_TRUSTED_PROXIES"
