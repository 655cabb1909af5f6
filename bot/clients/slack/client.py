"""The posting client: every call to Slack's Web API, and answers to a response_url."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import aiohttp

from bot.clients.proxy import proxy_for
from bot.clients.slack.errors import FAILURES, Ambiguous, NotConnected, refused_or_not, translated
from bot.clients.slack.responses import (
    METADATA_TYPE,
    Block,
    Delivery,
    Identity,
    Person,
    Posted,
    Responded,
    identity,
    marker,
    part_of,
    person,
    required,
    responded,
    text_of,
)
from bot.clients.slack.session import web_client

#: previews of Confluence pages would be messages nobody asked for
UNFURL_NOTHING: Mapping[str, bool] = {"unfurl_links": False, "unfurl_media": False}
#: messages a look-up by metadata goes through: pages of so many each
_PAGE = 200
_PAGES = 10

Counter = Callable[[str, str], None]


def message_body(text: str, blocks: Sequence[Block]) -> dict[str, Any]:
    """Text and blocks. Where an edit has none, Slack takes away those that stood there."""
    return {"text": text, "blocks": list(blocks)} if blocks else {"text": text}


def _ignored(_method: str, _answer: str) -> None:
    pass


class SlackClient:
    """Calls of one workspace. Every method raises SlackError, except `respond`, whose answer is a value."""

    def __init__(self, session: aiohttp.ClientSession, *, token: str, base_url: str, count: Counter = _ignored) -> None:
        """`count` is told the method and the kind of answer of every call."""
        self._session = session
        self._client = web_client(session, token=token, base_url=base_url)
        self._count = count

    async def post(
        self,
        channel: str,
        text: str,
        blocks: Sequence[Block] = (),
        *,
        thread_ts: str | None = None,
        metadata_id: str | None = None,
        broadcast: bool = False,
    ) -> Posted:
        """A new message. `channel` may be a user id: then it is a direct message of the bot."""
        body: dict[str, Any] = {"channel": channel, **message_body(text, blocks), **UNFURL_NOTHING}
        if thread_ts is not None:
            body |= {"thread_ts": thread_ts}
            if broadcast:
                body |= {"reply_broadcast": True}
        if metadata_id is not None:
            body |= {"metadata": {"event_type": METADATA_TYPE, "event_payload": {"id": metadata_id}}}
        answer = await self._call("chat.postMessage", body)
        return Posted(channel=text_of(answer, "channel") or channel, ts=required("chat.postMessage", answer, "ts"))

    async def dm(
        self, user_id: str, text: str, blocks: Sequence[Block] = (), *, metadata_id: str | None = None
    ) -> Posted:
        """A direct message. Posting to the user id needs no scope beyond chat:write, opening a conversation would."""
        return await self.post(user_id, text, blocks, metadata_id=metadata_id)

    async def update(self, channel: str, ts: str, text: str, blocks: Sequence[Block] = ()) -> None:
        """Edit a message: what it said before is replaced whole, blocks as well."""
        await self._call("chat.update", {"channel": channel, "ts": ts, **message_body(text, blocks)})

    async def ephemeral(
        self, channel: str, user_id: str, text: str, blocks: Sequence[Block] = (), *, thread_ts: str | None = None
    ) -> None:
        """A message that one person sees until the next reload."""
        body = {"channel": channel, "user": user_id, **message_body(text, blocks)}
        await self._call("chat.postEphemeral", body | ({"thread_ts": thread_ts} if thread_ts else {}))

    async def respond(
        self,
        response_url: str,
        text: str,
        blocks: Sequence[Block] = (),
        *,
        in_channel: bool = False,
        replace_original: bool = False,
    ) -> Responded:
        """Answer a command or a button: five uses within thirty minutes, anywhere, without membership. Never raises."""
        body = {
            "response_type": "in_channel" if in_channel else "ephemeral",
            "replace_original": replace_original,
            **message_body(text, blocks),
            **UNFURL_NOTHING,
        }
        try:
            async with self._session.post(
                response_url, json=body, allow_redirects=False, proxy=proxy_for(response_url)
            ) as response:
                answer = responded(response.status, (await response.content.read(200)), response.headers)
        except (*FAILURES, ValueError) as error:
            answer = Responded(delivery=Delivery.LATER, answer=type(error).__name__)
        self._count("response_url", answer.delivery.value)
        return answer

    async def user_info(self, user_id: str) -> Person:
        """Who somebody is, and in which language they read."""
        return person(user_id, await self._call("users.info", {"user": user_id, "include_locale": "true"}, read=True))

    async def permalink(self, channel: str, ts: str) -> str:
        """The address of a message."""
        answer = await self._call("chat.getPermalink", {"channel": channel, "message_ts": ts}, read=True)
        return required("chat.getPermalink", answer, "permalink")

    async def join(self, channel: str) -> None:
        """Become a member of a public channel (scope channels:join)."""
        await self._call("conversations.join", {"channel": channel})

    async def find_by_metadata(self, channel: str, thread_ts: str | None, notice_id: str, *, oldest: str) -> str | None:
        """The ts of our message with this marker, in a thread or among the channel's own messages; None: not there.

        Looks from `oldest` (a ts) on; needs a history scope. Raises Ambiguous where there is more to look through.
        """
        method = "conversations.replies" if thread_ts else "conversations.history"
        query = {"channel": channel, "oldest": oldest, "inclusive": "true", "limit": str(_PAGE)}
        query |= {"include_all_metadata": "true"} | ({"ts": thread_ts} if thread_ts else {})
        for _ in range(_PAGES):
            answer = await self._call(method, query, read=True)
            for message in answer.get("messages") or ():
                if marker(message) == notice_id:
                    return text_of(message, "ts")
            cursor = text_of(part_of(answer, "response_metadata"), "next_cursor")
            if not cursor:
                return None
            query |= {"cursor": cursor}
        raise Ambiguous(method, "more messages than are looked through")

    async def upload_file(
        self, channel: str, thread_ts: str, filename: str, content: bytes, *, title: str, comment: str | None = None
    ) -> None:
        """A file in a thread (scope files:write). Nothing is visible before the last of its three calls."""
        method = "files.getUploadURLExternal"
        ticket = await self._invisible(method, {"filename": filename, "length": str(len(content))})
        url = required(method, ticket, "upload_url")
        await self._send_bytes(url, content)
        body: dict[str, Any] = {
            "files": [{"id": required(method, ticket, "file_id"), "title": title}],
            "channel_id": channel,
            "thread_ts": thread_ts,
        }
        await self._call("files.completeUploadExternal", body | ({"initial_comment": comment} if comment else {}))

    async def auth_test(self) -> Identity:
        """Whose token this is, and its scopes."""
        answer, headers = await self._answer("auth.test", {})
        return identity(answer, headers)

    async def _invisible(self, method: str, query: Mapping[str, Any]) -> Mapping[str, Any]:
        """A call whose effect nobody sees: what is ambiguous elsewhere is as good as never made here."""
        try:
            return await self._call(method, query, read=True)
        except Ambiguous as error:
            raise NotConnected(method, error.answer) from None

    async def _send_bytes(self, url: str, content: bytes) -> None:
        method = "files.upload"
        try:
            async with self._session.post(url, data=content, allow_redirects=False, proxy=proxy_for(url)) as response:
                failed = response.status != 200
                error = refused_or_not(method, response.status, None, response.headers)
        except (*FAILURES, ValueError) as broken:
            failed, error = True, translated(method, broken)
        self._count(method, error.label if failed else "ok")
        if failed:
            raise NotConnected(method, error.answer) if isinstance(error, Ambiguous) else error

    async def _call(self, method: str, arguments: Mapping[str, Any], *, read: bool = False) -> Mapping[str, Any]:
        return (await self._answer(method, arguments, read=read))[0]

    async def _answer(
        self, method: str, arguments: Mapping[str, Any], *, read: bool = False
    ) -> tuple[Mapping[str, Any], Mapping[str, str]]:
        try:
            if read:
                response = await self._client.api_call(method, http_verb="GET", params=dict(arguments))
            else:
                response = await self._client.api_call(method, json=dict(arguments))
        except FAILURES as error:
            failure = translated(method, error)
            self._count(method, failure.label)
            raise failure from None
        data = response.data
        if not isinstance(data, dict):
            self._count(method, "ambiguous")
            raise Ambiguous(method, "no JSON object")
        self._count(method, "ok")
        return data, response.headers
