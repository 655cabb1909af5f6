"""Call Slack's Web API, and answer a response_url."""

from collections.abc import Mapping, Sequence

from bot.clients.http import UnknownHost
from bot.clients.proxy import proxy_for
from bot.clients.slack import responses
from bot.clients.slack.calls import Calls
from bot.clients.slack.errors import FAILURES, Ambiguous
from bot.clients.slack.responses import (
    ChannelInfo,
    ChannelPage,
    JsonObject,
    MemberPage,
    Posted,
    PublishedView,
    RespondResult,
    RespondStatus,
    TokenInfo,
)
from bot.domain.person import UserInfo

#: previews of Confluence pages would be messages nobody asked for
NO_UNFURLING: JsonObject = {"unfurl_links": False, "unfurl_media": False}
#: a search by metadata reads at most so many pages
_PAGES = 10
#: messages or channels of a page: what Slack recommends (docs.slack.dev/apis/web-api/pagination)
_PAGE = 200
#: people of a page of conversations.members: the most that Slack takes (docs.slack.dev/reference/methods)
_PEOPLE = 999
#: a search for a person reads at most so many pages
_PEOPLE_PAGES = 50


def message_body(text: str, blocks: Sequence[JsonObject]) -> dict[str, object]:
    """The text and blocks of a message. An edit without blocks removes those of the message."""
    return {"text": text, "blocks": list(blocks)} if blocks else {"text": text}


class SlackClient(Calls):
    """The methods that the bot calls, for one workspace.

    Every method raises SlackError, except `respond`, which returns a value. Each call is counted in `metrics`.
    """

    async def post(
        self,
        channel: str,
        text: str,
        blocks: Sequence[JsonObject] = (),
        *,
        thread_ts: str | None = None,
        marker: str | None = None,
        language: str | None = None,
        broadcast: bool = False,
    ) -> Posted:
        """Post a message; with `thread_ts` as a reply. `marker` is the id by which `find_by_metadata` finds it.

        `language`: the one it is written in, for programs that read it out. `broadcast`: a reply is shown in the
        channel, too.
        With a user id as `channel` it is a direct message. That needs no scope beyond chat:write; opening the
        conversation first would need im:write.
        """
        body = {"channel": channel, **message_body(text, blocks), **NO_UNFURLING}
        if thread_ts is not None:
            body |= {"thread_ts": thread_ts, **({"reply_broadcast": True} if broadcast else {})}
        if marker is not None:
            payload = {"id": marker, **({"language": language} if language else {})}
            body |= {"metadata": {"event_type": responses.METADATA_TYPE, "event_payload": payload}}
        answer = await self._call("chat.postMessage", body)
        ts = responses.required("chat.postMessage", answer, "ts")
        return Posted(channel=responses.text_of(answer, "channel") or channel, ts=ts)

    async def edit(self, channel: str, ts: str, text: str, blocks: Sequence[JsonObject] = ()) -> None:
        """Replace a message: its text and all of its blocks."""
        await self._call("chat.update", {"channel": channel, "ts": ts, **message_body(text, blocks)})

    async def ephemeral(
        self, channel: str, user_id: str, text: str, blocks: Sequence[JsonObject] = (), *, thread_ts: str | None = None
    ) -> None:
        """Post a message that one member of the channel sees until they reload; with `thread_ts` in that thread.

        The bot has to be a member of the channel as well. Such a message cannot be edited.
        """
        body = {"channel": channel, "user": user_id, **message_body(text, blocks)}
        await self._call("chat.postEphemeral", body | ({"thread_ts": thread_ts} if thread_ts else {}))

    async def respond(
        self, response_url: str, text: str, blocks: Sequence[JsonObject] = (), *, replace: bool = False
    ) -> RespondResult:
        """Answer a command or a button, visible only to the person who used it. Never raises.

        A response_url works five times within thirty minutes, also in conversations the bot is not a member of.
        `replace`: instead of the message that the button is on.
        """
        body = {"response_type": "ephemeral", "replace_original": replace, **message_body(text, blocks), **NO_UNFURLING}
        try:
            with self._metrics.slack.in_flight():
                async with self._session.post(response_url, json=body, proxy=proxy_for(response_url)) as response:
                    content = await response.content.read(200)
                    result = responses.read_respond_result(response.status, content, response.headers)
        except UnknownHost:
            result = RespondResult(status=RespondStatus.REFUSED, answer="unknown host")
        except (*FAILURES, ValueError) as error:
            result = RespondResult(status=RespondStatus.LATER, answer=type(error).__name__)
        self._metrics.slack.call("response_url", result.status.value)
        return result

    async def user_info(self, user_id: str) -> UserInfo:
        """Ask who a user is, and for their locale."""
        answer = await self._call("users.info", {"user": user_id, "include_locale": "true"}, read=True)
        return responses.read_user_info(user_id, answer)

    async def channel_info(self, channel: str) -> ChannelInfo:
        """Ask whether other organisations read a channel (scope channels:read or groups:read)."""
        method = "conversations.info"
        answer = await self._call(method, {"channel": channel}, read=True)
        if not isinstance(answer.get("channel"), Mapping):
            raise Ambiguous(method, "ok without channel")
        return responses.read_channel(responses.object_of(answer, "channel"), channel)

    async def channel_page(self, kind: str, *, cursor: str | None) -> ChannelPage:
        """Ask for a page of the channels that the bot sees, without archived ones.

        `kind`: public_channel (scope channels:read) or private_channel (groups:read).
        """
        query = {"types": kind, "exclude_archived": "true", "limit": str(_PAGE)} | (
            {"cursor": cursor} if cursor else {}
        )
        return responses.read_channel_page(await self._call("conversations.list", query, read=True))

    async def is_in_channel(self, channel: str, user_id: str) -> bool:
        """Ask whether a person is in a channel (scope channels:read or groups:read).

        Raises Ambiguous if there are more people than it reads.
        """
        method = "conversations.members"
        query = {"channel": channel, "limit": str(_PEOPLE)}
        for _ in range(_PEOPLE_PAGES):
            answer = await self._call(method, query, read=True)
            people = answer.get("members")
            if not isinstance(people, list):
                raise Ambiguous(method, "ok without members")
            if user_id in people:
                return True
            cursor = responses.next_cursor(answer)
            if cursor is None:
                return False
            query |= {"cursor": cursor}
        raise Ambiguous(method, "more people than are read")

    async def channels_of(
        self, user_id: str, kind: str, *, cursor: str | None = None, team_id: str | None = None
    ) -> MemberPage:
        """Ask for a page of the channels that a user is in, without archived ones.

        `kind`: public_channel (scope channels:read) or private_channel (groups:read), of which Slack lists those that
        the bot is in as well. `team_id`: which workspace is meant if the app is installed for a whole organization.
        """
        query = {"user": user_id, "types": kind, "exclude_archived": "true", "limit": str(_PAGE)}
        query |= ({"cursor": cursor} if cursor else {}) | ({"team_id": team_id} if team_id else {})
        return responses.read_member_page(await self._call("users.conversations", query, read=True))

    async def open_view(self, trigger_id: str, view: JsonObject) -> str:
        """Open a modal for the person whose act gave the trigger, within three seconds of it; returns the view's id."""
        method = "views.open"
        answer = await self._call(method, {"trigger_id": trigger_id, "view": dict(view)})
        return responses.required(method, responses.object_of(answer, "view"), "id")

    async def update_view(self, view_id: str, view: JsonObject) -> None:
        """Replace what a modal shows. Refused if the person has closed it."""
        await self._call("views.update", {"view_id": view_id, "view": dict(view)})

    async def publish_view(
        self, user_id: str, blocks: Sequence[JsonObject], *, replacing: str | None = None
    ) -> PublishedView:
        """Show blocks on a user's home tab, in place of those before. Publishing twice is publishing once.

        `replacing`: the hash of what is to be replaced; if something else has replaced it since, Slack refuses.
        """
        body: dict[str, object] = {"user_id": user_id, "view": {"type": "home", "blocks": list(blocks)}}
        answer = await self._call("views.publish", body | ({"hash": replacing} if replacing else {}))
        return responses.read_published_view(answer)

    async def permalink(self, channel: str, ts: str) -> str:
        """Ask for the URL of a message."""
        answer = await self._call("chat.getPermalink", {"channel": channel, "message_ts": ts}, read=True)
        return responses.required("chat.getPermalink", answer, "permalink")

    async def join(self, channel: str) -> None:
        """Become a member of a public channel (scope channels:join)."""
        await self._call("conversations.join", {"channel": channel})

    async def find_by_metadata(self, channel: str, thread_ts: str | None, marker: str, *, oldest: str) -> str | None:
        """Return the ts of the message with this marker, in a thread or among the channel's messages; None if absent.

        Searches messages from `oldest` (a ts) on. Needs a history scope. Raises Ambiguous if there are more messages
        than it reads.
        """
        method = "conversations.replies" if thread_ts else "conversations.history"
        query = {"channel": channel, "oldest": oldest, "inclusive": "true", "limit": str(_PAGE)}
        query |= {"include_all_metadata": "true"} | ({"ts": thread_ts} if thread_ts else {})
        for _ in range(_PAGES):
            answer = await self._call(method, query, read=True)
            for message in responses.messages_in(answer):
                if responses.marker_of(message) == marker:
                    return responses.text_of(message, "ts")
            cursor = responses.next_cursor(answer)
            if cursor is None:
                return None
            query |= {"cursor": cursor}
        raise Ambiguous(method, "more messages than are searched")

    async def upload_file(
        self, channel: str, thread_ts: str, filename: str, content: bytes, *, title: str, comment: str
    ) -> None:
        """Share a file in a thread (scope files:write), in a message with the text `comment`.

        Nothing is visible before the last of its three calls.
        """
        method = "files.getUploadURLExternal"
        ticket = await self._call_unseen(method, {"filename": filename, "length": str(len(content))})
        await self._send_bytes(responses.required(method, ticket, "upload_url"), content)
        await self._call(
            "files.completeUploadExternal",
            {
                "files": [{"id": responses.required(method, ticket, "file_id"), "title": title}],
                "channel_id": channel,
                "thread_ts": thread_ts,
                "initial_comment": comment,
            },
        )

    async def socket_url(self) -> str:
        """Ask for the address of a WebSocket, which is good for one connection.

        The token has to be one of the app (xapp-…) with the scope connections:write.
        """
        method = "apps.connections.open"
        return responses.required(method, await self._call(method, {}), "url")

    async def auth_test(self) -> TokenInfo:
        """Ask whose token this is, and for its scopes."""
        answer, headers = await self._answer("auth.test", {})
        return responses.read_token_info(answer, headers)
