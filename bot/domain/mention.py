"""Read a message that mentions the bot as the command that it means."""

import re
from collections.abc import Collection, Sequence

from bot.domain.command import NotUnderstood, SiteName
from bot.domain.command_parser import parse_command
from bot.domain.command_words import Word
from bot.domain.message_references import command_text, find_references
from bot.domain.task_url import GATEWAYS

#: a mention, whose label only old clients send (docs.slack.dev/messaging/formatting-message-text)
_MENTION = re.compile(r"<@(?P<user_id>[A-Z0-9]{1,32})(?:\|[^<>]*)?>")


def command_of_mention(
    text: str, *, bot_id: str | None, sites: Sequence[SiteName], gateways: Collection[str] = GATEWAYS
) -> str:
    """Return the text of a command: what comes after the mention, else the whole text; never raises.

    A sentence that is no command but names long tasks follows these; any other asks for help, unless it can be
    corrected. `bot_id`: the bot's user id; None for whoever is mentioned first.
    """
    found = [match for match in _MENTION.finditer(text) if bot_id in (None, match["user_id"])][:1]
    before, after = (text[: found[0].start()], text[found[0].end() :]) if found else ("", text)
    whole = f"{before} {after}".strip()
    rests = [rest for rest in dict.fromkeys((after.strip(), whole)) if rest]
    commands = [(rest, parse_command(rest, sites=sites, gateways=gateways)) for rest in rests]
    for rest, command in commands:
        if not isinstance(command, NotUnderstood):
            return rest
    if not rests:
        return ""
    references = find_references({"text": whole}, sites=sites, gateways=gateways)
    if references:
        return command_text(references, sites=sites)
    return next(
        (rest for rest, command in commands if isinstance(command, NotUnderstood) and command.suggestion), Word.HELP
    )
