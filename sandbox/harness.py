"""Start both simulators, and the real bot pointed at them."""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from time import time

from bot import app
from bot.config import Settings, load
from bot.follow.deps import STORE_SECONDS
from sandbox.confluence import ConfluenceSimulator
from sandbox.public_address import PublicAddress
from sandbox.scenarios import Scenario
from sandbox.slack import SlackSimulator
from sandbox.slack.dispatcher import ACK_SECONDS
from sandbox.slack.records import DispatchResult, PostedMessage

TEAM = "T0SANDBOX"
CHANNEL = "C0RELEASES"
PERSON = "U0MARTA"
COLLEAGUE = "U0TOMAS"
TOKEN = "xoxb-sandbox-token"  # noqa: S105 -- a sandbox holds nothing of value
APP_TOKEN = "xapp-sandbox-token"  # noqa: S105 -- no token of anybody


@dataclass(kw_only=True)
class Sandbox:
    """Both simulators, the address by which others reach the bot, and the environment variables of a bot."""

    slack: SlackSimulator
    confluence: ConfluenceSimulator
    environ: dict[str, str]
    public: PublicAddress = field(default_factory=PublicAddress)
    store_seconds: float = STORE_SECONDS  #: seconds that storing a command may take
    _bots: list[AsyncExitStack] = field(default_factory=list)

    @property
    def settings(self) -> Settings:
        """The settings that a bot reads from this environment."""
        return load(self.environ)

    async def start_bot(self) -> app.Bot:
        """Start the real bot in this process and point Slack at it."""
        stack = AsyncExitStack()
        connections = len(self.slack.sockets.open)
        bot = await stack.enter_async_context(app.build(self.settings, store_seconds=self.store_seconds))
        await stack.enter_async_context(app.serving(bot))
        self._bots.append(stack)
        if self.slack.socket_mode:
            await self.slack.wait_for(lambda: len(self.slack.sockets.open) > connections, timeout=60)
        self.point_at(bot.port)
        return bot

    def point_at(self, port: int | None) -> None:
        """Let Slack and everybody else reach the bot that listens on a port."""
        self.public.target = f"http://127.0.0.1:{port}"
        self.slack.request_url = f"{self.public.target}/slack/events"

    async def stop_bot(self) -> None:
        """Stop the bot that was started last, as SIGTERM does."""
        await self._bots.pop().aclose()

    async def close(self) -> None:
        """Stop all bots and both simulators."""
        while self._bots:
            await self.stop_bot()
        await self.public.stop()
        await self.confluence.stop()
        await self.slack.stop()

    def begin(self, scenario: Scenario) -> str:
        """Start a story in Confluence now and return the id of its long task."""
        return self.confluence.add(scenario.story)

    async def type(self, text: str, *, user: str = PERSON, channel: str = CHANNEL) -> DispatchResult:
        """Type `/longtask …` into a channel."""
        return await self.slack.command(text, user=user, channel=channel)

    async def type_in(self, text: str, user: str, channel: str) -> DispatchResult:
        """Type `/longtask …` as the page does."""
        return await self.type(text, user=user, channel=channel)

    def root_of(self, remote_id: str, channel: str = CHANNEL) -> PostedMessage | None:
        """Return the newest root under which a long task is followed; None if there is none."""
        found = [message for message in self.slack.messages(channel) if remote_id in message.text]
        return found[-1] if found else None

    def thread_of(self, remote_id: str, channel: str = CHANNEL) -> list[PostedMessage]:
        """Return the thread of a long task without its root: the card, then the replies."""
        root = self.root_of(remote_id, channel)
        return [] if root is None else self.slack.thread(channel, root.ts)


@asynccontextmanager
async def open_sandbox(
    *,
    database_url: str,
    kind: str = "cloud",
    clock: Callable[[], float] = time,
    environ: dict[str, str] | None = None,
    ack_seconds: float = ACK_SECONDS,
    store_seconds: float = STORE_SECONDS,
    socket: bool = False,
) -> AsyncIterator[Sandbox]:
    """Start both simulators on free ports of 127.0.0.1, with a channel and two people in it; no bot yet.

    `ack_seconds`: how long Slack waits for an acknowledgement; `store_seconds`: how long a bot tries to store a
    command; `socket`: in Socket Mode instead of HTTP.
    """
    slack = SlackSimulator(clock=clock, ack_seconds=ack_seconds)
    slack.socket_mode = socket
    slack.add_app_token(APP_TOKEN)
    slack.add_workspace(TEAM, TOKEN, domain="sandbox")
    slack.add_user(PERSON, name="marta")
    slack.add_user(COLLEAGUE, name="tomas")
    slack.add_channel(CHANNEL, "releases", members=[PERSON, COLLEAGUE, slack.workspaces[TEAM].bot_user_id])
    site = ConfluenceSimulator(clock=clock, kind=kind)
    public = PublicAddress()
    await slack.start()
    await site.start()
    await public.start()
    credential = (
        {"CONFLUENCE_EMAIL": site.account.email, "CONFLUENCE_API_TOKEN": site.account.token}
        if site.is_cloud
        else {"CONFLUENCE_TOKEN": site.account.token}
    )
    sandbox = Sandbox(
        slack=slack,
        confluence=site,
        public=public,
        store_seconds=store_seconds,
        environ={
            "PORT": "0",
            "HOST": "127.0.0.1",
            "DATABASE_URL": database_url,
            **({"SLACK_APP_TOKEN": APP_TOKEN} if socket else {"SLACK_SIGNING_SECRET": slack.signing_secret}),
            "SLACK_BOT_TOKEN": TOKEN,
            "SLACK_API_URL": slack.api_url,
            "CONFLUENCE_URL": site.base_url,
            "CONFLUENCE_KIND": kind,
            "PUBLIC_URL": public.url,
            **credential,
            **(environ or {}),
        },
    )
    try:
        yield sandbox
    finally:
        await sandbox.close()
