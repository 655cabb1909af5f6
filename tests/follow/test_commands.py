import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from typing import get_args

import pytest
from slack_bolt.context.ack.async_ack import AsyncAck

from bot.clients.confluence import Site
from bot.db.engine import Database, open_database
from bot.db.url import parse
from bot.domain.command import (
    Command,
    Connect,
    Disconnect,
    ForeignSite,
    KindMismatch,
    NoSite,
    NotALongTask,
    NotUnderstood,
    ShowHelp,
    SiteKind,
    SiteName,
    TooMany,
    WhichSite,
)
from bot.follow import CommandWorker, SiteAccess
from bot.follow.commands import HANDLERS, Words
from bot.listeners import payloads
from bot.listeners.commands import take
from bot.render import replies
from bot.render.i18n import Texts
from sandbox.harness import CHANNEL, PERSON, TEAM
from tests.support.stepped_bot import SteppedBot

ACME = SiteName(site_id=1, alias="acme", host="acme.example", base_url="https://acme.example", kind=SiteKind.CLOUD)
WIKI = SiteName(site_id=2, alias="wiki", host="wiki.example", base_url="https://wiki.example", kind=SiteKind.CLOUD)
#: a text for each command that needs words alone, and the sites that the bot has
IMMEDIATE: dict[type[Command], tuple[str, Sequence[SiteName]]] = {
    ShowHelp: ("help", [ACME]),
    Connect: ("connect", [ACME]),
    Disconnect: ("disconnect", [ACME]),
    NotUnderstood: ("halp", [ACME]),
    TooMany: ("1 2 3 4 5 6 7 8 9 10 11", [ACME]),
    ForeignSite: ("https://evil.example/wiki/rest/api/longtask/1", [ACME]),
    NotALongTask: ("https://acme.example/wiki/flyingpdf/1", [ACME]),
    WhichSite: ("1", [ACME, WIKI]),
    NoSite: ("1", []),
    KindMismatch: ("12345678-1234-1234-1234-123456789abc", [ACME]),
}


@pytest.fixture
async def unreachable() -> AsyncIterator[Database]:
    """A database whose server does not exist."""
    database = open_database(parse("postgresql+psycopg://nobody@127.0.0.1:1/none"))
    yield database
    await database.close()


def worker_for(stepped: SteppedBot, database: Database, sites: Sequence[SiteName]) -> CommandWorker:
    """A worker with other sites, on another database."""
    access = {
        name.site_id: SiteAccess(
            name=name, site=Site(kind=SiteKind.CLOUD, base_url=name.base_url), people_url=name.base_url, account_id=1
        )
        for name in sites
    }
    return stepped.new_worker(replace(stepped.deps, database=database, sites=access))


async def acknowledgement(worker: CommandWorker, text: str) -> str:
    """The text by which a typed command is acknowledged."""
    ack = AsyncAck()  # type: ignore[no-untyped-call]  # Bolt's own
    payload = payloads.Command(
        team_id=TEAM,
        channel_id=CHANNEL,
        user_id=PERSON,
        command="/longtask",
        text=text,
        trigger_id="1.1.a",
        response_url="https://hooks.slack.com/commands/1",
    )
    await take(ack, payload, worker)
    assert ack.response is not None
    return str(json.loads(ack.response.body)["text"])


def test_every_command_has_a_handler() -> None:
    assert set(HANDLERS) == set(get_args(Command))


def test_every_command_that_needs_words_alone_is_tried_below() -> None:
    assert set(IMMEDIATE) == {command for command, handler in HANDLERS.items() if isinstance(handler, Words)}


@pytest.mark.parametrize("command_type", IMMEDIATE, ids=lambda command_type: command_type.__name__)
async def test_a_command_that_needs_words_alone_is_answered_without_the_database(
    stepped: SteppedBot, unreachable: Database, command_type: type[Command], en: Texts
) -> None:
    text, sites = IMMEDIATE[command_type]
    worker = worker_for(stepped, unreachable, sites)
    command = worker.deps.parse(text)
    assert type(command) is command_type
    handler = HANDLERS[command_type]
    assert isinstance(handler, Words)

    said = await acknowledgement(worker, text)

    assert said == handler.render(en, "/longtask", worker.deps.example, command).text
    assert said != replies.nothing_started(en).text


async def test_a_command_that_needs_the_database_starts_nothing_without_it(
    stepped: SteppedBot, unreachable: Database, en: Texts
) -> None:
    worker = worker_for(stepped, unreachable, [ACME])

    assert await acknowledgement(worker, "list") == replies.nothing_started(en).text
