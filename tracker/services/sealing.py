"""The second factor: a secret shared with a telephone, kept sealed, and codes that stand in for it."""

from __future__ import annotations

import base64
import hmac
import re
import secrets
from datetime import datetime, timedelta

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from pyotp import TOTP, random_base32

DRIFT_STEPS = 1
"""Steps of 30 seconds by which the person's clock may differ."""

OFFER_LASTS = timedelta(minutes=15)
"""How long a new secret waits for its first code."""

RECOVERY_CODES = 8
_CODE_BYTES = 15
"""120 bits: a code that nobody guesses, so that a quick hash keeps it (ASVS 6.5.2)."""


class Seal:
    """Seals secrets of second factors under a key derived from ``TRACKER_SECRET``."""

    @classmethod
    def of(cls, secret: str) -> Seal | None:
        """The seal of a secret; None where there is none: no key of ours is known to everybody."""
        return cls(secret) if secret else None

    def __init__(self, secret: str) -> None:
        key = HKDF(SHA256(), length=32, salt=None, info=b"second factor").derive(secret.encode())
        self._fernet = Fernet(base64.urlsafe_b64encode(key))

    def close(self, text: str, *, now: datetime) -> str:
        """The text sealed."""
        return self._fernet.encrypt_at_time(text.encode(), int(now.timestamp())).decode()

    def open(self, sealed: str) -> str | None:
        """The text; None if it was sealed under another key or is damaged."""
        try:
            return self._fernet.decrypt(sealed).decode()
        except (InvalidToken, ValueError):
            return None

    def offer(self, secret: str, *, person_id: int, now: datetime) -> str:
        """A new secret on its way through the person's own form: of no use to others, or later."""
        return self.close(f"{person_id}:{secret}", now=now)

    def taken(self, offered: str, *, person_id: int, now: datetime) -> str | None:
        """The secret that was offered to this person a short while ago."""
        try:
            lasts = int(OFFER_LASTS.total_seconds())
            text = self._fernet.decrypt_at_time(offered, lasts, int(now.timestamp())).decode()
        except (InvalidToken, ValueError):
            return None
        whose, _, secret = text.partition(":")
        return secret if whose == str(person_id) else None


def new_secret() -> str:
    """A new secret, as an authenticator takes it."""
    return random_base32()


def address_of(secret: str, *, email: str, service: str) -> str:
    """What the square code says to an authenticator."""
    return TOTP(secret).provisioning_uri(name=email, issuer_name=service)


def step_of(secret: str, code: str, *, last_step: int | None, now: datetime) -> int | None:
    """The step whose code this is, later than the last one used and at most one away from now; else None."""
    totp = TOTP(secret)
    present = totp.timecode(now)
    given = re.sub(r"\s", "", code).encode()
    for step in range(present - DRIFT_STEPS, present + DRIFT_STEPS + 1):
        if hmac.compare_digest(totp.generate_otp(step).encode(), given):
            return step if last_step is None or step > last_step else None
    return None


def new_recovery_codes() -> tuple[str, ...]:
    """Codes to keep on paper."""
    return tuple(_written(secrets.token_bytes(_CODE_BYTES)) for _ in range(RECOVERY_CODES))


def plain(code: str) -> str:
    """A recovery code however a person has written it."""
    return re.sub(r"[\s-]", "", code).lower()


def _written(code: bytes) -> str:
    text = base64.b32encode(code).decode().lower()
    return "-".join(re.findall("....", text))
