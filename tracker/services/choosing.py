"""Which passwords are taken: long enough and not among the first that anybody tries (ASVS 5.0, 6.2).

No signs are demanded or forbidden and nothing is cut off. Guessability is judged as typed and as the same
keys of the Latin layout, for «пароль» is ``gfhjkm`` to whoever guesses.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from tracker.domain.errors import PasswordRefused

SHORTEST = 8
LONGEST = 256
"""Signs of a password (house: 8 is the least that ASVS allows; longer ones are advised on the page)."""

EASY_GUESSES = 1_000_000
"""A password found within so many guesses is refused (house): every common one, and variations."""

JUDGED_SIGNS = 24
"""Signs that are judged; what is not easy so far is not easy at all."""

OWN_WORDS = (
    "tracker", "channel", "school", "kazakhstan", "мектеп", "байланыс", "арна", "қазақстан", "школа", "связь",
    "канал", "казахстан",
)  # fmt: skip
"""Words of the service itself."""

_CYRILLIC = "йцукенгшщзхъфывапролджэячсмитьбюё"
_LATIN = "qwertyuiop[]asdfghjkl;'zxcvbnm,.`"
_SAME_KEYS = str.maketrans(_CYRILLIC + _CYRILLIC.upper(), _LATIN + _LATIN.upper())


def require_good(password: str, *, again: str, about: Iterable[str]) -> None:
    """Raises :class:`PasswordRefused`; ``about`` are the person's name and e-mail address."""
    if password != again:
        raise PasswordRefused(reason="differs")
    if len(password) < SHORTEST:
        raise PasswordRefused(reason="short", least=SHORTEST)
    if len(password) > LONGEST:
        raise PasswordRefused(reason="long", most=LONGEST)
    if is_easy(password, known=_known(about)):
        raise PasswordRefused(reason="easy")


def _known(texts: Iterable[str]) -> frozenset[str]:
    """Names and addresses, whole and in parts."""
    parts = (part for text in texts for part in (text, text.partition("@")[0], *re.split(r"\W+|_", text)))
    return frozenset(part for part in parts if len(part) > 2)


def is_easy(password: str, *, known: Iterable[str] = ()) -> bool:
    """Whether the password would be guessed early, given words known of its owner."""
    from zxcvbn import zxcvbn  # takes a quarter of a second, which only a new password is worth

    words = [word.lower() for word in (*OWN_WORDS, *known)]
    written = password[:JUDGED_SIGNS]
    typed = written.translate(_SAME_KEYS)
    judged = {written: words, typed: [word.translate(_SAME_KEYS) for word in words]}
    return any(zxcvbn(one, user_inputs=said)["guesses"] < EASY_GUESSES for one, said in judged.items())
