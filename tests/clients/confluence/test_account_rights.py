"""Whether an account is an administrator's, as far as Confluence says it."""

import json

import pytest
from aiohttp import web

from bot.clients.confluence import ConfluenceClient, Site, ask_rights, open_session
from bot.domain.account_rights import AccountRights
from bot.domain.command import SiteKind
from sandbox.confluence import TokenKind, faults
from sandbox.confluence.accounts import READ_SCOPES, USER_SCOPE
from tests.support.clock import Clock
from tests.support.simulated_site import BASIC, BEARER, simulated
from tests.support.web_server import served

CREDENTIALS = {"cloud": BASIC, "datacenter": BEARER}


@pytest.mark.parametrize(
    ("kind", "admin", "rights"),
    [
        ("cloud", True, AccountRights.ADMINISTRATOR),
        ("cloud", False, AccountRights.ORDINARY),
        ("datacenter", True, AccountRights.ADMINISTRATOR),
        ("datacenter", False, AccountRights.NOT_IN_GROUP),
    ],
)
async def test_an_administrator_is_known_by_what_it_may_do_on_cloud_and_by_its_group_on_data_center(
    kind: str, admin: bool, rights: AccountRights
) -> None:
    async with simulated(kind, clock=Clock()) as (simulator, site, client):
        simulator.account.admin = admin
        assert await ask_rights(client, site, CREDENTIALS[kind]) is rights


async def test_a_group_on_a_further_page_is_found() -> None:
    async with simulated("datacenter", clock=Clock()) as (simulator, site, client):
        simulator.account.groups = tuple(f"group-{number:04}" for number in range(450))
        assert await ask_rights(client, site, BEARER) is AccountRights.NOT_IN_GROUP
        simulator.account.admin = True
        assert await ask_rights(client, site, BEARER) is AccountRights.ADMINISTRATOR
        simulator.account.groups = tuple(f"group-{number:04}" for number in range(5_000))
        assert await ask_rights(client, site, BEARER) is AccountRights.NOT_SAID


@pytest.mark.parametrize(
    ("scopes", "rights"),
    [(READ_SCOPES, AccountRights.NOT_SAID), (READ_SCOPES | {USER_SCOPE}, AccountRights.ADMINISTRATOR)],
)
async def test_a_token_with_scopes_may_ask_only_with_the_scope_for_that(
    scopes: frozenset[str], rights: AccountRights
) -> None:
    async with simulated("cloud", clock=Clock()) as (simulator, site, client):
        token = simulator.account.token
        simulator.add_account("bot", token=token, kind=TokenKind.SCOPED, scopes=scopes, admin=True)
        gateway = Site(
            kind=SiteKind.CLOUD, base_url=site.base_url, cloud_id=simulator.cloud_id, api_url=simulator.api_url
        )
        assert await ask_rights(client, gateway, BASIC) is rights


@pytest.mark.parametrize("kind", ["cloud", "datacenter"])
async def test_a_site_that_does_not_answer_says_nothing(kind: str) -> None:
    async with simulated(kind, clock=Clock()) as (simulator, site, client):
        for fault in (faults.status(503), faults.html(), faults.reset()):
            simulator.faults.clear()
            simulator.faults.add(fault)
            assert await ask_rights(client, site, CREDENTIALS[kind]) is AccountRights.NOT_SAID


@pytest.mark.parametrize("kind", SiteKind)
@pytest.mark.parametrize(
    "body",
    ["[]", "{}", "null", '{"operations": [{"operation": 1}]}', '{"username": 7}', "<html>", '{"operations": "x"}'],
)
async def test_an_answer_of_another_shape_says_nothing(kind: SiteKind, body: str) -> None:
    async def answer(_request: web.Request) -> web.Response:
        return web.Response(text=body, content_type="application/json")

    async with served(answer) as url, open_session() as session:
        site = Site(kind=kind, base_url=url)
        assert await ask_rights(ConfluenceClient(session), site, BASIC) is AccountRights.NOT_SAID


async def test_other_operations_and_other_fields_make_no_administrator() -> None:
    operations = [
        {"operation": "administer", "targetType": "space", "note": "of one space alone"},
        {"operation": "use", "targetType": "application"},
    ]

    async def answer(_request: web.Request) -> web.Response:
        return web.Response(text=json.dumps({"operations": operations}), content_type="application/json")

    async with served(answer) as url, open_session() as session:
        site = Site(kind=SiteKind.CLOUD, base_url=url)
        assert await ask_rights(ConfluenceClient(session), site, BASIC) is AccountRights.ORDINARY
