"""Write docs/configuration.md, the reference of the settings, from their classes: python -m sandbox.configuration."""

import sys
from collections.abc import Mapping
from pathlib import Path

from pydantic.fields import FieldInfo

from bot.config import Settings
from bot.config.outbound import OutboundSettings

PAGE = Path(__file__).parents[1] / "docs" / "configuration.md"

_OPENING = """\
# Configuration

Written from the code by `make configuration`; a test compares the two.

The settings are read once, at the start, from the environment and from a file `.env` in the working directory; where
both name one, the environment counts. A value that is empty is not set. One that is missing, contradictory or not
readable ends the start with one sentence that names it and shows nothing of its value.
[`.env.example`](../.env.example) has every setting of this page; what is not here does nothing yet
([to come](../README.md#to-come)). After a change start the bot again, and let `make doctor` look at it.
"""
#: heading -> the beginnings of the names under it
_GROUPS: Mapping[str, tuple[str, ...]] = {
    "Slack": ("SLACK_",),
    "Confluence": ("CONFLUENCE_", "ATLASSIAN_"),
    "This service": (),
    "Watching over it": ("METRICS_", "LOG_", "SENTRY_", "OTEL_"),
}
#: where names with none of them stand
_OTHERS = "This service"
_NETWORK = """
## The network

Read by every outbound call alike, from the environment or `.env`. Of two names of a proxy the one in lower case counts.
"""


def note(field: FieldInfo, name: str) -> str:
    """What a setting's declaration says beside its meaning: `shown`, `required`; empty where it says nothing."""
    extra = field.json_schema_extra
    return str(extra.get(name) or "") if isinstance(extra, dict) else ""


def to_come() -> list[str]:
    """Return the names of the settings that do nothing in this version."""
    return [name.upper() for name, field in Settings.model_fields.items() if note(field, "to_come")]


def in_use() -> dict[str, FieldInfo]:
    """Return the settings that do something, by their names in the environment."""
    return {name.upper(): field for name, field in Settings.model_fields.items() if not note(field, "to_come")}


def page() -> str:
    """Return the reference in Markdown."""
    parts = [_OPENING]
    for heading in _GROUPS:
        parts.append(f"\n## {heading}\n\n| name | meaning | default | required |\n|---|---|---|---|\n")
        parts += [_row(name, field) for name, field in in_use().items() if _heading(name) == heading]
    network = OutboundSettings.model_fields.keys() - Settings.model_fields.keys()
    parts += [_NETWORK, "\n| name | meaning |\n|---|---|\n"]
    parts += [
        f"| `{name.upper()}` | {field.description} |\n"
        for name, field in OutboundSettings.model_fields.items()
        if name in network
    ]
    return "".join(parts)


def _heading(name: str) -> str:
    return next((heading for heading, beginnings in _GROUPS.items() if name.startswith(beginnings)), _OTHERS)


def _row(name: str, field: FieldInfo) -> str:
    return f"| `{name}` | {field.description} | {_default(field)} | {note(field, 'required')} |\n"


def _default(field: FieldInfo) -> str:
    shown = note(field, "shown")
    if shown or field.default in (None, ()):
        return shown
    value = field.default
    return f"`{int(value) if isinstance(value, float) and value.is_integer() else value}`"


def main() -> int:
    """Write the page."""
    PAGE.write_text(page(), encoding="utf-8")
    sys.stdout.write(f"Written: {PAGE}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
