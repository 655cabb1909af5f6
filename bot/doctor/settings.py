"""Check the settings: whether this version can use them, and whether each secret has the shape of its kind."""

import re
from collections.abc import Iterator

from msgspec import Struct
from pydantic import SecretStr

from bot.config import Settings, unsupported
from bot.domain.check import Check, failed, note, ok
from bot.domain.command import SiteKind

_SETTINGS, _SECRETS = "Settings", "Secrets"

#: an API token as Atlassian made them before it gave them a prefix; all of those have expired
_OLD_API_TOKEN = re.compile(r"[A-Za-z0-9]{24}")
#: API tokens of people and of service accounts
_API_TOKEN = re.compile(r"AT[A-Z]TT[A-Za-z0-9_=-]+")


class _Shape(Struct, frozen=True, kw_only=True):
    """How a secret of Slack looks, and where the right one is."""

    setting: str
    pattern: re.Pattern[str]
    mistake: str  #: what is said of one that looks otherwise
    fix: str


_SHAPES = (
    _Shape(
        setting="slack_signing_secret",
        pattern=re.compile(r"[0-9a-f]{32}"),
        mistake="is not 32 hexadecimal characters, as Slack's are",
        fix="copy it again from Basic Information → App Credentials",
    ),
    _Shape(
        setting="slack_bot_token",
        pattern=re.compile(r"xoxb-.+"),
        mistake="does not begin with xoxb-",
        fix="copy the Bot User OAuth Token from OAuth & Permissions",
    ),
    _Shape(
        setting="slack_app_token",
        pattern=re.compile(r"xapp-.+"),
        mistake="does not begin with xapp-",
        fix="copy the token from Basic Information → App-Level Tokens",
    ),
)


def check_settings(settings: Settings) -> list[Check]:
    """Check whether this version can use the settings, and the shape of the secrets."""
    reason = unsupported(settings)
    if reason is not None:
        detail, _, fix = reason.partition(": ")
        return [failed(_SETTINGS, detail, fix=fix.rstrip("."))]
    mode = "Socket Mode" if settings.socket_mode else f"HTTP on port {settings.port}"
    return [ok(_SETTINGS, f"readable, {mode}, Confluence {settings.kind.value}"), *_shapes(settings)]


def _shapes(settings: Settings) -> list[Check]:
    found = [*_of_slack(settings), *_of_confluence(settings)]
    return found or [ok(_SECRETS, "each has the shape of its kind")]


def _of_slack(settings: Settings) -> Iterator[Check]:
    if _text(settings.slack_bot_token).startswith("xoxe.xoxb-"):
        # Slack turns rotation off for no app that has it (docs.slack.dev/authentication/using-token-rotation)
        detail = "SLACK_BOT_TOKEN expires after twelve hours: the app has token rotation on, which this bot does not do"
        fix = "make the app again from the manifest, without token rotation, and set its SLACK_BOT_TOKEN"
        yield failed(_SECRETS, detail, fix=fix)
        return
    for shape in _SHAPES:
        secret = _text(getattr(settings, shape.setting))
        if secret and not shape.pattern.fullmatch(secret):
            yield note(_SECRETS, f"{shape.setting.upper()} {shape.mistake}", fix=shape.fix)


def _of_confluence(settings: Settings) -> Iterator[Check]:
    if settings.kind is not SiteKind.CLOUD:
        return
    if _OLD_API_TOKEN.fullmatch(_text(settings.confluence_api_token)):
        detail = "CONFLUENCE_API_TOKEN looks like an API token of the old kind, all of which expired by May 2026"
        yield note(_SECRETS, detail, fix="make a new one at id.atlassian.com → Security → API tokens")
    if settings.confluence_email is not None and "@" not in settings.confluence_email:
        fix = "set it to the e-mail address of the account whose API token it is"
        yield note(_SECRETS, "CONFLUENCE_EMAIL is no e-mail address, by which Cloud knows accounts", fix=fix)
    if _API_TOKEN.fullmatch(_text(settings.confluence_token)):
        fix = "set it as CONFLUENCE_API_TOKEN, with the CONFLUENCE_EMAIL of its account"
        yield note(_SECRETS, "CONFLUENCE_TOKEN looks like an API token, which is no bearer token", fix=fix)


def _text(secret: SecretStr | None) -> str:
    return "" if secret is None else secret.get_secret_value()
