"""Render the root: the message in the channel that a thread hangs from."""

from bot.domain.states import Outcome
from bot.domain.summary import Summary
from bot.render import failure, phrases, results
from bot.render.blocks import context, message, section
from bot.render.headline import headline, marked, task_id
from bot.render.i18n import Texts, wording
from bot.render.message import Message
from bot.render.mrkdwn import Mrkdwn, joined, mention, on_one_line
from bot.render.thread import ThreadView, is_followed

#: by a script, and by a person
_FOLLOWED = (
    # Translators: a hook is an address that scripts call; {person} had this bot make it
    wording("Followed by a script (hook made by {person}) · details in the thread"),
    wording("Followed by {person} · details in the thread"),
)
_WAS_FOLLOWED = (
    wording("Was followed by a script (hook made by {person}) · details in the thread"),
    wording("Was followed by {person} · details in the thread"),
)


def root(texts: Texts, view: ThreadView, summary: Summary) -> Message:
    """Say what is followed, where and for whom, and at the end the result. Changes with the outcome only."""
    line, result = headline(texts, view), _result(texts, view, summary)
    small = on_one_line([_followed(texts, view), task_id(texts, view)])
    lines = [result] if result else []
    return message([line, *lines, small], [section(joined("\n", [marked(view, line), *lines])), context(small)])


def _followed(texts: Texts, view: ThreadView) -> Mrkdwn | None:
    if view.beginning_unknown:
        return None
    if view.owner_id is None:
        return texts.say("Found by this channel's watch · details in the thread")
    by_script, by_person = _FOLLOWED if is_followed(view) else _WAS_FOLLOWED
    return texts.say(by_script if view.by_script else by_person, person=mention(view.owner_id))


def _result(texts: Texts, view: ThreadView, summary: Summary) -> Mrkdwn | None:
    match view.outcome:
        case Outcome.FINISHED | Outcome.PROBLEMS:
            return on_one_line(results.in_brief(texts, view, summary)) or None
        case Outcome.FAILED:
            return on_one_line([failure.in_brief(texts, view, summary), phrases.how_far(texts, view)]) or None
        case Outcome.UNKNOWN:
            return phrases.how_far(texts, view)
        case _:
            return phrases.ending_note(texts, view)
