"""Events: Slack says that a workspace has let the bot go."""

from typing import Any

from slack_bolt.app.async_app import AsyncApp

from bot.follow import Answerer
from bot.follow.uninstall import forget_workspace, stop_workspace


def register(app: AsyncApp, answerer: Answerer) -> None:
    """Listen to uninstalling and to revoked tokens."""

    async def uninstalled(body: dict[str, Any]) -> None:
        await forget_workspace(answerer.means, str(body["team_id"]))

    async def revoked(body: dict[str, Any], event: dict[str, Any]) -> None:
        if event.get("tokens", {}).get("bot"):
            await stop_workspace(answerer.means, str(body["team_id"]))

    app.event("app_uninstalled")(uninstalled)
    app.event("tokens_revoked")(revoked)
