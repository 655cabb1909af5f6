"""The state of the simulated Slack: workspaces, users, channels, messages, and the log of calls."""

import itertools
from collections.abc import Callable, Iterable
from copy import deepcopy

from sandbox.slack.message_content import MessageContent, find_mentions
from sandbox.slack.observers import Observers
from sandbox.slack.policies import Policies
from sandbox.slack.records import (
    ApiCall,
    AppToken,
    Channel,
    DispatchResult,
    EphemeralMessage,
    File,
    Json,
    PostedMessage,
    StateChange,
    User,
    Version,
    View,
    Workspace,
)


class SlackState:
    """All that the simulator holds; observers are notified of every change."""

    def __init__(self, *, clock: Callable[[], float]) -> None:
        """`clock` returns seconds since the epoch."""
        self.clock = clock
        self.policies = Policies()
        #: the simulator's own address, once it listens
        self.origin = ""
        #: seconds by which the `Date` of its answers is ahead of the real time
        self.clock_ahead = 0.0
        self.observers = Observers()
        self.app_id = "A0LONGTASK"
        #: tokens of the app, by what they are
        self.app_tokens: dict[str, AppToken] = {}
        #: whether requests to the bot come over its WebSockets instead of HTTP
        self.socket_mode = False
        self.workspaces: dict[str, Workspace] = {}
        self.users: dict[str, User] = {}
        self.channels: dict[str, Channel] = {}
        self.files: dict[str, File] = {}
        self.views: dict[str, View] = {}
        #: every request of the bot, in order
        self.calls: list[ApiCall] = []
        #: every request to the bot, in order
        self.requests: list[DispatchResult] = []
        self.private_messages: list[EphemeralMessage] = []
        #: trigger id -> (when it was handed out, user)
        self.triggers: dict[str, tuple[float, str]] = {}
        self.used_triggers: set[str] = set()
        #: seconds for which a trigger id is good (docs.slack.dev/interactivity/handling-user-interaction)
        self.trigger_seconds = 3.0
        self._numbers = itertools.count(1)
        self._last_ts: dict[str, int] = {}

    def number(self) -> int:
        """Return a number that was not used before."""
        return next(self._numbers)

    def new_id(self, letter: str) -> str:
        """Return a new id in Slack's style."""
        return f"{letter}0SIM{self.number():06d}"

    def next_ts(self, team_id: str) -> str:
        """Return a new ts: seconds with microseconds, unique and increasing within the workspace."""
        micros = max(int(self.clock() * 1_000_000), self._last_ts.get(team_id, 0) + 1)
        self._last_ts[team_id] = micros
        return f"{micros // 1_000_000}.{micros % 1_000_000:06d}"

    def notify(self, kind: str, item: object) -> None:
        """Notify the observers of a change."""
        self.observers.notify(StateChange(kind=kind, at=self.clock(), item=item))

    # -- messages ---------------------------------------------------------------------------------------------

    def post(
        self,
        workspace: Workspace,
        channel: Channel,
        content: MessageContent,
        *,
        thread_ts: str | None = None,
        reply_broadcast: bool = False,
        file_ids: tuple[str, ...] = (),
        user: str | None = None,
    ) -> PostedMessage:
        """Post a message in a channel: from the workspace's bot, or from `user`."""
        version = self._version(content)
        message = PostedMessage(
            ts=self.next_ts(channel.team_id),
            channel=channel.id,
            team_id=workspace.team_id,
            user=user or workspace.bot_user_id,
            bot_id=None if user else workspace.bot_id,
            versions=[version],
            thread_ts=thread_ts,
            reply_broadcast=reply_broadcast,
            mentions=tuple(name for name in find_mentions(version.text, version.blocks) if name in self.users),
            file_ids=file_ids,
        )
        channel.messages[message.ts] = message
        if thread_ts is not None:
            channel.replies.setdefault(thread_ts, []).append(message.ts)
        self.notify("posted", message)
        return message

    def edit(self, message: PostedMessage, content: MessageContent) -> None:
        """Give a message new content; parts that `content` leaves out are kept."""
        version = self._version(content, message.versions[-1])
        message.versions.append(version)
        message.edited_label = not version.blocks
        self.notify("edited", message)

    def delete(self, message: PostedMessage) -> None:
        """Delete a message; its versions can still be read."""
        message.deleted_at = self.clock()
        self.notify("deleted", message)

    def show_to_one(self, ephemeral: EphemeralMessage) -> None:
        """Show a message to one person."""
        ephemeral.blocks = self.with_ids(ephemeral.blocks)
        self.private_messages.append(ephemeral)
        self.notify("ephemeral", ephemeral)

    def _version(self, content: MessageContent, before: Version | None = None) -> Version:
        if content.blocks is not None:
            blocks = self.with_ids(content.blocks)
        else:  # Slack: text without blocks removes them, neither keeps them
            blocks = before.blocks if before is not None and content.text is None else ()
        metadata = content.metadata if content.metadata is not None else before and before.metadata
        return Version(
            at=self.clock(),
            text=content.text if content.text is not None else before.text if before else "",
            blocks=blocks,
            metadata=metadata or None,
            attachments=content.attachments,
        )

    def with_ids(self, blocks: Iterable[Json]) -> tuple[Json, ...]:
        """Return the blocks, each with a block id: Slack generates those that are missing."""
        return tuple({"block_id": f"s{self.number():05x}", **deepcopy(block)} for block in blocks)

    # -- direct messages --------------------------------------------------------------------------------------

    def open_im(self, workspace: Workspace, user_id: str) -> Channel:
        """Return the direct message between the bot and a person; the first call creates it."""
        pair = {workspace.bot_user_id, user_id}
        for channel in self.channels.values():
            if channel.is_im and channel.members == pair and channel.team_id == workspace.team_id:
                return channel
        channel = Channel(
            id=self.new_id("D"),
            name="directmessage",
            team_id=workspace.team_id,
            members=pair,
            is_im=True,
            teams={workspace.team_id},
        )
        self.channels[channel.id] = channel
        self.notify("channel", channel)
        return channel

    # -- the log ----------------------------------------------------------------------------------------------

    def log_call(
        self,
        method: str,
        *,
        team_id: str | None,
        arguments: Json,
        status: int | None,
        answer: Json | str | None,
        fault: str | None,
    ) -> None:
        """Log one request of the bot."""
        call = ApiCall(
            number=len(self.calls) + 1,
            at=self.clock(),
            method=method,
            team_id=team_id,
            arguments=arguments,
            status=status,
            answer=answer,
            fault=fault,
        )
        self.calls.append(call)
        self.notify("call", call)

    def log_request(self, result: DispatchResult) -> None:
        """Log one request to the bot."""
        self.requests.append(result)
        self.notify("request", result)
