from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.db.url import DatabaseUrlError, normalised, parse, sqlite_file


@pytest.mark.parametrize(
    ("given", "read"),
    [
        ("postgres://u:p@h:5432/d", "postgresql+psycopg://u:p@h:5432/d"),
        ("postgresql://u:p@h/d?sslmode=require", "postgresql+psycopg://u:p@h/d?sslmode=require"),
        ("postgresql+psycopg://u@h/d", "postgresql+psycopg://u@h/d"),
        (" postgres://u:p@h/d\n", "postgresql+psycopg://u:p@h/d"),
        ("postgres://u:postgres%3A%2F%2F@h/d", "postgresql+psycopg://u:postgres%3A%2F%2F@h/d"),
        (
            "postgres://u:p@h/d?pgbouncer=true&sslmode=require&connection_limit=1&schema=public&channel_binding=require",
            "postgresql+psycopg://u:p@h/d?channel_binding=require&sslmode=require",
        ),
        ("postgresql:///d?host=/var/run/postgresql", "postgresql+psycopg:///d?host=%2Fvar%2Frun%2Fpostgresql"),
        ("sqlite:///longtask.db", "sqlite+aiosqlite:///longtask.db"),
        ("sqlite+aiosqlite:////var/lib/longtask.db", "sqlite+aiosqlite:////var/lib/longtask.db"),
        ("sqlite://", "sqlite+aiosqlite://"),
    ],
)
def test_every_form_a_provider_gives_is_understood(given: str, read: str) -> None:
    url = parse(given)
    assert url.drivername == read.split(":", maxsplit=1)[0]
    assert url.set(query={}).render_as_string(hide_password=False) == read.split("?", maxsplit=1)[0]
    assert dict(url.query) == dict(parse(read).query)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("", "is not a URL like postgres://user:password@host/name or sqlite:///file.db"),
        ("secret", "is not a URL like postgres://user:password@host/name or sqlite:///file.db"),
        ("postgres://u:secret@h:port/d", "is not a URL like postgres://user:password@host/name or sqlite:///file.db"),
        ("mysql://u:secret@h/d", "has to begin with postgres://, postgresql:// or sqlite:///"),
        ("postgresql+asyncpg://u:secret@h/d", "has to begin with postgres://, postgresql:// or sqlite:///"),
        ("postgres://u:secret@h", "does not name a database after the host"),
        ("sqlite://longtask.db", "needs three slashes before a relative path, four before an absolute one"),
    ],
)
def test_what_cannot_be_used_is_said_without_repeating_it(given: str, said: str) -> None:
    with pytest.raises(DatabaseUrlError) as error:
        parse(given)
    assert str(error.value) == said


@given(st.text(min_size=1, alphabet=st.characters(exclude_categories=["Cs"])))
def test_any_password_survives(password: str) -> None:
    given = f"postgres://user:{quote(password, safe='')}@host/name"
    assert (parse(given).password, parse(normalised(given)).password) == (password, password)


def test_only_a_database_in_a_file_has_a_file() -> None:
    urls = ("sqlite:///a/b.db", "sqlite:////a/b.db", "sqlite://", "sqlite:///:memory:", "postgres://h/d")
    assert [sqlite_file(parse(url)) for url in urls] == [Path("a/b.db"), Path("/a/b.db"), None, None, None]
