"""Passwords as argon2id hashes: slow on purpose, and never many at once."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import BoundedSemaphore

from pwdlib import PasswordHash
from pwdlib.exceptions import UnknownHashError
from pwdlib.hashers import HasherProtocol
from pwdlib.hashers.argon2 import Argon2Hasher

from tracker.domain.errors import TooBusy

MEMORY_KIB = 64 * 1024
PASSES = 3
LANES = 4
"""The second recommended choice of RFC 9106 §4: a fifth of a second on a small server."""

AT_ONCE = 2
"""Passwords hashed at once; each takes :data:`MEMORY_KIB`."""

WAITING = 16
"""Requests that wait for their turn; the rest are told to come again."""

_SALT_BYTES, _HASH_BYTES = 16, 32


@dataclass(frozen=True, slots=True)
class Checked:
    """Whether a password is right, and its hash under present parameters where it is kept under others."""

    is_right: bool
    fresh_hash: str | None = None


class Hasher:
    """Makes and checks hashes, :data:`AT_ONCE` at a time; ``algorithm`` is for tests, which cannot wait."""

    def __init__(self, algorithm: HasherProtocol | None = None) -> None:
        self._hashes = PasswordHash((algorithm or Argon2Hasher(PASSES, MEMORY_KIB, LANES),))
        self._room = BoundedSemaphore(AT_ONCE + WAITING)
        self._turn = BoundedSemaphore(AT_ONCE)
        self._nobodys = algorithm.hash(secrets.token_urlsafe()) if algorithm else _hash_of_nothing()

    def make(self, password: str) -> str:
        """The hash of a new password, with a salt of its own; raises :class:`TooBusy`."""
        with self.turn():
            return self._hashes.hash(password)

    def check(self, password: str, known: str | None) -> Checked:
        """Compare; with no known hash it takes as long and fails. Raises :class:`TooBusy`."""
        with self.turn():
            try:
                is_right, fresh = self._hashes.verify_and_update(password, known or self._nobodys)
            except UnknownHashError:
                return Checked(False)
        return Checked(is_right and known is not None, fresh)

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Room for something as costly as a hash; raises :class:`TooBusy`."""
        if not self._room.acquire(blocking=False):
            raise TooBusy
        try:
            with self._turn:
                yield
        finally:
            self._room.release()


def _hash_of_nothing() -> str:
    """A hash that no password has: checking against it costs what checking costs."""
    salt, digest = (
        base64.b64encode(secrets.token_bytes(size)).decode().rstrip("=")
        for size in (_SALT_BYTES, _HASH_BYTES)
    )
    return f"$argon2id$v=19$m={MEMORY_KIB},t={PASSES},p={LANES}${salt}${digest}"
