import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.clients.slack.scopes import OPTIONAL, REQUIRED
from bot.config.manifest import manifest as written
from bot.listeners.channel_events import LOST, RENAMED
from bot.listeners.shortcuts import ANYWHERE, ON_MESSAGE

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


def test_the_bot_subscribes_to_every_event_that_it_listens_to(manifest: Any) -> None:
    assert manifest["settings"]["event_subscriptions"]["bot_events"] == [
        "app_uninstalled",
        "tokens_revoked",
        "app_home_opened",
        *LOST,
        *RENAMED,
        "channel_shared",
        "channel_unshared",
        "app_mention",
    ]


def test_both_shortcuts_are_those_that_are_listened_to_and_keep_slacks_lengths(manifest: Any) -> None:
    declared = manifest["features"]["shortcuts"]
    assert [(each["type"], each["callback_id"]) for each in declared] == [("message", ON_MESSAGE), ("global", ANYWHERE)]
    assert all(len(each["name"]) <= 24 and len(each["description"]) <= 150 for each in declared)


def test_the_bot_has_a_home_and_takes_commands_in_its_direct_messages(manifest: Any) -> None:
    assert manifest["features"]["app_home"] == {
        "home_tab_enabled": True,
        "messages_tab_enabled": True,
        "messages_tab_read_only_enabled": False,
    }


def test_the_processes_are_those_a_paas_starts() -> None:
    assert Path("Procfile").read_text(encoding="utf-8").splitlines() == [
        "web: python -m bot",
        "worker: python -m bot worker",
        "release: python -m bot migrate",
    ]
