from datetime import UTC, datetime, timedelta

import pytest
from aiohttp import web

from bot.clients.confluence import ConfluenceClient, ConfluenceError, Credential, Site, open_session
from bot.domain.command import SiteKind
from bot.domain.poll_result import AccessDenied, Denial, Misconfigured, NotFound, PollResult, Unavailable, Unreadable
from sandbox.confluence import Fault, TokenKind, faults
from tests.support.simulated_site import BASIC, BEARER, simulated
from tests.support.web_server import served


async def test_an_access_check_tells_a_good_credential_from_a_bad_one() -> None:
    async with simulated() as (simulator, site, client):
        simulator.add_account("scoped", token="s", kind=TokenKind.SCOPED)
        simulator.add_account("blind", token="b", kind=TokenKind.SCOPED, scopes=frozenset())
        behind = Site(
            kind=SiteKind.CLOUD, base_url=site.base_url, cloud_id=simulator.cloud_id, api_url=simulator.api_url
        )
        scoped, blind = Credential.basic("scoped@example.com", "s"), Credential.basic("blind@example.com", "b")
        password = Credential.basic("bot@example.com", simulator.account.password)
        results = [
            (await client.check_access(*asked)).result
            for asked in (
                (site, BASIC),
                (site, BEARER),
                (site, scoped),
                (behind, scoped),
                (behind, blind),
                (site, password),
            )
        ]
    assert results == [
        NotFound(),
        AccessDenied(status=401, why=Denial.GATEWAY_ONLY),
        AccessDenied(status=401, why=Denial.GATEWAY_ONLY),
        NotFound(),
        AccessDenied(status=401, why=Denial.SCOPE),
        AccessDenied(status=401, why=Denial.PASSWORD),
    ]


async def test_an_access_check_tells_the_apis_404_from_that_of_another_server() -> None:
    async def page(_request: web.Request) -> web.Response:
        return web.Response(status=404, text="<h1>No site here</h1>", content_type="text/html")

    async def always(_request: web.Request) -> web.Response:
        return web.json_response({"id": "0", "finished": True, "successful": True})

    async with served(page) as no_site, served(always) as odd, open_session() as session:
        client = ConfluenceClient(session)
        sites = [Site(kind=SiteKind.CLOUD, base_url=url) for url in (no_site, odd)]
        answers = [(await client.check_access(site, BASIC)).result for site in sites]
    assert answers == [Misconfigured(status=404), Unreadable(reason="an answer about a long task that cannot be")]


async def test_an_access_check_reads_the_clock_of_the_site() -> None:
    async with simulated() as (simulator, site, client):
        simulator.clock_ahead = 3600.0
        theirs = (await client.check_access(site, BASIC)).server_time
    assert theirs is not None
    assert timedelta(minutes=55) < theirs - datetime.now(UTC) < timedelta(minutes=65)


async def test_on_data_center_access_is_checked_with_an_id_it_can_read() -> None:
    async with simulated("datacenter") as (_, site, client):
        assert (await client.check_access(site, BEARER)).result == NotFound()
        assert (await client.check_access(site, Credential.bearer("bad"))).result == AccessDenied(status=401)


async def test_a_cloud_id_is_asked_without_a_credential() -> None:
    async with simulated() as (simulator, site, client):
        found = await client.cloud_id(site.base_url + "/wiki")
        assert (found, "Authorization" in simulator.log[0].headers) == (simulator.cloud_id, False)


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        (faults.status(404), Misconfigured(status=404)),
        (faults.status(503), Unavailable(reason="status 503")),
        (faults.redirect("https://login.example.com/x"), Misconfigured(status=302, location="login.example.com")),
        (faults.status(200, body="{}"), Unreadable(reason="no cloud id in the tenant's information")),
        (faults.status(200, body='{"cloudId": 5}'), Unreadable(reason="no cloud id in the tenant's information")),
        (faults.status(200, body='{"cloudId": ""}'), Unreadable(reason="no cloud id in the tenant's information")),
        (faults.html(), Unreadable(reason="no cloud id in the tenant's information")),
        (faults.reset(), Unavailable(reason="connection closed without an answer")),
        (faults.huge(), Unreadable(reason="larger than 8 MiB")),
    ],
    ids=lambda value: getattr(value, "name", None),
)
async def test_a_cloud_id_that_cannot_be_had_is_an_error_with_its_answer(fault: Fault, expected: PollResult) -> None:
    async with simulated() as (simulator, site, client):
        simulator.faults.add(fault)
        with pytest.raises(ConfluenceError) as caught:
            await client.cloud_id(site.base_url)
    assert caught.value.result == expected
