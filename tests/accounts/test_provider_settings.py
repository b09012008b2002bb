"""An identity provider is set up wholly, over a safe way, or not at all."""

from __future__ import annotations

import pytest

from tests.accounts.conftest import SECRET
from tracker.domain.errors import SettingsRefused
from tracker.settings import Settings

GIVEN = {
    "TRACKER_OIDC_ISSUER": "https://id.example.kz",
    "TRACKER_OIDC_CLIENT_ID": "tracker",
    "TRACKER_OIDC_CLIENT_SECRET": "bT4-known-to-both",
    "TRACKER_SECRET": SECRET,
}


@pytest.mark.parametrize("missing", GIVEN)
def test_a_provider_is_set_up_wholly_or_not_at_all(missing: str) -> None:
    half = {name: value for name, value in GIVEN.items() if name != missing}
    with pytest.raises(SettingsRefused) as refusal:
        Settings.from_env(half)
    assert refusal.value.details == {"name": missing, "reason": "half"}


def test_a_provider_is_reached_over_https_except_on_this_machine() -> None:
    assert Settings.from_env(GIVEN).provider is not None
    near = GIVEN | {"TRACKER_OIDC_ISSUER": "http://127.0.0.1:9000"}
    assert Settings.from_env(near).provider is not None
    for bad in ("http://id.example.kz", "ftp://127.0.0.1", "id.example.kz", "https://id.example.kz?x=1"):
        with pytest.raises(SettingsRefused):
            Settings.from_env(GIVEN | {"TRACKER_OIDC_ISSUER": bad})


def test_the_secret_of_the_client_is_not_shown() -> None:
    assert "bT4" not in repr(Settings.from_env(GIVEN))
