"""What a released version stored: its schema with data in each table, for both databases, and what stood in Slack."""

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import msgspec
import psycopg
from msgspec import Struct

from sandbox.harness import PERSON, TEAM, Sandbox
from sandbox.slack.records import Channel, PostedMessage, Version
from tests.support.everything_stored import COPY

FOLDER = Path(__file__).parents[1] / "migrations" / "released"
#: in place of the address of the simulated Confluence
SITE = "https://confluence.example"
#: the line before the statements for one database
SECTION = "-- for {}\n"


class InSlack(Struct, frozen=True):
    """A message that the bot had posted."""

    channel: str
    ts: str
    thread_ts: str | None
    text: str


class Released(Struct, frozen=True, kw_only=True):
    """The state of a bot of a released version, at one moment."""

    version: str
    #: a digest of each migration of that version, by its id
    migrations: dict[str, str]
    #: the moment, in seconds since the epoch
    at: float
    #: the long task that is half done
    remote_id: str
    #: when each long task began, in seconds since the epoch, by its id
    begun: dict[str, float]
    slack: Sequence[InSlack]


def read(file: Path) -> tuple[Released, dict[str, str]]:
    """The state, and the statements by the name of the database."""
    head, _, statements = file.read_text(encoding="utf-8").partition("\n")
    of_sqlite, _, of_postgres = statements.partition(SECTION.format("postgresql"))
    return (
        msgspec.json.decode(head.removeprefix("-- "), type=Released),
        {"sqlite": of_sqlite.partition(SECTION.format("sqlite"))[2], "postgresql": of_postgres},
    )


def load(url: str, statements: dict[str, str], *, site: str) -> None:
    """Fill an empty database; `site` is the address of Confluence now."""
    if url.startswith("sqlite"):
        with closing(sqlite3.connect(url.partition(":///")[2])) as database, database:
            database.executescript(statements["sqlite"].replace(SITE, site))
        return
    with psycopg.connect(url) as connection:
        connection.execute(statements["postgresql"].replace(SITE, site).encode())


def restore(sandbox: Sandbox, released: Released) -> None:
    """Let the simulators be where those were that the released version spoke to."""
    slack, now = sandbox.slack, sandbox.slack.clock()
    workspace = slack.workspaces[TEAM]
    for each in released.slack:
        if each.channel not in slack.channels:
            members = {workspace.bot_user_id, PERSON}
            slack.channels[each.channel] = Channel(
                id=each.channel, name="directmessage", team_id=TEAM, members=members, is_im=True, teams={TEAM}
            )
        channel = slack.channels[each.channel]
        channel.messages[each.ts] = PostedMessage(
            ts=each.ts,
            channel=each.channel,
            team_id=TEAM,
            user=workspace.bot_user_id,
            bot_id=workspace.bot_id,
            versions=[Version(at=now, text=each.text)],
            thread_ts=each.thread_ts,
        )
        if each.thread_ts is not None:
            channel.replies.setdefault(each.thread_ts, []).append(each.ts)
    for remote_id, begun in released.begun.items():
        sandbox.confluence.add(COPY.story, remote_id, ago=now - begun)
