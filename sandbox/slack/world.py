"""The state of the simulated Slack: workspaces, people, channels, messages."""

import itertools
from collections.abc import Callable, Iterable
from copy import deepcopy

from sandbox.slack.changes import Changes
from sandbox.slack.content import Content, mentioned
from sandbox.slack.policies import Policies
from sandbox.slack.records import (
    Call,
    Change,
    Channel,
    CommandResult,
    Ephemeral,
    File,
    Json,
    Message,
    User,
    Version,
    View,
    Workspace,
)


class World:
    """What is, what was said, and what was called; every change goes through `changes`."""

    def __init__(self, *, clock: Callable[[], float], policies: Policies) -> None:
        #: seconds since the epoch
        self.clock = clock
        self.policies = policies
        #: the simulator's own address, once it listens
        self.origin = ""
        self.changes = Changes()
        self.workspaces: dict[str, Workspace] = {}
        self.users: dict[str, User] = {}
        self.channels: dict[str, Channel] = {}
        self.files: dict[str, File] = {}
        self.views: dict[str, View] = {}
        #: every request of the bot, in order
        self.calls: list[Call] = []
        #: every request to the bot, in order
        self.requests: list[CommandResult] = []
        self.private_messages: list[Ephemeral] = []
        #: trigger id -> (when it was handed out, user)
        self.triggers: dict[str, tuple[float, str]] = {}
        self.used_triggers: set[str] = set()
        self._numbers = itertools.count(1)
        self._last_ts: dict[str, int] = {}

    def number(self) -> int:
        """A number nobody had before."""
        return next(self._numbers)

    def new_id(self, letter: str) -> str:
        """An id in Slack's style, never given before."""
        return f"{letter}0SIM{self.number():06d}"

    def next_ts(self, team_id: str) -> str:
        """A ts: seconds with microseconds, unique and increasing within the workspace."""
        micros = max(int(self.clock() * 1_000_000), self._last_ts.get(team_id, 0) + 1)
        self._last_ts[team_id] = micros
        return f"{micros // 1_000_000}.{micros % 1_000_000:06d}"

    def changed(self, kind: str, item: object) -> None:
        """Tell everybody who looks on."""
        self.changes.tell(Change(kind=kind, at=self.clock(), item=item))

    # -- messages ---------------------------------------------------------------------------------------------

    def post(
        self,
        workspace: Workspace,
        channel: Channel,
        content: Content,
        *,
        thread_ts: str | None = None,
        reply_broadcast: bool = False,
        unfurl_links: bool | None = None,
        unfurl_media: bool | None = None,
        file_ids: tuple[str, ...] = (),
        user: str | None = None,
    ) -> Message:
        """Put a message into a channel; by the workspace's bot, unless a `user` is named."""
        version = self._version(content)
        known, unknown = self._people(version)
        message = Message(
            ts=self.next_ts(channel.team_id),
            channel=channel.id,
            team_id=workspace.team_id,
            user=user or workspace.bot_user_id,
            bot_id=None if user else workspace.bot_id,
            versions=[version],
            thread_ts=thread_ts,
            reply_broadcast=reply_broadcast,
            unfurl_links=unfurl_links,
            unfurl_media=unfurl_media,
            mentions=known,
            unknown_mentions=unknown,
            file_ids=file_ids,
        )
        channel.messages[message.ts] = message
        if thread_ts is not None:
            channel.replies.setdefault(thread_ts, []).append(message.ts)
        self.changed("posted", message)
        return message

    def edit(self, message: Message, content: Content) -> None:
        """Give a message new content; parts that `content` leaves out stay as they were."""
        version = self._version(content, message.versions[-1])
        message.versions.append(version)
        message.edited_label = not version.blocks
        unknown = self._people(version)[1]
        message.unknown_mentions = tuple(dict.fromkeys(message.unknown_mentions + unknown))
        self.changed("edited", message)

    def delete(self, message: Message) -> None:
        """Take a message away; what it said is kept for whoever looks into the history."""
        message.deleted_at = self.clock()
        self.changed("deleted", message)

    def whisper(self, ephemeral: Ephemeral) -> None:
        """Show something to one person."""
        ephemeral.blocks = self.with_ids(ephemeral.blocks)
        self.private_messages.append(ephemeral)
        self.changed("ephemeral", ephemeral)

    def _version(self, content: Content, before: Version | None = None) -> Version:
        old_blocks = before.blocks if before else ()
        old_ids = {block["block_id"] for block in old_blocks}
        if content.blocks is not None:
            blocks = self.with_ids(content.blocks)
        else:  # Slack: text without blocks removes them, neither keeps them
            blocks = () if content.text is not None else old_blocks
        sent_ids = [str(block["block_id"]) for block in content.blocks or () if "block_id" in block]
        metadata = content.metadata if content.metadata is not None else before and before.metadata
        attachments = content.attachments if content.attachments is not None else before and before.attachments
        return Version(
            at=self.clock(),
            text=content.text if content.text is not None else before.text if before else "",
            blocks=blocks,
            metadata=metadata or None,
            attachments=tuple(attachments or ()),
            reused_block_ids=tuple(name for name in sent_ids if name in old_ids),
        )

    def with_ids(self, blocks: Iterable[Json]) -> tuple[Json, ...]:
        """The blocks, each with a block id: Slack makes up those that are missing."""
        return tuple({"block_id": f"s{self.number():05x}", **deepcopy(block)} for block in blocks)

    def _people(self, version: Version) -> tuple[tuple[str, ...], tuple[str, ...]]:
        named = mentioned(version.text, version.blocks)
        known = tuple(user for user in named if user in self.users)
        return known, tuple(user for user in named if user not in self.users)

    # -- direct messages --------------------------------------------------------------------------------------

    def open_im(self, workspace: Workspace, user_id: str) -> Channel:
        """The direct message between the bot and a person, made where there is none yet."""
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
        self.changed("channel", channel)
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
        """Write down one request of the bot."""
        call = Call(
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
        self.changed("call", call)

    def log_request(self, result: CommandResult) -> None:
        """Write down one request to the bot."""
        self.requests.append(result)
        self.changed("request", result)
