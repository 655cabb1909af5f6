"""Write the checks of an installation for machines, and keep secrets out of them."""

from collections.abc import Sequence

import msgspec
from msgspec import Struct
from msgspec.structs import replace
from pydantic import SecretStr

from bot.config import ConfigError, Settings
from bot.domain.check import Check, Verdict, failed

#: a shorter secret may be part of any word, and protects nothing
_SHORTEST = 8


class Report(Struct, frozen=True, kw_only=True):
    """All checks of an installation, and whether it can work."""

    ok: bool  #: no check failed
    checks: tuple[Check, ...]


def report(checks: Sequence[Check]) -> Report:
    """Put the checks together."""
    return Report(ok=all(check.verdict is not Verdict.FAILED for check in checks), checks=tuple(checks))


def of_unreadable(error: ConfigError) -> Report:
    """The report where nothing can be checked, because the settings cannot be read."""
    return report([failed("Settings", str(error).rstrip("."), fix="correct that setting; nothing else was checked")])


def as_json(found: Report) -> str:
    """Return one JSON document: `{"ok": …, "checks": [{"name", "verdict", "detail", "fix"}, …]}`."""
    return msgspec.json.format(msgspec.json.encode(found), indent=2).decode()


def without_secrets(check: Check, settings: Settings) -> Check:
    """Return a check that holds no secret of the settings, whatever another system wrote into its answer."""
    return replace(check, detail=_without(check.detail, settings), fix=_without(check.fix, settings))


def _without(text: str, settings: Settings) -> str:
    for secret in _secrets(settings):
        text = text.replace(secret, "…")
    return text


def _secrets(settings: Settings) -> list[str]:
    values = [getattr(settings, name) for name in type(settings).model_fields]
    secrets = [each for value in values for each in (value if isinstance(value, tuple) else (value,))]
    found = [each.get_secret_value() for each in secrets if isinstance(each, SecretStr)]
    password = settings.database_url.url.password
    return [each for each in (*found, password or "") if len(each) >= _SHORTEST]
