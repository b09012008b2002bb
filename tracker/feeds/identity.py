"""What an identity provider says of a person: OpenID Connect, authorization code with PKCE (S256).

Nothing of the answer is believed before the signature, issuer, audience, times and nonce of its ID token
are; every fault of theirs or of the way there is one refusal with a reason.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock
from typing import Any

import httpx2
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.httpx_client import OAuth2Client
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from tracker.domain.errors import ProviderRefused
from tracker.settings import Provider

log = logging.getLogger(__name__)

SIGNATURES = ("RS256", "PS256", "ES256", "ES384")
"""Signatures with a key that only the provider has: never none, never a secret that two share."""

LEEWAY_SECONDS = 60
"""By how much the provider's clock may differ."""

TIMEOUT_SECONDS = 5

KEPT = timedelta(minutes=5)
"""How long what a provider says of itself is believed without asking again."""

FAILURE_KEPT = timedelta(seconds=15)
"""How long a provider that gave no good answer is left alone: nobody queues up to wait for it."""

LONGEST_SUBJECT = 255
WELL_KNOWN = "/.well-known/openid-configuration"
_ADDRESSES = ("authorization_endpoint", "token_endpoint", "jwks_uri")


@dataclass(frozen=True, slots=True)
class Way:
    """What one way to the provider and back must match; known to this browser and to us."""

    state: str
    nonce: str
    verifier: str

    @classmethod
    def new(cls) -> Way:
        """A way that nobody can guess."""
        return cls(secrets.token_urlsafe(32), secrets.token_urlsafe(32), secrets.token_urlsafe(48))


@dataclass(frozen=True, slots=True)
class Identity:
    """Who came back: stable at the provider, with an e-mail address only if the provider has verified it."""

    subject: str
    email: str | None


class Discovery:
    """What a provider says of itself, kept for some minutes: whoever knocks here costs it nothing."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._said: dict[str, Any] = {}
        self._reason = ""
        self._asked_at: datetime | None = None

    def of(self, client: Any, provider: Provider, *, now: datetime) -> dict[str, Any]:
        """The addresses of the provider; raises :class:`ProviderRefused`, again for a while once it has."""
        with self._lock:
            if not self._holds(now):
                self._ask(client, provider)
                self._asked_at = now
            if self._reason:
                raise ProviderRefused(reason=self._reason)
            return self._said

    def _holds(self, now: datetime) -> bool:
        kept = FAILURE_KEPT if self._reason else KEPT
        return self._asked_at is not None and timedelta(0) <= now - self._asked_at < kept

    def _ask(self, client: Any, provider: Provider) -> None:
        self._reason = ""
        try:
            with _refusing():
                self._said = _metadata(client, provider)
        except ProviderRefused as error:
            self._reason = str(error.details["reason"])


def address_to_ask(
    provider: Provider, way: Way, discovery: Discovery, *, answer_to: str, now: datetime
) -> str:
    """Where to send the browser; raises :class:`ProviderRefused`."""
    with _refusing(), _client(provider, answer_to) as client:
        said = discovery.of(client, provider, now=now)
        address, _ = client.create_authorization_url(
            said["authorization_endpoint"], state=way.state, nonce=way.nonce, code_verifier=way.verifier
        )
        return str(address)


def identity_of(
    provider: Provider, way: Way, discovery: Discovery, code: str, *, answer_to: str, now: datetime
) -> Identity:
    """Who the provider says has come; raises :class:`ProviderRefused`."""
    with _refusing(), _client(provider, answer_to) as client:
        said = discovery.of(client, provider, now=now)
        given = client.fetch_token(said["token_endpoint"], code=code, code_verifier=way.verifier)
        keys = KeySet.import_key_set({"keys": _json(client, said["jwks_uri"])["keys"]})
        token = jwt.decode(given["id_token"], keys, algorithms=SIGNATURES)
        claims = CodeIDToken(
            token.claims,
            token.header,
            options={"iss": {"value": provider.issuer}, "aud": {"value": provider.client_id}},
            params={
                "nonce": way.nonce,
                "client_id": provider.client_id,
                "access_token": given.get("access_token"),
            },
        )
        claims.validate(now=int(now.timestamp()), leeway=LEEWAY_SECONDS)
        return _identity(provider, claims)


def _identity(provider: Provider, claims: dict[str, Any]) -> Identity:
    subject, email = claims["sub"], claims.get("email")
    if not isinstance(subject, str) or not 0 < len(subject) <= LONGEST_SUBJECT:
        raise ValueError
    is_verified = claims.get("email_verified") is True and isinstance(email, str)
    return Identity(f"{provider.issuer}#{subject}", email if is_verified else None)


@contextmanager
def _client(provider: Provider, answer_to: str) -> Iterator[Any]:  # authlib says nothing of its types
    with OAuth2Client(
        provider.client_id,
        provider.client_secret,
        scope="openid email",
        redirect_uri=answer_to,
        code_challenge_method="S256",
        timeout=TIMEOUT_SECONDS,
        follow_redirects=False,
        trust_env=False,
    ) as client:
        yield client


def _metadata(client: Any, provider: Provider) -> dict[str, Any]:
    """What the provider says of itself; its addresses are as safe as its own."""
    said = _json(client, provider.issuer.rstrip("/") + WELL_KNOWN)
    if said["issuer"] != provider.issuer:
        raise ValueError
    scheme = provider.issuer.partition("://")[0] + "://"
    if not all(said[name].startswith(scheme) for name in _ADDRESSES):
        raise ValueError
    return said


def _json(client: Any, address: str) -> dict[str, Any]:
    answer = client.get(address, auth=None)
    answer.raise_for_status()
    found: dict[str, Any] = answer.json()
    return found


@contextmanager
def _refusing() -> Iterator[None]:
    """Turns whatever goes wrong on the way into one refusal (a wrong nonce is no error of OAuth's)."""
    try:
        yield
    except httpx2.HTTPError as error:
        log.warning("identity provider: %s", type(error).__name__)
        raise ProviderRefused(reason="unreachable") from error
    except (AuthlibBaseError, JoseError, ValueError, KeyError, TypeError, AttributeError) as error:
        log.warning("identity provider: %s", type(error).__name__)
        raise ProviderRefused(reason="answer") from error
