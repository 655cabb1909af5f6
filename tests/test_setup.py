"""Setting up behind a proxy that signs with a certificate of its own, which a package index with one stands for."""

import asyncio
import io
import json
import os
import re
import shutil
import ssl
import sys
import zipfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import web

from tests.support.buildpack import UV
from tests.support.certificates import Certificates, certificates
from tests.support.web_server import served

pytestmark = [pytest.mark.install, pytest.mark.timeout(300)]

MAKEFILE = Path("Makefile").read_text(encoding="utf-8")
(VERSION,) = re.findall(r"^UV_VERSION := (.+)$", MAKEFILE, re.MULTILINE)
#: instead of uv: what it was called with, and whose certificates it is to trust
FAKE_UV = """
import json, os, pathlib, sys

def main():
    called = {"arguments": sys.argv[1:], "UV_SYSTEM_CERTS": os.environ.get("UV_SYSTEM_CERTS")}
    pathlib.Path("called.json").write_text(json.dumps(called))
    pathlib.Path(".venv").mkdir(exist_ok=True)
"""


def wheel(name: str, version: str, module: str, source: str) -> bytes:
    """A package with one module; its function `main` is a program of the package's name."""
    info = f"{name}-{version}.dist-info"
    files = {
        f"{module}.py": source,
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{info}/entry_points.txt": f"[console_scripts]\n{name} = {module}:main\n",
    }
    files[f"{info}/RECORD"] = "".join(f"{file},,\n" for file in [*files, f"{info}/RECORD"])
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for file, text in files.items():
            archive.writestr(file, text)
    return packed.getvalue()


@asynccontextmanager
async def index(signed: Certificates) -> AsyncIterator[str]:
    """The address of a package index with a stand-in for uv."""
    file = f"uv-{VERSION}-py3-none-any.whl"

    async def answer(request: web.Request) -> web.Response:
        if request.path.endswith(".whl"):
            return web.Response(body=wheel("uv", VERSION, "fake_uv", FAKE_UV))
        return web.Response(text=f'<a href="/{file}">{file}</a>', content_type="text/html")

    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(signed.server)
    async with served(answer, tls=tls) as url:
        # a certificate is for a name
        yield f"{url.replace('127.0.0.1', 'localhost')}/simple/"


async def run(*command: str | Path, folder: Path, environ: dict[str, str]) -> tuple[int | None, str]:
    """The status of a command, and what it wrote."""
    process = await asyncio.create_subprocess_exec(
        *command,
        cwd=folder,
        env={"PATH": os.environ["PATH"], "HOME": str(folder), "PIP_CONFIG_FILE": os.devnull} | environ,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    out, _ = await process.communicate()
    return process.returncode, out.decode()


@pytest.fixture
def signed(tmp_path: Path) -> Certificates:
    return certificates(tmp_path)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """What `make install` needs of the project."""
    copy = tmp_path / "project"
    copy.mkdir()
    for name in ("Makefile", "pyproject.toml", "uv.lock"):
        shutil.copy(name, copy)
    return copy


async def test_make_install_trusts_the_certificates_of_ssl_cert_file_or_the_system(
    folder: Path, signed: Certificates
) -> None:
    async with index(signed) as url:
        make = ("make", "install", f"PYTHON={getattr(sys, '_base_executable', sys.executable)}")
        environ = {"PIP_INDEX_URL": url, "PIP_RETRIES": "0"}
        status, out = await run(*make, folder=folder, environ=environ)
        assert (status, (folder / ".uv" / "bin" / "uv").exists()) == (2, False), out

        status, out = await run(*make, folder=folder, environ=environ | {"SSL_CERT_FILE": str(signed.authority)})
        assert status == 0, out

    called = json.loads((folder / "called.json").read_text(encoding="utf-8"))
    assert called == {"arguments": ["sync", "--locked", "--quiet"], "UV_SYSTEM_CERTS": "true"}


async def test_the_locked_uv_trusts_them_with_that_setting(folder: Path, signed: Certificates) -> None:
    if not UV.exists():
        pytest.skip("no .uv/bin/uv: run make install")
    async with index(signed) as url:
        install = (UV, "pip", "install", "--no-config", "--no-cache", "--target", "there", "--index-url", url, "uv")
        environ = {"UV_SYSTEM_CERTS": "true", "UV_HTTP_RETRIES": "0", "UV_PYTHON": sys.executable}
        status, out = await run(*install, folder=folder, environ=environ)
        assert (status, "certificate" in out.lower()) == (2, True), out

        status, out = await run(*install, folder=folder, environ=environ | {"SSL_CERT_FILE": str(signed.authority)})
        assert (status, (folder / "there" / "fake_uv.py").exists()) == (0, True), out
