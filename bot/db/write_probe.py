"""Find out whether the database takes writes, by writing."""

import asyncio
import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime

from sqlalchemy import delete, insert
from sqlalchemy.exc import DBAPIError

from bot.db.dialect import limit_statements
from bot.db.engine import Database, DatabaseAway
from bot.db.models import pauses

#: seconds that a write may take; shorter than what the readiness of a process may
WRITE_SECONDS = 3.0
#: of a row that means nothing, should anybody ever see it
_OVER = datetime(2000, 1, 1, tzinfo=UTC)


async def try_writing(database: Database) -> None:
    """Write a row and delete it, and commit both: that needs the rights and the room that every write needs.

    Raises TakesNoWrites and DatabaseAway.
    """
    scope = f"probe:{secrets.token_hex(8)}"
    async with database.begin() as connection:
        await limit_statements(connection, seconds=WRITE_SECONDS)
        await connection.execute(insert(pauses).values(scope=scope, until=_OVER))
        await connection.execute(delete(pauses).where(pauses.c.scope == scope))


@dataclass(kw_only=True)
class WriteProbe:
    """What came of the last try to write."""

    database: Database
    #: seconds after which a write is tried again, however often it is asked
    again_after: float = 5.0
    #: seconds that an answer waits for a write
    wait: float = WRITE_SECONDS
    _began: float = 0.0
    _last: asyncio.Task[str | None] | None = field(default=None, repr=False)

    async def trouble(self) -> str | None:
        """Why the database takes no writes; None if it does. Tries at most once in `again_after` seconds."""
        clock = asyncio.get_running_loop().time()
        if self._last is None or (self._last.done() and clock - self._began >= self.again_after):
            self._began = clock
            self._last = asyncio.create_task(self._try())
        # A try that takes longer is not cancelled: SQLite's one writing connection would have to be made again.
        done, _ = await asyncio.wait({self._last}, timeout=self.wait)
        return self._last.result() if done else "a write takes too long"

    async def _try(self) -> str | None:
        try:
            await try_writing(self.database)
        except DatabaseAway as error:
            return str(error)
        except DBAPIError as error:
            return type(error).__name__
        return None

    async def stop(self) -> None:
        """End a try that is under way."""
        if self._last is not None:
            self._last.cancel()
            await asyncio.gather(self._last, return_exceptions=True)
