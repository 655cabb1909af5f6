"""Take what Slack delivers once: it delivers again what it saw no acknowledgement of, also to another process.

What is stored as a command is taken by the command's own key (`db/commands`), and what is done in one transaction is
taken in that (`db/events`).
"""

import structlog

from bot.db import events
from bot.db.engine import DatabaseAway
from bot.follow.deps import Deps
from bot.follow.modals import Start, in_time

_log = structlog.get_logger(__name__)


async def is_first(deps: Deps, team_id: str, key: str) -> bool:
    """Take a delivery by the id of its trigger or event; false if it was taken before. Raises DatabaseAway."""
    async with deps.database.begin() as connection:
        return await events.take_key(connection, team_id, key, now=deps.now())


async def may_open_modal(deps: Deps, start: Start, team_id: str, trigger_id: str) -> bool:
    """The same while the trigger lasts; what the database does not say in time counts as the first.

    Slack opens one modal for a trigger anyway, but a second try would inform the person that none opens.
    """
    try:
        return await in_time(deps, start, is_first(deps, team_id, trigger_id)) is not False
    except DatabaseAway as error:
        _log.warning("delivery_not_taken", team=team_id, error=type(error).__name__)
        return True
