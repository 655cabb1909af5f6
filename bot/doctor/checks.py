"""Judge the parts of an installation: one line for each check, with the fix."""

import base64
import binascii
import json
import shlex
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import assert_never

from bot.clients.slack.errors import NotConnected, Refusal, Refused, SlackError
from bot.clients.slack.responses import TokenInfo
from bot.clients.slack.scopes import OPTIONAL, REQUIRED
from bot.config import ENV_FILE, Settings
from bot.db.sqlite import files_of, readable_by_others
from bot.domain import poll_result

#: bytes; a busy SQLite file with its log grows by a few MB a day
_MIN_FREE_DISK = 200 * 1024 * 1024


class Verdict(StrEnum):
    """The result of a check."""

    OK = "ok"
    #: works, but not as well as it could
    NOTE = "note"
    FAILED = "FAILED"


@dataclass(frozen=True, kw_only=True)
class Check:
    """One check, with its verdict."""

    name: str
    verdict: Verdict
    detail: str
    #: what to do about it; empty if there is nothing to do
    fix: str = ""

    def __str__(self) -> str:
        """Format the check as one line."""
        line = f"{self.verdict.value:<7}{self.name}: {self.detail}"
        return f"{line} → {self.fix}" if self.fix else line


@dataclass(frozen=True, kw_only=True)
class DatabaseReport:
    """Whether the database can be reached, and which migration it is at."""

    #: why it cannot be reached; None if it can
    unreachable: str | None = None
    #: why it takes no writes, like `it is read-only`; None if it does
    takes_no_writes: str | None = None
    #: why this version cannot use it, in a sentence; None if it can
    unusable: str | None = None
    #: the last migration applied; None before the first
    revision: str | None = None
    #: the newest migration there is
    newest: str | None = None


def _ok(name: str, detail: str) -> Check:
    return Check(name=name, verdict=Verdict.OK, detail=detail)


def _note(name: str, detail: str, *, fix: str = "") -> Check:
    return Check(name=name, verdict=Verdict.NOTE, detail=detail, fix=fix)


def _failed(name: str, detail: str, *, fix: str) -> Check:
    return Check(name=name, verdict=Verdict.FAILED, detail=detail, fix=fix)


async def run_checks(
    settings: Settings,
    *,
    now: datetime,
    host: str | None,
    database: Callable[[], Awaitable[DatabaseReport]],
    slack: Callable[[], Awaitable[TokenInfo]] | None,
    socket: Callable[[], Awaitable[str]] | None = None,
    confluence: Callable[[], Awaitable[poll_result.PollResult]] | None,
) -> AsyncIterator[Check]:
    """Yield every check as soon as it is done.

    `host` names a platform with an ephemeral file system (`config.ephemeral_host`), None for any other. `slack` asks
    whose the bot token is (None with OAuth installs). `socket` asks for the address of a WebSocket (None but in Socket
    Mode). `confluence` looks at a long task that does not exist, so
    NotFound means that the credential works (None if people link their own accounts).
    """
    mode = "Socket Mode" if settings.socket_mode else f"HTTP on port {settings.port}"
    yield _ok("Settings", f"readable, {mode}, Confluence {settings.kind.value}")
    yield _database(await database())
    for check in (*_files(settings, host), *_permissions(settings)):
        yield check
    if slack is not None:
        for check in await _slack(slack):
            yield check
    if socket is not None:
        yield await _socket(socket)
    if confluence is not None:
        yield _confluence(await confluence(), settings)
    if settings.confluence_token is not None:
        expiry = expires_at(settings.confluence_token.get_secret_value())
        if expiry is not None:
            yield _expiry(expiry, now)


def _database(found: DatabaseReport) -> Check:
    if found.unreachable is not None:
        fix = "check DATABASE_URL, and that the database accepts connections from here"
        return _failed("Database", found.unreachable, fix=fix)
    if found.takes_no_writes is not None:
        fix = "put that right; the bot then goes on by itself"
        return _failed("Database", f"takes no writes: {found.takes_no_writes}", fix=fix)
    if found.unusable is not None:
        return Check(name="Database", verdict=Verdict.FAILED, detail=found.unusable)
    if found.revision is None:
        return _note("Database", "nothing in it yet; the first start creates what it needs")
    if found.revision != found.newest:
        detail = f"reachable, at migration {found.revision} of {found.newest}"
        return _failed("Database", detail, fix="run: python -m bot migrate")
    return _ok("Database", f"reachable, at migration {found.revision}")


def _files(settings: Settings, host: str | None) -> list[Check]:
    file = settings.database_url.file
    if file is None:
        return []
    found = [_disk(file)]
    if host is not None:
        detail = f"a SQLite file on {host} is gone at the next start, unless it is on a mounted volume"
        fix = "use Postgres: set DATABASE_URL to postgres://…"
        found.append(_failed("Disk", detail, fix=fix))
    return found


def _disk(file: Path) -> Check:
    # missing folders are created at the start
    free = shutil.disk_usage(next(folder for folder in file.absolute().parents if folder.exists())).free
    detail = f"{free // 1024**2:,} MB free beside the SQLite file"
    if free < _MIN_FREE_DISK:
        return _failed("Disk", detail, fix="make room")
    return _ok("Disk", detail)


def _permissions(settings: Settings) -> list[Check]:
    """Files with secrets or with texts of Confluence that others than their owner may read."""
    file = settings.database_url.file
    paths = [Path(ENV_FILE), *([] if file is None else files_of(file))]
    return [
        _note("Files", f"{path} can be read by other users of this machine", fix=f"chmod 600 {shlex.quote(str(path))}")
        for path in paths
        if readable_by_others(path)
    ]


async def _slack(ask: Callable[[], Awaitable[TokenInfo]]) -> list[Check]:
    try:
        info = await ask()
    except NotConnected as error:
        fix = "check the network, HTTPS_PROXY and SLACK_API_URL"
        return [_failed("Slack", f"not reached ({error.answer})", fix=fix)]
    except Refused as error:
        gone = error.refusal is Refusal.WORKSPACE_GONE
        fix = "install the app again and set SLACK_BOT_TOKEN anew" if gone else "check SLACK_BOT_TOKEN"
        return [_failed("Slack", f"refused the bot token ({error.answer})", fix=fix)]
    except SlackError as error:
        detail = f"did not answer properly ({error.answer})"
        return [_failed("Slack", detail, fix="try again in a few minutes")]
    found = [_ok("Slack", f"the bot token is of {info.team_name or info.team_id}")]
    return found + _scopes(info.scopes)


async def _socket(ask: Callable[[], Awaitable[str]]) -> Check:
    try:
        await ask()
    except Refused as error:
        fix = "turn Socket Mode on, make an app-level token with connections:write, set SLACK_APP_TOKEN"
        return _failed("Socket Mode", f"refused the app-level token ({error.answer})", fix=fix)
    except SlackError as error:
        return _failed("Socket Mode", f"did not answer properly ({error.answer})", fix="try again in a few minutes")
    return _ok("Socket Mode", "the app-level token is accepted")


def _scopes(scopes: frozenset[str]) -> list[Check]:
    if not scopes:
        return [_note("Scopes", "Slack did not say which are granted")]
    missing = [scope for scope in REQUIRED if scope not in scopes]
    if missing:
        fix = "add them under OAuth & Permissions and install the app again"
        return [_failed("Scopes", f"{', '.join(missing)} missing", fix=fix)]
    found = [_ok("Scopes", f"{', '.join(REQUIRED)} granted")]
    for scope, use in OPTIONAL.items():
        if scope not in scopes:
            found.append(_note("Scopes", f"{scope} is not granted; it allows {use}"))
    return found


def _confluence(result: poll_result.PollResult, settings: Settings) -> Check:
    detail, fix = _explain(result, settings)
    return Check(name="Confluence", verdict=Verdict.FAILED if fix else Verdict.OK, detail=detail, fix=fix)


def _explain(result: poll_result.PollResult, settings: Settings) -> tuple[str, str]:
    """What a result means, and what to do about it (empty if nothing)."""
    match result:
        case poll_result.NotFound() | poll_result.Seen():
            return "reachable, the credential is accepted", ""
        case poll_result.AccessDenied(status=status):
            token = "CONFLUENCE_TOKEN" if settings.confluence_token else "CONFLUENCE_API_TOKEN"
            scoped = "" if settings.confluence_cloud_id else "; a token with scopes needs CONFLUENCE_CLOUD_ID=auto"
            return f"refused the credential ({status})", f"make a new {token}: they expire after a year at most{scoped}"
        case poll_result.Misconfigured(status=status):
            return f"does not serve the API here ({status})", "check CONFLUENCE_URL and CONFLUENCE_KIND"
        case poll_result.Unreadable(reason=reason):
            return f"answers something else ({reason})", "check CONFLUENCE_URL: is there a login page in front of it?"
        case poll_result.RateLimited():
            return "reachable, but asks for a rest (429)", "try again later"
        case poll_result.Unavailable(reason=reason):
            return f"not reached ({reason})", "check CONFLUENCE_URL, the network and HTTPS_PROXY"
        case _:
            assert_never(result)


def expires_at(token: str) -> datetime | None:
    """Return when a bearer token that is a JWT expires (UTC); None for any other token. Verifies nothing."""
    parts = token.split(".")
    if len(parts) != 3:
        return None
    try:
        claims = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
        return datetime.fromtimestamp(float(claims["exp"]), UTC)
    except (binascii.Error, ValueError, TypeError, KeyError, OverflowError, OSError, RecursionError):
        return None


def _expiry(expiry: datetime, now: datetime) -> Check:
    day = f"{expiry:%Y-%m-%d %H:%M} UTC"
    if expiry <= now:
        fix = "make a new CONFLUENCE_TOKEN"
        return _failed("Token", f"CONFLUENCE_TOKEN expired on {day}", fix=fix)
    return _note("Token", f"CONFLUENCE_TOKEN expires on {day}")
