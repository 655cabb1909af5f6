"""Lets another process look into a simulated site and change it, over HTTP."""

import msgspec
from aiohttp import web

from sandbox.confluence.faults import Fault
from sandbox.confluence.scripts import Script
from sandbox.confluence.site import ConfluenceSite
from sandbox.confluence.story import Story


class NewTask(msgspec.Struct, frozen=True, kw_only=True):
    """Body of `POST /sandbox/tasks`: a story or a script."""

    story: Story | None = None
    script: Script | None = None
    remote_id: str | None = None
    owner: str | None = None
    #: a story told so many times as fast
    speed: float = 1.0


async def serve(site: ConfluenceSite, request: web.Request) -> web.Response:
    """Answer one of the control requests.

    `GET /sandbox/state?since=N` (N: how many log entries are known already), `POST /sandbox/tasks` (NewTask),
    `DELETE /sandbox/tasks/ID`, `POST /sandbox/faults` (Fault), `DELETE /sandbox/faults/N`, `DELETE /sandbox/faults`,
    `POST /sandbox/sessions/expire`.
    """
    path = request.path.removeprefix("/sandbox/")
    try:
        found = await _act(site, request, path)
    except (msgspec.MsgspecError, ValueError) as error:
        return web.json_response({"error": str(error)}, status=400)
    if found is None:
        return web.json_response({"error": "no such control"}, status=404)
    return web.Response(body=msgspec.json.encode(found), content_type="application/json")


async def _act(site: ConfluenceSite, request: web.Request, path: str) -> object | None:
    head, _, tail = path.partition("/")
    match request.method, head:
        case "GET", "state":
            return state(site, int(request.query.get("since", "0")))
        case "POST", "tasks":
            new = msgspec.json.decode(await request.read(), type=NewTask)
            what = new.script or (new.story and new.story.scaled(new.speed))
            if what is None:
                raise ValueError("a story or a script is needed")
            return {"id": site.add(what, remote_id=new.remote_id, owner=new.owner)}
        case "DELETE", "tasks":
            site.remove(tail)
            return {}
        case "POST", "faults":
            fault = msgspec.json.decode(await request.read(), type=Fault)
            return {"number": site.faults.add(fault)}
        case "DELETE", "faults":
            if tail:
                site.faults.remove(int(tail))
            else:
                site.faults.clear()
            return {}
        case "POST", "sessions":
            site.accounts.sessions.expire()
            return {}
    return None


def state(site: ConfluenceSite, since: int = 0) -> dict[str, object]:
    """Return what the site holds and saw; of its log the entries from number `since` on."""
    now = site.clock()
    total = sum(site.answered.values())
    first = total - len(site.log)
    return {
        "kind": site.kind,
        "now": now,
        "tasks": {
            remote_id: {
                "story": task.script.name,
                "owner": task.owner,
                "started": task.started,
                "looks": task.looks,
                "over": (frame := task.frame(now)) is not None and frame.over,
                "gone": frame is None,
                "body": site.body(remote_id),
            }
            for remote_id, task in site.tasks.items()
        },
        "fired": dict(site.faults.fired),
        "answered": {str(status): count for status, count in site.answered.items()},
        "requests": total,
        "log": list(site.log)[max(0, since - first) :],
    }
