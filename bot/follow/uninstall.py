"""Forget or stop a workspace that no longer lets the bot in."""

import structlog

from bot.db import workspaces
from bot.follow.deps import Deps

_log = structlog.get_logger(__name__)


async def forget_workspace(deps: Deps, team_id: str) -> None:
    """The app was uninstalled: delete the workspace's subscriptions, messages and commands."""
    async with deps.database.begin() as connection:
        await workspaces.delete(connection, team_id)
    _log.info("workspace_forgotten", team=team_id)


async def stop_workspace(deps: Deps, team_id: str) -> None:
    """The bot's token was revoked: post nothing there any more."""
    async with deps.database.begin() as connection:
        await workspaces.stop(connection, team_id, reason="tokens_revoked")
    _log.warning("workspace_stopped", team=team_id)
