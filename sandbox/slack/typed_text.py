"""Turn what a person types into the text of a message: names become mentions, and addresses become links.

Documented: https://docs.slack.dev/messaging/formatting-message-text
"""

import re

from sandbox.slack.state import SlackState

#: code, which stays; an address without the punctuation that ends a sentence; the name of a person or a channel
_PART = re.compile(
    r"(?P<code>`[^`\n]+`)|(?P<url>https?://[^\s<>|`]*[^\s<>|`.,;:!?)'\"])|(?<!\w)(?P<name>[@#][\w.-]*\w)"
)


def message_text(state: SlackState, typed: str) -> str:
    """Return the text that a message has when a person typed this."""
    parts = []
    place = 0
    for match in _PART.finditer(typed):
        parts += [_escaped(typed[place : match.start()]), _marked_up(state, match)]
        place = match.end()
    return "".join([*parts, _escaped(typed[place:])])


def _marked_up(state: SlackState, match: re.Match[str]) -> str:
    if match["url"]:
        return f"<{_escaped(match['url'])}>"
    found = _find(state, match["name"]) if match["name"] else None
    return f"<{match['name'][0]}{found}>" if found else _escaped(match[0])


def _find(state: SlackState, name: str) -> str | None:
    """Return the id of the person or channel of this name, which begins with @ or #; None if there is none."""
    named = state.users if name[0] == "@" else state.channels
    return next((some_id for some_id, one in named.items() if one.name.casefold() == name[1:].casefold()), None)


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
