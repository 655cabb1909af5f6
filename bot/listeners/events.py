"""Events: the app was uninstalled, or its token revoked."""

from datetime import UTC, datetime
from typing import Any

from slack_bolt.app.async_app import AsyncApp

from bot.follow import CommandWorker
from bot.follow.uninstall import WorkspaceEvent, forget_workspace, rest_workspace
from bot.listeners.event_payloads import Event
from bot.listeners.payloads import read

UNINSTALLED = "app_uninstalled"
REVOKED = "tokens_revoked"


def register(app: AsyncApp, worker: CommandWorker) -> None:
    """Listen to uninstalls and revoked tokens."""

    async def uninstalled(body: dict[str, Any]) -> None:
        worker.start(forget_workspace(worker.deps, worker.people, _about_workspace(read(Event, body))))

    async def revoked(body: dict[str, Any]) -> None:
        payload = read(Event, body)
        if payload.event.tokens.bot:
            worker.start(rest_workspace(worker.deps, _about_workspace(payload)))

    app.event(UNINSTALLED)(uninstalled)
    app.event(REVOKED)(revoked)


def _about_workspace(payload: Event) -> WorkspaceEvent:
    at = datetime.fromtimestamp(payload.event_time, UTC)
    return WorkspaceEvent(id=payload.event_id, team_id=payload.team_id, at=at)
