"""Declare every setting: its name, meaning and default."""

from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from bot.config.field_types import CloudId, DatabaseUrl, Host, Keys, Lower, Teams, Token, Upper, Url, User, readable
from bot.db.url import parse
from bot.domain.command import SiteKind
from bot.domain.permissions import RunningList

#: where Atlassian serves Cloud sites: the usual domains, and those of Government and Isolated Cloud
_CLOUD_HOSTS = (
    ".atlassian.net",
    ".jira.com",
    ".atlassian-us-gov-mod.net",
    ".atlassian-us-gov.net",
    ".atlassian-fex.net",
    ".atlassian-isolated.net",
)


def _setting(
    meaning: str, default: Any = None, *, shown: str = "", required: str = "", to_come: bool = False, **bounds: Any
) -> Any:
    """A field. The reference in docs/configuration.md is written from its arguments.

    `shown` stands there instead of the default, `required` says when the setting has to be there. With `to_come` it
    does nothing in this version and is left out.
    """
    return Field(
        default,
        description=meaning,
        json_schema_extra={"shown": shown, "required": required, "to_come": to_come},
        **bounds,
    )


class Settings(BaseSettings):
    """Every setting, under its environment name in lower case. Secrets print as stars."""

    model_config = SettingsConfigDict(
        frozen=True,
        extra="ignore",
        hide_input_in_errors=True,
        env_ignore_empty=True,
        env_file_encoding="utf-8",
        # A start uses one of three classes; the validators of the others are never built.
        defer_build=True,
    )

    port: int = _setting("where HTTP listens", 3000, ge=0, le=65535)
    host: Host = _setting("the address HTTP listens on", "0.0.0.0")  # noqa: S104 -- a PaaS routes to every interface
    database_url: DatabaseUrl = _setting(
        "`sqlite+aiosqlite:///longtask.db`, or `postgres://…` as a PaaS gives it",
        parse("sqlite+aiosqlite:///longtask.db"),
        shown="a SQLite file",
    )
    slack_signing_secret: SecretStr | None = _setting(
        "proves that a request comes from Slack: *Basic Information → Signing Secret*", required="over HTTP"
    )
    slack_bot_token: Token | None = _setting(
        "the token of the workspace, `xoxb-…`: *OAuth & Permissions → Bot User OAuth Token*", required="always"
    )
    slack_client_id: str | None = _setting("any number of workspaces, by OAuth", to_come=True)
    slack_client_secret: SecretStr | None = _setting("goes with `SLACK_CLIENT_ID`", to_come=True)
    slack_allowed_teams: Teams = _setting("team or enterprise ids that may install, comma-separated", (), to_come=True)
    slack_app_token: Token | None = _setting(
        "Socket Mode instead of HTTP, `xapp-…`: *Basic Information → App-Level Tokens*, with `connections:write`",
        required="in Socket Mode",
    )
    slack_api_url: Url = _setting("Slack's Web API (GovSlack, a test workspace)", "https://slack.com/api/")
    confluence_url: Url | None = _setting(
        "the site, `https://acme.atlassian.net`, or a Data Center base URL; plain `http` only for loopback addresses",
        required="always",
    )
    confluence_kind: Annotated[SiteKind | None, Lower] = _setting(
        "`cloud` or `datacenter`",
        shown="cloud for `*.atlassian.net`, `*.jira.com`, the government and isolated clouds, for a URL ending in "
        "`/wiki`, and where an e-mail or cloud id is set; else datacenter",
    )
    confluence_email: User | None = _setting(
        "the e-mail address of the account whose API token is used (basic auth)", required="unless `CONFLUENCE_TOKEN`"
    )
    confluence_api_token: SecretStr | None = _setting(
        "that account's API token, classic or with scopes", required="with `CONFLUENCE_EMAIL`"
    )
    confluence_token: Token | None = _setting(
        "a bearer token: a personal access token of Data Center, an access token", required="unless `CONFLUENCE_EMAIL`"
    )
    confluence_cloud_id: CloudId | None = _setting(
        "an id, or `auto`; only where set do requests go through `ATLASSIAN_API_URL`",
        required="for tokens with scopes",
        pattern=r"^[A-Za-z0-9-]{1,64}$",
    )
    atlassian_client_id: str | None = _setting("each person links an own account, by OAuth 2.0 (3LO)", to_come=True)
    atlassian_client_secret: SecretStr | None = _setting("goes with `ATLASSIAN_CLIENT_ID`", to_come=True)
    atlassian_auth_url: Url = _setting("where people sign in for it", "https://auth.atlassian.com", to_come=True)
    atlassian_api_url: Url = _setting("Atlassian's API gateway", "https://api.atlassian.com")
    public_url: Url | None = _setting("this service from outside", required="for `/longtask hook`")
    encryption_keys: Keys = _setting(
        "comma-separated secrets of at least 32 characters, newest first, that encrypt response URLs at rest",
        (),
        shown="made from the signing secret or the bot token",
    )
    poll_min_seconds: float = _setting(
        "lower bound of the adaptive interval, fractions allowed", 2.0, ge=0.01, le=86_400, allow_inf_nan=False
    )
    poll_max_seconds: float = _setting(
        "upper bound of the adaptive interval", 60.0, ge=0.01, le=86_400, allow_inf_nan=False
    )
    default_language: str = _setting(
        "where neither person nor channel says", "en", pattern=r"^[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8})*$"
    )
    retention_days: int = _setting("how long ended tasks are kept", 30, ge=1, le=3650)
    running_list: Annotated[RunningList, Lower] = _setting(
        "who may see what runs on the site: `everyone`, `admins`, `off`", RunningList.EVERYONE, shown="`everyone`"
    )
    follow_limit: int = _setting(
        "long tasks one person may have followed at a time; a channel takes five times as many", 200, ge=1
    )
    metrics_token: Token | None = _setting(
        "bearer token for `/metrics`; without it `/metrics` answers this machine alone, by a loopback name and "
        "through no proxy"
    )
    log_level: Annotated[Literal["DEBUG", "INFO", "WARNING", "ERROR"], Upper] = _setting("how much is logged", "INFO")
    log_format: Annotated[Literal["console", "json"] | None, Lower] = _setting(
        "`console` or `json`", shown="`json` where no terminal"
    )
    sentry_dsn: SecretStr | None = _setting("errors to Sentry, optional", shown="off")
    otel_exporter_otlp_endpoint: str | None = _setting("traces by OpenTelemetry, optional", shown="off")

    @field_validator("*", mode="before")
    @classmethod
    def _readable(cls, value: Any) -> Any:
        return readable(value)

    @property
    def http_wanted(self) -> bool:
        """Whether PORT is set: a worker serves HTTP only then."""
        return "port" in self.model_fields_set

    @property
    def socket_mode(self) -> bool:
        """Whether Slack's requests come over Socket Mode instead of HTTP."""
        return self.slack_app_token is not None

    @property
    def slack_oauth(self) -> bool:
        """Whether any number of workspaces may install the app."""
        return self.slack_client_id is not None

    @property
    def atlassian_oauth(self) -> bool:
        """Whether people link their own Atlassian accounts."""
        return self.atlassian_client_id is not None

    @property
    def kind(self) -> SiteKind:
        """CONFLUENCE_KIND, or the kind that the other settings imply if it is not set."""
        if self.confluence_kind is not None:
            return self.confluence_kind
        is_cloud = (
            self.on_cloud_host
            or self.confluence_url is None
            or self.confluence_url.endswith("/wiki")
            or self.confluence_email is not None
            or self.confluence_cloud_id is not None
        )
        return SiteKind.CLOUD if is_cloud else SiteKind.DATACENTER

    @property
    def on_cloud_host(self) -> bool:
        """Whether CONFLUENCE_URL names a host on which Atlassian serves Cloud sites."""
        host = urlsplit(self.confluence_url or "").hostname or ""
        return host.removesuffix(".").endswith(_CLOUD_HOSTS)

    @property
    def site_url(self) -> str | None:
        """The base of REST URLs: CONFLUENCE_URL without a trailing slash, and for Cloud without `/wiki`."""
        if self.confluence_url is None or self.kind is SiteKind.DATACENTER:
            return self.confluence_url
        return self.confluence_url.removesuffix("/wiki")

    @property
    def people_url(self) -> str | None:
        """The URL at which people open the site: for Cloud it ends in `/wiki`."""
        if self.site_url is None or self.kind is SiteKind.DATACENTER:
            return self.site_url
        return f"{self.site_url}/wiki"
