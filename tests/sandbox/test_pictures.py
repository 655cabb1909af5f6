"""The pictures of the README are taken by one command."""

import re
from pathlib import Path

import pytest

from sandbox.pictures import take_pictures

README = Path("README.md").read_text(encoding="utf-8")


@pytest.mark.browser
async def test_every_picture_of_the_readme_is_taken(chromium: str, tmp_path: Path) -> None:
    taken = await take_pictures(tmp_path, chromium)

    named = re.findall(r"!\[[^\]]{20,}\]\(docs/(\w+\.png)\)", README)
    assert sorted(path.name for path in taken) == sorted(named)
    assert [path.name for path in taken if path.read_bytes()[:8] != b"\x89PNG\r\n\x1a\n"] == []
