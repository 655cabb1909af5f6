"""Recognizes private answers by the bot's own sentences.

An acknowledgement and a message to a response URL carry no metadata, so their text is all that there is to go by. The
sentences come from `bot.render.replies`.
"""

from datetime import UTC, datetime

from bot.render import replies
from bot.render.i18n import english

_TEXTS = english()
NOTHING_STARTED = replies.nothing_started(_TEXTS).text
_FAILURES = frozenset(
    {NOTHING_STARTED, replies.gone_wrong(_TEXTS).text, replies.not_known(_TEXTS).text},
)
#: each may stand after the ids that are not followed
_REASONS = (
    replies.confluence_unavailable(_TEXTS),
    replies.confluence_unreadable(_TEXTS),
    replies.rate_limited(_TEXTS),
    # The time that the sentence names is cut off.
    replies.rate_limited(_TEXTS, datetime(2000, 1, 1, tzinfo=UTC)).partition("<!date")[0],
)


def says_failed(text: str) -> bool:
    """Whether an answer says that the command failed through no fault of the person, who may try again."""
    return text in _FAILURES or any(reason in text for reason in _REASONS)


def says_coming(text: str, remote_id: str) -> bool:
    """Whether a private message says that the answer to a command is still to come."""
    return text in (
        replies.coming(_TEXTS, [remote_id]).text,
        replies.coming(_TEXTS, [], not_found=[remote_id]).text,
    )


def says_followed(text: str, remote_id: str) -> bool:
    """Whether an answer says that the channel follows a long task, now or already."""
    new = replies.arrived(_TEXTS, [replies.Followed(remote_id=remote_id)]).text
    # A link to the thread may come after either sentence.
    return text.startswith((new, replies.already_following(_TEXTS, remote_id).text))


def says_stopped(text: str, remote_id: str) -> bool:
    """Whether an answer says that the channel no longer follows a long task."""
    return text.startswith(replies.stopped(_TEXTS, remote_id).text)
