"""Chance for the invented register: the same key always falls the same way."""

from __future__ import annotations

from random import Random


def dice(*key: object) -> Random:
    """A source of chance of its own for ``key``, so that one part never shifts another."""
    return Random("demo/" + "/".join(map(str, key)))  # noqa: S311 (invented data, nothing secret)
