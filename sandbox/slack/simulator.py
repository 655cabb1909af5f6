"""A Slack workspace that a bot can be pointed at."""

import time
from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from aiohttp import web
from aiohttp.typedefs import Middleware

from sandbox.slack.control import Control
from sandbox.slack.faults import Faults
from sandbox.slack.inbound import Inbound
from sandbox.slack.limits import Limits
from sandbox.slack.policies import Policies
from sandbox.slack.records import Change, CommandResult, Ephemeral, Json, Message
from sandbox.slack.response_urls import ResponseUrls
from sandbox.slack.sending import ACK_SECONDS, Sender
from sandbox.slack.signing import Signing
from sandbox.slack.stage import Stage
from sandbox.slack.web_api import WebApi

T = TypeVar("T")

SIGNING_SECRET = "sandbox-signing-secret"  # noqa: S105 - guards nothing but the sandbox
#: bytes a request may have
LONGEST_REQUEST = 64 * 1024 * 1024


class SlackSimulator(Stage):
    """Slack over HTTP on 127.0.0.1. Start it, add a workspace, set `request_url`, send commands, look.

    `clock` says the time for ts, limits and life spans; `wall_clock` the time requests are signed at, which the bot
    compares with its own. `faults`: a script of one's own making.
    """

    def __init__(
        self,
        *,
        clock: Callable[[], float] = time.time,
        wall_clock: Callable[[], float] = time.time,
        signing_secret: str = SIGNING_SECRET,
        history_allowed: bool = False,
        policies: Policies | None = None,
        seed: int = 0,
        ack_seconds: float = ACK_SECONDS,
        faults: Faults | None = None,
    ) -> None:
        super().__init__(clock=clock, policies=policies or Policies())
        self.signing_secret = signing_secret
        self.history_allowed = history_allowed
        self.limits = Limits(clock=clock)
        self.faults = faults or Faults(seed=seed)
        self._urls = ResponseUrls(self, self.faults)
        self._sender = Sender(
            self, self._urls, signing_secret=signing_secret, wall_clock=wall_clock, ack_seconds=ack_seconds
        )
        self._inbound = Inbound(self, self._urls, self._sender)
        self._runner: web.AppRunner | None = None

    # -- life -------------------------------------------------------------------------------------------------

    async def start(self, port: int = 0, *, middlewares: Sequence[Middleware] = ()) -> None:
        """Listen on 127.0.0.1; port 0 takes a free one. `middlewares` see every request of the bot."""
        app = web.Application(client_max_size=LONGEST_REQUEST, middlewares=middlewares)
        app.add_routes(WebApi(self, self.limits, self.faults).routes())
        app.add_routes(self._urls.routes())
        app.add_routes(Control(self).routes())
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", port)
        await site.start()
        self.origin = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        await self._sender.start()

    async def stop(self) -> None:
        """Close everything; what was seen stays readable."""
        await self._sender.stop()
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def __aenter__(self) -> "SlackSimulator":
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    @property
    def api_url(self) -> str:
        """The Web API's address, for SLACK_API_URL."""
        return f"{self.origin}/api/"

    @property
    def request_url(self) -> str:
        """The bot's /slack/events."""
        return self._sender.request_url

    @request_url.setter
    def request_url(self, url: str) -> None:
        self._sender.request_url = url

    # -- to the bot -------------------------------------------------------------------------------------------

    async def command(
        self,
        text: str,
        *,
        user: str,
        channel: str,
        command: str = "/longtask",
        team: str | None = None,
        signing: Signing = Signing.GOOD,
    ) -> CommandResult:
        """Type a slash command into a channel. Raises KeyError for a user or channel nobody added."""
        return await self._inbound.command(
            text, user=user, channel=channel, command=command, team=team, signing=signing
        )

    async def click(
        self,
        channel: str,
        ts: str,
        action_id: str,
        user: str,
        value: str | None = None,
        *,
        signing: Signing = Signing.GOOD,
    ) -> CommandResult:
        """Click a button, of a message or of something ephemeral. With a `value`, also one that is not there."""
        return await self._inbound.click(channel, ts, action_id=action_id, user=user, value=value, signing=signing)

    async def submit(
        self,
        view_id: str,
        user: str,
        values: Mapping[str, Mapping[str, Json]],
        *,
        signing: Signing = Signing.GOOD,
    ) -> CommandResult:
        """Submit a modal; `values` by block id and action id, each as Slack's view state has it."""
        return await self._inbound.submit(view_id, user, values, signing)

    async def click_view(
        self, view_id: str, action_id: str, user: str, value: str | None = None, *, signing: Signing = Signing.GOOD
    ) -> CommandResult:
        """Click a button in a modal or on the Home tab."""
        return await self._inbound.click_view(view_id, action_id=action_id, user=user, value=value, signing=signing)

    async def shortcut(
        self,
        callback_id: str,
        *,
        user: str,
        channel: str | None = None,
        ts: str | None = None,
        team: str | None = None,
        signing: Signing = Signing.GOOD,
    ) -> CommandResult:
        """Use a shortcut on a message, or a global one where none is named."""
        return await self._inbound.shortcut(
            callback_id, user=user, team=team or self._first().team_id, channel=channel, ts=ts, signing=signing
        )

    async def event(
        self,
        payload: Json,
        *,
        team: str | None = None,
        event_id: str | None = None,
        retry: tuple[int, str] | None = None,
        signing: Signing = Signing.GOOD,
    ) -> CommandResult:
        """Send an event (its inner part); `retry` is number and reason, for a repetition of `event_id`."""
        return await self._inbound.event(
            payload, team=team or self._first().team_id, event_id=event_id, retry=retry, signing=signing
        )

    def response_url(self, url_id: str) -> str:
        """The URL that a command's or click's `response_url_id` stands for."""
        return self._urls.url(url_id)

    # -- looking ----------------------------------------------------------------------------------------------

    def messages(self, channel: str, *, deleted: bool = False) -> list[Message]:
        """The messages of a channel outside threads, oldest first; deleted ones where asked for."""
        return [
            message
            for message in self.channels[channel].messages.values()
            if message.thread_ts is None and (deleted or not message.deleted)
        ]

    def thread(self, channel: str, root_ts: str, *, deleted: bool = False) -> list[Message]:
        """The replies of a thread, oldest first, without the root."""
        where = self.channels[channel]
        replies = [where.messages[ts] for ts in where.replies.get(root_ts, [])]
        return [reply for reply in replies if deleted or not reply.deleted]

    def message(self, channel: str, ts: str) -> Message:
        """One message, deleted or not, with all its versions."""
        return self.channels[channel].messages[ts]

    def ephemerals(self, user: str, *, gone: bool = False) -> list[Ephemeral]:
        """What one person alone was shown: acknowledgements, `response_url`, chat.postEphemeral, Slack's own words."""
        return [item for item in self.private_messages if item.user == user and (gone or not item.gone)]

    def dms(self, user: str) -> list[Message]:
        """What stands in the direct message between the bot and a person, threads included."""
        pairs = [{workspace.bot_user_id, user} for workspace in self.workspaces.values()]
        return [
            message
            for channel in self.channels.values()
            if channel.is_im and channel.members in pairs
            for message in channel.messages.values()
            if not message.deleted
        ]

    async def wait_for(self, predicate: Callable[[], T], timeout: float = 5.0) -> T:  # noqa: ASYNC109 - a test names its patience
        """What `predicate` returns, once that is true; asked at each change.

        Raises TimeoutError after `timeout` seconds without it.
        """
        return await self.changes.wait_for(predicate, timeout)

    def subscribe(self, callback: Callable[[Change], None]) -> Callable[[], None]:
        """Call back at each change, until the returned function is called."""
        return self.changes.subscribe(callback)
