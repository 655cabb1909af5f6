from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.db.url import DatabaseUrlError, parse

NO_URL = "is not a URL like postgres://user:password@host/name or sqlite:///file.db"
SCHEME = "has to begin with postgres://, postgresql:// or sqlite:///"
TWO_ATS = "holds an @ too many: in a password it is written %40"
NO_FILE = "does not name a file after sqlite:///"
NO_SSLMODE = (
    "has an sslmode that Postgres does not know: use one of disable, allow, prefer, require, verify-ca, verify-full"
)
CONTRADICTION = "asks for encryption by one of ssl and sslmode and not by the other: leave ssl out"


@pytest.mark.parametrize(
    ("given", "read", "unused"),
    [
        ("postgres://u:p@h:5432/d", "postgresql+psycopg://u:p@h:5432/d", ()),
        ("POSTGRES://u:p@h/d", "postgresql+psycopg://u:p@h/d", ()),
        ("postgresql://u:p@h/d?sslmode=require", "postgresql+psycopg://u:p@h/d?sslmode=require", ()),
        ("postgresql+psycopg://u@h/d", "postgresql+psycopg://u@h/d", ()),
        (" postgres://u:p@h/d\n", "postgresql+psycopg://u:p@h/d", ()),
        ("postgres://u:postgres%3A%2F%2F@h/d", "postgresql+psycopg://u:postgres%3A%2F%2F@h/d", ()),
        ("postgres://u@server:p@h/d", "postgresql+psycopg://u%40server:p@h/d", ()),
        (
            "postgres://u:p@h/d?pgbouncer=true&sslmode=require&connection_limit=1&schema=public&channel_binding=require",
            "postgresql+psycopg://u:p@h/d?channel_binding=require&sslmode=require",
            ("connection_limit", "pgbouncer", "schema"),
        ),
        (
            "postgres://h/d?connect_timeout=300&supa=x&pool=5",
            "postgresql+psycopg://h/d",
            ("connect_timeout", "pool", "supa"),
        ),
        ("postgres://h/d?ssl=true", "postgresql+psycopg://h/d?sslmode=require", ()),
        ("postgres://h/d?ssl=1", "postgresql+psycopg://h/d?sslmode=require", ()),
        ("postgres://h/d?ssl=false", "postgresql+psycopg://h/d?sslmode=disable", ()),
        ("postgres://h/d?ssl=verify-full", "postgresql+psycopg://h/d?sslmode=verify-full", ()),
        ("postgres://h/d?ssl=true&sslmode=verify-ca", "postgresql+psycopg://h/d?sslmode=verify-ca", ()),
        ("postgresql:///d?host=/var/run/postgresql", "postgresql+psycopg:///d?host=%2Fvar%2Frun%2Fpostgresql", ()),
        ("postgres://h/d?password=a%40b", "postgresql+psycopg://h/d?password=a%40b", ()),
        ("sqlite:///longtask.db", "sqlite+aiosqlite:///longtask.db", ()),
        ("sqlite:///longtask.db?connection_limit=1", "sqlite+aiosqlite:///longtask.db", ("connection_limit",)),
        ("sqlite+aiosqlite:////var/lib/longtask.db", "sqlite+aiosqlite:////var/lib/longtask.db", ()),
    ],
)
def test_every_form_a_provider_gives_is_understood(given: str, read: str, unused: tuple[str, ...]) -> None:
    address = parse(given)
    base, _, query = address.url.render_as_string(hide_password=False).partition("?")
    assert (base, sorted(query.split("&")), address.unused_keys) == (
        read.partition("?")[0],
        sorted(read.partition("?")[2].split("&")),
        unused,
    )


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("", NO_URL),
        ("secret", NO_URL),
        ("postgres://u:secret@h:port/d", NO_URL),
        ("postgres://u:secret@h1:1,h2:2/d", NO_URL),
        ("postgres://u:secret@h:99999/d", "has a port that does not exist"),
        ("mysql://u:secret@h/d", SCHEME),
        ("postgresql+asyncpg://u:secret@h/d", SCHEME),
        ("postgres://u:secret@h", "does not name a database after the host"),
        ("postgres://u:pass@secret@h/d", TWO_ATS),
        ("postgres://u:pass@secret/secret@h/d", TWO_ATS),
        ("postgres://u:pass@s/d?ecret=secret@h/d", TWO_ATS),
        ("postgres://u:secret@h/d?search=a", "has the key 'search', which Postgres does not know: leave it out"),
        ("postgres://u:secret@h/d?sslmode=require&sslmode=disable", "has a key more than once"),
        ("postgres://u:secret@h/d?sslmode=no-verify", NO_SSLMODE),
        ("postgres://u:secret@h/d?ssl=secret", "has an ssl that is neither true nor false: use sslmode=require"),
        ("postgres://u:secret@h/d?ssl=true&sslmode=disable", CONTRADICTION),
        ("postgres://u:sec\0ret@h/d", "holds a character that cannot be printed"),
        ("sqlite://longtask.db", "needs three slashes before a relative path, four before an absolute one"),
        ("sqlite:///x.db?mode=ro", "has the key 'mode', which SQLite does not know: leave it out"),
        ("sqlite://", NO_FILE),
        ("sqlite:///", NO_FILE),
        ("sqlite:///:memory:", NO_FILE),
    ],
)
def test_what_cannot_be_used_is_said_without_repeating_a_password(given: str, said: str) -> None:
    with pytest.raises(DatabaseUrlError) as error:
        parse(given)
    assert str(error.value) == said


@given(st.text(min_size=1, alphabet=st.characters(exclude_categories=["Cs"])))
def test_any_password_survives_and_none_is_printed(password: str) -> None:
    address = parse(f"postgres://user:{quote(password, safe='')}@host/name?password={quote(password, safe='')}")
    assert (address.url.password, address.url.query["password"]) == (password, password)
    assert repr(address) == "DatabaseAddress(unused_keys=())"


def test_only_sqlite_has_a_file() -> None:
    urls = ("sqlite:///a/b.db", "sqlite:////a/b.db", "postgres://h/d")
    assert [parse(url).file for url in urls] == [Path("a/b.db"), Path("/a/b.db"), None]
