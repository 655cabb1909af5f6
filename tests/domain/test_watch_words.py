import pytest

from bot.domain.command import Command, Misread, NotUnderstood, SiteKind, SiteName, Unwatch, Watch
from bot.domain.command_parser import parse_command
from bot.domain.snapshot import Kind
from bot.domain.states import Verbosity

ACME = SiteName(site_id=1, alias="acme", host="acme.example", base_url="https://acme.example", kind=SiteKind.CLOUD)
DOCS = SiteName(site_id=2, alias="docs", host="docs.example", base_url="https://docs.example", kind=SiteKind.CLOUD)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("watch", Watch(site_id=1)),
        ("WATCH acme", Watch(site_id=1)),
        ("watch copy", Watch(site_id=1, kinds=frozenset({Kind.COPY}))),
        ("watch space delete", Watch(site_id=1, kinds=frozenset({Kind.SPACE_DELETE, Kind.DELETE}))),
        (
            "watch quiet archive move",
            Watch(site_id=1, kinds=frozenset({Kind.ARCHIVE, Kind.MOVE}), verbosity=Verbosity.QUIET),
        ),
        ("watch all", Watch(site_id=1, verbosity=Verbosity.ALL)),
        ("beobachten kopieren leise", Watch(site_id=1, kinds=frozenset({Kind.COPY}), verbosity=Verbosity.QUIET)),
        ("спостерігати видалення", Watch(site_id=1, kinds=frozenset({Kind.DELETE}))),
        ("ウォッチ アーカイブ", Watch(site_id=1, kinds=frozenset({Kind.ARCHIVE}))),
        ("unwatch", Unwatch()),
        ("unwatch acme", Unwatch(site_id=1)),
    ],
)
def test_a_watch_names_a_site_kinds_and_verbosity_in_any_order(text: str, expected: Command) -> None:
    assert parse_command(text, sites=[ACME]) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "watch archiv",
            NotUnderstood(reason=Misread.SURPLUS, what="archiv", suggestion="watch archive"),
        ),
        (
            "watch quiet all",
            NotUnderstood(reason=Misread.VERBOSITY, what="quiet all", suggestion="watch quiet"),
        ),
        ("watch 3145728001", NotUnderstood(reason=Misread.SURPLUS, what="3145728001", suggestion="watch")),
        ("unwatch wiki", NotUnderstood(reason=Misread.SURPLUS, what="wiki", suggestion="unwatch")),
        ("unwatch acme now", NotUnderstood(reason=Misread.SURPLUS, what="now", suggestion="unwatch acme")),
    ],
)
def test_what_a_watch_does_not_take_is_said_with_the_whole_line_as_it_was_meant(
    text: str, expected: NotUnderstood
) -> None:
    assert parse_command(text, sites=[ACME]) == expected


def test_with_several_sites_the_watched_one_is_named() -> None:
    sites = [ACME, DOCS]
    assert parse_command("watch docs copy", sites=sites) == Watch(site_id=2, kinds=frozenset({Kind.COPY}))
    assert parse_command("watch copy", sites=sites) == NotUnderstood(
        reason=Misread.SITE, what="acme, docs", suggestion="watch acme copy"
    )
    assert parse_command("watch acme docs", sites=sites) == NotUnderstood(
        reason=Misread.SURPLUS, what="docs", suggestion="watch acme"
    )
    assert parse_command("unwatch", sites=sites) == Unwatch()
