import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.db.engine import DatabaseError, open_database
from bot.db.migrate import migrate
from bot.db.sqlite import files_of
from bot.db.url import parse
from bot.db.write_probe import try_writing


@pytest.fixture(params=[0o000, 0o022, 0o777])
def umask(request: pytest.FixtureRequest) -> Iterator[None]:
    """A process that lets others read what it creates, or lets nobody."""
    before = os.umask(request.param)
    yield
    os.umask(before)


def modes(folder: Path) -> dict[str, str]:
    return {path.name: f"{stat.S_IMODE(path.stat().st_mode):o}" for path in folder.iterdir()}


PRIVATE = {"longtask.db": "600", "longtask.db-shm": "600", "longtask.db-wal": "600", "longtask.db.lock": "600"}


@pytest.mark.usefixtures("umask")
async def test_the_files_of_a_database_are_their_owners_alone_whatever_the_umask(tmp_path: Path) -> None:
    database = open_database(parse(f"sqlite:///{tmp_path}/longtask.db"))
    await migrate(database)
    await try_writing(database)

    assert modes(tmp_path) == PRIVATE
    await database.close()


async def test_files_that_others_could_read_are_their_owners_alone_after_the_next_start(tmp_path: Path) -> None:
    database = open_database(parse(f"sqlite:///{tmp_path}/longtask.db"))
    await migrate(database)
    saved = {path: path.read_bytes() for path in files_of(tmp_path / "longtask.db") if path.exists()}
    await database.close()
    for path, content in saved.items():
        path.write_bytes(content)
        path.chmod(0o644)

    database = open_database(parse(f"sqlite:///{tmp_path}/longtask.db"))

    assert modes(tmp_path) == PRIVATE
    await try_writing(database)
    await database.close()


def test_a_folder_instead_of_a_file_is_said_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(DatabaseError) as error:
        open_database(parse(f"sqlite:///{tmp_path}"))
    assert str(error.value) == f"{tmp_path} is a folder: name a file in DATABASE_URL."
