"""Render the card: the one message of a thread that shows the present state and is edited in place."""

from dataclasses import replace

from bot.render import phrases
from bot.render.bar import bar
from bot.render.blocks import context, message, section
from bot.render.buttons import button_row
from bot.render.i18n import Texts
from bot.render.message import Message, digest
from bot.render.mrkdwn import Mrkdwn, bold, joined, on_one_line
from bot.render.thread import ThreadView, is_followed
from bot.render.troubles import trouble_note


def card(texts: Texts, view: ThreadView, *, subscription_id: str | None = None) -> Message:
    """Show phase or outcome, bar, percentage, pages, findings, times, trouble and buttons.

    `subscription_id`: the value of its buttons; None leaves out those that act on a subscription.
    Always made of sections, contexts and actions, without block ids: Slack allows every edit between those.
    """
    shown = without_buttons(texts, view)
    return replace(shown, blocks=(*shown.blocks, *button_row(texts, view, subscription_id=subscription_id)))


def without_buttons(texts: Texts, view: ThreadView) -> Message:
    """Render the card without its buttons."""
    headline, figures = _headline(texts, view), phrases.percentage(texts, view)
    note = trouble_note(texts, view) or phrases.ending_note(texts, view)
    quote = phrases.confluence_text(texts, view)
    counts = on_one_line([phrases.pages(texts, view), phrases.findings_count(texts, view)])
    moments = on_one_line([*phrases.times(texts, view), _last_checked(texts, view)])

    first = [bold(headline), *([Mrkdwn(f"{bar(phrases.percent(view))}  {figures}")] if figures else [])]
    blocks = [section(joined("\n", first))]
    blocks += [section(note)] if note else []
    small = [line for line in (quote, counts, moments, phrases.numbers_only(texts, view)) if line]
    blocks += [context(*small)]
    text = [on_one_line([headline, figures]), note, *small]
    return message([line for line in text if line], blocks)


def fingerprint(texts: Texts, view: ThreadView, *, subscription_id: str | None = None) -> str:
    """Return a digest of what the card shows apart from when it was last checked: 32 hexadecimal digits."""
    if is_followed(view):
        view = replace(view, checked_at=None)
    return digest(card(texts, view, subscription_id=subscription_id))


def _headline(texts: Texts, view: ThreadView) -> Mrkdwn:
    if is_followed(view):
        return phrases.phase_sentence(texts, view)
    outcome, name = phrases.outcome_word(texts, view.outcome), phrases.task_name(texts, view)
    # Translators: how it ended, then what it was: "Finished: Copying pages"
    return texts.say("{outcome}: {task}", outcome=outcome, task=name) if name else outcome


def _last_checked(texts: Texts, view: ThreadView) -> Mrkdwn | None:
    if view.checked_at is None or not is_followed(view):
        return None
    return texts.say("Last checked {time}", time=view.checked_at)
