"""Let the running bot examine its own installation."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime

from bot.app import clock
from bot.app.site import credential_of
from bot.config import Settings
from bot.db.engine import Database
from bot.domain.check import Check


def examiner(
    settings: Settings, database: Database, *, now: Callable[[], datetime]
) -> Callable[[], Awaitable[Sequence[Check]]]:
    """Return what runs every check, with the database that the bot works with. `now` (UTC): the bot's clock."""

    async def examine_now() -> list[Check]:
        from bot.doctor.examination import examine  # noqa: PLC0415 -- nothing that a start has to load

        found = examine(settings, now=now, real_time=clock.now, credential_of=credential_of, database=database)
        return [check async for check in found]

    return examine_now
