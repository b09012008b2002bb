"""Whom we believe on the other side of an encrypted connection."""

from __future__ import annotations

import ssl

import httpx2


def trust() -> ssl.SSLContext:
    """TLS 1.2 or later, with a certificate for that very name by an authority of this machine (ASVS 12.1)."""
    context = httpx2.create_ssl_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context
