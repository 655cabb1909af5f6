"""response_url: five messages within thirty minutes, past every right to post.

Documented: https://docs.slack.dev/interactivity/handling-user-interaction#message_responses
"""

import json
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from sandbox.slack.access import thread_root
from sandbox.slack.answers import Answer, Incoming, serve
from sandbox.slack.content import Content, read_content
from sandbox.slack.faults import RESPONSE_URL, Faults
from sandbox.slack.records import Channel, Ephemeral, Json, Message
from sandbox.slack.refusal import RefusalError
from sandbox.slack.world import World

PATH = "/response/"
USES = 5
#: seconds
LIFE = 30 * 60
#: HTTP status of a dead one
GONE = 404

_BOOLEANS = {"replace_original", "delete_original", "unfurl_links", "unfurl_media", "mrkdwn", "link_names"}
_FIELDS = _BOOLEANS | {"text", "blocks", "attachments", "response_type", "thread_ts", "metadata", "parse"}


@dataclass(kw_only=True)
class ResponseUrl:
    """One handed out with a command or a click."""

    id: str
    team_id: str
    channel: str
    user: str
    since: float
    trigger_id: str
    #: ts of the message whose button was clicked
    original: str | None = None
    uses: int = 0


class ResponseUrls:
    """All that were handed out, and where they are served."""

    def __init__(self, world: World, faults: Faults) -> None:
        self._world = world
        self._faults = faults
        self.handed_out: dict[str, ResponseUrl] = {}

    def routes(self) -> list[web.RouteDef]:
        """Where they are served."""
        return [web.post(PATH + "{id}", self._respond)]

    def hand_out(
        self, *, team_id: str, channel: str, user: str, trigger_id: str, original: str | None = None
    ) -> ResponseUrl:
        """A new one."""
        made = ResponseUrl(
            id=f"{team_id}-{self._world.number():06d}",
            team_id=team_id,
            channel=channel,
            user=user,
            since=self._world.clock(),
            trigger_id=trigger_id,
            original=original,
        )
        self.handed_out[made.id] = made
        return made

    def url(self, url_id: str) -> str:
        """The address of one."""
        return f"{self._world.origin}{PATH}{url_id}"

    async def _respond(self, request: web.Request) -> web.StreamResponse:
        url = self.handed_out.get(request.match_info["id"])
        payload = _payload(await request.text())
        shown: Json = payload if isinstance(payload, dict) else {"payload": payload}
        incoming = Incoming(
            request=request,
            method=RESPONSE_URL,
            team_id=url.team_id if url else None,
            arguments=shown,
            refusal_status=GONE,
        )
        return await serve(self._world, self._faults, incoming, lambda: self._carry_out(url, payload))

    def _carry_out(self, url: ResponseUrl | None, payload: Any) -> Answer:
        try:
            if url is None or self._world.clock() - url.since > LIFE:
                raise RefusalError("expired_url", status=GONE)
            if url.uses >= USES:
                raise RefusalError("used_url", status=GONE)
            self.show(url, payload, via=RESPONSE_URL)
        except RefusalError as refusal:
            status = refusal.extra.pop("status", 400)
            return Answer(body={"ok": False, "error": refusal.error, **refusal.extra}, status=status)
        url.uses += 1
        return Answer(body="ok", content_type="text/plain")

    def show(self, url: ResponseUrl, payload: Any, *, via: str) -> None:
        """Show a message as a response to a command or a click.

        Raises RefusalError for a payload that Slack would not take.
        """
        content = _checked(self._world, payload)
        channel = self._world.channels[url.channel]
        original = channel.messages.get(url.original) if url.original else None
        if payload.get("delete_original") or (payload.get("replace_original") and url.original):
            self._replace(url, original, content, gone=bool(payload.get("delete_original")))
        elif payload.get("response_type") == "in_channel":
            workspace = self._world.workspaces[url.team_id]
            root = thread_root(self._world, channel, payload.get("thread_ts"))
            self._world.post(workspace, channel, content, thread_ts=root)
        else:
            self._whisper(url, channel, content, via=via)

    def _replace(self, url: ResponseUrl, original: Message | None, content: Content, *, gone: bool) -> None:
        if original is not None and gone:
            self._world.delete(original)
        elif original is not None:
            self._world.edit(original, content)
        else:
            for private in self._world.private_messages:
                private.gone = private.gone or private.ts == url.original
            if not gone:
                self._whisper(url, self._world.channels[url.channel], content, via=RESPONSE_URL, replaces=True)

    def _whisper(
        self, url: ResponseUrl, channel: Channel, content: Content, *, via: str, replaces: bool = False
    ) -> None:
        self._world.whisper(
            Ephemeral(
                ts=self._world.next_ts(url.team_id),
                at=self._world.clock(),
                user=url.user,
                channel=channel.id,
                via=via,
                text=content.text or "",
                blocks=content.blocks or (),
                trigger_id=url.trigger_id,
                replace_original=replaces,
            )
        )


def _payload(raw: str) -> Any:
    try:
        return json.loads(raw)
    except ValueError:
        return raw


def _checked(world: World, payload: Any) -> Content:
    if not isinstance(payload, dict) or set(payload) - _FIELDS:
        raise RefusalError("invalid_payload")
    if payload.get("response_type", "ephemeral") not in ("ephemeral", "in_channel"):
        raise RefusalError("invalid_payload")
    if any(not isinstance(payload.get(name, False), bool) for name in _BOOLEANS):
        raise RefusalError("invalid_payload")
    if not all(isinstance(payload.get(name, ""), str) for name in ("text", "thread_ts")):
        raise RefusalError("invalid_payload")
    content = read_content(payload, world.policies, editing=False)
    if not content.says_something and not payload.get("delete_original"):
        raise RefusalError("no_text")
    return content
