"""Compare the documents with the code."""

import re
from pathlib import Path

import pytest
import yaml
from pydantic.fields import FieldInfo

from bot.clients.slack.scopes import REQUIRED
from bot.config import Settings

README = Path("README.md").read_text(encoding="utf-8")


def shown_default(field: FieldInfo) -> str:
    """A setting's default as the README shows it."""
    extra = field.json_schema_extra
    shown = extra.get("shown") if isinstance(extra, dict) else None
    if shown or field.default in (None, ()):
        return str(shown or "")
    value = field.default
    return f"`{int(value) if isinstance(value, float) and value.is_integer() else value}`"


def test_the_settings_table_is_that_of_the_code() -> None:
    fields = Settings.model_fields
    table = "".join(
        f"| `{name.upper()}` | {field.description} | {shown_default(field)} |\n" for name, field in fields.items()
    )

    assert [name for name, field in fields.items() if not field.description] == []
    assert f"| name | meaning | default |\n|---|---|---|\n{table}" in README


def test_the_example_environment_names_every_setting_once() -> None:
    named = re.findall(r"^#?([A-Z_]+)=", Path(".env.example").read_text(encoding="utf-8"), flags=re.MULTILINE)

    assert sorted(named) == sorted(name.upper() for name in Settings.model_fields)


def test_the_readme_names_the_scopes_the_bot_needs() -> None:
    assert all(f"`{scope}`" in README for scope in REQUIRED)


def test_the_readme_names_the_command_of_the_manifest() -> None:
    manifest = yaml.safe_load(Path("app_manifest.yml").read_text(encoding="utf-8"))

    assert f"`{manifest['features']['slash_commands'][0]['command']} <id>`" in README


@pytest.mark.parametrize(
    "document",
    ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "SECURITY.md", "docs/security.md", "docs/scaling.md"],
)
def test_every_link_leads_somewhere(document: str) -> None:
    text = Path(document).read_text(encoding="utf-8")
    targets = [target for target in re.findall(r"\]\(([^)#]+)\)", text) if "://" not in target]

    assert [target for target in targets if not (Path(document).parent / target).exists()] == []


def test_every_make_target_that_is_named_exists() -> None:
    targets = set(re.findall(r"^([a-z]+):", Path("Makefile").read_text(encoding="utf-8"), flags=re.MULTILINE))
    named = {
        name
        for document in ("README.md", "CONTRIBUTING.md", "SECURITY.md")
        for name in re.findall(r"(?:`|\$ )make ([a-z]+)", Path(document).read_text(encoding="utf-8"))
    }

    assert named - targets == set()


def test_every_safeguard_names_a_test_that_exists() -> None:
    section = (
        Path("docs/security.md").read_text(encoding="utf-8").partition("## What stops what")[2].partition("\n## ")[0]
    )
    rows = [line for line in section.splitlines() if line.startswith("| ")][1:]
    named = {row: re.findall(r"`([\w/]+\.py)::(\w+)`", row) for row in rows}

    assert len(rows) > 30
    assert [row for row, tests in named.items() if not tests] == []
    assert [
        (file, test)
        for tests in named.values()
        for file, test in tests
        if f"def {test}(" not in (Path("tests") / file).read_text(encoding="utf-8")
    ] == []
