"""A session is known by its browser and system, not by the long line in which browsers tell them."""

from __future__ import annotations

import pytest

from tracker.render.agents import device_of

KIT = "AppleWebKit/537.36 (KHTML, like Gecko)"


@pytest.mark.parametrize(
    ("agent", "device"),
    [
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:132.0) Gecko/20100101 Firefox/132.0",
            "Firefox 132, Windows",
        ),
        (
            f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {KIT} Chrome/130.0.0.0 Safari/537.36",
            "Chrome 130, Windows",
        ),
        (
            f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {KIT} Chrome/130.0.0.0 Safari/537.36 Edg/130.0.0.0",
            "Edge 130, Windows",
        ),
        (
            f"Mozilla/5.0 (Windows NT 10.0) {KIT} Chrome/128.0.0.0 YaBrowser/24.10.0.0 Safari/537.36",
            "Yandex Browser 24, Windows",
        ),
        (
            f"Mozilla/5.0 (Linux; Android 14) {KIT} Chrome/130.0.0.0 Mobile Safari/537.36",
            "Chrome 130, Android",
        ),
        (
            "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko)"
            " Version/18.0 Safari/605.1.15",
            "Safari 18, macOS",
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)"
            " Version/18.0 Mobile/15E148 Safari/604.1",
            "Safari 18, iOS",
        ),
        ("Mozilla/5.0 (X11; Linux x86_64) Something", "Linux"),
        ("curl/8.5.0", None),
        ("", None),
    ],
)
def test_a_browser_is_told_shortly_with_its_system(agent: str, device: str | None) -> None:
    assert device_of(agent) == device
