"""The shortcuts of the app, as its manifest names them."""

from pathlib import Path
from typing import TypedDict

import yaml

from bot.config.manifest import MANIFEST


class PageShortcut(TypedDict):
    """One entry of a menu; `type` is message or global."""

    name: str
    type: str
    callback_id: str
    description: str


def read_shortcuts(manifest: Path = MANIFEST) -> list[PageShortcut]:
    """Return the shortcuts in the order of the manifest; none if it has none."""
    features = yaml.safe_load(manifest.read_text(encoding="utf-8"))["features"]
    return [
        PageShortcut(
            name=each["name"],
            type=each["type"],
            callback_id=each["callback_id"],
            description=each["description"],
        )
        for each in features.get("shortcuts", ())
    ]
