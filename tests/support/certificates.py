"""Certificates of an authority of one's own, as a proxy has that signs what passes through it."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID

_PEM = serialization.Encoding.PEM


class Certificates(NamedTuple):
    """Files in PEM."""

    #: what has to be trusted
    authority: Path
    #: key and certificate of a server at localhost
    server: Path


def certificates(folder: Path) -> Certificates:
    """Make an authority, and have it sign for a server."""
    own, of_server = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "a proxy of the tests")])
    authority = (
        _unsigned(name, name, own)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(own.public_key()), critical=False)
        .sign(own, hashes.SHA256())
    )
    server = (
        _unsigned(name, x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")]), of_server)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(own.public_key()), critical=False)
        .sign(own, hashes.SHA256())
    )
    key = of_server.private_bytes(_PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    found = Certificates(folder / "authority.pem", folder / "server.pem")
    found.authority.write_bytes(authority.public_bytes(_PEM))
    found.server.write_bytes(key + server.public_bytes(_PEM))
    return found


def _unsigned(issuer: x509.Name, subject: x509.Name, key: ec.EllipticCurvePrivateKey) -> x509.CertificateBuilder:
    today = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .issuer_name(issuer)
        .subject_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(today - timedelta(days=1))
        .not_valid_after(today + timedelta(days=1))
    )
