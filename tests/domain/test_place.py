"""The place of a long task is read from the address that Confluence gives."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.place import Place, place_of
from bot.domain.snapshot import Snapshot

CLOUD = "https://acme.atlassian.net/wiki"
DATACENTER = "https://wiki.example.com/confluence"


@pytest.mark.parametrize(
    ("url", "site_url", "place"),
    [
        ("/spaces/DEST/pages/123/Team+handbook+2", CLOUD, Place(space="DEST", page="Team handbook 2")),
        ("/wiki/spaces/DEST/pages/123/Team+handbook+2", CLOUD, Place(space="DEST", page="Team handbook 2")),
        (f"{CLOUD}/spaces/DEST/pages/123/R%26D+%E2%80%93+%C3%9C", CLOUD, Place(space="DEST", page="R&D – Ü")),
        ("/spaces/DEST/pages/123/C%2B%2B", CLOUD, Place(space="DEST", page="C++")),
        ("/spaces/DEST/pages/123", CLOUD, Place(space="DEST")),
        ("/spaces/DEST/overview", CLOUD, Place(space="DEST")),
        ("/spaces/DEST", CLOUD, Place(space="DEST")),
        ("/display/DEST/Team+handbook+2", DATACENTER, Place(space="DEST", page="Team handbook 2")),
        ("/confluence/display/DEST/Team+handbook", DATACENTER, Place(space="DEST", page="Team handbook")),
        ("/display/DEST", DATACENTER, Place(space="DEST")),
        ("/display/~712020abc/Notes", DATACENTER, Place(page="Notes")),
        ("/spaces/~712020abc/overview", CLOUD, Place(space="~712020abc")),
        ("/pages/viewpage.action?pageId=7", DATACENTER, None),
        ("/spaces/%20/pages/1/+", CLOUD, None),
        ("/", CLOUD, None),
        ("https://evil.example/wiki/spaces/DEST", CLOUD, None),
        ("/spaces/DEST", "", None),
        (None, CLOUD, None),
    ],
)
def test_space_and_page_are_in_the_path(url: str | None, site_url: str, place: Place | None) -> None:
    assert place_of(Snapshot(destination_id="7", destination_url=url), site_url) == place


@given(st.text(max_size=300) | st.text(max_size=100).map(lambda text: f"/spaces/{text}/pages/1/{text}"))
def test_whatever_confluence_sends_is_a_place_or_none(url: str) -> None:
    place = place_of(Snapshot(destination_url=url), CLOUD)
    assert place is None or place.space or place.page
