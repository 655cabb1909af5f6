"""Read a message that mentions the bot as the command that it means."""

import re
from collections.abc import Collection, Sequence

from bot.domain.command import NotUnderstood, SiteName
from bot.domain.command_parser import parse_command
from bot.domain.command_words import Word, word_of
from bot.domain.message_references import command_text, find_references
from bot.domain.task_url import GATEWAYS

#: a mention, whose label only old clients send (docs.slack.dev/messaging/formatting-message-text)
_MENTION = re.compile(r"<@(?P<user_id>[A-Z0-9]{1,32})(?:\|[^<>]*)?>")
#: words that people say to be polite
_POLITE = re.compile(
    r"\b(?:please|pls|thanks|thank you|bitte|danke|будь ласка|дякую)\b[!.,]?|お願いします|ありがとう", re.IGNORECASE
)
#: words of commands that do something else with a long task than following it
_ELSE = frozenset(Word) - {
    *(Word.FOLLOW, Word.WATCH, Word.QUIET, Word.NORMAL, Word.ALL, Word.PAGE, Word.CHANNEL),
    *(Word.COPY, Word.DELETE, Word.ARCHIVE, Word.SPACE, Word.MOVE, Word.AS),
}


def command_of_mention(
    text: str, *, bot_id: str | None, sites: Sequence[SiteName], gateways: Collection[str] = GATEWAYS
) -> str:
    """Return the text of a command: what comes after the mention, else the whole text; never raises.

    A sentence that is no command, nor can be corrected to one, follows the long tasks that it names, unless it speaks
    of something else than following; any other asks for help. `bot_id`: the bot's user id; None for the
    first that is mentioned.
    """
    found = [match for match in _MENTION.finditer(text) if bot_id in (None, match["user_id"])][:1]
    before, after = (text[: found[0].start()], text[found[0].end() :]) if found else ("", text)
    whole = f"{before} {after}".strip()
    if not whole:
        return ""
    rests = [rest for rest in dict.fromkeys(_POLITE.sub("", each).strip() for each in (after, whole)) if rest]
    commands = [(rest, parse_command(rest, sites=sites, gateways=gateways)) for rest in rests]
    for rest, command in commands:
        if not isinstance(command, NotUnderstood) or command.suggestion:
            return rest
    speaks_of_else = any(word_of(word.strip(".,!?")) in _ELSE for word in whole.split())
    references = () if speaks_of_else else find_references({"text": whole}, sites=sites, gateways=gateways)
    return command_text(references, sites=sites) if references else Word.HELP
