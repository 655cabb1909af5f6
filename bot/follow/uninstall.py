"""A workspace lets the bot go."""

import structlog

from bot.db import workspaces
from bot.follow.deps import Means

_log = structlog.get_logger(__name__)


async def forget_workspace(means: Means, team_id: str) -> None:
    """The app was uninstalled: delete the workspace's subscriptions, texts and commands."""
    async with means.database.begin() as connection:
        await workspaces.delete_workspace(connection, team_id)
    _log.info("workspace_forgotten", team=team_id)


async def stop_workspace(means: Means, team_id: str) -> None:
    """The bot's token was revoked: send nothing there any more."""
    async with means.database.begin() as connection:
        await workspaces.stop_workspace(connection, team_id, reason="tokens_revoked")
    _log.warning("workspace_stopped", team=team_id)
