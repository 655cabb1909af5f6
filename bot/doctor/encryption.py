"""Check that what is stored encrypted can be read with the keys there are."""

from datetime import datetime, timedelta

from bot.config import Settings, sealing_keys
from bot.db import commands
from bot.db.engine import Connection
from bot.db.secrets import Secrets, SecretsError
from bot.domain.check import Check, failed, ok

_ENCRYPTION = "Encryption"
#: the only rows that are encrypted are response URLs, which Slack takes for so long
_LAST = timedelta(minutes=30)
#: rows that are read
_ROWS = 20


async def check_encryption(connection: Connection, settings: Settings, *, now: datetime) -> list[Check]:
    """Read back the newest rows that are encrypted; nothing if there is no key, since then nothing can be stored."""
    keys = sealing_keys(settings)
    if not keys:
        return []
    sealed = await commands.sealed_urls(connection, since=now - _LAST, limit=_ROWS)
    secrets = Secrets(keys)
    unreadable = sum(not _reads(secrets, row) for row in sealed)
    named = _named(settings)
    if unreadable:
        detail = f"{unreadable} of the last {len(sealed)} response URLs cannot be read with {named}"
        return [failed(_ENCRYPTION, f"{detail}: those answers are lost", fix=_fix(settings))]
    if not sealed:
        return [
            ok(_ENCRYPTION, f"no response URL of the last half hour to read back; new ones are sealed with {named}")
        ]
    return [ok(_ENCRYPTION, f"the response URLs of the last half hour can be read with {named}")]


def _reads(secrets: Secrets, sealed: bytes) -> bool:
    try:
        secrets.open(sealed)
    except SecretsError:
        return False
    return True


def _named(settings: Settings) -> str:
    if settings.encryption_keys:
        return f"ENCRYPTION_KEYS ({len(settings.encryption_keys)})"
    return "SLACK_SIGNING_SECRET" if settings.slack_signing_secret is not None else "SLACK_BOT_TOKEN"


def _fix(settings: Settings) -> str:
    if settings.encryption_keys:
        return "put the former key after the newest in ENCRYPTION_KEYS, and leave it there for half an hour"
    return f"wait half an hour: {_named(settings)} has changed; with ENCRYPTION_KEYS set, such a change loses nothing"
