import asyncio
import base64
import ssl
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path

import pytest
from aiohttp import web
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from bot.clients.confluence import ConfluenceClient, Site, open_session
from bot.domain.command import SiteKind
from bot.domain.poll_result import Seen, Unavailable
from tests.support.simulated_site import BASIC, STORY, simulated
from tests.support.web_server import served


@pytest.fixture
def no_proxies(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    return monkeypatch


async def test_a_proxy_of_the_environment_is_used(no_proxies: pytest.MonkeyPatch) -> None:
    asked: list[tuple[str, str]] = []

    async def proxy(request: web.Request) -> web.Response:
        asked.append((request.method, request.raw_path))
        return web.json_response({"id": "1", "finished": False, "successful": False})

    async with served(proxy) as url, open_session() as session:
        no_proxies.setenv("HTTP_PROXY", url)
        site = Site(kind=SiteKind.CLOUD, base_url="http://acme.example")
        answer = await ConfluenceClient(session).look(site, BASIC, "1")
    assert isinstance(answer, Seen)
    assert asked == [("GET", "http://acme.example/wiki/rest/api/longtask/1")]


async def test_https_goes_through_a_tunnel_and_the_proxy_sees_no_credential(no_proxies: pytest.MonkeyPatch) -> None:
    heard: list[bytes] = []

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    no_proxies.setenv("HTTPS_PROXY", f"http://user:pass%21@127.0.0.1:{port}")
    async with server, open_session() as session:
        site = Site(kind=SiteKind.CLOUD, base_url="https://acme.example")
        answer = await ConfluenceClient(session).look(site, BASIC, "1")
    assert answer == Unavailable(reason="the proxy refuses")
    lines = heard[0].decode().split("\r\n")
    assert lines[0] == "CONNECT acme.example:443 HTTP/1.1"
    assert [line for line in lines if "uthorization" in line] == [
        "Proxy-Authorization: Basic " + base64.b64encode(b"user:pass!").decode()
    ]


async def test_a_proxy_that_is_not_there_is_named(no_proxies: pytest.MonkeyPatch) -> None:
    no_proxies.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    site = Site(kind=SiteKind.CLOUD, base_url="https://acme.example")
    async with open_session() as session:
        answer = await ConfluenceClient(session).look(site, BASIC, "1")
    assert answer == Unavailable(reason="the proxy cannot be reached")


@pytest.mark.parametrize("listed", ["127.0.0.1", "*"])
async def test_hosts_that_go_without_a_proxy_do(listed: str, no_proxies: pytest.MonkeyPatch) -> None:
    no_proxies.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    no_proxies.setenv("NO_PROXY", listed)
    async with simulated() as (simulator, site, client):
        assert type(await client.look(site, BASIC, simulator.add(STORY))) is Seen


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A key and the certificate it signed itself, for 127.0.0.1, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "sandbox")])
    today = datetime.now(UTC)
    signed = (
        x509.CertificateBuilder(issuer_name=name, subject_name=name, public_key=key.public_key(), serial_number=1)
        .not_valid_before(today - timedelta(days=1))
        .not_valid_after(today + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "both.pem"
    plain = serialization.NoEncryption()
    pem = serialization.Encoding.PEM
    path.write_bytes(key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain) + signed.public_bytes(pem))
    return path


@pytest.mark.parametrize("trusted", [False, True])
async def test_a_certificate_is_checked_against_ssl_cert_file(
    trusted: bool, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def good(_request: web.Request) -> web.Response:
        return web.json_response({"id": "1", "finished": True, "successful": True})

    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(certificate)
    if trusted:
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    async with served(good, tls=tls) as url, open_session() as session:
        answer = await ConfluenceClient(session).look(Site(kind=SiteKind.CLOUD, base_url=url), BASIC, "1")
    if trusted:
        assert type(answer) is Seen
    else:
        assert answer == Unavailable(reason="certificate not accepted")


async def test_a_plain_server_where_tls_is_expected_is_unavailable() -> None:
    async with simulated() as (simulator, _, client):
        site = Site(kind=SiteKind.CLOUD, base_url=simulator.origin.replace("http://", "https://"))
        assert await client.look(site, BASIC, "1") == Unavailable(reason="no TLS connection")


async def test_netrc_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login someone password else\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    async with simulated() as (simulator, site, client):
        assert type(await client.look(site, BASIC, simulator.add(STORY))) is Seen
        await client.cloud_id(site.base_url)
        assert "Authorization" not in simulator.log[-1].headers
