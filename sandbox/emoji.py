"""Show the emoji that the bot's messages name, as Slack does."""

import re
from collections.abc import Mapping

_NAME = re.compile(r":[a-z0-9_+'-]+:")

#: the name of an emoji in Slack -> its characters
_CHARACTERS: Mapping[str, str] = {
    ":hourglass_flowing_sand:": "\u23f3",
    ":white_check_mark:": "\u2705",
    ":warning:": "\u26a0\ufe0f",
    ":x:": "\u274c",
    ":grey_question:": "\u2754",
    ":black_square_for_stop:": "\u23f9\ufe0f",
}


def shown(text: str) -> str:
    """Replace the names of the emoji that the bot uses; others, which a title may hold, stay to be noticed."""
    return _NAME.sub(lambda match: _CHARACTERS.get(match[0], match[0]), text)
