"""A small identity provider over real HTTP: discovery, keys, a page that asks nothing, PKCE, ID tokens.

Everybody whom :attr:`Provider.person` names signs in at once. A test may spoil what it answers.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx2
from joserfc import jwt
from joserfc.jwk import RSAKey
from starlette.testclient import TestClient

from tests.web.register import NOW
from tracker import settings

HOME = "http://127.0.0.1:8000"
CLIENT_ID = "tracker"
CLIENT_SECRET = "bT4-known-to-both"

Claims = dict[str, Any]
Spoil = Callable[[Claims], Claims]


@dataclass
class Provider:
    """What the provider knows and how it answers."""

    address: str
    person: Claims = field(default_factory=dict)
    spoil: Spoil = dict
    header: Claims = field(default_factory=lambda: {"alg": "RS256", "kid": "1"})
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "1"}))
    signed_with: RSAKey | None = None
    metadata: Claims = field(default_factory=dict)
    refuses: str = ""
    moved_to: str = ""
    visits: int = 0
    codes: dict[str, Claims] = field(default_factory=dict)
    asked: list[Claims] = field(default_factory=list)

    @property
    def settings(self) -> settings.Provider:
        """How we know it."""
        return settings.Provider(self.address, CLIENT_ID, CLIENT_SECRET)

    def discovery(self) -> Claims:
        """What it says of itself."""
        return {
            "issuer": self.address,
            "authorization_endpoint": f"{self.address}/authorize",
            "token_endpoint": f"{self.address}/token",
            "jwks_uri": f"{self.address}/keys",
            **self.metadata,
        }

    def authorize(self, asked: Claims) -> str:
        """Where a browser is sent back to: with a code, or with a refusal."""
        self.asked.append(asked)
        answer = {"state": asked["state"], "iss": self.address}
        if self.refuses:
            answer["error"] = self.refuses
        else:
            answer["code"] = secrets.token_urlsafe(8)
            self.codes[answer["code"]] = asked
        return f"{asked['redirect_uri']}?{urlencode(answer)}"

    def token(self, given: Claims, authorization: str) -> tuple[int, Claims]:
        """An ID token for a code that was not used, if the secret and the verifier are right."""
        if authorization != f"Basic {_encoded(f'{CLIENT_ID}:{CLIENT_SECRET}'.encode())}":
            return 401, {"error": "invalid_client"}
        asked = self.codes.pop(given.get("code", ""), None)
        digest = hashlib.sha256(given.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")
        is_same = asked is not None and asked["redirect_uri"] == given.get("redirect_uri")
        if asked is None or not is_same or asked.get("code_challenge") != challenge:
            return 400, {"error": "invalid_grant"}
        return 200, {"token_type": "Bearer", "access_token": "unused", "id_token": self.id_token(asked)}

    def id_token(self, asked: Claims) -> str:
        """What it says of the person, signed."""
        now = int(NOW.timestamp())
        claims = {
            "iss": self.address,
            "aud": CLIENT_ID,
            "iat": now,
            "exp": now + 300,
            "nonce": asked["nonce"],
            **self.person,
        }
        if self.header["alg"] == "none":
            parts = (json.dumps(self.header), json.dumps(self.spoil(claims)))
            return ".".join(_encoded(part.encode()).rstrip("=") for part in parts) + "."
        signer = self.signed_with or self.key
        return jwt.encode(self.header, self.spoil(claims), signer, algorithms=[self.header["alg"]])


def _encoded(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _handler(provider: Provider) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = urlsplit(self.path).path
            provider.visits += 1
            if provider.moved_to:
                self._redirect(provider.moved_to + path)
            elif path == "/authorize":
                self._redirect(provider.authorize(_fields(urlsplit(self.path).query)))
            elif path == "/keys":
                self._send(200, {"keys": [provider.key.as_dict(private=False)]})
            elif path == "/.well-known/openid-configuration":
                self._send(200, provider.discovery())
            else:
                self._send(404, {})

        def do_POST(self) -> None:
            given = self.rfile.read(int(self.headers["content-length"])).decode()
            self._send(*provider.token(_fields(given), self.headers.get("authorization", "")))

        def _redirect(self, address: str) -> None:
            self.send_response(303)
            self.send_header("location", address)
            self.send_header("content-length", "0")
            self.end_headers()

        def _send(self, status: int, said: Claims) -> None:
            body = json.dumps(said).encode()
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    return Handler


def _fields(query: str) -> Claims:
    return {name: values[0] for name, values in parse_qs(query).items()}


@contextmanager
def running_provider() -> Iterator[Provider]:
    """A provider at a free port of this machine."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
    provider = Provider(f"http://127.0.0.1:{server.server_address[1]}")
    server.RequestHandlerClass = _handler(provider)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield provider
    server.shutdown()
    server.server_close()
    thread.join()


def there(browser: TestClient, onward: str = "/queue") -> str:
    """Go to the provider and sign in there; the address to which it sends the browser back."""
    away = browser.get("/sign-in/provider", params={"next": onward})
    assert away.status_code == 303, away.text
    return httpx2.get(away.headers["location"]).headers["location"]


def back(browser: TestClient, address: str) -> httpx2.Response:
    """Follow the provider's answer."""
    return browser.get(address.removeprefix(HOME))
