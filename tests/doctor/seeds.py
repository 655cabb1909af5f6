"""Break an installation, each function in one way, as it happens to operators."""

import base64
import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

from aiohttp import web
from sqlalchemy import text

from bot.db.secrets import Secrets
from sandbox.confluence import Fault as SiteFault
from sandbox.confluence import TokenKind
from sandbox.confluence.accounts import USER_SCOPE
from sandbox.harness import APP_TOKEN
from sandbox.slack import Fault
from tests.doctor.installation import Installation
from tests.support.ports import port_of, reserved_port
from tests.support.web_server import served

Seed = Callable[[Installation], Awaitable[None]]

#: long enough for everything to be late
LONG_AGO = timedelta(minutes=10)


def environ(**changed: str | None) -> Seed:
    """Other variables; None: one is missing."""

    async def seed(broken: Installation) -> None:
        for name, value in changed.items():
            broken.environ.pop(name, None)
            if value is not None:
                broken.environ[name] = value

    return seed


# -- Slack


def slack_answers(fault: Fault) -> Seed:
    """Slack answers the question whose the token is like this."""

    async def seed(broken: Installation) -> None:
        broken.sandbox.slack.faults.add("auth.test", fault)

    return seed


def token_refused(word: str) -> Seed:
    """Slack refuses the bot token with this word."""

    async def seed(broken: Installation) -> None:
        broken.workspace.token_error = word

    return seed


def without_scopes(*scopes: str) -> Seed:
    """The app was installed without some scopes."""

    async def seed(broken: Installation) -> None:
        broken.workspace.scopes -= set(scopes)

    return seed


async def token_rotation(broken: Installation) -> None:
    """The app has token rotation on."""
    broken.workspace.bot_token = broken.environ["SLACK_BOT_TOKEN"] = "xoxe.xoxb-1-sample"


def clock_behind(seconds: float) -> Seed:
    """This machine's clock is behind Slack's."""

    async def seed(broken: Installation) -> None:
        broken.sandbox.slack.clock_ahead = seconds

    return seed


def clock_behind_confluence(seconds: float) -> Seed:
    """This machine's clock is behind Confluence's."""

    async def seed(broken: Installation) -> None:
        broken.sandbox.confluence.clock_ahead = seconds

    return seed


async def another_signing_secret(broken: Installation) -> None:
    """The bot runs with another signing secret than the one that was entered here."""
    await broken.sandbox.start_bot()
    broken.environ["SLACK_SIGNING_SECRET"] = "f" * 32


async def another_program_on_the_port(broken: Installation) -> None:
    """Another program listens where the bot should."""
    broken.words["port"] = broken.environ["PORT"] = await _another_program(broken)


async def public_address_of_another_program(broken: Installation) -> None:
    """The bot runs, and its public address leads elsewhere."""
    await broken.sandbox.start_bot()
    broken.sandbox.public.target = f"http://127.0.0.1:{await _another_program(broken)}"


async def _another_program(broken: Installation) -> str:
    async def answer(_request: web.Request) -> web.Response:
        return web.Response(text="Welcome to nginx!")

    return (await broken.stack.enter_async_context(served(answer))).rpartition(":")[2]


async def app_token_without_its_scope(broken: Installation) -> None:
    """The app-level token was made without connections:write."""
    broken.sandbox.slack.app_tokens[APP_TOKEN].scopes = frozenset()


# -- Confluence


def site_answers(fault: SiteFault, *, times: int | None = None) -> Seed:
    """Confluence, or what is in front of it, answers like this."""

    async def seed(broken: Installation) -> None:
        broken.sandbox.confluence.faults.add(fault, times=times)

    return seed


async def site_down(broken: Installation) -> None:
    """Nothing listens where Confluence should."""
    await broken.sandbox.confluence.stop()
    broken.stack.enter_context(reserved_port(port_of(broken.sandbox.confluence.origin)))


async def password_for_token(broken: Installation) -> None:
    """Somebody entered the password of the account."""
    broken.environ["CONFLUENCE_API_TOKEN"] = broken.sandbox.confluence.account.password


async def scoped_token_at_the_site(broken: Installation) -> None:
    """A token with scopes, and no cloud id."""
    broken.sandbox.confluence.account.kind = TokenKind.SCOPED


def gateway_token(*scopes: str) -> Seed:
    """A token with these scopes alone, used through the gateway."""

    async def seed(broken: Installation) -> None:
        account = broken.sandbox.confluence.account
        account.kind, account.scopes = TokenKind.SCOPED, frozenset(scopes)
        _through_gateway(broken, "auto")

    return seed


async def administrator(broken: Installation) -> None:
    """The account of the bot administers the site."""
    broken.sandbox.confluence.account.admin = True


async def anonymous(broken: Installation) -> None:
    """Data Center takes a token that it does not know as nobody's."""
    broken.sandbox.confluence.accounts.anonymous_access = True
    broken.environ["CONFLUENCE_TOKEN"] = "forgotten-by-the-site"


async def another_cloud_id(broken: Installation) -> None:
    """The cloud id of another site."""
    broken.words["cloud_id"] = broken.sandbox.confluence.cloud_id
    _through_gateway(broken, "11111111-2222-4333-8444-555555555555")


async def unpublished_cloud_id(broken: Installation) -> None:
    """The cloud id is to be asked for at an address that does not say it."""
    broken.environ["CONFLUENCE_URL"] = await broken.stack.enter_async_context(served(_not_found))
    _through_gateway(broken, "auto")


async def _not_found(_request: web.Request) -> web.Response:
    return web.Response(status=404, text="<h1>Not here</h1>", content_type="text/html")


def _through_gateway(broken: Installation, cloud_id: str) -> None:
    site = broken.sandbox.confluence
    broken.environ |= {"CONFLUENCE_CLOUD_ID": cloud_id, "ATLASSIAN_API_URL": site.api_url}


async def old_api_token(broken: Installation) -> None:
    """An API token as Atlassian no longer makes them."""
    broken.sandbox.confluence.account.token = broken.environ["CONFLUENCE_API_TOKEN"] = "Ab3" * 8


def expiring(**left: float) -> Seed:
    """A bearer token that says when it expires."""

    async def seed(broken: Installation) -> None:
        expiry = datetime.now(UTC) + timedelta(**left)
        claims = base64.urlsafe_b64encode(json.dumps({"exp": int(expiry.timestamp())}).encode()).decode().rstrip("=")
        token = f"e30.{claims}.c2ln"
        account = broken.sandbox.confluence.account
        account.kind, account.token, account.scopes = TokenKind.OAUTH, token, account.scopes | {USER_SCOPE}
        _through_gateway(broken, "auto")
        await environ(CONFLUENCE_EMAIL=None, CONFLUENCE_API_TOKEN=None, CONFLUENCE_TOKEN=token)(broken)
        broken.words["day"] = f"{expiry:%Y-%m-%d %H:%M} UTC"

    return seed


# -- the database and its disk


async def no_tables(broken: Installation) -> None:
    """A file in which nothing is yet."""
    (broken.folder / "longtask.db").write_bytes(b"")


async def migration_of_a_newer_version(broken: Installation) -> None:
    """The database of a version that does not exist yet."""
    async with broken.filled() as filled, filled.database.begin() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = '2031_01_01_1'"))


async def damaged_file(broken: Installation) -> None:
    """Something else in the place of the database."""
    (broken.folder / "longtask.db").write_text("Dear diary, " * 500)


async def folder_is_a_file(broken: Installation) -> None:
    """A file where the folder of the database should be."""
    (broken.folder / "data").write_text("no folder")
    broken.environ["DATABASE_URL"] = f"sqlite:///{broken.folder}/data/longtask.db"


async def server_away(broken: Installation) -> None:
    """A server of Postgres that does not run."""
    port = broken.stack.enter_context(reserved_port())
    broken.environ["DATABASE_URL"] = f"postgres://longtask:{'p' * 12}@127.0.0.1:{port}/longtask"


async def readable_files(broken: Installation) -> None:
    """A database that others may read."""
    (broken.folder / "longtask.db").chmod(0o644)


# -- the work


async def nobody_looks(broken: Installation) -> None:
    """A long task that was due ten minutes ago."""
    async with broken.filled() as filled:
        filled.clock.move(-LONG_AGO.total_seconds())
        await filled.add_long_task()
        broken.words["since"] = f"{filled.clock():%Y-%m-%d %H:%M} UTC"


async def nobody_takes_over(broken: Installation) -> None:
    """A process died while it looked, and no other has taken over."""
    async with broken.filled() as filled:
        filled.clock.move(-LONG_AGO.total_seconds())
        await filled.add_long_task()
        await filled.claim()
        broken.words["since"] = f"{filled.clock():%Y-%m-%d %H:%M} UTC"


async def nobody_delivers(broken: Installation) -> None:
    """Root and card of a thread, planned ten minutes ago."""
    async with broken.filled() as filled:
        filled.clock.move(-LONG_AGO.total_seconds())
        await filled.add_thread(await filled.add_long_task(due_in=None))
        broken.words["since"] = f"{filled.clock():%Y-%m-%d %H:%M} UTC"


async def nobody_answers(broken: Installation) -> None:
    """A command that came in ten minutes ago."""
    async with broken.filled() as filled:
        filled.clock.move(-LONG_AGO.total_seconds())
        await filled.add_command(response_url=None)
        broken.words["since"] = f"{filled.clock():%Y-%m-%d %H:%M} UTC"


async def other_encryption_keys(broken: Installation) -> None:
    """New keys without the former one, ten minutes after a command was answered."""
    broken.environ["ENCRYPTION_KEYS"] = "n" * 32
    async with broken.filled() as filled:
        filled.clock.move(-LONG_AGO.total_seconds())
        await filled.add_command(
            response_url=Secrets(["f" * 32]).seal("https://hooks.slack.com/commands/1"), answered=True
        )
