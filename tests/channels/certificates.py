"""An authority of certificates and what it signs, good and bad."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

BEGAN = datetime.now(UTC) - timedelta(days=30)  # noqa: TID251  certificates are judged by the machine's own day


@dataclass(frozen=True, slots=True)
class Pair:
    """A certificate with its key."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    def server(self, folder: Path) -> ssl.SSLContext:
        """What a server with this certificate speaks."""
        path = folder / f"{self.certificate.serial_number}.pem"
        secret = self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        path.write_bytes(secret + self.certificate.public_bytes(Encoding.PEM))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(path)
        return context


def signed(
    name: str, by: Pair | None = None, *, days: int = 60, is_authority: bool = False, host: str | None = None
) -> Pair:
    """A certificate for a host, signed by an authority or by itself, good for so many days."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    try:
        known: x509.GeneralName = x509.IPAddress(ip_address(host or name))
    except ValueError:
        known = x509.DNSName(host or name)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(by.certificate.subject if by else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(BEGAN)
        .not_valid_after(BEGAN + timedelta(days=days))
        .add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName([known]), critical=False)
    )
    return Pair(builder.sign(by.key if by else key, hashes.SHA256()), key)


AUTHORITY = signed("authority.example.kz", is_authority=True)


def trusting(authority: Pair = AUTHORITY) -> ssl.SSLContext:
    """What a client believes that knows this authority."""
    text = authority.certificate.public_bytes(Encoding.PEM).decode()
    context = ssl.create_default_context(cadata=text)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context
