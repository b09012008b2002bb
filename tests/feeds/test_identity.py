"""How an identity provider is asked: at its own addresses only."""

from __future__ import annotations

import pytest

from tests.provider import HOME, running_provider
from tests.web.register import NOW
from tracker.domain.errors import ProviderRefused
from tracker.feeds import identity
from tracker.feeds.identity import Discovery, Way


def test_a_redirect_of_the_provider_is_not_followed() -> None:
    with running_provider() as provider, running_provider() as other:
        provider.moved_to = other.address
        with pytest.raises(ProviderRefused):
            identity.address_to_ask(provider.settings, Way.new(), Discovery(), answer_to=HOME, now=NOW)
        assert other.visits == 0
        provider.moved_to = ""
        identity.address_to_ask(provider.settings, Way.new(), Discovery(), answer_to=HOME, now=NOW)
        assert provider.visits == 2
