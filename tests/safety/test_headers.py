"""Every answer tells browsers to load nothing foreign, to keep no data (WEB-3, 5, 6)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from sqlalchemy import Engine, text
from starlette.testclient import TestClient

from tests.people import ADMIN, sign_in
from tests.safety.routes import addresses_of
from tests.web.conftest import HOME, Visit
from tests.web.register import NOW
from tracker import __version__
from tracker.clock import FixedClock
from tracker.settings import Settings
from tracker.store.engine import transaction
from tracker.web.app import create_app
from tracker.web.assets import STATIC_FOLDER
from tracker.web.visitors import csrf_token

PUBLIC = "https://tracker.example.kz"
POLICY = {
    "default-src": "'none'",
    "style-src": "'self'",
    "font-src": "'self'",
    "img-src": "'self'",
    "connect-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "object-src": "'none'",
    "frame-ancestors": "'none'",
}
NONCE = re.compile(r"'nonce-([\w-]{22})'")


@pytest.fixture
def public(filled: Engine) -> Iterator[TestClient]:
    """An administrator at a server that people reach over an encrypted connection."""
    app = create_app(Settings(base_url=PUBLIC), FixedClock(NOW), filled)
    cookie = sign_in(filled, ADMIN)
    headers = {"x-csrf-token": csrf_token(cookie), "sec-fetch-site": "same-origin"}
    with TestClient(app, base_url=PUBLIC, headers=headers, raise_server_exceptions=False) as client:
        client.cookies.set("__Host-tracker", cookie)
        client.follow_redirects = False
        yield client


def check(answer: object, address: object) -> None:
    """Whether an answer carries every rule."""
    headers = answer.headers  # type: ignore[attr-defined]  # an answer of the test client
    policy = dict(part.strip().split(" ", 1) for part in headers["content-security-policy"].split(";"))
    script = policy.pop("script-src")
    assert policy == POLICY, address
    is_page = headers.get("content-type", "").startswith("text/html")
    assert NONCE.fullmatch(script) if is_page else script == "'none'", address
    seconds, parts = headers["strict-transport-security"].split(";", 1)
    assert int(seconds.removeprefix("max-age=")) >= 365 * 24 * 3600
    assert parts.strip() == "includeSubDomains"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert "camera=()" in headers["permissions-policy"]
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert headers["cross-origin-resource-policy"] == "same-origin"
    assert "server" not in headers
    assert "x-powered-by" not in headers
    assert __version__ not in str(headers)
    assert not [name for name in headers if name.startswith("access-control")], address


def test_web_3_every_answer_of_every_route_carries_the_rules(public: TestClient) -> None:
    cookies = dict(public.cookies)
    for address in addresses_of(public):
        for sitting in ({}, cookies):
            public.cookies.clear()
            public.cookies.update(sitting)
            answer = public.request(address.method, address.path)
            check(answer, address)
            assert answer.headers["cache-control"] == "no-store", address


def test_web_3_errors_and_static_files_carry_the_rules(filled: Engine, public: TestClient) -> None:
    static = [f"/static/{path.relative_to(STATIC_FOLDER)}" for path in STATIC_FOLDER.rglob("*.*")]
    for path in ("/no-such-page", "/static/none.js", "/queue?on=x", "/api/v1/needs?state=x", *static):
        check(public.get(path), path)
    for method in ("TRACE", "PUT", "DELETE", "OPTIONS", "HEAD"):
        check(public.request(method, "/queue"), method)
    check(public.get("/", headers={"host": "evil.example"}), "a foreign host")
    check(public.post("/language", headers={"sec-fetch-site": "cross-site"}), "a foreign page")
    check(public.post("/language", content=b"x" * 100_000), "a long form")
    with transaction(filled) as session:
        session.execute(text("DROP TABLE tender_event"))
    broken = public.get("/queue?on=2027-01-16")
    assert broken.status_code in (500, 503)
    check(broken, "a fault")


def test_web_3_scripts_of_a_page_bear_its_nonce_and_no_page_has_the_nonce_of_another(
    public: TestClient,
) -> None:
    nonces = []
    for _ in range(3):
        page = public.get("/queue")
        found = NONCE.search(page.headers["content-security-policy"])
        assert found
        nonces.append(found[1])
        scripts = re.findall(r"<script[^>]*>", page.text)
        assert scripts
        assert all(f'nonce="{found[1]}"' in script for script in scripts)
        assert not re.search(r"<[^>]+\son\w+\s*=", page.text)
        assert not re.search(r"<style|<[^>]+\sstyle\s*=|javascript:", page.text)
    assert len(set(nonces)) == 3


def test_web_3_without_an_encrypted_connection_no_browser_is_told_to_insist_on_one(
    filled: Engine, visit: Visit
) -> None:
    assert "strict-transport-security" not in visit(filled).get("/").headers


def test_web_3_static_files_may_be_kept_and_their_errors_may_not(public: TestClient) -> None:
    assert "max-age" in public.get("/static/app.css").headers["cache-control"]
    assert public.get("/static/none.css").headers["cache-control"] == "no-store"


HOSTS = ("evil.example", "tracker.example.kz.evil.example", "a/?x=", "tracker.example.kz@evil.example",
         "evil.example#tracker.example.kz", "tracker.example.kz:", "tracker.example.kz:80:80", "",
         "tracker.example.kz.", "tracker.example.kz, evil.example", "tracker.example.kz:8x",
         "TRACKER.example.kz evil", "10.0.0.1", "[::]", "0.0.0.0", "tracker.example.kz/..",
         "tracker.example.kz:４４３")  # fmt: skip


@pytest.mark.parametrize("host", HOSTS)
def test_web_5_a_name_that_is_not_ours_is_refused(public: TestClient, host: str) -> None:
    for path in ("/", "/sign-in", "/api/v1/needs", "/static/app.css", "/no-such-page"):
        answer = public.get(path, headers=[(b"host", host.encode())])
        assert answer.status_code == 400, (host, path)
        assert "location" not in answer.headers
        assert not host or len(host) < 5 or host not in answer.text


@pytest.mark.parametrize(
    "host", ["tracker.example.kz", "TRACKER.EXAMPLE.KZ", "tracker.example.kz:8443", "127.0.0.1:8000"]
)
def test_web_5_our_own_names_are_answered(public: TestClient, host: str) -> None:
    assert public.get("/sign-in", headers={"host": host}).status_code in (200, 303)


def test_web_5_two_hosts_are_refused(public: TestClient) -> None:
    for others in (["tracker.example.kz"], ["evil.example"]):
        hosts = [("host", "tracker.example.kz"), *(("host", other) for other in others)]
        assert public.get("/sign-in", headers=hosts).status_code == 400


@pytest.mark.parametrize(
    "header",
    ["x-forwarded-host", "x-host", "forwarded", "x-forwarded-proto", "x-original-url", "x-rewrite-url"],
)
def test_web_5_no_other_header_says_where_we_are(public: TestClient, header: str) -> None:
    answer = public.get("/queue", headers={header: "host=evil.example"})
    assert answer.status_code == 200
    assert "evil.example" not in answer.text
    public.cookies.clear()
    assert public.get("/queue", headers={header: "evil.example"}).headers["location"].startswith("/sign-in")


ELSEWHERE = ("//evil.example", "///evil.example", "/\\evil.example", "\\\\evil.example", "\\evil.example",
             "https://evil.example", "https:evil.example", "javascript:alert(1)", "data:text/html,x",
             "/\t/evil.example", "/\n/evil.example", "\t//evil.example", " //evil.example",
             "/%09/evil.example", "//evil.example@tracker.example.kz", "evil.example", "http:///evil.example",
             "/\x00/evil",
             "/ok\r\nset-cookie: a=b", "?next=//evil.example", "//", "/\u2028/evil.example")  # fmt: skip


@pytest.mark.parametrize("place", ELSEWHERE, ids=repr)
def test_web_6_one_is_never_led_to_another_site(public: TestClient, place: str) -> None:
    chosen = public.post("/language", data={"language": "ru", "next": place})
    came_in = public.get("/sign-in", params={"next": place})
    for answer in (chosen, came_in):
        target = answer.headers["location"]
        assert len(answer.headers.get_list("location")) == 1
        assert target.startswith("/")
        assert not target.startswith(("//", "/\\"))
        assert urlsplit(target).netloc == ""
        assert "set-cookie" not in target.lower() or "\n" not in target
    public.cookies.clear()
    form = public.get("/sign-in", params={"next": place}).text
    for address in re.findall(r'(?:href|action|value)="([^"]*evil[^"]*)"', form):
        assert address.startswith(("/%", "/ok", "/sign-in", "/?")) or "evil" not in urlsplit(address).netloc


@pytest.mark.parametrize(
    "path", ["/queue?on=2027-02-01", "/schools?q=%0d%0ax", "//evil.example/..", "/imports"]
)
def test_web_6_whoever_must_sign_in_comes_back_to_our_own_page(public: TestClient, path: str) -> None:
    public.cookies.clear()
    answer = public.get(f"{PUBLIC}{path}")
    if answer.status_code == 303:
        assert answer.headers["location"].startswith("/sign-in?next=%2F")
        assert "%2F%2F" not in answer.headers["location"]


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", PUBLIC, HOME, "https://a.tracker.example.kz"]
)
def test_web_6_no_other_origin_may_read_our_answers(public: TestClient, origin: str) -> None:
    asking = {"origin": origin, "access-control-request-method": "GET"}
    for method in ("GET", "OPTIONS"):
        for path in ("/", "/api/v1/needs", "/openapi.json", "/static/app.css", "/sign-in"):
            answer = public.request(method, path, headers=asking)
            assert not [name for name in answer.headers if name.startswith("access-control")]
            assert origin not in str(answer.headers) or origin == PUBLIC
