import base64
import json
import re
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.clients.slack.errors import Ambiguous, NotConnected, Refused, SlackError
from bot.clients.slack.responses import TokenInfo
from bot.config import Settings, load
from bot.doctor.checks import Check, DatabaseReport, Verdict, expires_at, run_checks
from bot.domain.poll_result import (
    AccessDenied,
    Misconfigured,
    NotFound,
    PauseScope,
    PollResult,
    RateLimited,
    Unavailable,
    Unreadable,
)

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
GOOD = DatabaseReport(revision="0001", newest="0001")
ALL = ("commands", "chat:write", "users:read", "chat:write.public", "channels:join", "app_mentions:read", "files:write")
READERS = ("channels:read", "groups:read")
HISTORY = ("channels:history", "groups:history")


def settings(**more: str) -> Settings:
    given = {
        "SLACK_BOT_TOKEN": "xoxb-1",
        "SLACK_SIGNING_SECRET": "s",
        "CONFLUENCE_URL": "https://acme.atlassian.net",
        "DATABASE_URL": "postgres://u:secret@h/d",
    }
    credential = {} if "CONFLUENCE_TOKEN" in more else {"CONFLUENCE_EMAIL": "a@b.c", "CONFLUENCE_API_TOKEN": "t"}
    return load({**given, **credential, **more})


def token(*scopes: str) -> TokenInfo:
    return TokenInfo(team_id="T1", team_name="Acme", scopes=frozenset(scopes))


T = TypeVar("T")


def answering(value: T | Exception) -> Callable[[], Awaitable[T]]:
    async def answer() -> T:
        if isinstance(value, Exception):
            raise value
        return value

    return answer


async def lines(
    given: Settings | None = None,
    *,
    database: DatabaseReport = GOOD,
    slack: TokenInfo | SlackError | None = None,
    socket: str | SlackError | None = None,
    confluence: PollResult | None = None,
    host: str | None = None,
) -> list[str]:
    found = run_checks(
        given or settings(),
        now=NOW,
        host=host,
        database=answering(database),
        slack=answering(slack) if slack else None,
        socket=answering(socket) if socket else None,
        confluence=answering(confluence) if confluence else None,
    )
    return [str(check) async for check in found]


async def test_a_good_installation_is_reported_line_by_line() -> None:
    assert await lines(slack=token(*ALL, *READERS, *HISTORY), confluence=NotFound()) == [
        "ok     Settings: readable, HTTP on port 3000, Confluence cloud",
        "ok     Database: reachable, at migration 0001",
        "ok     Slack: the bot token is of Acme",
        "ok     Scopes: commands, chat:write, users:read granted",
        "ok     Confluence: reachable, the credential is accepted",
    ]


@pytest.mark.parametrize(
    ("answer", "line"),
    [
        ("wss://wss-primary.slack.com/link/?ticket=1", "ok     Socket Mode: the app-level token is accepted"),
        (
            Refused("apps.connections.open", "not_allowed_token_type"),
            (
                "FAILED Socket Mode: refused the app-level token (not_allowed_token_type) → turn Socket Mode on, make "
                "an app-level token with connections:write, set SLACK_APP_TOKEN"
            ),
        ),
        (
            NotConnected("apps.connections.open", "ClientConnectorError"),
            "FAILED Socket Mode: did not answer properly (ClientConnectorError) → try again in a few minutes",
        ),
    ],
)
async def test_the_token_of_the_app_is_tried_in_socket_mode(answer: str | SlackError, line: str) -> None:
    assert await lines(settings(SLACK_APP_TOKEN="xapp-1"), socket=answer) == [
        "ok     Settings: readable, Socket Mode, Confluence cloud",
        "ok     Database: reachable, at migration 0001",
        line,
    ]


@pytest.mark.parametrize(
    ("found", "line"),
    [
        (
            DatabaseReport(unreachable="no answer from h"),
            (
                "FAILED Database: no answer from h → check DATABASE_URL, "
                "and that the database accepts connections from here"
            ),
        ),
        (
            DatabaseReport(takes_no_writes="it is read-only"),
            "FAILED Database: takes no writes: it is read-only → put that right; the bot then goes on by itself",
        ),
        (
            DatabaseReport(revision=None, newest="0002"),
            "note   Database: nothing in it yet; the first start creates what it needs",
        ),
        (
            DatabaseReport(revision="0001", newest="0002"),
            "FAILED Database: reachable, at migration 0001 of 0002 → run: python -m bot migrate",
        ),
    ],
)
async def test_what_is_wrong_with_the_database_is_reported_with_its_fix(found: DatabaseReport, line: str) -> None:
    assert (await lines(database=found))[1:] == [line]


async def test_an_optional_scope_that_is_missing_is_a_note(tmp_path: Path) -> None:
    assert (await lines(slack=token(*ALL[:-1], *READERS, *HISTORY)))[3:] == [
        "ok     Scopes: commands, chat:write, users:read granted",
        "note   Scopes: files:write is not granted; it allows the full list of warnings as a file",
    ]


@pytest.mark.parametrize(
    ("answer", "line"),
    [
        (
            token("commands"),
            (
                "FAILED Scopes: chat:write, users:read missing → "
                "add them under OAuth & Permissions and install the app again"
            ),
        ),
        (token(), "note   Scopes: Slack did not say which are granted"),
        (
            Refused("auth.test", "token_revoked"),
            "FAILED Slack: refused the bot token (token_revoked) → install the app again and set SLACK_BOT_TOKEN anew",
        ),
        (
            Refused("auth.test", "odd"),
            "FAILED Slack: refused the bot token (odd) → check SLACK_BOT_TOKEN",
        ),
        (
            NotConnected("auth.test", "ClientConnectorDNSError"),
            "FAILED Slack: not reached (ClientConnectorDNSError) → check the network, HTTPS_PROXY and SLACK_API_URL",
        ),
        (
            Ambiguous("auth.test", "HTTP 503"),
            "FAILED Slack: did not answer properly (HTTP 503) → try again in a few minutes",
        ),
    ],
)
async def test_what_is_wrong_with_slack_is_reported_with_its_fix(answer: TokenInfo | SlackError, line: str) -> None:
    assert (await lines(slack=answer))[-1] == line


@pytest.mark.parametrize(
    ("answer", "line"),
    [
        (
            AccessDenied(status=401),
            (
                "FAILED Confluence: refused the credential (401) → make a new CONFLUENCE_API_TOKEN: they expire "
                "after a year at most; a token with scopes needs CONFLUENCE_CLOUD_ID=auto"
            ),
        ),
        (
            Misconfigured(status=302),
            "FAILED Confluence: does not serve the API here (302) → check CONFLUENCE_URL and CONFLUENCE_KIND",
        ),
        (
            Unreadable(reason="a login page"),
            (
                "FAILED Confluence: answers something else (a login page) → check CONFLUENCE_URL: is there a login "
                "page in front of it?"
            ),
        ),
        (
            RateLimited(retry_after=9.0, scope=PauseScope.SITE),
            "FAILED Confluence: reachable, but asks for a rest (429) → try again later",
        ),
        (
            Unavailable(reason="timeout"),
            "FAILED Confluence: not reached (timeout) → check CONFLUENCE_URL, the network and HTTPS_PROXY",
        ),
    ],
)
async def test_what_is_wrong_with_confluence_is_reported_with_its_fix(answer: PollResult, line: str) -> None:
    assert (await lines(confluence=answer))[-1] == line


async def test_a_sqlite_file_on_a_disk_that_is_ephemeral_is_refused(tmp_path: Path) -> None:
    found = await lines(settings(DATABASE_URL=f"sqlite:///{tmp_path}/x.db"), host="Heroku")
    assert found[-1] == (
        "FAILED Disk: a SQLite file on Heroku is gone at the next start, unless it is on a mounted volume → "
        "use Postgres: set DATABASE_URL to postgres://…"
    )


async def test_free_disk_space_is_checked_before_the_folder_exists(tmp_path: Path) -> None:
    found = await lines(settings(DATABASE_URL=f"sqlite:///{tmp_path}/not/yet/x.db"))
    assert [re.sub(r"[\d,]+", "N", line) for line in found[2:]] == ["ok     Disk: N MB free beside the SQLite file"]


async def test_files_that_others_can_read_are_a_note_with_the_fix(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name, mode in ((".env", 0o644), ("x.db", 0o640), ("x.db-wal", 0o604), ("x.db-shm", 0o600)):
        (tmp_path / name).touch()
        (tmp_path / name).chmod(mode)

    assert (await lines(settings(DATABASE_URL="sqlite:///x.db")))[3:] == [
        f"note   Files: {name} can be read by other users of this machine → chmod 600 {name}"
        for name in (".env", "x.db", "x.db-wal")
    ]


def jwt(claims: object) -> str:
    part = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
    return f"e30.{part}.c2ln"


@pytest.mark.parametrize(
    ("expiry", "line"),
    [
        (NOW.timestamp() + 3600, "note   Token: CONFLUENCE_TOKEN expires on 2026-03-01 13:00 UTC"),
        (
            NOW.timestamp(),
            "FAILED Token: CONFLUENCE_TOKEN expired on 2026-03-01 12:00 UTC → make a new CONFLUENCE_TOKEN",
        ),
    ],
)
async def test_the_expiry_in_a_token_is_reported(expiry: float, line: str) -> None:
    assert (await lines(settings(CONFLUENCE_TOKEN=jwt({"exp": expiry}))))[-1] == line


@given(st.text() | st.builds(jwt, st.dictionaries(st.just("exp"), st.text() | st.floats() | st.none() | st.integers())))
def test_any_text_may_be_a_token(token: str) -> None:
    found = expires_at(token)
    assert found is None or found.tzinfo is UTC


def test_a_check_without_a_fix_is_one_short_line() -> None:
    assert str(Check(name="X", verdict=Verdict.OK, detail="fine")) == "ok     X: fine"


async def test_doctor_names_the_scopes_without_which_titles_are_hidden() -> None:
    assert (await lines(slack=token(*ALL, *HISTORY)))[3:5] == [
        "ok     Scopes: commands, chat:write, users:read granted",
        (
            "note   Scopes: channels:read is not granted; it allows page titles in public channels (hidden otherwise, "
            "as other organizations may be reading), hooks, following there by the shortcut that asks for a channel, "
            "what is followed there on their members' homes, and noticing at once that one was archived"
        ),
    ]
