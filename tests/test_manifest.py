import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.clients.slack.scopes import OPTIONAL, REQUIRED
from bot.config.manifest import ManifestError
from bot.config.manifest import manifest as written
from bot.listeners.shortcuts import ANYWHERE, ON_MESSAGE
from tests.support.command_line import run_command

URL = "https://longtask.example.org"
FILE = Path("app_manifest.yml").read_text(encoding="utf-8")
#: the file, and what the command makes of it
TEXTS = {"file": FILE, "http": written(URL, socket=False), "socket": written(None, socket=True)}


@pytest.fixture(scope="module", params=TEXTS)
def manifest(request: pytest.FixtureRequest) -> Any:
    return yaml.safe_load(TEXTS[request.param])


def test_the_manifest_asks_for_the_scopes_the_code_uses(manifest: Any) -> None:
    assert manifest["oauth_config"]["scopes"] == {"bot": [*REQUIRED, *OPTIONAL], "bot_optional": list(OPTIONAL)}


def test_every_optional_scope_is_requested_too_since_slack_ignores_it_otherwise(manifest: Any) -> None:
    scopes = manifest["oauth_config"]["scopes"]
    assert [scope for scope in scopes["bot_optional"] if scope not in scopes["bot"]] == []


@pytest.mark.parametrize(
    ("scope", "why"),
    [
        ("channels:read", "shared with another organization"),
        ("groups:read", "shared with another organization"),
        ("channels:read", "whether that person is in it"),
        ("app_mentions:read", "follow in a thread when somebody mentions the bot"),
    ],
)
def test_the_manifest_says_why_it_asks_for_a_scope(manifest: Any, scope: str, why: str) -> None:
    lines = Path("app_manifest.yml").read_text(encoding="utf-8").splitlines()
    comments = " ".join(line.strip().removeprefix("#").strip() for line in lines if line.strip().startswith("#"))
    assert scope in manifest["oauth_config"]["scopes"]["bot_optional"]
    assert why in comments[comments.index(scope) :]
    assert "shared with another organization" in manifest["display_information"]["long_description"]


def test_names_and_descriptions_keep_slacks_lengths(manifest: Any) -> None:
    display = manifest["display_information"]
    assert 1 <= len(display["name"]) <= 35
    assert 1 <= len(display["description"]) <= 140
    assert 175 <= len(display["long_description"]) <= 4000
    assert re.fullmatch(r"#[0-9a-f]{6}", display["background_color"])
    assert 1 <= len(manifest["features"]["bot_user"]["display_name"]) <= 80


def test_there_is_one_command_of_slacks_form(manifest: Any) -> None:
    (command,) = manifest["features"]["slash_commands"]
    assert command["command"] == "/longtask"
    assert len(command["description"]) <= 2000
    assert len(command["usage_hint"]) <= 1000


@pytest.mark.parametrize(("text", "address"), [("file", "https://YOUR-APP.example.com"), ("http", URL)])
def test_slack_calls_one_url_for_everything(text: str, address: str) -> None:
    manifest = yaml.safe_load(TEXTS[text])
    settings = manifest["settings"]
    assert {
        manifest["features"]["slash_commands"][0]["url"],
        settings["event_subscriptions"]["request_url"],
        settings["interactivity"]["request_url"],
    } == {f"{address}/slack/events"}
    assert settings["socket_mode_enabled"] is False


def test_interactivity_is_on(manifest: Any) -> None:
    assert manifest["settings"]["interactivity"]["is_enabled"] is True


def test_what_is_written_differs_from_the_file_in_the_address_alone() -> None:
    with_address = FILE.replace("https://YOUR-APP.example.com", URL).splitlines()
    assert [line for line in with_address if line not in TEXTS["http"].splitlines()] == [
        line for line in with_address if line.startswith("# Replace")
    ]
    assert len(TEXTS["http"].splitlines()) == len(with_address) - 1


def test_socket_mode_needs_no_address() -> None:
    dropped = [line.strip() for line in FILE.splitlines() if line not in TEXTS["socket"].splitlines()]
    address = "https://YOUR-APP.example.com/slack/events"
    assert dropped == [
        next(line for line in FILE.splitlines() if line.startswith("# Replace")),
        f"url: {address}",
        f"request_url: {address}",
        f"request_url: {address}",
        "socket_mode_enabled: false",
    ]
    assert yaml.safe_load(TEXTS["socket"])["settings"]["socket_mode_enabled"] is True


@pytest.mark.parametrize(
    "url",
    [
        "https://longtask.example.org/",
        " https://longtask.example.org ",
        "https://longtask.example.org/slack/events",
        "https://longtask.example.org/slack/events/",
    ],
)
def test_an_address_may_be_written_as_people_do(url: str) -> None:
    assert written(url, socket=False) == TEXTS["http"]


@pytest.mark.parametrize(
    "url",
    [
        "",
        "longtask.example.org",
        "http://longtask.example.org",
        "https://",
        "https://a b.example.org",
        "https://example.org:99999",
        "https://[::1",
        "https://example.org?a=1",
        "https://example.org/: x",
        "https://example.org/#x",
        "https://example.org\nsettings:",
    ],
)
def test_an_address_that_cannot_be_is_one_sentence(url: str) -> None:
    with pytest.raises(ManifestError, match=r"^--url has to be an address like https://longtask\.example\.com\.$"):
        written(url, socket=False)


def test_the_command_prints_the_manifest() -> None:
    assert run_command("manifest", "--url", URL) == (0, TEXTS["http"], "")
    assert run_command("manifest", "--socket") == (0, TEXTS["socket"], "")
    assert run_command("manifest") == (
        1,
        "",
        "Say where Slack reaches this service: --url https://…, or --socket for Socket Mode.\n",
    )


def test_the_bot_subscribes_to_being_uninstalled_to_channels_being_shared_and_to_mentions(manifest: Any) -> None:
    assert manifest["settings"]["event_subscriptions"]["bot_events"] == [
        "app_uninstalled",
        "tokens_revoked",
        "channel_shared",
        "channel_unshared",
        "app_mention",
    ]


def test_both_shortcuts_are_those_that_are_listened_to_and_keep_slacks_lengths(manifest: Any) -> None:
    declared = manifest["features"]["shortcuts"]
    assert [(each["type"], each["callback_id"]) for each in declared] == [("message", ON_MESSAGE), ("global", ANYWHERE)]
    assert all(len(each["name"]) <= 24 and len(each["description"]) <= 150 for each in declared)


def test_the_bot_can_send_direct_messages(manifest: Any) -> None:
    assert manifest["features"]["app_home"]["messages_tab_enabled"] is True


def test_the_processes_are_those_a_paas_starts() -> None:
    assert Path("Procfile").read_text(encoding="utf-8").splitlines() == [
        "web: python -m bot",
        "worker: python -m bot worker",
        "release: python -m bot migrate",
    ]
