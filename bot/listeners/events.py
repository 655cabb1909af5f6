"""Events: the app was uninstalled, or its token revoked."""

from typing import Any

from slack_bolt.app.async_app import AsyncApp

from bot.follow import CommandWorker
from bot.follow.uninstall import forget_workspace, stop_workspace


def register(app: AsyncApp, worker: CommandWorker) -> None:
    """Listen to uninstalls and revoked tokens."""

    async def uninstalled(body: dict[str, Any]) -> None:
        worker.start(forget_workspace(worker.deps, str(body["team_id"])))

    async def revoked(body: dict[str, Any], event: dict[str, Any]) -> None:
        if event.get("tokens", {}).get("bot"):
            worker.start(stop_workspace(worker.deps, str(body["team_id"])))

    app.event("app_uninstalled")(uninstalled)
    app.event("tokens_revoked")(revoked)
