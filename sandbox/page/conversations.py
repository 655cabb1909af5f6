"""The conversations that a person sees: channels, and the direct message with the bot."""

from typing import TypedDict

from sandbox.slack import SlackSimulator
from sandbox.slack.records import Channel, File


class PageConversation(TypedDict):
    """One conversation; `latest` is the ts of the newest message in it, "0" if there is none."""

    id: str
    name: str
    direct: bool
    latest: str


def conversations(slack: SlackSimulator, person: str) -> list[PageConversation]:
    """Return the conversations of a person: channels in the order of their making, then direct messages."""
    mine = [channel for channel in slack.channels.values() if person in channel.members and not channel.archived]
    return [_conversation(slack, channel, person) for channel in sorted(mine, key=lambda each: each.is_im)]


def find_conversation(slack: SlackSimulator, person: str, wanted: str | None, *, else_first: bool = False) -> str:
    """Return the id of the wanted conversation, or without one of the person's first. Raises LookupError.

    `else_first`: the first one also if the person does not see the wanted one.
    """
    mine = [each["id"] for each in conversations(slack, person)]
    if wanted is None or (else_first and wanted not in mine):
        return mine[0]
    if wanted not in mine:
        raise LookupError(wanted)
    return wanted


def find_file(slack: SlackSimulator, person: str, file_id: str) -> tuple[File, bytes]:
    """Return a file that was shared where a person sees it, and what it holds. Raises LookupError."""
    for conversation in conversations(slack, person):
        for message in slack.channels[conversation["id"]].messages.values():
            content = slack.files[file_id].content if file_id in message.file_ids and not message.deleted else None
            if content is not None:
                return slack.files[file_id], content
    raise LookupError(file_id)


def conversation_name(slack: SlackSimulator, channel: Channel, person: str) -> str:
    """Return what a conversation is called for a person: #channel, or the name of the other one."""
    others = [slack.users[each].name for each in sorted(channel.members - {person})]
    return others[0] if channel.is_im and others else f"#{channel.name}"


def _conversation(slack: SlackSimulator, channel: Channel, person: str) -> PageConversation:
    seen = [message.ts for message in channel.messages.values() if not message.deleted]
    seen += [item.ts for item in slack.ephemerals(person) if item.channel == channel.id]
    return {
        "id": channel.id,
        "name": conversation_name(slack, channel, person).removeprefix("#"),
        "direct": channel.is_im,
        "latest": max(seen, key=float, default="0"),
    }
