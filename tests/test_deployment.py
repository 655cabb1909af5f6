"""Compare the files that platforms read with the code: what they start, set and ask for exists."""

import json
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.__main__ import cli
from bot.config import Settings
from tests.support.buildpack import INSTALL

#: what a platform or the container sets that is no setting of the bot
FOREIGN = {"PATH", "PYTHONUNBUFFERED", "UV_PYTHON_DOWNLOADS", "POSTGRES_USER", "POSTGRES_DB", "POSTGRES_PASSWORD"}

DOCKERFILE = Path("Dockerfile").read_text(encoding="utf-8")
COMPOSE = yaml.safe_load(Path("compose.yaml").read_text(encoding="utf-8"))
RENDER = yaml.safe_load(Path("render.yaml").read_text(encoding="utf-8"))
FLY = tomllib.loads(Path("fly.toml").read_text(encoding="utf-8"))
HEROKU = json.loads(Path("app.json").read_text(encoding="utf-8"))


def instructions(name: str) -> list[str]:
    """The arguments of an instruction of the Dockerfile, of the last stage."""
    last_stage = DOCKERFILE.rpartition("\nFROM ")[2]
    return re.findall(rf"^{name} (.+)$", last_stage, re.MULTILINE)


def variables() -> set[str]:
    """Every variable that a file sets or asks for."""
    named = {word for line in re.findall(r"^ENV (.+)$", DOCKERFILE, re.MULTILINE) for word in line.split()}
    named |= {name for service in COMPOSE["services"].values() for name in service.get("environment", {})}
    named |= {variable["key"] for variable in RENDER["services"][0]["envVars"]}
    return {name.partition("=")[0] for name in named | set(FLY["env"]) | set(HEROKU["env"])}


def test_every_variable_is_a_setting() -> None:
    settings = {name.upper() for name in Settings.model_fields}
    assert variables() - FOREIGN - settings == set()


#: the keys that are used here, of those the platform documents
DOCUMENTED = {
    # devcenter.heroku.com/articles/app-json-schema
    "app.json": (HEROKU, {"name", "description", "keywords", "stack", "buildpacks", "addons", "formation", "env"}),
    "its variables": (
        {key for variable in HEROKU["env"].values() for key in variable},
        {"description", "required", "generator"},
    ),
    # render.com/docs/blueprint-spec
    "render.yaml": (
        RENDER["services"][0],
        {
            *("type", "name", "runtime", "plan", "buildCommand", "startCommand", "healthCheckPath", "envVars"),
            *("maxShutdownDelaySeconds", "disk"),
        },
    ),
    # fly.io/docs/reference/configuration
    "fly.toml": (FLY, {"app", "kill_signal", "kill_timeout", "build", "env", "mounts", "http_service"}),
    "its service": (
        FLY["http_service"],
        {"internal_port", "force_https", "auto_stop_machines", "min_machines_running", "checks"},
    ),
    # docs.docker.com/reference/compose-file
    "compose.yaml": (COMPOSE, {"services", "volumes"}),
    "its services": (
        {key for service in COMPOSE["services"].values() for key in service},
        {
            *("build", "image", "command", "env_file", "environment", "ports", "depends_on", "stop_grace_period"),
            *("restart", "volumes", "healthcheck"),
        },
    ),
}


@pytest.mark.parametrize(("keys", "documented"), DOCUMENTED.values(), ids=DOCUMENTED)
def test_a_file_has_only_keys_that_its_platform_documents(keys: Any, documented: set[str]) -> None:
    assert set(keys) - documented == set()


def test_every_file_starts_a_command_that_exists() -> None:
    procfile = dict(line.split(": ", 1) for line in Path("Procfile").read_text(encoding="utf-8").splitlines())
    worker = COMPOSE["services"]["worker"]["command"]
    started = [*procfile.values(), RENDER["services"][0]["startCommand"], " ".join(worker)]
    commands = {command.callback.__name__ for command in cli.registered_commands if command.callback is not None}

    assert list(procfile) == ["web", "worker", "release"]
    assert [line for line in started if not re.fullmatch(r"(\.venv/bin/)?python -m bot( \w+)?", line)] == []
    assert {line.partition("-m bot")[2].strip() for line in started} - {""} - commands == set()


def test_the_container_runs_the_bot_itself_without_rights() -> None:
    # A shell in between would keep SIGTERM to itself (docs.docker.com/reference/dockerfile, CMD).
    assert json.loads(instructions("CMD")[0]) == ["python", "-m", "bot"]
    assert (instructions("USER"), instructions("STOPSIGNAL"), instructions("VOLUME")) == (
        ["10001"],
        ["SIGTERM"],
        ["/data"],
    )
    check = json.loads(instructions("HEALTHCHECK")[0].partition("CMD ")[2])
    assert check[:2] == ["python", "-c"]
    compile(check[2], "HEALTHCHECK", "exec")


def test_the_container_gets_what_the_bot_reads_and_no_secret() -> None:
    copied = [source for line in instructions("COPY") if "--from" not in line for source in line.split()[:-1]]
    ignored = Path(".dockerignore").read_text(encoding="utf-8").split()

    assert copied == ["app_manifest.yml", "migrations", "bot"]
    assert ignored[0] == "*"
    assert {f"!{name}" for name in copied} <= set(ignored)
    assert "!.env" not in ignored


@pytest.mark.parametrize("command", [RENDER["services"][0]["buildCommand"], DOCKERFILE])
def test_every_file_installs_what_the_buildpack_installs(command: str) -> None:
    assert INSTALL in command


def test_the_buildpack_finds_one_package_manager_and_the_version_of_python() -> None:
    """It refuses a build with a second one, and one with uv.lock alone (github.com/heroku/heroku-buildpack-python)."""
    others = ("requirements.txt", "Pipfile.lock", "poetry.lock", "runtime.txt", "setup.py")
    version = Path(".python-version").read_text(encoding="utf-8").strip()

    assert [name for name in others if Path(name).exists()] == []
    assert version in {"3.11", "3.12", "3.13", "3.14"}
    assert HEROKU["buildpacks"] == [{"url": "heroku/python"}]


def test_a_platform_waits_longer_than_the_bot_takes_to_end() -> None:
    seconds = [
        FLY["kill_timeout"],
        RENDER["services"][0]["maxShutdownDelaySeconds"],
        *(int(COMPOSE["services"][name]["stop_grace_period"].removesuffix("s")) for name in ("web", "worker")),
    ]
    assert min(seconds) > 10
    assert FLY["kill_signal"] == "SIGTERM"


def test_a_sqlite_file_lies_on_a_disk_that_lasts() -> None:
    def file(url: str) -> Path:
        return Path(url.removeprefix("sqlite+aiosqlite:///"))

    def value(key: str) -> Any:
        return next(variable["value"] for variable in RENDER["services"][0]["envVars"] if variable["key"] == key)

    assert file(value("DATABASE_URL")).is_relative_to(RENDER["services"][0]["disk"]["mountPath"])
    assert file(FLY["env"]["DATABASE_URL"]).is_relative_to(FLY["mounts"]["destination"])
    assert HEROKU["addons"] == ["heroku-postgresql:essential-0"]


def test_a_platform_keeps_a_bot_running_that_nobody_calls() -> None:
    assert (FLY["http_service"]["auto_stop_machines"], FLY["http_service"]["min_machines_running"]) == ("off", 1)
    # An eco dyno sleeps.
    assert HEROKU["formation"]["web"]["size"] == "basic"
