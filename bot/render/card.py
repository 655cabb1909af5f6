"""The root message of a thread, and the one message in it that is edited in place."""

import json
from collections.abc import Sequence
from dataclasses import replace
from hashlib import blake2b

from bot.domain.states import Outcome
from bot.render.bar import bar
from bot.render.blocks import actions as button_row
from bot.render.blocks import button, context, message, section
from bot.render.i18n import Texts, wording
from bot.render.links import destination
from bot.render.message import Block, Message
from bot.render.mrkdwn import Mrkdwn, bold, joined, mention
from bot.render.phrases import (
    ending,
    findings_so_far,
    identified,
    on_one_line,
    outcome_word,
    own_words,
    pages,
    percent,
    percentage,
    phase_sentence,
    running,
    task_name,
    times,
    trouble_line,
)
from bot.render.thread import ThreadView

# action ids of the buttons
STOP = "stop"
NOTIFY_ME = "notify_me"
CHECK_NOW = "check_now"
FOLLOW_AGAIN = "follow_again"
OPEN = "open"

_BUTTONS = {
    STOP: wording("Stop following"),
    NOTIFY_ME: wording("Notify me too"),
    CHECK_NOW: wording("Check now"),
    FOLLOW_AGAIN: wording("Follow again"),
    OPEN: wording("Open in Confluence"),
}


def root(texts: Texts, view: ThreadView) -> Message:
    """The message in the channel: what is followed, for whom, and how it stands. Changes with the outcome only."""
    headline, person = identified(texts, view), mention(view.owner_id)
    if running(view):
        small = texts.say("Followed by {person}. Progress is shown in the thread.", person=person)
    else:
        small = texts.say("Followed by {person}. What happened is told in the thread.", person=person)
    return message([headline, small], [section(headline), context(small)])


def card(texts: Texts, view: ThreadView, actions: Sequence[str] = (OPEN,), *, subscription_id: str = "") -> Message:
    """How it stands now: phase, bar, percentage, pages, findings, times, trouble.

    `actions`: which buttons to offer, of `stop`, `notify_me`, `check_now`, `follow_again` (where the result is unknown)
    and `open` (where a destination within the site is known); the value of the first four is the subscription's id.
    Always made of sections, contexts and actions, without block ids: Slack allows every edit between those.
    """
    headline, figures = _headline(texts, view), percentage(texts, view)
    remark = trouble_line(texts, view) or ending(texts, view)
    own = own_words(texts, view)
    counts = on_one_line([pages(texts, view), findings_so_far(texts, view)])
    moments = on_one_line([*times(texts, view), _last_checked(texts, view)])

    shown = [bold(headline), *([Mrkdwn(f"{bar(percent(view))}  {figures}")] if figures else [])]
    blocks = [section(joined("\n", shown))]
    blocks += [section(remark)] if remark else []
    blocks += [context(*[line for line in (own, counts, moments) if line])]
    blocks += _buttons(texts, view, actions, subscription_id)
    text = [on_one_line([headline, figures]), remark, own, counts, moments]
    return message([line for line in text if line], blocks)


def plain(message: Message) -> Message:
    """The same without blocks, for where Slack refuses them."""
    return replace(message, blocks=())


def fingerprint(texts: Texts, view: ThreadView, actions: Sequence[str] = (OPEN,), *, subscription_id: str = "") -> str:
    """A digest of what the card shows, apart from when it was last checked: 32 hexadecimal digits."""
    if running(view):
        view = replace(view, checked_at=None)
    return digest(card(texts, view, actions, subscription_id=subscription_id))


def digest(message: Message) -> str:
    """The same digest for any message that is edited: equal digests, nothing to edit."""
    shown = json.dumps([message.text, message.blocks], sort_keys=True)
    return blake2b(shown.encode(), digest_size=16).hexdigest()


def _headline(texts: Texts, view: ThreadView) -> Mrkdwn:
    if running(view):
        return phase_sentence(texts, view)
    outcome, name = outcome_word(texts, view.outcome), task_name(texts, view)
    # Translators: how it ended, then what it was: "Finished: Copying pages"
    return texts.say("{outcome}: {task}", outcome=outcome, task=name) if name else outcome


def _last_checked(texts: Texts, view: ThreadView) -> Mrkdwn | None:
    if view.checked_at is None or not running(view):
        return None
    return texts.say("Last checked {time}", time=view.checked_at)


def _buttons(texts: Texts, view: ThreadView, wanted: Sequence[str], subscription_id: str) -> list[Block]:
    offered = {FOLLOW_AGAIN} if view.outcome is Outcome.UNKNOWN else set()
    offered |= {STOP, NOTIFY_ME, CHECK_NOW} if running(view) else set()
    row = [
        button(action_id, texts.say(label), value=subscription_id)
        for action_id, label in _BUTTONS.items()
        if action_id in wanted and action_id in offered
    ]
    address = destination(view)
    if OPEN in wanted and address:
        row.append(button(OPEN, texts.say(_BUTTONS[OPEN]), url=address))
    return [button_row(row)] if row else []
