"""What the documents say and the code does are the same."""

import re
from pathlib import Path

import pytest
import yaml

from bot.clients.slack.scopes import REQUIRED
from bot.config import settings_table

README = Path("README.md").read_text(encoding="utf-8")


def test_the_settings_table_is_that_of_the_code() -> None:
    table = "".join(f"| `{row.name}` | {row.meaning} | {row.default} |\n" for row in settings_table())

    assert f"| name | meaning | default |\n|---|---|---|\n{table}" in README


def test_the_example_environment_names_every_setting() -> None:
    named = re.findall(r"^#?([A-Z_]+)=", Path(".env.example").read_text(encoding="utf-8"), flags=re.MULTILINE)

    assert sorted(named) == sorted(row.name for row in settings_table())


def test_the_readme_names_the_scopes_the_bot_needs() -> None:
    assert all(f"`{scope}`" in README for scope in REQUIRED)


def test_the_readme_names_the_command_of_the_manifest() -> None:
    manifest = yaml.safe_load(Path("app_manifest.yml").read_text(encoding="utf-8"))

    assert f"`{manifest['features']['slash_commands'][0]['command']} <id>`" in README


@pytest.mark.parametrize("document", ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md"])
def test_every_link_leads_somewhere(document: str) -> None:
    text = Path(document).read_text(encoding="utf-8")
    targets = [target for target in re.findall(r"\]\(([^)#]+)\)", text) if "://" not in target]

    assert [target for target in targets if not Path(target).exists()] == []


def test_every_make_target_that_is_named_exists() -> None:
    targets = set(re.findall(r"^([a-z]+):", Path("Makefile").read_text(encoding="utf-8"), flags=re.MULTILINE))
    named = {
        name
        for document in ("README.md", "CONTRIBUTING.md")
        for name in re.findall(r"(?:`|\$ )make ([a-z]+)", Path(document).read_text(encoding="utf-8"))
    }

    assert named - targets == set()
