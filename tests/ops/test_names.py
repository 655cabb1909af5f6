"""What the dashboard, the alerts and the runbook name is there."""

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import yaml

from bot.config.outbound import OutboundSettings
from sandbox.harness import Sandbox
from tests.support.promtool import ALERTS

DASHBOARD: dict[str, Any] = json.loads(Path("ops/grafana.json").read_text(encoding="utf-8"))
PANELS = [panel for panel in DASHBOARD["panels"] if panel["type"] != "row"]
RULES = yaml.safe_load(ALERTS.read_text(encoding="utf-8"))["groups"][0]["rules"]
RUNBOOK = Path("docs/runbook.md").read_text(encoding="utf-8")
#: the sections about alerts, by the alert's name
SECTIONS = dict(re.findall(r"^## (Longtask\w+)\n(.*?)(?=^## |\Z)", RUNBOOK, flags=re.MULTILINE | re.DOTALL))
SOURCES = "".join(path.read_text(encoding="utf-8") for path in sorted(Path("bot").rglob("*.py")))

METRIC = re.compile(r"\b(?:longtask|process)_[a-z_]+")


def expressions() -> list[str]:
    """Every expression of the dashboard and the alerts."""
    return [target["expr"] for panel in PANELS for target in panel["targets"]] + [rule["expr"] for rule in RULES]


def exported(text: str) -> set[str]:
    """The names of all samples that a scrape has, or would have once there is one."""
    names = {line.partition("{")[0].partition(" ")[0] for line in text.splitlines() if not line.startswith("#")}
    for line in text.splitlines():
        if line.startswith("# TYPE "):
            name, kind = line.split()[2:]
            parts = ("_bucket", "_sum", "_count") if kind == "histogram" else ("",)
            names |= {f"{name}{part}" for part in parts}
    return names


async def test_every_metric_that_is_named_is_exported_by_a_running_bot(sandbox: Sandbox) -> None:
    bot = await sandbox.start_bot()
    async with aiohttp.ClientSession() as session, session.get(f"http://127.0.0.1:{bot.port}/metrics") as answer:
        text = await answer.text()

    named = {name for expression in expressions() for name in METRIC.findall(expression)}
    named |= set(METRIC.findall(RUNBOOK))

    assert named - exported(text) == set()


async def test_every_metric_of_the_bot_is_on_the_dashboard(sandbox: Sandbox) -> None:
    text = (await (await sandbox.start_bot()).scrape()).decode()
    families = {line.split()[2] for line in text.splitlines() if line.startswith("# TYPE longtask_")}
    shown = "\n".join(expressions())

    assert {name for name in families if not name.endswith("_created") and name not in shown} == set()


def test_every_panel_says_what_it_shows_and_has_a_place_of_its_own() -> None:
    places = Counter(
        (x, y)
        for panel in DASHBOARD["panels"]
        for x in range(panel["gridPos"]["x"], panel["gridPos"]["x"] + panel["gridPos"]["w"])
        for y in range(panel["gridPos"]["y"], panel["gridPos"]["y"] + panel["gridPos"]["h"])
    )

    assert [panel["title"] for panel in PANELS if not panel["description"].endswith(".")] == []
    assert [place for place, panels in places.items() if panels > 1 or place[0] >= 24] == []
    assert len({panel["id"] for panel in DASHBOARD["panels"]}) == len(DASHBOARD["panels"])


def test_every_alert_says_what_it_is_and_how_urgent() -> None:
    assert [rule["alert"] for rule in RULES if set(rule["annotations"]) != {"summary", "description", "runbook"}] == []
    assert {rule["labels"]["severity"] for rule in RULES} == {"critical", "warning"}


def test_every_alert_has_its_section_and_every_section_its_alert() -> None:
    alerts = [rule["alert"] for rule in RULES]

    assert list(SECTIONS) == alerts
    assert [rule["annotations"]["runbook"] for rule in RULES] == [
        f"docs/runbook.md#{alert.lower()}" for alert in alerts
    ]


@pytest.mark.parametrize("alert", SECTIONS)
def test_a_section_says_what_is_seen_what_to_look_at_what_to_do_and_when_to_call_somebody(alert: str) -> None:
    headings = re.findall(r"^\*\*([^*]+)\*\*", SECTIONS[alert], flags=re.MULTILINE)

    assert headings == ["What people see.", "Look at.", "Do.", "Call somebody."]


def test_every_log_line_that_the_runbook_names_is_written_somewhere() -> None:
    named = set(re.findall(r"`([a-z]+(?:_[a-z]+)+)`", RUNBOOK)) - set(METRIC.findall(RUNBOOK))

    assert len(named) > 20
    assert {name for name in named if f'"{name}"' not in SOURCES} == set()


def test_every_setting_that_the_runbook_names_exists() -> None:
    named = set(re.findall(r"`([A-Z]+(?:_[A-Z]+)+)(?:=[^`]*)?`", RUNBOOK))

    assert named - {name.upper() for name in OutboundSettings.model_fields} == set()
