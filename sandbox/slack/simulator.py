"""A Slack workspace that a bot can be pointed at, served over HTTP."""

import time
from collections.abc import Callable, Sequence
from typing import Self, TypeVar

from aiohttp import web
from aiohttp.typedefs import Middleware

from sandbox.other_sites import refuse_other_sites
from sandbox.server_clock import dated
from sandbox.slack.dispatcher import ACK_SECONDS
from sandbox.slack.faults import Faults
from sandbox.slack.interactions import SIGNING_SECRET
from sandbox.slack.life_cycle import LifeCycle
from sandbox.slack.rate_limits import RateLimits
from sandbox.slack.records import EphemeralMessage, PostedMessage, StateChange, View
from sandbox.slack.web_api import WebApi

_T = TypeVar("_T")

#: bytes of a request
LONGEST_REQUEST = 64 * 1024 * 1024


class SlackSimulator(LifeCycle):
    """Slack over HTTP on 127.0.0.1: start it, add a workspace, set `request_url`, send commands, read messages."""

    def __init__(
        self,
        *,
        clock: Callable[[], float] = time.time,
        signing_secret: str = SIGNING_SECRET,
        ack_seconds: float = ACK_SECONDS,
        faults: Faults | None = None,
    ) -> None:
        """`clock` returns seconds since the epoch, for ts, limits and life spans."""
        super().__init__(clock=clock, signing_secret=signing_secret, ack_seconds=ack_seconds, faults=faults)
        self.limits = RateLimits(clock=clock)
        self._runner: web.AppRunner | None = None

    async def start(self, port: int = 0, *, middlewares: Sequence[Middleware] = ()) -> None:
        """Listen on 127.0.0.1; port 0 takes a free one. `middlewares` see every request of the bot."""
        app = web.Application(client_max_size=LONGEST_REQUEST, middlewares=[refuse_other_sites, *middlewares])
        app.on_response_prepare.append(dated(lambda: self.clock_ahead))
        app.add_routes(WebApi(self, self.limits, self.faults, self.sockets).routes())
        app.add_routes(self.response_urls.routes())
        app.add_routes(self.sockets.routes())
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", port)
        await site.start()
        self.origin = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        await self._dispatcher.start()

    async def stop(self) -> None:
        """Close everything; what was posted can still be read."""
        await self._dispatcher.stop()
        await self.envelopes.stop()
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def __aenter__(self) -> Self:
        """Start on a free port."""
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop."""
        await self.stop()

    @property
    def api_url(self) -> str:
        """The Web API's address, for SLACK_API_URL."""
        return f"{self.origin}/api/"

    # -- reading ----------------------------------------------------------------------------------------------

    def messages(self, channel: str, *, deleted: bool = False) -> list[PostedMessage]:
        """Return the messages of a channel outside threads, oldest first; with `deleted`, also deleted ones."""
        return [
            message
            for message in self.channels[channel].messages.values()
            if message.thread_ts is None and (deleted or not message.deleted)
        ]

    def thread(self, channel: str, root_ts: str, *, deleted: bool = False) -> list[PostedMessage]:
        """Return the replies of a thread, oldest first, without the root."""
        where = self.channels[channel]
        replies = [where.messages[ts] for ts in where.replies.get(root_ts, [])]
        return [reply for reply in replies if deleted or not reply.deleted]

    def message(self, channel: str, ts: str) -> PostedMessage:
        """Return one message, deleted or not, with all its versions."""
        return self.channels[channel].messages[ts]

    def ephemerals(self, user: str, *, gone: bool = False) -> list[EphemeralMessage]:
        """Return what only one person was shown: acknowledgements, responses, chat.postEphemeral, Slack's own text."""
        return [item for item in self.private_messages if item.user == user and (gone or not item.gone)]

    def dms(self, user: str) -> list[PostedMessage]:
        """Return the direct messages between the bot and a person, threads included."""
        pairs = [{workspace.bot_user_id, user} for workspace in self.workspaces.values()]
        return [
            message
            for channel in self.channels.values()
            if channel.is_im and channel.members in pairs
            for message in channel.messages.values()
            if not message.deleted
        ]

    def home(self, user: str) -> View | None:
        """Return what a person's home tab shows; None if nothing was published."""
        return self.views.get(f"VHOME{self.users[user].team_id}{user}")

    def name_of(self, some_id: str) -> str | None:
        """Return the name of a person or a channel as Slack shows it: @name, #name; None for an unknown id."""
        user, channel = self.users.get(some_id), self.channels.get(some_id)
        return f"@{user.name}" if user else f"#{channel.name}" if channel else None

    async def wait_for(self, predicate: Callable[[], _T], timeout: float = 60.0) -> _T:  # noqa: ASYNC109 -- a test names its limit
        """Return what `predicate` returns, once that is true; it is called at each change.

        Raises TimeoutError after `timeout` seconds without it.
        """
        return await self.observers.wait_for(predicate, timeout)

    def subscribe(self, callback: Callable[[StateChange], None]) -> Callable[[], None]:
        """Call back at each change, until the returned function is called."""
        return self.observers.subscribe(callback)
