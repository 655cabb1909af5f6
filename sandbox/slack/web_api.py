"""Serve Slack's Web API over HTTP: authenticate, check scope, arguments and rate, carry out."""

import functools

from aiohttp import web

from sandbox.slack.api_error import ApiError
from sandbox.slack.api_request import ApiRequest, read_request
from sandbox.slack.api_response import ApiResponse, IncomingCall, respond
from sandbox.slack.faults import UPLOAD, Faults
from sandbox.slack.lookup import require_scope
from sandbox.slack.methods import apps
from sandbox.slack.methods.chat import PostMessage
from sandbox.slack.methods.files import UPLOAD_PATH, receive_bytes
from sandbox.slack.methods.table import METHODS
from sandbox.slack.rate_limits import RateLimits
from sandbox.slack.records import Json, Workspace
from sandbox.slack.sockets import Sockets
from sandbox.slack.state import SlackState


class WebApi:
    """Everything below /api/, and the URLs that files are sent to."""

    def __init__(self, state: SlackState, limits: RateLimits, faults: Faults, sockets: Sockets) -> None:
        self._state = state
        self._limits = limits
        self._faults = faults
        self._sockets = sockets

    def routes(self) -> list[web.RouteDef]:
        """Return the routes to serve: the Web API also at a path for each process, on the one host and port."""
        paths = ("/api/{method}", "/of/{process}/api/{method}")
        return [
            *(web.get(path, self._call, allow_head=False) for path in paths),
            *(web.post(path, self._call) for path in paths),
            web.post(UPLOAD_PATH + "{file}", self._upload),
        ]

    async def _call(self, request: web.Request) -> web.StreamResponse:
        name = request.match_info["method"]
        call = await read_request(request)
        workspace = self._owner(call.token)
        incoming = IncomingCall(
            request=request,
            method=name,
            team_id=workspace.team_id if workspace else None,
            arguments=call.arguments,
        )
        process = functools.partial(self._carry_out, name, call, workspace)
        return await respond(self._state, self._faults, incoming, process)

    def _carry_out(self, name: str, call: ApiRequest, workspace: Workspace | None) -> ApiResponse:
        headers = {} if workspace is None else {"X-OAuth-Scopes": ",".join(sorted(workspace.scopes))}
        try:
            if name == apps.OPEN:
                return self._open_connection(call)
            method = METHODS.get(name)
            if method is None:
                raise ApiError("unknown_method", req_method=name)
            headers["X-Accepted-OAuth-Scopes"] = ",".join(method.scopes)
            caller = self._authenticated(call, workspace)
            require_scope(caller, *method.scopes)
            args = call.read_as(method.arguments, json_body=method.json_body)
            place = self._place(caller, args.channel) if isinstance(args, PostMessage) else None
            wait = self._limits.wait(caller.team_id, name, method.per_minute, place)
            if wait is not None:
                return _limited(wait, headers)
            body: Json = {"ok": True, **method.run(self._state, caller, args)}
        except ApiError as error:
            body = {"ok": False, "error": error.error, **error.extra}
        return ApiResponse(body=_with_warnings(body, call.warnings), headers=headers)

    def _open_connection(self, call: ApiRequest) -> ApiResponse:
        apps.authenticate(self._state, call)
        wait = self._limits.wait(self._state.app_id, apps.OPEN, apps.PER_MINUTE)
        if wait is not None:
            return _limited(wait, {})
        return ApiResponse(body={"ok": True, "url": self._sockets.new_url()})

    def _owner(self, token: str | None) -> Workspace | None:
        workspaces = self._state.workspaces.values()
        return next((found for found in workspaces if token and found.bot_token == token), None)

    def _authenticated(self, call: ApiRequest, workspace: Workspace | None) -> Workspace:
        if call.token is None:
            raise ApiError("not_authed")
        if call.token in self._state.app_tokens:
            raise ApiError("not_allowed_token_type")
        if workspace is None:
            raise ApiError("invalid_auth")
        if workspace.token_error is not None:
            raise ApiError(workspace.token_error)
        return workspace

    def _place(self, caller: Workspace, ref: str) -> str:
        """Return what a channel counts as for the rate limit: a person's id is their direct message with the bot."""
        channel = self._state.channels.get(ref)
        if channel is not None and channel.is_im:
            return "+".join(sorted(channel.members))
        return "+".join(sorted((caller.bot_user_id, ref))) if ref in self._state.users else ref

    async def _upload(self, request: web.Request) -> web.StreamResponse:
        file_id = request.match_info["file"]
        content = await request.read()
        file = self._state.files.get(file_id)
        incoming = IncomingCall(
            request=request,
            method=UPLOAD,
            team_id=file.team_id if file else None,
            arguments={"file": file_id, "bytes": len(content)},
            error_status=400,
        )
        process = functools.partial(receive_bytes, self._state, file_id, content)
        return await respond(self._state, self._faults, incoming, process)


def _limited(wait: int, headers: dict[str, str]) -> ApiResponse:
    body = {"ok": False, "error": "ratelimited"}
    return ApiResponse(body=body, status=429, headers={**headers, "Retry-After": str(wait)})


def _with_warnings(body: Json, warnings: tuple[str, ...]) -> Json:
    if not warnings:
        return body
    metadata = body.get("response_metadata", {})
    both = [*metadata.get("warnings", []), *warnings]
    return {**body, "warning": ",".join(both), "response_metadata": {**metadata, "warnings": both}}
