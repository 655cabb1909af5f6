"""Evaluate the alerts as Prometheus does, over what was scraped from a bot."""

import subprocess
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

import yaml

from tests.support.metrics import read

ALERTS = Path("ops/alerts.yml")
#: minutes for which a scrape is taken to hold: longer than any alert waits, and than any range but one reaches
HELD = 30


def held(before: bytes, after: bytes) -> list[bytes]:
    """One scrape a minute: what was true before a fault for a while, then what was true after it."""
    return [before] * 6 + [after] * HELD


def evaluate(minutes: Sequence[bytes], expected: Collection[str], folder: Path) -> str:
    """Let promtool compare the alerts that fire at any time with those expected; its words if they differ.

    `minutes`: one scrape for each minute, empty where there was none.
    """
    rows = [dict(read(scrape)) for scrape in minutes]
    names = sorted({name for row in rows for name in row if name.startswith("longtask_") and "_created" not in name})
    series = [{"series": name, "values": " ".join(_value(row, name) for row in rows)} for name in names]
    fired = f'group by (alertname) (max_over_time(ALERTS{{alertstate="firing"}}[{len(rows)}m]))'
    samples = [{"labels": f'{{alertname="{name}"}}', "value": 1} for name in sorted(expected)]
    test = {
        "rule_files": [str(ALERTS.absolute())],
        "evaluation_interval": "1m",
        "tests": [
            {
                "interval": "1m",
                "input_series": series,
                "promql_expr_test": [{"expr": fired, "eval_time": f"{len(rows)}m", "exp_samples": samples}],
            }
        ],
    }
    file = folder / "test.yml"
    file.write_text(yaml.safe_dump(test), encoding="utf-8")
    ran = subprocess.run(["promtool", "test", "rules", str(file)], capture_output=True, text=True, check=False)  # noqa: S603, S607 -- of the path that CI installs
    return "" if ran.returncode == 0 else ran.stdout + ran.stderr


def _value(row: Mapping[str, float], name: str) -> str:
    """A sample as promtool reads it."""
    return f"{row[name]:.6f}" if name in row else "_"
