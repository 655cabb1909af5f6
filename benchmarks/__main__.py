"""Print the table of performance figures and write it to benchmarks/results.md: python -m benchmarks [NAME …]."""

import os
import platform
import sys
from importlib import import_module
from itertools import takewhile
from pathlib import Path
from pkgutil import iter_modules

from benchmarks import Row

HERE = Path(__file__).parent


def names(wanted: list[str]) -> list[str]:
    """The programs that measure a figure; those whose name holds one of the wanted words, if any are given."""
    found = sorted(module.name for module in iter_modules([str(HERE)]) if not module.name.startswith("_"))
    return [name for name in found if not wanted or any(word in name for word in wanted)]


def _place(row: Row) -> tuple[int, str]:
    """Numbered figures by number, the others after them."""
    digits = "".join(takewhile(str.isdigit, row.number))
    return (int(digits) if digits else 1000, row.number)


def table(rows: list[Row]) -> str:
    """The rows as a Markdown table, by their numbers."""
    lines = ["| # | what | figure | measured against | goal | |", "|---|---|---|---|---|---|"]
    for row in sorted(rows, key=_place):
        cells = (row.number, row.what, row.figure, row.peer, row.goal, row.verdict)
        lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return "\n".join(lines)


def main(wanted: list[str]) -> int:
    """Measure and print; 1 where a goal is missed. Only a full run is written down."""
    rows: list[Row] = []
    for name in names(wanted):
        measure = getattr(import_module(f"benchmarks.{name}"), "measure", None)
        if measure is not None:
            print(f"measuring {name} …", file=sys.stderr)
            rows.append(measure())
    text = table(rows)
    print(text)
    if not wanted:
        machine = f"Python {platform.python_version()}, {os.cpu_count()} cores, {platform.system()}"
        (HERE / "results.md").write_text(f"# Performance figures\n\n{machine}\n\n{text}\n", encoding="utf-8")
    return 0 if all(row.met for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
