"""Slack's Web API over HTTP: who calls, may they, how often, and what comes of it."""

import functools

from aiohttp import web

from sandbox.slack import arguments
from sandbox.slack.access import need_scope
from sandbox.slack.answers import Answer, Incoming, serve
from sandbox.slack.arguments import Arrived
from sandbox.slack.faults import UPLOAD, Faults
from sandbox.slack.limits import Limits
from sandbox.slack.methods import METHODS, Method
from sandbox.slack.records import Json, Workspace
from sandbox.slack.refusal import RefusalError
from sandbox.slack.uploads import UPLOAD_PATH, receive
from sandbox.slack.world import World


class WebApi:
    """Everything below /api/, and the URLs files are sent to."""

    def __init__(self, world: World, limits: Limits, faults: Faults) -> None:
        self._world = world
        self._limits = limits
        self._faults = faults

    def routes(self) -> list[web.RouteDef]:
        """Where it is served."""
        return [
            web.get("/api/{method}", self._call, allow_head=False),
            web.post("/api/{method}", self._call),
            web.post(UPLOAD_PATH + "{file}", self._upload),
        ]

    async def _call(self, request: web.Request) -> web.StreamResponse:
        name = request.match_info["method"]
        arrived = await arguments.read(request)
        workspace = self._owner(arrived.token)
        incoming = Incoming(
            request=request,
            method=name,
            team_id=workspace.team_id if workspace else None,
            arguments=arrived.arguments,
        )
        process = functools.partial(self._carry_out, name, arrived, workspace)
        return await serve(self._world, self._faults, incoming, process)

    def _carry_out(self, name: str, arrived: Arrived, workspace: Workspace | None) -> Answer:
        headers = {} if workspace is None else {"X-OAuth-Scopes": ",".join(sorted(workspace.scopes))}
        try:
            method = METHODS.get(name)
            if method is None:
                raise RefusalError("unknown_method", req_method=name)
            headers["X-Accepted-OAuth-Scopes"] = ",".join(method.scopes)
            caller = _authenticated(arrived, workspace)
            need_scope(caller, *method.scopes)
            args = arguments.checked(
                arrived,
                method.arguments,
                method.required,
                json_body=method.json_body,
                strict=self._world.policies.unknown_arguments_refused,
            )
            wait = self._wait(caller, name, method, args)
            if wait is not None:
                headers["Retry-After"] = str(wait)
                return Answer(body={"ok": False, "error": "ratelimited"}, status=429, headers=headers)
            body: Json = {"ok": True, **method.run(self._world, caller, args)}
        except RefusalError as refusal:
            body = {"ok": False, "error": refusal.error, **refusal.extra}
        return Answer(body=_with_warnings(body, arrived.warnings), headers=headers)

    def _owner(self, token: str | None) -> Workspace | None:
        workspaces = self._world.workspaces.values()
        return next((found for found in workspaces if token and found.bot_token == token), None)

    def _wait(self, caller: Workspace, name: str, method: Method, args: Json) -> int | None:
        place = self._place(caller, args["channel"]) if name == "chat.postMessage" else None
        return self._limits.wait(caller.team_id, name, method.per_minute, place)

    def _place(self, caller: Workspace, ref: str) -> str:
        """A person's id and their direct message with the bot are one place."""
        channel = self._world.channels.get(ref)
        if channel is not None and channel.is_im:
            return "+".join(sorted(channel.members))
        return "+".join(sorted((caller.bot_user_id, ref))) if ref in self._world.users else ref

    async def _upload(self, request: web.Request) -> web.StreamResponse:
        file_id = request.match_info["file"]
        content = await _sent_file(request)
        file = self._world.files.get(file_id)
        incoming = Incoming(
            request=request,
            method=UPLOAD,
            team_id=file.team_id if file else None,
            arguments={"file": file_id, "bytes": len(content)},
            refusal_status=400,
        )
        process = functools.partial(receive, self._world, file_id, content)
        return await serve(self._world, self._faults, incoming, process)


def _authenticated(arrived: Arrived, workspace: Workspace | None) -> Workspace:
    if arrived.token is None:
        raise RefusalError("not_authed")
    if workspace is None:
        raise RefusalError("invalid_auth")
    if workspace.token_error is not None:
        raise RefusalError(workspace.token_error)
    return workspace


def _with_warnings(body: Json, warnings: tuple[str, ...]) -> Json:
    if not warnings:
        return body
    metadata = body.get("response_metadata", {})
    both = [*metadata.get("warnings", []), *warnings]
    return {**body, "warning": ",".join(both), "response_metadata": {**metadata, "warnings": both}}


async def _sent_file(request: web.Request) -> bytes:
    """The bytes as they are, or the first file of a multipart form."""
    if request.content_type != "multipart/form-data":
        return await request.read()
    form = await request.post()
    files = [value for value in form.values() if isinstance(value, web.FileField)]
    return files[0].file.read() if files else b""
