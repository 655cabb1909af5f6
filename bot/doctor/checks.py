"""Check an installation and say how to mend it."""

import base64
import binascii
import json
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path

from bot.clients.slack.errors import NotConnected, Refusal, Refused, SlackError
from bot.clients.slack.responses import Identity
from bot.clients.slack.scopes import OPTIONAL, REQUIRED
from bot.config import Settings
from bot.db.url import parse, sqlite_file
from bot.domain.poll_result import AccessDenied as CredentialRefused
from bot.domain.poll_result import Misconfigured, NotFound, PollResult, RateLimited, Seen, Unavailable, Unreadable

#: bytes; a busy SQLite file with its log grows by a few MB a day
_LITTLE_DISK = 200 * 1024 * 1024


class Verdict(StrEnum):
    """How a check went."""

    OK = "ok"
    #: works, but not as well as it could
    NOTE = "note"
    FAILED = "FAILED"


@dataclass(frozen=True, kw_only=True)
class Check:
    """One thing looked at."""

    name: str
    verdict: Verdict
    said: str
    #: what to do about it; empty where nothing
    fix: str = ""

    def __str__(self) -> str:
        """One line for a terminal."""
        line = f"{self.verdict.value:<7}{self.name}: {self.said}"
        return f"{line} → {self.fix}" if self.fix else line


@dataclass(frozen=True, kw_only=True)
class Database:
    """What was found out about the database."""

    #: None where it could be reached
    unreachable: str | None = None
    #: the migration it stands at, None where it has none yet, and the newest one
    revision: str | None = None
    newest: str | None = None


async def checks(
    settings: Settings,
    *,
    now: datetime,
    host: str | None,
    database: Callable[[], Awaitable[Database]],
    slack: Callable[[], Awaitable[Identity]] | None,
    confluence: Callable[[], Awaitable[PollResult]] | None,
) -> AsyncIterator[Check]:
    """Every check, as it is done. `settings` were readable, else nothing of this could be asked.

    `host` is the platform with a file system that does not last, if it is one (`config.ephemeral_host`); `slack` asks
    whose the bot token is (None with OAuth installs); `confluence` looks at a long task that does not exist, so that a
    valid credential is answered with 404 (None where people link their own accounts).
    """
    mode = "Socket Mode" if settings.socket_mode else f"HTTP on port {settings.port}"
    yield Check(name="Settings", verdict=Verdict.OK, said=f"readable, {mode}, Confluence {settings.kind.value}")
    yield _database(await database())
    for check in _files(settings, host):
        yield check
    if slack is not None:
        for check in await _slack(slack):
            yield check
    if confluence is not None:
        yield _confluence(await confluence(), settings)
    if settings.confluence_token is not None:
        expiry = expires_at(settings.confluence_token.get_secret_value())
        if expiry is not None:
            yield _expiry(expiry, now)


def _database(found: Database) -> Check:
    if found.unreachable is not None:
        fix = "check DATABASE_URL, and that the database accepts connections from here"
        return Check(name="Database", verdict=Verdict.FAILED, said=found.unreachable, fix=fix)
    if found.revision != found.newest:
        said = f"reachable, at migration {found.revision or 'none'} of {found.newest}"
        return Check(name="Database", verdict=Verdict.FAILED, said=said, fix="run: python -m bot migrate")
    return Check(name="Database", verdict=Verdict.OK, said=f"reachable, at migration {found.revision}")


def _files(settings: Settings, host: str | None) -> list[Check]:
    file = sqlite_file(parse(settings.database_url.get_secret_value()))
    if file is None:
        return []
    found = [_disk(file)]
    if host is not None:
        said = f"a SQLite file on {host} is gone at the next start, unless it is on a mounted volume"
        fix = "use Postgres: set DATABASE_URL to postgres://…"
        found.append(Check(name="Disk", verdict=Verdict.FAILED, said=said, fix=fix))
    return found


def _disk(file: Path) -> Check:
    # folders that are not there yet are made at the start
    free = shutil.disk_usage(next(folder for folder in file.absolute().parents if folder.exists())).free
    said = f"{free // 1024**2:,} MB free beside the SQLite file"
    if free < _LITTLE_DISK:
        return Check(name="Disk", verdict=Verdict.FAILED, said=said, fix="make room")
    return Check(name="Disk", verdict=Verdict.OK, said=said)


async def _slack(ask: Callable[[], Awaitable[Identity]]) -> list[Check]:
    try:
        who = await ask()
    except NotConnected as error:
        fix = "check the network, HTTPS_PROXY and SLACK_API_URL"
        return [Check(name="Slack", verdict=Verdict.FAILED, said=f"not reached ({error.answer})", fix=fix)]
    except Refused as error:
        gone = error.refusal is Refusal.WORKSPACE_GONE
        fix = "install the app again and set SLACK_BOT_TOKEN anew" if gone else "check SLACK_BOT_TOKEN"
        return [Check(name="Slack", verdict=Verdict.FAILED, said=f"refused the bot token ({error.answer})", fix=fix)]
    except SlackError as error:
        said = f"did not answer properly ({error.answer})"
        return [Check(name="Slack", verdict=Verdict.FAILED, said=said, fix="try again in a few minutes")]
    found = [Check(name="Slack", verdict=Verdict.OK, said=f"the bot token is of {who.team_name or who.team_id}")]
    return found + _scopes(who.scopes)


def _scopes(scopes: frozenset[str]) -> list[Check]:
    if not scopes:
        return [Check(name="Scopes", verdict=Verdict.NOTE, said="Slack did not say which are granted")]
    missing = [scope for scope in REQUIRED if scope not in scopes]
    if missing:
        fix = "add them under OAuth & Permissions and install the app again"
        return [Check(name="Scopes", verdict=Verdict.FAILED, said=f"{', '.join(missing)} missing", fix=fix)]
    found = [Check(name="Scopes", verdict=Verdict.OK, said=f"{', '.join(REQUIRED)} granted")]
    for scope, use in OPTIONAL.items():
        if scope not in scopes:
            found.append(Check(name="Scopes", verdict=Verdict.NOTE, said=f"{scope} is not granted; it allows {use}"))
    return found


def _confluence(answer: PollResult, settings: Settings) -> Check:
    said, fix = _confluence_words(answer, settings)
    return Check(name="Confluence", verdict=Verdict.FAILED if fix else Verdict.OK, said=said, fix=fix)


def _confluence_words(answer: PollResult, settings: Settings) -> tuple[str, str]:
    """What the probe's answer says, and what to do about it."""
    match answer:
        case NotFound() | Seen():
            return "reachable, the credential is accepted", ""
        case CredentialRefused(status=status):
            token = "CONFLUENCE_TOKEN" if settings.confluence_token else "CONFLUENCE_API_TOKEN"
            scoped = "" if settings.confluence_cloud_id else "; a token with scopes needs CONFLUENCE_CLOUD_ID=auto"
            return f"refused the credential ({status})", f"make a new {token}: they expire after a year at most{scoped}"
        case Misconfigured(status=status):
            return f"does not serve the API here ({status})", "check CONFLUENCE_URL and CONFLUENCE_KIND"
        case Unreadable(reason=reason):
            return f"answers something else ({reason})", "check CONFLUENCE_URL: is there a login page in front of it?"
        case RateLimited():
            return "reachable, but asks for a rest (429)", "try again later"
        case Unavailable(reason=reason):
            return f"not reached ({reason})", "check CONFLUENCE_URL, the network and HTTPS_PROXY"


def expires_at(token: str) -> datetime | None:
    """When a bearer token that is a JWT says it expires (UTC); None for any other token. Nothing is verified."""
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
        return Check(name="Token", verdict=Verdict.FAILED, said=f"CONFLUENCE_TOKEN expired on {day}", fix=fix)
    return Check(name="Token", verdict=Verdict.NOTE, said=f"CONFLUENCE_TOKEN expires on {day}")
