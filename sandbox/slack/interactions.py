"""Send the bot what people do in Slack: commands, clicks, submissions, shortcuts, and the events that follow."""

from collections.abc import Callable, Mapping

from sandbox.slack import interaction_payloads
from sandbox.slack.app_request import AppRequest
from sandbox.slack.dispatcher import ACK_SECONDS, Dispatcher
from sandbox.slack.envelopes import Envelopes
from sandbox.slack.faults import Faults
from sandbox.slack.modal_forms import filled_in
from sandbox.slack.modal_stack import close, conclude
from sandbox.slack.records import Channel, DispatchResult, Json, PostedMessage, Workspace
from sandbox.slack.response_urls import ResponseUrl, ResponseUrls
from sandbox.slack.signatures import Signing
from sandbox.slack.workspace_setup import WorkspaceSetup

SIGNING_SECRET = "5a4db0c5a4db0c5a4db0c5a4db0c5a4d"  # noqa: S105 -- protects nothing but the sandbox


class Interactions(WorkspaceSetup):
    """A workspace whose people use the bot. Every method returns how the bot answered."""

    def __init__(
        self,
        *,
        clock: Callable[[], float],
        signing_secret: str = SIGNING_SECRET,
        ack_seconds: float = ACK_SECONDS,
        faults: Faults | None = None,
    ) -> None:
        """`ack_seconds`: how long the bot has for its answer; `faults`: those to play, if not its own."""
        super().__init__(clock=clock)
        self.signing_secret = signing_secret
        self.faults = faults or Faults()
        self.response_urls = ResponseUrls(self, self.faults)
        self.envelopes = Envelopes(self, ack_seconds=ack_seconds)
        self.sockets = self.envelopes.sockets
        self._dispatcher = Dispatcher(
            self, self.response_urls, self.envelopes, signing_secret=signing_secret, ack_seconds=ack_seconds
        )

    @property
    def request_url(self) -> str:
        """The bot's /slack/events."""
        return self._dispatcher.request_url

    @request_url.setter
    def request_url(self, url: str) -> None:
        self._dispatcher.request_url = url

    def response_url(self, url_id: str | None) -> str:
        """Return the URL of a `response_url_id`. Raises ValueError for None: an event has no such URL."""
        if url_id is None:
            raise ValueError("there is no response URL")
        return self.response_urls.address(url_id)

    async def command(
        self,
        text: str,
        *,
        user: str,
        channel: str,
        command: str = "/longtask",
        team: str | None = None,
        signing: Signing = Signing.GOOD,
    ) -> DispatchResult:
        """Type a slash command into a channel. Raises KeyError for an unknown user or channel."""
        where = self.channels[channel]
        workspace = self.workspaces[team or where.team_id]
        url = self._hand_out_url(workspace, where, user)
        form = interaction_payloads.command_form(
            self, workspace, where, user, command=command, text=text, response_url=self.response_urls.address(url.id)
        )
        return await self._dispatcher.send(
            AppRequest(
                kind="command",
                workspace=workspace,
                text=text,
                payload={**form, "trigger_id": url.trigger_id},
                user=user,
                channel=channel,
                url=url,
                signing=signing,
            )
        )

    async def click(self, channel: str, ts: str, action_id: str, user: str, value: str | None = None) -> DispatchResult:
        """Click a button of a message or of an ephemeral one; with a `value`, also a button that is not there.

        Raises LookupError if the message has no such element and no `value` is given.
        """
        where = self.channels[channel]
        workspace = self.workspaces[where.team_id]
        url = self._hand_out_url(workspace, where, user, original=ts)
        payload = interaction_payloads.click_payload(
            self, workspace, where, ts, user=user, action_id=action_id, value=value
        )
        return await self._send_payload("click", action_id, payload, workspace=workspace, user=user, url=url)

    async def click_view(
        self,
        view_id: str,
        action_id: str,
        user: str,
        value: str | None = None,
        *,
        values: Mapping[str, Mapping[str, Json]] | None = None,
    ) -> DispatchResult:
        """Click a button in a modal or on the home tab; `values`: what the fields hold so far, as for `submit`."""
        view = self.views[view_id]
        workspace = self.workspaces[view.team_id]
        payload = interaction_payloads.view_click_payload(
            self, workspace, view, user=user, action_id=action_id, value=value, values=values or {}
        )
        return await self._send_payload("click", action_id, payload, workspace=workspace, user=user)

    async def submit(self, view_id: str, user: str, values: Mapping[str, Mapping[str, Json]]) -> DispatchResult:
        """Submit a modal; `values` by block id and action id, each as Slack's view state has it.

        Fields that are not named are left as they are. Raises LookupError and ValueError for what nobody can fill in.
        """
        view = self.views[view_id]
        if view.closed:
            raise LookupError(f"{view_id} is closed")
        workspace = self.workspaces[view.team_id]
        payload = interaction_payloads.submission_payload(self, workspace, view, user, filled_in(view, values))
        callback_id = str(view.view.get("callback_id", ""))
        result = await self._send_payload("submit", callback_id, payload, workspace=workspace, user=user)
        conclude(self, view, result)
        return result

    async def close_view(self, view_id: str, user: str) -> DispatchResult | None:
        """Close a modal without sending it; None if the app did not ask to be informed.

        Raises LookupError for one that is closed.
        """
        view = self.views[view_id]
        if view.closed:
            raise LookupError(f"{view_id} is closed")
        close(self, view)
        if not view.view.get("notify_on_close"):
            return None
        workspace = self.workspaces[view.team_id]
        payload = interaction_payloads.closing_payload(self, workspace, view, user)
        callback_id = str(view.view.get("callback_id", ""))
        return await self._send_payload("close", callback_id, payload, workspace=workspace, user=user)

    async def shortcut(
        self, callback_id: str, *, user: str, channel: str | None = None, ts: str | None = None
    ) -> DispatchResult:
        """Use a shortcut on a message, or a global one if no message is named."""
        where = self.channels[channel] if channel else None
        workspace = self.first_workspace
        url = self._hand_out_url(workspace, where, user) if where else None
        payload = interaction_payloads.shortcut_payload(self, workspace, callback_id, user, channel=where, ts=ts)
        return await self._send_payload("shortcut", callback_id, payload, workspace=workspace, user=user, url=url)

    async def mention(
        self, message: PostedMessage, *, event_id: str | None = None, retry: tuple[int, str] | None = None
    ) -> DispatchResult | None:
        """Send the event about a message that mentions the bot; None if the app gets none.

        It gets one only with the scope app_mentions:read, and where the bot is a member. `event_id` and `retry` as for
        `event`. Raises ValueError if the message does not mention the bot.
        """
        workspace, where = self.workspaces[message.team_id], self.channels[message.channel]
        if f"<@{workspace.bot_user_id}>" not in message.text:
            raise ValueError("the bot is not mentioned")
        if "app_mentions:read" not in workspace.scopes or workspace.bot_user_id not in where.members or where.is_im:
            return None
        payload: Json = {
            "type": "app_mention",
            "user": message.user,
            "ts": message.ts,
            "text": message.text,
            "team": message.team_id,
            "channel": message.channel,
            "event_ts": message.ts,
        }
        if message.bot_id is not None:
            payload["bot_id"] = message.bot_id
        if message.thread_ts is not None:
            payload["thread_ts"] = message.thread_ts
        return await self.event(payload, event_id=event_id, retry=retry)

    async def event(
        self, payload: Json, *, event_id: str | None = None, retry: tuple[int, str] | None = None
    ) -> DispatchResult:
        """Send an event (its inner part); `retry` is number and reason if `event_id` is sent again."""
        workspace = self.first_workspace
        envelope = interaction_payloads.event_envelope(self, workspace, payload, event_id=event_id or self.new_id("Ev"))
        return await self._dispatcher.send(
            AppRequest(
                kind="event",
                workspace=workspace,
                text=str(payload.get("type", "")),
                payload=envelope,
                retry=retry,
            )
        )

    async def share(self, channel: str, *, organisation: str = "E0PARTNER") -> DispatchResult | None:
        """Share a channel with another organisation; None if the app has no scope for the event about it."""
        where = self.channels[channel]
        where.ext_shared, where.pending_ext_shared = True, False
        return await self._channel_event(where, {"type": "channel_shared", "connected_team_id": organisation})

    async def unshare(self, channel: str, *, organisation: str = "E0PARTNER") -> DispatchResult | None:
        """End the sharing of a channel; None if the app has no scope for the event about it."""
        where = self.channels[channel]
        where.ext_shared = False
        event = {"type": "channel_unshared", "previously_connected_team_id": organisation, "is_ext_shared": False}
        return await self._channel_event(where, event)

    async def _channel_event(self, channel: Channel, event: Json) -> DispatchResult | None:
        """Slack sends these events only with the scope that the kind of channel needs."""
        self.notify("channel", channel)
        if f"{channel.kind}:read" not in self.workspaces[channel.team_id].scopes:
            return None
        return await self.event({**event, "channel": channel.id})

    async def _send_payload(
        self,
        kind: str,
        name: str,
        payload: Json,
        *,
        workspace: Workspace,
        user: str,
        url: ResponseUrl | None = None,
    ) -> DispatchResult:
        """Send an interaction payload with a trigger id and, if there is one, its response URL."""
        if kind != "submit" or self.policies.submissions_have_triggers:
            payload["trigger_id"] = url.trigger_id if url else self.new_trigger(user)
        if url is not None:
            payload["response_url"] = self.response_urls.address(url.id)
        return await self._dispatcher.send(
            AppRequest(
                kind=kind,
                workspace=workspace,
                text=name,
                payload=payload,
                user=user,
                channel=url.channel if url else None,
                url=url,
            )
        )

    def new_trigger(self, user: str) -> str:
        """Hand out a trigger id for what a person has done."""
        trigger_id = f"{self.number()}.{self.number()}.{self.new_id('TR')}"
        self.triggers[trigger_id] = (self.clock(), user)
        return trigger_id

    def _hand_out_url(
        self, workspace: Workspace, channel: Channel, user: str, original: str | None = None
    ) -> ResponseUrl:
        return self.response_urls.hand_out(
            team_id=workspace.team_id,
            channel=channel.id,
            user=user,
            trigger_id=self.new_trigger(user),
            original=original,
        )
