import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from yarl import URL

from bot.app.site import credential_of
from bot.clients.confluence import Site
from bot.clients.proxy import proxy_for
from bot.clients.slack.session import slack_hosts
from bot.config import ConfigError, Settings, ephemeral_host, forget_proxies, load
from bot.db.url import parse
from bot.domain.command import SiteKind

ONE_SITE = {
    "SLACK_BOT_TOKEN": "xoxb-secret-bot",
    "SLACK_SIGNING_SECRET": "secret-signing",
    "CONFLUENCE_URL": "https://acme.atlassian.net",
    "CONFLUENCE_EMAIL": "ann@example.com",
    "CONFLUENCE_API_TOKEN": "secret-api",
}
BEARER = {k: v for k, v in ONE_SITE.items() if k not in ("CONFLUENCE_EMAIL", "CONFLUENCE_API_TOKEN")} | {
    "CONFLUENCE_TOKEN": "secret-bearer"
}
OAUTH = {k: v for k, v in ONE_SITE.items() if k != "SLACK_BOT_TOKEN"} | {
    "SLACK_CLIENT_ID": "1.2",
    "SLACK_CLIENT_SECRET": "secret-client",
    "SLACK_ALLOWED_TEAMS": "T1, E2 ,",
    "ENCRYPTION_KEYS": "k" * 32 + "," + "l" * 40,
}


def sentence_for(environ: dict[str, str], **needs: bool) -> str:
    """The sentence with which loading fails."""
    with pytest.raises(ConfigError) as error:
        load(environ, **needs)
    return str(error.value)


def without(name: str, environ: dict[str, str] = ONE_SITE) -> dict[str, str]:
    return {key: value for key, value in environ.items() if key != name}


def test_the_environment_of_one_workspace_and_one_site_is_enough() -> None:
    settings = load(ONE_SITE)
    assert settings.model_dump(exclude_unset=True).keys() == {name.lower() for name in ONE_SITE}
    assert (settings.port, settings.host, settings.poll_min_seconds, settings.poll_max_seconds) == (
        3000,
        "0.0.0.0",  # noqa: S104 -- the default of the contract
        2.0,
        60.0,
    )
    assert (settings.site_url, settings.people_url) == (
        "https://acme.atlassian.net",
        "https://acme.atlassian.net/wiki",
    )


def test_the_defaults_are_those_of_the_contract() -> None:
    settings = load(ONE_SITE)
    assert settings.database_url.file == Path("longtask.db")
    assert settings.slack_api_url == "https://slack.com/api"
    assert settings.atlassian_auth_url == "https://auth.atlassian.com"
    assert settings.atlassian_api_url == "https://api.atlassian.com"
    assert (settings.default_language, settings.retention_days) == ("en", 30)
    assert (settings.log_level, settings.log_format) == ("INFO", None)
    assert (settings.socket_mode, settings.slack_oauth, settings.atlassian_oauth) == (False, False, False)


def test_empty_settings_are_as_good_as_absent_ones() -> None:
    assert load({**ONE_SITE, "PORT": "", "CONFLUENCE_TOKEN": "", "ENCRYPTION_KEYS": ""}) == load(ONE_SITE)


def test_spaces_around_a_value_are_dropped() -> None:
    settings = load({**ONE_SITE, "CONFLUENCE_URL": " https://acme.atlassian.net/wiki/ ", "LOG_LEVEL": " debug "})
    assert (settings.confluence_url, settings.log_level) == ("https://acme.atlassian.net/wiki", "DEBUG")


def test_lists_are_separated_by_commas() -> None:
    settings = load(OAUTH)
    assert settings.slack_allowed_teams == ("T1", "E2")
    assert tuple(key.get_secret_value() for key in settings.encryption_keys) == ("k" * 32, "l" * 40)


def test_a_port_that_is_set_differs_from_the_default() -> None:
    assert (load(ONE_SITE).http_wanted, load({**ONE_SITE, "PORT": "3000"}).http_wanted) == (False, True)


@pytest.mark.parametrize(
    ("changes", "kind", "site", "people"),
    [
        ({"CONFLUENCE_URL": "https://acme.atlassian.net/wiki"}, "cloud", "https://acme.atlassian.net", "/wiki"),
        ({"CONFLUENCE_URL": "https://wiki.example.com"}, "datacenter", "https://wiki.example.com", ""),
        ({"CONFLUENCE_URL": "https://example.com/confluence/"}, "datacenter", "https://example.com/confluence", ""),
        ({"CONFLUENCE_URL": "https://docs.example.com/wiki"}, "cloud", "https://docs.example.com", "/wiki"),
        (
            {"CONFLUENCE_URL": "https://docs.example.com", "CONFLUENCE_CLOUD_ID": "auto"},
            "cloud",
            "https://docs.example.com",
            "/wiki",
        ),
        (
            {"CONFLUENCE_URL": "https://x.org/wiki", "CONFLUENCE_KIND": "datacenter"},
            "datacenter",
            "https://x.org/wiki",
            "",
        ),
        ({"CONFLUENCE_URL": "http://127.0.0.1:8090"}, "datacenter", "http://127.0.0.1:8090", ""),
        ({"CONFLUENCE_URL": "http://[::1]:8090/wiki"}, "cloud", "http://[::1]:8090", "/wiki"),
    ],
)
def test_the_kind_of_the_site_and_its_addresses(changes: dict[str, str], kind: str, site: str, people: str) -> None:
    settings = load({**BEARER, **changes})
    assert (settings.kind, settings.site_url, settings.people_url) == (SiteKind(kind), site, site + people)


@pytest.mark.parametrize(
    ("host", "kind"),
    [
        ("acme.atlassian.net", "cloud"),
        ("acme.jira.com", "cloud"),
        ("acme.atlassian-us-gov-mod.net", "cloud"),
        ("acme.atlassian-us-gov.net", "cloud"),
        ("acme.atlassian-fex.net", "cloud"),
        ("acme.atlassian-isolated.net", "cloud"),
        ("ACME.Atlassian-Isolated.net", "cloud"),
        ("notatlassian.net", "datacenter"),
        ("jira.com.example", "datacenter"),
        ("acme.atlassian.net.example", "datacenter"),
        ("wiki.atlassian-us-gov.com", "datacenter"),
    ],
)
def test_every_domain_of_cloud_sites_means_cloud(host: str, kind: str) -> None:
    settings = load({**BEARER, "CONFLUENCE_URL": f"https://{host}"})
    assert (settings.kind, settings.people_url) == (
        SiteKind(kind),
        f"https://{host}/wiki" if kind == "cloud" else f"https://{host}",
    )


def test_an_email_means_cloud() -> None:
    assert load({**ONE_SITE, "CONFLUENCE_URL": "https://wiki.example.com"}).kind is SiteKind.CLOUD


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("PORT", "eighty", "PORT has to be a whole number."),
        ("PORT", "65536", "PORT has to be at most 65535."),
        ("PORT", "-1", "PORT has to be at least 0."),
        ("POLL_MIN_SECONDS", "0", "POLL_MIN_SECONDS has to be at least 0.01."),
        ("POLL_MIN_SECONDS", "1e-300", "POLL_MIN_SECONDS has to be at least 0.01."),
        ("POLL_MIN_SECONDS", "-2", "POLL_MIN_SECONDS has to be at least 0.01."),
        ("POLL_MIN_SECONDS", "nan", "POLL_MIN_SECONDS has to be a number."),
        ("POLL_MAX_SECONDS", "inf", "POLL_MAX_SECONDS has to be a number."),
        ("POLL_MAX_SECONDS", "1e300", "POLL_MAX_SECONDS has to be at most 86400.0."),
        ("POLL_MAX_SECONDS", "2s", "POLL_MAX_SECONDS has to be a number."),
        ("POLL_MAX_SECONDS", "1.5", "POLL_MIN_SECONDS is larger than POLL_MAX_SECONDS."),
        ("PORT", "70000", "PORT has to be at most 65535."),
        ("PORT", "3000.5", "PORT has to be a whole number."),
        ("PORT", "tcp://10.0.0.1:3000", "PORT has to be a whole number."),
        ("HOST", "http://0.0.0.0", "HOST has to be an address like 0.0.0.0, or a host name."),
        ("HOST", ".example.com", "HOST has to be an address like 0.0.0.0, or a host name."),
        ("HOST", "h" * 64, "HOST has to be an address like 0.0.0.0, or a host name."),
        ("HOST", "0.0.0.0:3000", "HOST has to be an address like 0.0.0.0, or a host name."),
        ("CONFLUENCE_EMAIL", "ann:secret@example.com", "CONFLUENCE_EMAIL must not hold a colon."),
        ("ENCRYPTION_KEYS", "k" * 32 + ", " + "k" * 32, "ENCRYPTION_KEYS has the same secret twice."),
        ("ENCRYPTION_KEYS", " , ", "ENCRYPTION_KEYS lists nothing."),
        ("SLACK_ALLOWED_TEAMS", ",", "SLACK_ALLOWED_TEAMS lists nothing."),
        (
            "SLACK_ALLOWED_TEAMS",
            "T1,acme",
            "SLACK_ALLOWED_TEAMS has to list ids of teams or enterprises, like T0123456789.",
        ),
        (
            "SLACK_SIGNING_SECRET",
            "xoxb-secret",
            "SLACK_SIGNING_SECRET holds a token: the signing secret is under Basic Information.",
        ),
        (
            "SLACK_BOT_TOKEN",
            "xoxe-1-secret",
            "SLACK_BOT_TOKEN holds another kind of token: the bot token begins with xoxb-.",
        ),
        ("DEFAULT_LANGUAGE", "tlh", "DEFAULT_LANGUAGE has to be one of de, en, ja, uk."),
        ("DEFAULT_LANGUAGE", "xx-DE", "DEFAULT_LANGUAGE has to be one of de, en, ja, uk."),
        ("LOG_LEVEL", "5", "LOG_LEVEL has to be one of 'DEBUG', 'INFO', 'WARNING' or 'ERROR'."),
        ("CONFLUENCE_URL", "https://a..example.com", "CONFLUENCE_URL has to be a URL like https://example.com."),
        ("CONFLUENCE_URL", "https://" + "a" * 64, "CONFLUENCE_URL has to be a URL like https://example.com."),
        ("CONFLUENCE_URL", "https://x:70000", "CONFLUENCE_URL is not a URL."),
        ("CONFLUENCE_URL", "https://[::1", "CONFLUENCE_URL is not a URL."),
        (
            "CONFLUENCE_URL",
            "https://acme.atlassian.net/wiki/spaces/DOCS",
            "CONFLUENCE_URL has a path, but a Cloud site is named by its host alone, or with /wiki after it.",
        ),
        (
            "SLACK_API_URL",
            "http://slack.com/api/",
            "SLACK_API_URL has to begin with https:// (plain http is only for loopback addresses).",
        ),
        ("RETENTION_DAYS", "0", "RETENTION_DAYS has to be at least 1."),
        ("LOG_LEVEL", "LOUD", "LOG_LEVEL has to be one of 'DEBUG', 'INFO', 'WARNING' or 'ERROR'."),
        ("LOG_FORMAT", "xml", "LOG_FORMAT has to be one of 'console' or 'json'."),
        ("CONFLUENCE_KIND", "server", "CONFLUENCE_KIND has to be one of 'cloud' or 'datacenter'."),
        ("CONFLUENCE_CLOUD_ID", "../x", "CONFLUENCE_CLOUD_ID is not of the right form."),
        ("DEFAULT_LANGUAGE", "English please", "DEFAULT_LANGUAGE is not of the right form."),
        ("SLACK_BOT_TOKEN", "   ", "SLACK_BOT_TOKEN is empty."),
        ("SLACK_BOT_TOKEN", "xoxb-secret two", "SLACK_BOT_TOKEN holds a space or a character that no token has."),
        (
            "SLACK_BOT_TOKEN",
            "xapp-secret",
            "SLACK_BOT_TOKEN holds another kind of token: the bot token begins with xoxb-.",
        ),
        (
            "SLACK_APP_TOKEN",
            "xoxb-secret",
            "SLACK_APP_TOKEN holds another kind of token: the app-level token begins with xapp-.",
        ),
        ("ENCRYPTION_KEYS", "secret", "ENCRYPTION_KEYS has a secret of fewer than 32 characters."),
        (
            "DATABASE_URL",
            "mysql://u:secret@h/d",
            "DATABASE_URL has to begin with postgres://, postgresql:// or sqlite:///.",
        ),
        ("CONFLUENCE_URL", "acme.atlassian.net", "CONFLUENCE_URL has to be a URL like https://example.com."),
        ("CONFLUENCE_URL", "https://x:y", "CONFLUENCE_URL is not a URL."),
        (
            "CONFLUENCE_URL",
            "http://wiki.example.com",
            "CONFLUENCE_URL has to begin with https:// (plain http is only for loopback addresses).",
        ),
        (
            "CONFLUENCE_URL",
            "http://localhost.example.com",
            "CONFLUENCE_URL has to begin with https:// (plain http is only for loopback addresses).",
        ),
        (
            "CONFLUENCE_URL",
            "https://u:secret@wiki.example.com",
            "CONFLUENCE_URL must not hold a user name or a password.",
        ),
        ("CONFLUENCE_URL", "https://a.example.com/?x=secret", "CONFLUENCE_URL must not have anything after ? or #."),
        (
            "CONFLUENCE_TOKEN",
            "secret",
            (
                "CONFLUENCE_TOKEN and CONFLUENCE_EMAIL exclude each other: sign in with a bearer token or with "
                "e-mail and API token."
            ),
        ),
        ("SLACK_CLIENT_ID", "1", "SLACK_CLIENT_ID and SLACK_CLIENT_SECRET belong together: set both or neither."),
        (
            "ATLASSIAN_CLIENT_SECRET",
            "secret",
            "ATLASSIAN_CLIENT_ID and ATLASSIAN_CLIENT_SECRET belong together: set both or neither.",
        ),
    ],
)
def test_a_bad_value_is_named_in_one_sentence(name: str, value: str, sentence: str) -> None:
    assert sentence_for({**ONE_SITE, name: value}) == sentence


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("   ", "is empty"),
        ("'secret'", "is in quotation marks: leave them out"),
        ('"secret"', "is in quotation marks: leave them out"),
        ("“secret”", "is in quotation marks: leave them out"),
        ("secret\nsecret", "holds a line break or another character that cannot be seen"),
        ("secret\x00", "holds a line break or another character that cannot be seen"),
        ("secret\u200b", "holds a line break or another character that cannot be seen"),
        ("secret\xa0secret", "holds a line break or another character that cannot be seen"),
        ("secret\udcff", "holds a line break or another character that cannot be seen"),
        ("secret" * 2_000, "is longer than 8,000 characters"),
    ],
)
@pytest.mark.parametrize("name", [name.upper() for name in Settings.model_fields])
def test_what_no_setting_can_mean_is_refused_for_every_setting(name: str, value: str, words: str) -> None:
    assert sentence_for({**ONE_SITE, name: value}) == f"{name} {words}."


@pytest.mark.parametrize(
    ("name", "value", "read"),
    [
        ("PORT", "3000 ", 3000),
        ("PORT", "0", 0),
        ("HOST", "::", "::"),
        ("HOST", " localhost ", "localhost"),
        ("CONFLUENCE_KIND", "Cloud", SiteKind.CLOUD),
        ("CONFLUENCE_CLOUD_ID", "AUTO", "auto"),
        ("CONFLUENCE_EMAIL", "änne@bücher.example", "änne@bücher.example"),
        ("CONFLUENCE_URL", "https://bücher.example/wiki/", "https://bücher.example/wiki"),
        ("DEFAULT_LANGUAGE", "de-AT", "de-AT"),
        ("LOG_LEVEL", "warning", "WARNING"),
    ],
)
def test_a_value_whose_meaning_is_plain_is_taken(name: str, value: str, read: object) -> None:
    assert getattr(load({**ONE_SITE, name: value}), name.lower()) == read


@given(
    st.sampled_from(
        ["CONFLUENCE_URL", "SLACK_API_URL", "ATLASSIAN_API_URL", "CONFLUENCE_EMAIL", "CONFLUENCE_API_TOKEN"]
    ),
    st.text(max_size=60) | st.from_regex(r"https://[^/]{1,30}(/[^?#]{0,20})?", fullmatch=True),
)
def test_what_is_taken_can_be_used(name: str, value: str) -> None:
    try:
        settings = load({**ONE_SITE, name: value})
    except ConfigError:
        return
    site = Site(
        kind=settings.kind,
        base_url=settings.site_url or "",
        cloud_id="c" if name == "ATLASSIAN_API_URL" else None,
        api_url=settings.atlassian_api_url,
    )
    assert str(site.long_task("7")).endswith("/rest/api/longtask/7")
    assert slack_hosts(settings.slack_api_url)(URL(settings.slack_api_url) / "x")
    assert credential_of(settings).header.isascii()


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        (
            "SLACK_BOT_TOKEN",
            "SLACK_BOT_TOKEN is missing: the token of the workspace, which begins with xoxb-.",
        ),
        ("SLACK_SIGNING_SECRET", "SLACK_SIGNING_SECRET is missing: it proves that a request comes from Slack."),
        (
            "CONFLUENCE_URL",
            "CONFLUENCE_URL is missing: the address of the Confluence site, like https://acme.atlassian.net.",
        ),
        (
            "CONFLUENCE_API_TOKEN",
            "CONFLUENCE_EMAIL and CONFLUENCE_API_TOKEN belong together: set both or neither.",
        ),
    ],
)
def test_a_missing_setting_is_named_in_one_sentence(name: str, sentence: str) -> None:
    assert sentence_for(without(name)) == sentence


def test_a_site_without_any_credential_is_refused() -> None:
    assert sentence_for(without("CONFLUENCE_EMAIL", without("CONFLUENCE_API_TOKEN"))) == (
        "CONFLUENCE_EMAIL and CONFLUENCE_API_TOKEN are missing (or CONFLUENCE_TOKEN): without them Confluence answers "
        "nobody."
    )


def test_strangers_cannot_install_where_the_operator_pays_with_a_credential() -> None:
    assert sentence_for(without("SLACK_ALLOWED_TEAMS", OAUTH)) == (
        "SLACK_ALLOWED_TEAMS is missing: without it every workspace that installs the app would read Confluence with "
        "your credential."
    )


def test_one_workspace_and_any_number_exclude_each_other() -> None:
    assert sentence_for({**OAUTH, "SLACK_BOT_TOKEN": "xoxb-1"}) == (
        "SLACK_BOT_TOKEN is for one workspace and SLACK_CLIENT_ID for any number: set one of them."
    )


def test_oauth_needs_keys_for_what_it_keeps() -> None:
    assert sentence_for(without("ENCRYPTION_KEYS", OAUTH)) == (
        "ENCRYPTION_KEYS is missing: with OAuth there are tokens to keep, and they are kept encrypted."
    )


def test_people_with_own_accounts_need_no_site_and_no_credential_but_a_way_back() -> None:
    own = {
        "SLACK_BOT_TOKEN": "xoxb-1",
        "SLACK_SIGNING_SECRET": "s",
        "ATLASSIAN_CLIENT_ID": "i",
        "ATLASSIAN_CLIENT_SECRET": "s",
        "ENCRYPTION_KEYS": "k" * 32,
        "PUBLIC_URL": "https://bot.example.com/",
    }
    assert load(own).people_url is None
    assert sentence_for(without("PUBLIC_URL", own)) == (
        "PUBLIC_URL is missing: Atlassian sends people back to it after they have signed in."
    )
    assert sentence_for({**own, "CONFLUENCE_TOKEN": "secret"}) == (
        "CONFLUENCE_URL is missing: the site that the given Confluence credential is for."
    )


def test_a_cloud_id_on_a_data_center_is_contradictory() -> None:
    assert sentence_for({**BEARER, "CONFLUENCE_KIND": "datacenter", "CONFLUENCE_CLOUD_ID": "auto"}) == (
        "CONFLUENCE_CLOUD_ID is set but CONFLUENCE_KIND says datacenter: only Cloud has the API gateway."
    )


def test_neither_socket_mode_nor_a_worker_needs_a_signing_secret() -> None:
    unsigned = without("SLACK_SIGNING_SECRET")
    assert load({**unsigned, "SLACK_APP_TOKEN": "xapp-1"}).socket_mode is True
    assert load(unsigned, need_http=False).slack_signing_secret is None


def test_migrating_needs_the_database_alone() -> None:
    url = load({"DATABASE_URL": "postgres://u:p@h/d"}, need_credentials=False).database_url
    assert url == parse("postgresql+psycopg://u:p@h/d")
    assert sentence_for({"DATABASE_URL": "h"}, need_credentials=False) == (
        "DATABASE_URL is not a URL like postgres://user:password@host/name or sqlite:///file.db."
    )


def test_settings_cannot_be_changed_and_print_no_secret() -> None:
    settings = load({**ONE_SITE, "DATABASE_URL": "postgres://u:secret-db@h/d?password=secret-too"})
    with pytest.raises(ValueError, match="frozen"):
        settings.port = 1
    assert "secret-" not in repr(settings) + str(settings)


@given(st.sampled_from(sorted(Settings.model_fields)), st.text(min_size=12, alphabet="sécret:/@?# ☃\u0007'"))
def test_no_sentence_ever_shows_a_value(name: str, value: str) -> None:
    sentence = None
    try:
        load({**ONE_SITE, name.upper(): value})
    except ConfigError as error:
        sentence = str(error)
    assert sentence is None or re.fullmatch(r"[A-Z_]+ [^\n]+\.", sentence)
    assert sentence is None or value.strip() not in sentence


def test_the_process_environment_and_a_file_beside_it_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    for name, value in ONE_SITE.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("RETENTION_DAYS", "7")
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".env").write_text("RETENTION_DAYS=9\nPORT=4000\nSOMETHING_ELSE=1\n", encoding="utf-8")
    settings = load()
    assert (settings.retention_days, settings.port) == (7, 4000)


def test_proxies_and_certificates_are_read_from_the_file_as_well(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    names = ("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "NO_PROXY", "SSL_CERT_FILE", "SSL_CERT_DIR")
    for name in (*names, *map(str.lower, names)):
        # set first, so that what loading writes is taken back at the end
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)
    monkeypatch.setenv("no_proxy", "acme.example")
    (tmp_path / ".env").write_text("HTTPS_PROXY=p.example:1\nNO_PROXY=slack.com\n", encoding="utf-8")
    load(need_credentials=False)
    assert [proxy_for("https://slack.com"), proxy_for("https://acme.example")] == [URL("http://p.example:1"), None]


def test_the_demo_forgets_every_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTPS_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "socks5://127.0.0.1:9")
    forget_proxies()
    assert [proxy_for("https://slack.com"), proxy_for("http://127.0.0.1:3000")] == [None, None]


def test_a_file_that_is_no_text_is_sentence_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".env").write_bytes(b"PORT=\xff\xfe")
    with pytest.raises(ConfigError, match=r"^The file \.env cannot be read\.$"):
        load()


@pytest.mark.parametrize(
    ("environ", "file", "mounts", "platform"),
    [
        ({}, "/app/longtask.db", [], None),
        ({"DYNO": "web.1"}, "/app/longtask.db", [], "Heroku"),
        ({"DYNO": "web.1"}, "/data/longtask.db", ["/data"], "Heroku"),
        ({"DYNO": "web.1"}, None, [], None),
        ({"K_SERVICE": "longtask"}, "/data/longtask.db", ["/data"], "Cloud Run"),
        ({"RENDER": "true"}, "/opt/render/project/src/longtask.db", ["/"], "Render"),
        ({"RENDER": "true"}, "/var/data/longtask/longtask.db", ["/", "/var/data"], None),
        ({"FLY_APP_NAME": "longtask"}, "/app/longtask.db", ["/data"], "Fly"),
        ({"FLY_APP_NAME": "longtask"}, "/data/longtask.db", ["/data"], None),
    ],
)
def test_a_platform_whose_disk_does_not_last_is_recognised(
    environ: dict[str, str], file: str | None, mounts: list[str], platform: str | None
) -> None:
    path = None if file is None else Path(file)
    assert ephemeral_host(path, environ, is_mount=lambda folder: str(folder) in mounts) == platform
