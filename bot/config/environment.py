"""Load the settings from the environment, or explain in one sentence why they are unusable."""

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from pydantic import SecretStr, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsError

from bot.config.outbound import OutboundSettings, check_outbound
from bot.config.settings import Settings
from bot.domain.command import SiteKind
from bot.render.i18n import CATALOGS, SOURCE, spellings

#: read from the working directory where it is there
ENV_FILE = ".env"
#: variable that a platform sets (its documentation of the run-time environment) -> the platform's name; its file
#: systems lose what is written to them at the next start
_EPHEMERAL = {"DYNO": "Heroku", "K_SERVICE": "Cloud Run"}
#: the same, of platforms on which a volume that lasts can be mounted
_EPHEMERAL_WITHOUT_VOLUME = {"RENDER": "Render", "FLY_APP_NAME": "Fly"}


class ConfigError(Exception):
    """Which setting is missing, contradictory or unreadable, in one sentence. Holds no value of any setting."""


class _FromMapping(Settings):
    """Settings from keyword arguments only: reads neither the environment nor a file."""

    @classmethod
    def settings_customise_sources(  # type: ignore[override]  # only one of the sources is used
        cls, _cls: type[BaseSettings], init_settings: PydanticBaseSettingsSource, **_others: Any
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return (init_settings,)


def _missing_partner(one: str, other: str) -> tuple[Callable[[Settings], bool], str]:
    return (
        lambda s: (getattr(s, one.lower()) is None) != (getattr(s, other.lower()) is None),
        f"{one} and {other} belong together: set both or neither.",
    )


#: (whether it applies, what it says); the first that applies is raised
_CONTRADICTIONS: tuple[tuple[Callable[[Settings], bool], str], ...] = (
    _missing_partner("SLACK_CLIENT_ID", "SLACK_CLIENT_SECRET"),
    _missing_partner("CONFLUENCE_EMAIL", "CONFLUENCE_API_TOKEN"),
    _missing_partner("ATLASSIAN_CLIENT_ID", "ATLASSIAN_CLIENT_SECRET"),
    (
        lambda s: s.slack_bot_token is not None and s.slack_oauth,
        "SLACK_BOT_TOKEN is for one workspace and SLACK_CLIENT_ID for any number: set one of them.",
    ),
    (
        lambda s: s.slack_bot_token is None and not s.slack_oauth,
        "SLACK_BOT_TOKEN is missing: the token of the workspace, which begins with xoxb-.",
    ),
    (
        lambda s: _starts_with(s.slack_signing_secret, "xox", "xapp-"),
        "SLACK_SIGNING_SECRET holds a token: the signing secret is under Basic Information.",
    ),
    (
        lambda s: _starts_with(s.slack_bot_token, "xapp-", "xoxp-", "xoxe-"),
        "SLACK_BOT_TOKEN holds another kind of token: the bot token begins with xoxb-.",
    ),
    (
        lambda s: _starts_with(s.slack_app_token, "xox"),
        "SLACK_APP_TOKEN holds another kind of token: the app-level token begins with xapp-.",
    ),
    (
        lambda s: s.confluence_token is not None and s.confluence_email is not None,
        (
            "CONFLUENCE_TOKEN and CONFLUENCE_EMAIL exclude each other: sign in with a bearer token or with e-mail and "
            "API token."
        ),
    ),
    (
        lambda s: s.confluence_url is None and not s.atlassian_oauth,
        "CONFLUENCE_URL is missing: the address of the Confluence site, like https://acme.atlassian.net.",
    ),
    (
        lambda s: s.confluence_url is None and _operator_credential(s),
        "CONFLUENCE_URL is missing: the site that the given Confluence credential is for.",
    ),
    (
        lambda s: not _operator_credential(s) and not s.atlassian_oauth,
        (
            "CONFLUENCE_EMAIL and CONFLUENCE_API_TOKEN are missing (or CONFLUENCE_TOKEN): without them Confluence "
            "answers nobody."
        ),
    ),
    (
        lambda s: s.confluence_cloud_id is not None and s.kind is SiteKind.DATACENTER,
        "CONFLUENCE_CLOUD_ID is set but CONFLUENCE_KIND says datacenter: only Cloud has the API gateway.",
    ),
    (
        lambda s: s.on_cloud_host and s.kind is SiteKind.CLOUD and urlsplit(s.site_url or "").path not in ("", "/"),
        "CONFLUENCE_URL has a path, but a Cloud site is named by its host alone, or with /wiki after it.",
    ),
    (
        lambda s: s.slack_oauth and _operator_credential(s) and not s.slack_allowed_teams,
        (
            "SLACK_ALLOWED_TEAMS is missing: without it every workspace that installs the app would read "
            "Confluence with your credential."
        ),
    ),
    (
        lambda s: s.atlassian_oauth and s.public_url is None,
        "PUBLIC_URL is missing: Atlassian sends people back to it after they have signed in.",
    ),
    (
        lambda s: (s.slack_oauth or s.atlassian_oauth) and not s.encryption_keys,
        "ENCRYPTION_KEYS is missing: with OAuth there are tokens to keep, and they are kept encrypted.",
    ),
    (lambda s: s.poll_min_seconds > s.poll_max_seconds, "POLL_MIN_SECONDS is larger than POLL_MAX_SECONDS."),
)

#: pydantic's type of error -> the sentence after the setting's name
_UNREADABLE = {
    "int_parsing": "has to be a whole number",
    "int_type": "has to be a whole number",
    "float_parsing": "has to be a number",
    "float_type": "has to be a number",
    "finite_number": "has to be a number",
    "greater_than": "has to be greater than {gt}",
    "greater_than_equal": "has to be at least {ge}",
    "less_than_equal": "has to be at most {le}",
    "enum": "has to be one of {expected}",
    "literal_error": "has to be one of {expected}",
    "string_too_short": "is empty",
    "string_pattern_mismatch": "is not of the right form",
    "value_error": "{error}",
}


def _starts_with(secret: SecretStr | None, *prefixes: str) -> bool:
    return secret is not None and secret.get_secret_value().startswith(prefixes)


def _operator_credential(settings: Settings) -> bool:
    return settings.confluence_email is not None or settings.confluence_token is not None


def _sentence(error: ValidationError) -> str:
    first = error.errors(include_input=False, include_url=False)[0]
    name = str(first["loc"][0]).upper() if first["loc"] else "The environment"
    words = _UNREADABLE.get(first["type"], "cannot be read").format_map(first.get("ctx", {}))
    return f"{name} {words}."


def _from_process() -> Settings:
    found = OutboundSettings(_env_file=ENV_FILE)  # type: ignore[call-arg]  # BaseSettings takes it, but its signature does not say so
    found.adopt(os.environ)
    try:
        check_outbound(os.environ)
    except ValueError as error:
        raise ConfigError(str(error)) from None
    return found


def _from_mapping(environ: Mapping[str, str]) -> Settings:
    lowered = {name.lower(): value for name, value in environ.items() if value}
    given: dict[str, Any] = {name: lowered[name] for name in Settings.model_fields if name in lowered}
    return _FromMapping(**given)


def _check_language(language: str) -> None:
    """Raises ConfigError for a language without a catalog: sentences would be in English without a word about it."""
    available = {SOURCE, *(path.stem for path in CATALOGS.glob("*.po"))}
    if available.isdisjoint(spellings(language)):
        raise ConfigError(f"DEFAULT_LANGUAGE has to be one of {', '.join(sorted(available))}.")


def load(
    environ: Mapping[str, str] | None = None, *, need_http: bool = True, need_credentials: bool = True
) -> Settings:
    """Load the settings from `environ`; if it is None, from the process's environment and the file `.env`.

    With `need_http` False (a worker) the signing secret may be missing. With `need_credentials` False (migrate) any
    setting may be missing. Raises ConfigError.
    """
    try:
        settings = _from_process() if environ is None else _from_mapping(environ)
    except ValidationError as error:
        raise ConfigError(_sentence(error)) from None
    except (OSError, UnicodeDecodeError, SettingsError):
        raise ConfigError(f"The file {ENV_FILE} cannot be read.") from None
    _check_language(settings.default_language)
    if need_credentials:
        sentence = next((sentence for applies, sentence in _CONTRADICTIONS if applies(settings)), None)
        if sentence is not None:
            raise ConfigError(sentence)
        if need_http and not settings.socket_mode and settings.slack_signing_secret is None:
            raise ConfigError("SLACK_SIGNING_SECRET is missing: it proves that a request comes from Slack.")
    return settings


def forget_proxies() -> None:
    """Take the proxies out of the process's environment: the demo calls only itself."""
    for name in ("https_proxy", "http_proxy", "all_proxy"):
        os.environ.pop(name, None)
        os.environ.pop(name.upper(), None)


def ephemeral_host(
    file: Path | None, environ: Mapping[str, str] | None = None, *, is_mount: Callable[[Path], bool] = Path.is_mount
) -> str | None:
    """Name the platform that loses this SQLite file at the next start; None if the file lasts, or there is none."""
    if file is None:
        return None
    given = os.environ if environ is None else environ
    for variable, platform in (_EPHEMERAL | _EPHEMERAL_WITHOUT_VOLUME).items():
        if given.get(variable):
            on_volume = any(is_mount(folder) for folder in file.absolute().parents if folder != Path(folder.anchor))
            return None if on_volume and variable in _EPHEMERAL_WITHOUT_VOLUME else platform
    return None
