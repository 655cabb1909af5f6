"""Recognizes private answers by the bot's own sentences.

An acknowledgement and a message to a response URL carry no metadata, so their text is all that there is to go by. The
sentences come from `bot.render.replies`.
"""

from datetime import UTC, datetime

from bot.render import replies
from bot.render.i18n import english

_TEXTS = english()
NOTHING_STARTED = replies.nothing_started(_TEXTS).text
#: the time that the sentence may name is cut off
_RATE_LIMITED = replies.rate_limited(_TEXTS, datetime(2000, 1, 1, tzinfo=UTC)).text.partition("<!date")[0]
_FAILURES = frozenset(
    {
        NOTHING_STARTED,
        replies.confluence_unavailable(_TEXTS).text,
        replies.confluence_unreadable(_TEXTS).text,
        replies.gone_wrong(_TEXTS).text,
        replies.not_known(_TEXTS).text,
        replies.rate_limited(_TEXTS).text,
    }
)


def says_failed(text: str) -> bool:
    """Whether an answer says that the command failed through no fault of the person, who may try again."""
    return text in _FAILURES or text.startswith(_RATE_LIMITED)


def says_followed(text: str, remote_id: str) -> bool:
    """Whether an answer says that the channel follows a long task, now or already."""
    new = replies.following(_TEXTS, [replies.Followed(remote_id=remote_id)]).text
    # A link to the thread may come after either sentence.
    return text.startswith((new, replies.already_following(_TEXTS, remote_id).text))


def says_stopped(text: str, remote_id: str) -> bool:
    """Whether an answer says that the channel no longer follows a long task."""
    return text.startswith(replies.stopped(_TEXTS, remote_id).text)
