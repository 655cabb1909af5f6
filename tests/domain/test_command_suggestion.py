"""A suggestion, and every example, is understood itself."""

from html import escape
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.command import Command, Follow, NotUnderstood, Problem, SiteKind, SiteName, WhichSite
from bot.domain.command_example import example
from bot.domain.command_parser import parse_command
from bot.domain.command_words import Word, spellings

ACME = SiteName(site_id=1, alias="acme", host="acme.example", base_url="https://acme.example", kind=SiteKind.CLOUD)
HOUSE = SiteName(
    site_id=2, alias="house", host="wiki.example", base_url="https://wiki.example/confluence", kind=SiteKind.DATACENTER
)
LAB = SiteName(site_id=3, alias="lab", host="lab.example", base_url="https://lab.example")
SITES = [(), (ACME,), (HOUSE,), (LAB,), (ACME, HOUSE), (ACME, LAB), (HOUSE, LAB), (ACME, HOUSE, LAB)]

#: words as people mistype them: a character changed, left out or added
MISTYPED = st.builds(
    lambda word, at, char, left: word[: at % len(word)] + char + word[at % len(word) + left :],
    st.sampled_from(spellings(tuple(Word))),
    st.integers(0, 20),
    st.sampled_from(["", "x", "e", "а", "停", "`", "<", "&", '"']),
    st.integers(0, 2),
)
LINES = st.lists(
    st.one_of(
        MISTYPED,
        st.sampled_from(spellings(tuple(Word))),
        st.from_regex(r"[0-9]{1,22}", fullmatch=True),
        st.sampled_from(["acne:4711", "acme:4711", "hause:1", '{"id":"4711"}', "https://acme.example/x", "as"]),
        st.text(max_size=12),
    ),
    min_size=1,
    max_size=6,
).map(" ".join)


def suggestions(command: Command) -> tuple[str, ...]:
    match command:
        case NotUnderstood(suggestion=str(line)):
            return (line,)
        case WhichSite(choices=lines):
            return lines
        case _:
            return ()


@given(LINES, st.sampled_from(SITES))
def test_no_suggestion_is_refused_itself(text: str, sites: tuple[SiteName, ...]) -> None:
    for line in suggestions(parse_command(text, sites=sites)):
        for sent in (line, escape(line, quote=False)):
            assert not isinstance(parse_command(sent, sites=sites), get_args(Problem))


@pytest.mark.parametrize("sites", SITES[1:], ids=lambda sites: "+".join(site.alias for site in sites))
def test_examples_are_understood_whatever_the_sites(sites: tuple[SiteName, ...]) -> None:
    shown = example(sites)
    for typed in (shown.reference, shown.url):
        found = parse_command(typed, sites=sites)
        assert isinstance(found, Follow)
        assert found.refs[0].site_id == sites[0].site_id


def test_examples_name_the_configured_site() -> None:
    assert example([ACME]).url == "https://acme.example/wiki/rest/api/longtask/3145728001"
    assert example([HOUSE]).url == (
        "https://wiki.example/confluence/rest/api/longtask/3f0c6a52-7d0e-4b21-9a77-0f5f1c0f9e11"
    )
    assert example([ACME, HOUSE]).reference == "acme:3145728001"
