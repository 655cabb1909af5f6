"""Links to Confluence pages never lead out of the site."""

from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.page_links import destination_link, page_link
from bot.domain.snapshot import Finding, Snapshot

CLOUD = "https://acme.atlassian.net/wiki"
DATACENTER = "https://wiki.example.com/confluence"


@pytest.mark.parametrize(
    ("args", "site_url", "link"),
    [
        (("T", "12345679", "/x"), CLOUD, f"{CLOUD}/pages/viewpage.action?pageId=12345679"),
        (("T", "12345679", "/x"), f"{DATACENTER}/", f"{DATACENTER}/pages/viewpage.action?pageId=12345679"),
        (("T", "12/../3", "/x"), CLOUD, None),
        (("T",), CLOUD, None),
        (("T", "1", "/x"), "https://api.atlassian.com/ex/confluence/11111111", None),
        (("T", "1", "/x"), "", None),
        (("T", "1", "/x"), "https://acme.atlassian.net:0/wiki", None),
        (("T", "1" * 20, "/x"), CLOUD, f"{CLOUD}/pages/viewpage.action?pageId={'1' * 20}"),
        (("T", "1" * 21, "/x"), CLOUD, None),
    ],
)
def test_a_page_is_linked_by_its_id(args: tuple[str, ...], site_url: str, link: str | None) -> None:
    assert page_link(Finding(key="ERROR_COPY_PAGE", args=args), site_url) == link


def test_a_finding_without_a_page_id_has_no_link() -> None:
    assert page_link(Finding(key="WARN_RENAME_PAGE", args=("12345679", "B")), CLOUD) is None


@pytest.mark.parametrize(
    ("url", "link"),
    [
        ("/spaces/DEST/pages/98765433/Team+handbook", f"{CLOUD}/spaces/DEST/pages/98765433/Team+handbook"),
        ("/wiki/spaces/DEST", f"{CLOUD}/spaces/DEST"),
        ("/wikipedia", f"{CLOUD}/wikipedia"),
        ("spaces/DEST", f"{CLOUD}/spaces/DEST"),
        ("https://acme.atlassian.net/wiki/spaces/DEST", f"{CLOUD}/spaces/DEST"),
        ("https://ACME.atlassian.net:443/wiki/spaces/DEST", f"{CLOUD}/spaces/DEST"),
        ("/pages/viewpage.action?pageId=7&x=a b#top", f"{CLOUD}/pages/viewpage.action?pageId=7&x=a%20b"),
        ("/display/A|B <c>", f"{CLOUD}/display/A%7CB%20%3Cc%3E"),
        ("/display/A%20B", f"{CLOUD}/display/A%20B"),
        ("/display/Ünï/“x”", f"{CLOUD}/display/%C3%9Cn%C3%AF/%E2%80%9Cx%E2%80%9D"),
        ("/display/a...b", f"{CLOUD}/display/a...b"),
        ("https://acme.atlassian.net/admin", None),
        ("https://evil.example/wiki/x", None),
        ("https://acme.atlassian.net.evil.example/wiki", None),
        ("https://acme.atlassian.net@evil.example/wiki", None),
        ("https://user:word@acme.atlassian.net/wiki/x", None),
        ("http://acme.atlassian.net/wiki/x", None),
        ("https://acme.atlassian.net:8443/wiki/x", None),
        ("//evil.example/x", None),
        ("/%2Fevil.example/x", None),
        ("/\\evil.example/x", None),
        ("/%5Cevil.example", None),
        ("/../admin", None),
        ("/%2e%2e/admin", None),
        ("/%252e%252e/admin", None),
        ("/x/..", None),
        ("javascript:alert(1)", None),
        ("data:text/html,x", None),
        ("/x\ny", None),
        ("/x\x1fy", None),
        ("/x\x7fy", None),
        ("/x%0Ay", None),
        ("https://[::1", None),
        ("/" + "x" * 1_999, f"{CLOUD}/{'x' * 1_999}"),
        ("/" + "x" * 2_000, None),
    ],
)
def test_a_destination_is_linked_within_the_site_only(url: str, link: str | None) -> None:
    assert destination_link(Snapshot(destination_url=url), CLOUD) == link


@pytest.mark.parametrize(
    ("url", "link"),
    [
        ("/display/X", f"{DATACENTER}/display/X"),
        ("/confluence/display/X", f"{DATACENTER}/display/X"),
        ("/confluences/display/X", f"{DATACENTER}/confluences/display/X"),
        ("https://wiki.example.com/confluence/display/X", f"{DATACENTER}/display/X"),
        ("https://wiki.example.com/other/display/X", None),
        ("https://inside.example.local:8090/confluence/display/X", None),
    ],
)
def test_destinations_are_joined_to_the_configured_site_with_its_context_path(url: str, link: str | None) -> None:
    assert destination_link(Snapshot(destination_url=url), DATACENTER) == link


@pytest.mark.parametrize(
    ("url", "link"),
    [
        ("http://wiki.example.com:80/x", "http://wiki.example.com/x"),
        ("http://wiki.example.com:443/x", None),
        ("http://wiki.example.com./x", "http://wiki.example.com/x"),
        ("http://wiki.example.com//x", None),
        ("http://wiki.example.com", "http://wiki.example.com"),
    ],
)
def test_a_site_without_a_context_path_is_linked_at_its_root(url: str, link: str | None) -> None:
    assert destination_link(Snapshot(destination_url=url), "http://wiki.example.com") == link


def test_a_destination_is_linked_by_its_id_if_its_url_cannot_be() -> None:
    by_id = f"{CLOUD}/pages/viewpage.action?pageId=98765433"
    for url in (None, "//evil.example/x"):
        assert destination_link(Snapshot(destination_id="98765433", destination_url=url), CLOUD) == by_id
    assert destination_link(Snapshot(), CLOUD) is None


def test_no_link_leads_to_the_gateway() -> None:
    snapshot = Snapshot(destination_url="/spaces/DEST", destination_id="7")
    assert destination_link(snapshot, "https://api.atlassian.com/ex/confluence/11111111/wiki") is None
    named = Snapshot(destination_url="https://api.atlassian.com/ex/confluence/1/wiki/spaces/DEST")
    assert destination_link(named, CLOUD) is None


@given(st.text(max_size=60) | st.text("/\\.:@?#%2eE5cab ", max_size=20))
def test_no_destination_leads_out_of_the_site_or_breaks_slacks_markup(url: str) -> None:
    link = destination_link(Snapshot(destination_url=url), CLOUD)
    if link is None:
        return
    parts = urlsplit(link)
    assert (parts.scheme, parts.netloc) == ("https", "acme.atlassian.net")
    assert parts.path == "/wiki" or parts.path.startswith("/wiki/")
    assert link.isascii()
    assert not set(link) & set(' <>|"\\\n`')
