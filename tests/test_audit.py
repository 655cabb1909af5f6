"""`make audit` against a stand-in for osv.dev."""

import asyncio
import json
import os
from collections.abc import Mapping
from typing import Any

from aiohttp import web

from tests.support.web_server import served

VULNERABILITY = {
    "id": "GHSA-0000-0000-0000",
    "modified": "2026-01-01T00:00:00Z",
    "summary": "Everything can be read.",
    "affected": [],
}
UNREACHABLE = "Nothing was checked: osv.dev did not answer. Try again with a network; behind a proxy set HTTPS_PROXY.\n"


async def audit(url: str) -> tuple[int | None, str, str]:
    """Status, output and errors of the command."""
    process = await asyncio.create_subprocess_exec(
        "make",
        "--no-print-directory",
        "audit",
        f"ARGS=--service-url {url}",
        env={**os.environ, "UV_HTTP_RETRIES": "0", "NO_PROXY": "*", "MAKEFLAGS": ""},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    output, errors = await process.communicate()
    return process.returncode, output.decode(), errors.decode()


class Osv:
    """Answers for the packages that are asked about; one of them may be vulnerable."""

    def __init__(self, vulnerable: str | None = None) -> None:
        self.vulnerable = vulnerable
        self.asked: set[str] = set()

    async def answer(self, request: web.Request) -> web.Response:
        """The answer to a query for many packages, or to one for a vulnerability."""
        if request.method == "GET":
            return web.json_response(VULNERABILITY)
        queries: list[Mapping[str, Any]] = json.loads(await request.read())["queries"]
        names = [query["package"]["name"] for query in queries]
        self.asked.update(names)
        known = {"id": VULNERABILITY["id"], "modified": VULNERABILITY["modified"]}
        return web.json_response({"results": [{"vulns": [known]} if name == self.vulnerable else {} for name in names]})


async def test_the_audit_asks_about_what_production_runs_and_passes_where_nothing_is_known() -> None:
    osv = Osv()
    async with served(osv.answer) as url:
        status, _, errors = await audit(f"{url}/")

    assert status == 0, errors
    assert {"slack-bolt", "aiohttp", "sqlalchemy", "aiosqlite", "psycopg", "cryptography"} - osv.asked == set()


async def test_the_audit_fails_and_names_a_vulnerable_package() -> None:
    async with served(Osv(vulnerable="aiohttp").answer) as url:
        status, output, errors = await audit(f"{url}/")

    assert status != 0, errors
    assert "GHSA-0000-0000-0000: Everything can be read." in output


async def test_an_audit_without_a_network_says_that_nothing_was_checked() -> None:
    status, _, errors = await audit("http://127.0.0.1:1/")

    assert status != 0
    assert UNREACHABLE in errors
