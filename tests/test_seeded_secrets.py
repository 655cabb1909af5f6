"""Known secrets and titles are put into the bot, and searched for in everything that it writes."""

import asyncio
import io
import logging
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
import structlog
from psycopg import sql

from bot.log import set_up
from sandbox.confluence import faults
from sandbox.harness import CHANNEL, COLLEAGUE, TEAM
from sandbox.scenarios import listed_notes, scenario
from sandbox.slack import Fault
from sandbox.slack.signatures import Signing
from tests.support.clock import Clock
from tests.support.command_line import run_command
from tests.support.scripts import call, call_and_step, make_hook
from tests.support.stepped_bot import SteppedBot, open_stepped_bot

PASSWORD = "seeded-database-password"
METRICS_TOKEN = "seeded-metrics-token"
ENCRYPTION_KEY = "seeded-encryption-key-of-enough-characters"
STORY = scenario("copy_with_renames_and_restrictions")
#: titles of pages that the warnings of the story name
TITLES = frozenset(value for note in listed_notes(STORY.story, "cloud") for value in note.args)


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """Everything that is logged, at DEBUG."""
    out = io.StringIO()
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    set_up(level="DEBUG", style="json", stream=out)
    yield out
    structlog.reset_defaults()
    root.handlers[:] = handlers
    root.setLevel(level)


def secrets_of(stepped: SteppedBot) -> dict[str, str]:
    """The secrets of the settings by name, and how every response URL begins."""
    of_slack = ("SLACK_BOT_TOKEN", "SLACK_APP_TOKEN" if stepped.slack.socket_mode else "SLACK_SIGNING_SECRET")
    names = (*of_slack, "CONFLUENCE_API_TOKEN", "METRICS_TOKEN", "ENCRYPTION_KEYS")
    settings = {name: stepped.sandbox.environ[name] for name in names}
    response_urls = urlsplit(stepped.slack.response_url(f"{TEAM}-")).path
    return {**settings, "password": PASSWORD, "response URL": response_urls, "address of a socket": "ticket=W"}


async def use(stepped: SteppedBot) -> str:
    """Follow a story to its end while both platforms fail in every way, and let strangers and scripts try.

    Returns the token of the hook that was made.
    """
    address = await make_hook(stepped)
    quoting = f"{stepped.sandbox.environ['CONFLUENCE_API_TOKEN']} of {stepped.sandbox.environ['SLACK_BOT_TOKEN']}"
    remote_id = await stepped.follow(STORY)
    await call_and_step(stepped, address, {"id": remote_id})
    for url, body in ((address, b"\xff"), (f"{address}x", b"{}")):
        await call(url, body)
    for fault in (faults.status(401), faults.status(500), faults.reset(), faults.html()):
        stepped.confluence.faults.add(fault, task=remote_id, times=1)
    broken = Fault.status(500, quoting)
    for slack_fault in (broken, Fault.error("internal_error"), Fault.drop_before(), Fault.ratelimited(1)):
        stepped.slack.faults.add("*", slack_fault)
    for text in ("list", f"status {remote_id}", "halp", "stop all", f"{remote_id} quoting", '{"id": "\\ud800"}'):
        await stepped.ask(text, user=COLLEAGUE)
    await stepped.press(stepped.card(remote_id), "check_now", user=COLLEAGUE)
    for signing in Signing:
        await stepped.slack.command(remote_id, user=COLLEAGUE, channel=CHANNEL, signing=signing)
    for connection in stepped.slack.sockets.open:
        stepped.slack.faults.add("apps.connections.open", broken)
        await connection.send(f'{{"type": "{quoting}"}}')
        await connection.disconnect(quoting)
        connection.drop()
    await stepped.run(STORY.story.ends_at + 120.0)
    stepped.slack.faults.add("*", Fault.error("invalid_auth"), times=3)
    await stepped.ask(stepped.sandbox.begin(scenario("failure")))
    await stepped.run(120.0)
    stepped.slack.faults.clear()
    return address.rpartition("/")[2]


async def stored(database_url: str) -> str:
    """Everything that the database holds."""
    if database_url.startswith("sqlite"):
        file = Path(urlsplit(database_url).path.removeprefix("/"))
        return "".join(each.read_bytes().decode("latin-1") for each in sorted(file.parent.glob(f"{file.name}*")))
    async with await psycopg.AsyncConnection.connect(database_url) as connection:
        tables = await connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        names = [name for (name,) in await tables.fetchall()]
        everything = [sql.SQL("SELECT t::text FROM {} t").format(sql.Identifier(name)) for name in names]
        rows = [await (await connection.execute(query)).fetchall() for query in everything]
    return "\n".join(str(row) for table in rows for row in table)


def found_in(text: str, searched: dict[str, str]) -> list[str]:
    """Names of what a text holds."""
    return [name for name, value in searched.items() if value in text]


@pytest.mark.parametrize("socket", [False, True], ids=("http", "socket"))
async def test_no_secret_is_logged_stored_or_shown_and_no_title_is_logged(
    database_url: str, clock: Clock, log: io.StringIO, socket: bool
) -> None:
    settings = {"METRICS_TOKEN": METRICS_TOKEN, "ENCRYPTION_KEYS": ENCRYPTION_KEY}
    with_password = database_url.replace("postgres:@", f"postgres:{PASSWORD}@")
    async with open_stepped_bot(with_password, clock, environ=settings, socket=socket) as stepped:
        token = await use(stepped)
        secrets = {**secrets_of(stepped), "token of a hook": token}
        metrics = (await stepped.bot.scrape()).decode()
        readiness = "".join(await stepped.bot.check_readiness())
        code, shown, errors = await asyncio.to_thread(run_command, "doctor", settings=stepped.sandbox.environ)
        assert code == 0, shown
        said = str([version for each in stepped.slack.messages(CHANNEL) for version in each.versions])
    database = await stored(database_url)
    titles = {title: title for title in TITLES}
    logged = log.getvalue()

    assert [title for title in TITLES if title in database] == list(TITLES), "the story was not followed"
    assert [action for action in ("follow", "check_now") if f'"action": "{action}"' not in logged] == []
    assert {
        "log": found_in(logged, {**secrets, **titles}),
        "metrics": found_in(metrics, {**secrets, **titles}),
        "readiness": found_in(readiness, {**secrets, **titles}),
        "doctor": found_in(shown + errors, {**secrets, **titles}),
        "channel": found_in(said, secrets),
        "database": found_in(database, secrets),
    } == {"log": [], "metrics": [], "readiness": [], "doctor": [], "channel": [], "database": []}
