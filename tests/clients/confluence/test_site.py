import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.clients.confluence import Site
from bot.domain.command import SiteKind

URLS = (
    (
        Site(kind=SiteKind.CLOUD, base_url="https://acme.atlassian.net"),
        "https://acme.atlassian.net/wiki/rest/api/longtask/7",
    ),
    (
        Site(kind=SiteKind.CLOUD, base_url="https://acme.atlassian.net/"),
        "https://acme.atlassian.net/wiki/rest/api/longtask/7",
    ),
    (
        Site(kind=SiteKind.CLOUD, base_url="https://acme.atlassian.net/wiki/"),
        "https://acme.atlassian.net/wiki/rest/api/longtask/7",
    ),
    (
        Site(kind=SiteKind.CLOUD, base_url="https://acme.atlassian.net", cloud_id="a-b-1"),
        "https://api.atlassian.com/ex/confluence/a-b-1/wiki/rest/api/longtask/7",
    ),
    (
        Site(
            kind=SiteKind.CLOUD,
            base_url="https://acme.atlassian.net/wiki",
            cloud_id="x/../y",
            api_url="https://api.test/",
        ),
        "https://api.test/ex/confluence/x%2F..%2Fy/wiki/rest/api/longtask/7",
    ),
    (
        Site(kind=SiteKind.DATACENTER, base_url="https://wiki.example.com"),
        "https://wiki.example.com/rest/api/longtask/7",
    ),
    (
        Site(kind=SiteKind.DATACENTER, base_url="https://wiki.example.com:8443/confluence/"),
        "https://wiki.example.com:8443/confluence/rest/api/longtask/7",
    ),
    (
        # on Data Center /wiki is a context path like any other
        Site(kind=SiteKind.DATACENTER, base_url="https://example.com/wiki"),
        "https://example.com/wiki/rest/api/longtask/7",
    ),
)


@pytest.mark.parametrize(("site", "url"), URLS)
def test_a_url_is_built_from_site_and_id(site: Site, url: str) -> None:
    assert str(site.long_task("7")) == url


@given(st.text(min_size=1, max_size=80))
def test_no_id_reaches_another_path_or_host(remote_id: str) -> None:
    site = Site(kind=SiteKind.DATACENTER, base_url="https://wiki.example.com/c")
    try:
        url = site.long_task(remote_id)
    except UnicodeEncodeError:
        # half a surrogate pair is no text that could be sent
        return
    assert (url.host, url.raw_path.rpartition("/")[0]) == ("wiki.example.com", "/c/rest/api/longtask")
    assert (url.query_string, url.fragment, url.raw_name in (".", "..")) == ("", "", False)
