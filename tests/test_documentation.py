"""Compare the documents with the code."""

import re
import tomllib
from pathlib import Path

import pytest
import yaml

from bot.clients.slack.scopes import REQUIRED
from bot.config import ConfigError, load
from bot.config.outbound import OutboundSettings
from bot.db.models import sites
from sandbox.configuration import PAGE, in_use, note, page, to_come

README = Path("README.md").read_text(encoding="utf-8")
DOCUMENTS = [*sorted(Path().glob("*.md")), *sorted(Path("docs").glob("*.md"))]


def test_the_reference_of_the_settings_is_that_of_the_code() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run: make configuration"


def test_every_setting_says_what_it_means_and_stands_in_the_reference_unless_it_does_nothing_yet() -> None:
    fields = OutboundSettings.model_fields
    reference = PAGE.read_text(encoding="utf-8")

    assert [name for name, field in fields.items() if not field.description] == []
    assert sorted(re.findall(r"^\| `([A-Z_]+)` \|", reference, flags=re.MULTILINE)) == sorted(
        {name.upper() for name in fields} - set(to_come())
    )


#: settings with which a bot starts, over HTTP and in Socket Mode
OVER_HTTP = {
    "SLACK_BOT_TOKEN": "xoxb-1",
    "SLACK_SIGNING_SECRET": "s",
    "CONFLUENCE_URL": "https://acme.atlassian.net",
    "CONFLUENCE_EMAIL": "bot@example.com",
    "CONFLUENCE_API_TOKEN": "t",
}


def test_what_the_reference_calls_required_is_asked_for_at_the_start() -> None:
    always = [name for name, field in in_use().items() if note(field, "required") in ("always", "over HTTP")]
    load(OVER_HTTP)

    for name in always:
        with pytest.raises(ConfigError, match=f"^{name} is missing"):
            load({key: value for key, value in OVER_HTTP.items() if key != name})


def test_what_does_nothing_yet_stands_in_one_list_and_nowhere_else() -> None:
    listed = README.partition("\n## To come\n")[2].partition("\n## ")[0]
    elsewhere = README.replace(listed, "") + Path(".env.example").read_text(encoding="utf-8")

    assert sorted(set(re.findall(r"`([A-Z]+_[A-Z_]+)`", listed))) == sorted(to_come())
    assert [name for name in to_come() if name in elsewhere] == []


def test_the_example_environment_names_every_setting_once() -> None:
    named = re.findall(r"^#?([A-Z_]+)=", Path(".env.example").read_text(encoding="utf-8"), flags=re.MULTILINE)

    assert sorted(named) == sorted(in_use())


def test_the_readme_names_the_scopes_the_bot_needs() -> None:
    assert all(f"`{scope}`" in README for scope in REQUIRED)


def test_the_readme_names_the_command_of_the_manifest() -> None:
    manifest = yaml.safe_load(Path("app_manifest.yml").read_text(encoding="utf-8"))

    assert f"`{manifest['features']['slash_commands'][0]['command']} <id>`" in README


def test_the_newest_release_of_the_changelog_is_the_version_of_the_project() -> None:
    releases = re.findall(r"^## (.+)$", Path("CHANGELOG.md").read_text(encoding="utf-8"), flags=re.MULTILINE)
    version = tomllib.loads(Path("pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]

    assert releases[0] == "Unreleased"
    assert releases[1].partition(" – ")[0] == version


def anchors(document: Path) -> set[str]:
    """The anchors that GitHub gives the headings of a document."""
    headings = re.findall(r"^#+ (.+)$", document.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("document", DOCUMENTS, ids=str)
def test_every_link_leads_somewhere(document: Path) -> None:
    links = [link for link in re.findall(r"\]\(([^)\s]+)\)", document.read_text(encoding="utf-8")) if "://" not in link]
    broken = []
    for link in links:
        name, _, anchor = link.partition("#")
        target = document.parent / name if name else document
        if not target.exists() or (anchor and anchor not in anchors(target)):
            broken.append(link)

    assert broken == []


def test_every_make_target_that_is_named_exists() -> None:
    targets = set(re.findall(r"^([a-z]+):", Path("Makefile").read_text(encoding="utf-8"), flags=re.MULTILINE))
    named = {
        name
        for document in DOCUMENTS
        for name in re.findall(r"(?:`|\$ )make ([a-z]+)", document.read_text(encoding="utf-8"))
    }

    assert named - targets == set()


def test_the_privacy_page_names_every_table_and_says_how_long_its_rows_are_kept() -> None:
    page = Path("docs/privacy.md").read_text(encoding="utf-8")
    section = page.partition("## What is stored\n")[2].partition("\n## ")[0]
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in section.splitlines() if line.startswith("| `")]

    assert sorted(row[0].strip("`") for row in rows) == sorted(sites.metadata.tables)
    assert [row for row in rows if len(row) != 5 or not all(row)] == []


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
