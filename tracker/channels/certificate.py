"""Until when the certificate holds that people meet at our address (reliability OBS-2)."""

from __future__ import annotations

import socket
import ssl
from datetime import datetime
from urllib.parse import urlsplit

from cryptography import x509

PATIENCE_SECONDS = 10
"""How long the address may take to greet us."""


def ends_at(address: str) -> datetime | None:
    """The last moment of the certificate at an ``https`` address; None where nothing there shows one.

    Who signed it is not asked and nothing is told to it: an authority of the department's own is as good as
    any, and its certificate ends too.
    """
    site = urlsplit(address)
    if site.scheme != "https" or site.hostname is None:
        return None
    asking = ssl.create_default_context()
    asking.check_hostname, asking.verify_mode = False, ssl.CERT_NONE
    try:
        with (
            socket.create_connection((site.hostname, site.port or 443), PATIENCE_SECONDS) as line,
            asking.wrap_socket(line, server_hostname=site.hostname) as greeted,
        ):
            shown = greeted.getpeercert(binary_form=True)
    except OSError:
        return None
    return x509.load_der_x509_certificate(shown).not_valid_after_utc if shown else None
