"""Looks into the simulator and acts on it from another process: JSON below /sandbox/."""

import json
from collections.abc import Awaitable, Callable
from dataclasses import asdict, is_dataclass
from typing import Any, Protocol

from aiohttp import web

from sandbox.slack.faults import Fault, Faults
from sandbox.slack.limits import Limits
from sandbox.slack.records import Call, Channel, CommandResult, Ephemeral, File, Json, View, Workspace

#: what may be done from outside, besides faults: the simulator's methods of these names
ACTS = frozenset(
    {
        "add_channel",
        "add_user",
        "add_workspace",
        "archive",
        "click",
        "click_view",
        "close_edit_window",
        "command",
        "delete_message",
        "event",
        "invite",
        "kick",
        "revoke_token",
        "say",
        "shortcut",
        "submit",
    }
)
FAULTS: dict[str, Callable[..., Fault]] = {
    "status": Fault.status,
    "status_after": Fault.status_after,
    "ratelimited": Fault.ratelimited,
    "drop_before": Fault.drop_before,
    "drop_after": Fault.drop_after,
    "error": Fault.error,
    "slow": Fault.slow,
    "slow_answer": Fault.slow_answer,
}


class Simulated(Protocol):
    """What the control path looks at."""

    workspaces: dict[str, Workspace]
    channels: dict[str, Channel]
    files: dict[str, File]
    views: dict[str, View]
    calls: list[Call]
    requests: list[CommandResult]
    private_messages: list[Ephemeral]
    limits: Limits
    faults: Faults
    request_url: str


class Control:
    """Serves the simulator's state and takes orders. Everything is JSON."""

    def __init__(self, simulator: Simulated) -> None:
        self._simulator = simulator

    def routes(self) -> list[web.RouteDef]:
        """Where it is served."""
        return [
            web.get("/sandbox/state", self._state),
            web.get("/sandbox/calls", self._calls),
            web.post("/sandbox/act", self._act),
            web.post("/sandbox/faults", self._add_fault),
            web.delete("/sandbox/faults", self._clear_faults),
            web.post("/sandbox/settings", self._set),
        ]

    async def _state(self, _request: web.Request) -> web.Response:
        return _json(state(self._simulator))

    async def _calls(self, request: web.Request) -> web.Response:
        """The calls after number `since`."""
        since = int(request.query.get("since", "0"))
        return _json([asdict(call) for call in self._simulator.calls[since:]])

    async def _act(self, request: web.Request) -> web.Response:
        """`{"act": name, "with": {argument: value}}`; answers with what the act returned."""
        order = await request.json()
        if order.get("act") not in ACTS:
            return _json({"error": f"act is one of {', '.join(sorted(ACTS))}"}, status=400)
        try:
            result = getattr(self._simulator, order["act"])(**order.get("with", {}))
            return _json(await result if isinstance(result, Awaitable) else result)
        except (LookupError, TypeError, ValueError) as error:
            return _json({"error": f"{type(error).__name__}: {error}"}, status=400)

    async def _add_fault(self, request: web.Request) -> web.Response:
        """`{"method", "fault": name, "with": [arguments], "times", "probability", "team_id"}`."""
        order = await request.json()
        make = FAULTS.get(order.get("fault"))
        if make is None:
            return _json({"error": f"fault is one of {', '.join(sorted(FAULTS))}"}, status=400)
        self._simulator.faults.add(
            order["method"],
            make(*order.get("with", ())),
            times=order.get("times"),
            probability=order.get("probability"),
            team_id=order.get("team_id"),
        )
        return _json({"ok": True})

    async def _clear_faults(self, _request: web.Request) -> web.Response:
        self._simulator.faults.clear()
        return _json({"ok": True})

    async def _set(self, request: web.Request) -> web.Response:
        """`{"request_url": …, "limits": true}`, either or both."""
        order = await request.json()
        self._simulator.request_url = order.get("request_url", self._simulator.request_url)
        self._simulator.limits.enabled = order.get("limits", self._simulator.limits.enabled)
        return _json({"ok": True})


def state(simulator: Simulated) -> Json:
    """All that the simulator holds, without tokens: channels with every version of every message, and the logs."""
    return {
        "workspaces": {
            team: {**asdict(workspace), "bot_token": "…"} for team, workspace in simulator.workspaces.items()
        },
        "channels": {name: asdict(channel) for name, channel in simulator.channels.items()},
        "private_messages": [asdict(item) for item in simulator.private_messages],
        "requests": [asdict(item) for item in simulator.requests],
        "files": {name: asdict(file) for name, file in simulator.files.items()},
        "views": {name: asdict(view) for name, view in simulator.views.items()},
        "calls": len(simulator.calls),
        "faults": simulator.faults.report(),
        "ratelimited": dict(simulator.limits.report()),
    }


def _json(body: object, status: int = 200) -> web.Response:
    return web.json_response(text=json.dumps(body, default=_plain, ensure_ascii=False), status=status)


def _plain(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    if isinstance(value, bytes):
        return value.decode(errors="replace")
    if isinstance(value, set | frozenset):
        return sorted(value)
    return str(value)
