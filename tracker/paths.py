"""Where the folders that travel with the program lie: in the wheel, else beside the checkout."""

from __future__ import annotations

from pathlib import Path

PACKAGE = Path(__file__).resolve().parent


def bundled(name: str) -> Path:
    """The folder ``templates`` or ``alembic``: beside the checkout, or the copy inside the wheel."""
    beside = PACKAGE.parent / name
    if (PACKAGE.parent / "pyproject.toml").is_file() and beside.is_dir():
        return beside
    return PACKAGE / "_bundle" / name
