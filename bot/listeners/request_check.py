"""Check, before a listener sees a request of Slack, that it can be read and comes from a workspace that is served."""

from collections.abc import Awaitable, Callable
from typing import Any

import structlog
from msgspec import Struct
from slack_bolt.error import BoltUnhandledRequestError
from slack_bolt.middleware.async_middleware import AsyncMiddleware
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse

from bot.follow import CommandWorker
from bot.follow.responder import respond_to_url
from bot.listeners.events import REVOKED, UNINSTALLED
from bot.listeners.payloads import Envelope, EventType, UnreadablePayload, Workspace, read, response_url
from bot.render import replies
from bot.render.i18n import Texts
from bot.render.message import Message
from bot.render.modal import notice
from bot.render.mrkdwn import Mrkdwn

_log = structlog.get_logger(__name__)

#: events that say that a workspace has left; they come without an installation, too
_FAREWELLS = frozenset({UNINSTALLED, REVOKED})

#: the question whether this is the address of the app. It names no workspace, and comes before the app is installed,
#: when the bot token is not known yet (docs.slack.dev/reference/events/url_verification); Bolt answers it
VERIFICATION = "url_verification"

Next = Callable[[], Awaitable[BoltResponse]]


class Origin(Struct, frozen=True, kw_only=True):
    """The workspace that a request comes from, and its Enterprise organization."""

    team_id: str
    enterprise_id: str | None


class RequestCheck(AsyncMiddleware):
    """What is checked before the listeners, and what is answered where they fail. A request is always acknowledged."""

    def __init__(self, worker: CommandWorker) -> None:
        self._worker = worker

    async def async_process(
        self,
        *,
        req: AsyncBoltRequest,
        resp: BoltResponse,  # noqa: ARG002 -- Bolt names the arguments
        next: Next,  # noqa: A002 -- the name that Bolt gives
    ) -> BoltResponse | None:
        """Pass on what can be read and comes from a workspace that the app serves; what is not known yet as well."""
        if req.body.get("type") == VERIFICATION:
            return await next()
        try:
            envelope = read(Envelope, req.body)
            if isinstance(envelope.event, EventType) and envelope.event.type in _FAREWELLS:
                return await next()
            origin = await self._origin(req)
        except UnreadablePayload as error:
            return self._not_read(error, req)
        if await self._worker.deps.slack.serves(origin.team_id, origin.enterprise_id) is False:
            _log.warning("request_of_another_workspace", team=origin.team_id)
            texts = self._worker.texts()
            return _acknowledged(req, replies.not_installed_there(texts), texts)
        req.context["origin"] = origin
        return await next()

    async def failed(
        self, error: Exception, request: AsyncBoltRequest, response: BoltResponse | None
    ) -> BoltResponse | None:
        """Acknowledge a request that no listener is for, or whose listener failed."""
        if isinstance(error, BoltUnhandledRequestError):
            _log.debug("request_without_listener")
            texts = self._worker.texts()
            answer = _acknowledged(request, replies.gone_wrong(texts), texts)
        elif isinstance(error, UnreadablePayload):
            answer = self._not_read(error, request)
        else:
            _log.error("listener_crashed", error=type(error).__name__, exc_info=error)
            answer = self._sorry(request)
        # Without a response it has been acknowledged already.
        return answer if response is not None else None

    async def _origin(self, request: AsyncBoltRequest) -> Origin:
        """The workspace as Bolt reads it: of the request, else of the person; else that of the installation.

        Payloads of an app that is installed for a whole organization may name no team. Raises UnreadablePayload.
        """
        context = request.context
        named = read(Workspace, {"team_id": context.team_id, "enterprise_id": context.enterprise_id})
        team_id = named.team_id or await self._worker.deps.slack.default_team(named.enterprise_id)
        if team_id is None:
            raise UnreadablePayload("no team")
        return Origin(team_id=team_id, enterprise_id=named.enterprise_id)

    def _not_read(self, error: UnreadablePayload, request: AsyncBoltRequest) -> BoltResponse:
        _log.warning("request_not_read", error=str(error))
        return self._sorry(request)

    def _sorry(self, request: AsyncBoltRequest) -> BoltResponse:
        """Acknowledge a request, and tell the person that it went wrong, as far as the person can be answered."""
        texts = self._worker.texts()
        message = replies.gone_wrong(texts)
        url = None if "command" in request.body else response_url(request.body)
        if url is not None:
            origin = request.context.get("origin") or Origin(team_id="", enterprise_id=None)
            answer = respond_to_url(
                self._worker.deps, url, message, team_id=origin.team_id, enterprise_id=origin.enterprise_id
            )
            self._worker.start(answer)
        return _acknowledged(request, message, texts)


def _acknowledged(request: AsyncBoltRequest, message: Message, texts: Texts) -> BoltResponse:
    """The acknowledgement of a request; that of a command or of a modal shows the person a message."""
    body: dict[str, Any]
    if request.body.get("type") == "view_submission":
        # Acknowledged with nothing, the modal would close as if all had gone well.
        body = {"response_action": "update", "view": notice(texts, message, title=Mrkdwn("longtask"))}
    elif "command" in request.body:
        body = {"text": message.text, "blocks": list(message.blocks), "response_type": "ephemeral"}
    else:
        return BoltResponse(status=200)
    return BoltResponse(status=200, body=body)
