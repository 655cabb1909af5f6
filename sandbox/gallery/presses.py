"""Define examples of answers to buttons."""

from collections.abc import Iterator
from datetime import datetime

from bot.render import replies
from bot.render.i18n import Texts
from bot.render.message import Message
from bot.render.thread import ThreadView


def presses(texts: Texts, view: ThreadView, *, at: datetime) -> Iterator[tuple[str, Message]]:
    """Yield the answer to each button of a thread. `at`: when it was checked (UTC)."""
    yield "notified", replies.notified(texts, view, subscription_id="1")
    yield "not notified", replies.not_notified(texts, view, subscription_id="1")
    yield "checked: moved", replies.checked(texts, at, 42.0, moved=True)
    yield "checked: not moved", replies.checked(texts, at, 42.0, moved=False)
    yield "checked: no percentage", replies.checked(texts, at, None, moved=False)
    yield "checked: ended", replies.checked_and_ended(texts, at)
    yield "checked just now", replies.checked_just_now(texts, at)
    yield "no answer yet", replies.no_answer_yet(texts, at)
    yield "no longer followed", replies.no_longer_followed(texts)
    yield (
        "pressed in",
        replies.together(texts, [replies.pressed_in(texts, "C0DOCS"), replies.no_longer_followed(texts)]),
    )
    yield "taken over", replies.taken_over(texts, view, subscription_id="1")
    yield "not taken over", replies.not_taken_over(texts, "U0ANNA")
