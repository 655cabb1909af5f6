"""Render answers to buttons: what holds now that one was pressed."""

from datetime import datetime

from bot.render.blocks import actions, message, paragraphs, section
from bot.render.buttons import Action, labelled_button, task_of_buttons
from bot.render.i18n import Texts
from bot.render.message import Message
from bot.render.mrkdwn import Mrkdwn, mention
from bot.render.replies.direct_messages import where_of
from bot.render.thread import ThreadView


def notified(texts: Texts, view: ThreadView, *, subscription_id: str) -> Message:
    """Say that the person is mentioned at the end, and offer to undo that."""
    sentence = texts.say("You will be mentioned in the thread when this task ends.")
    return _with_button(texts, sentence, Action.DO_NOT_NOTIFY_ME, view, subscription_id=subscription_id)


def not_notified(texts: Texts, view: ThreadView, *, subscription_id: str) -> Message:
    """Say that the person is not mentioned at the end, and offer to undo that."""
    sentence = texts.say("You will not be mentioned when this task ends. The thread still follows it.")
    return _with_button(texts, sentence, Action.NOTIFY_ME, view, subscription_id=subscription_id)


def checked(texts: Texts, at: datetime, percent: float | None, *, moved: bool) -> Message:
    """Say what a look has found. `percent`: None if Confluence gives none; `moved`: it was another one before."""
    if percent is None:
        return paragraphs(texts.say("Checked {time}: running, without a percentage.", time=at))
    figure = texts.percent(percent)
    if moved:
        return paragraphs(texts.say("Checked {time}: now {percent}.", time=at, percent=figure))
    return paragraphs(texts.say("Checked {time}: still {percent}.", time=at, percent=figure))


def checked_and_ended(texts: Texts, at: datetime) -> Message:
    """Say that a look has found the end, which the thread tells."""
    return paragraphs(texts.say("Checked {time}: it has ended. The result is in the thread.", time=at))


def checked_just_now(texts: Texts, at: datetime | None) -> Message:
    """Refuse a look so soon after another one. `at`: when Confluence last answered."""
    sentence = texts.say("This was checked a few seconds ago. You can check again in a moment.")
    return paragraphs(sentence) if at is None else paragraphs(sentence, _last_answer(texts, at))


def no_answer_yet(texts: Texts, at: datetime | None) -> Message:
    """Say that a look takes long. `at`: when Confluence last answered."""
    sentence = texts.say("Confluence has not answered yet. As soon as it does, the thread shows it.")
    return paragraphs(sentence) if at is None else paragraphs(sentence, _last_answer(texts, at))


def no_longer_followed(texts: Texts) -> Message:
    """Answer a button of a thread that has ended."""
    return paragraphs(texts.say("This thread no longer follows the task, so nothing was done."))


def taken_over(texts: Texts, view: ThreadView, *, subscription_id: str) -> Message:
    """Say that the thread is the person's now, and offer not to be mentioned."""
    sentence = texts.say("This thread is yours now. You will be mentioned in it when this task ends.")
    return _with_button(texts, sentence, Action.DO_NOT_NOTIFY_ME, view, subscription_id=subscription_id)


def not_taken_over(texts: Texts, owner_id: str) -> Message:
    """Say that the owner of a thread is still there."""
    return paragraphs(
        texts.say("This thread is still {person}'s, so nothing was taken over.", person=mention(owner_id))
    )


def stopped_in(texts: Texts, remote_id: str, channel_id: str) -> Message:
    """Confirm that the caller stopped a thread in another place."""
    where = where_of(texts, channel_id)
    return paragraphs(
        texts.say(
            "Task {id} is no longer followed in {channel}. Confluence carries on with it.", id=remote_id, channel=where
        )
    )


def not_in_channel(texts: Texts, channel_id: str) -> Message:
    """Refuse to stop a thread in a channel that the person is not known to be in."""
    return paragraphs(
        texts.say(
            "Slack doesn't say that you are in {channel}, so the task is still followed there. "
            "If you are in it, press the button in the thread itself.",
            channel=where_of(texts, channel_id),
        )
    )


def pressed_in(texts: Texts, channel_id: str) -> Message:
    """Introduce an answer that has to come as a direct message."""
    return paragraphs(texts.say("You pressed a button in {channel}:", channel=where_of(texts, channel_id)))


def _last_answer(texts: Texts, at: datetime) -> Mrkdwn:
    return texts.say("Confluence last answered {time}.", time=at)


def _with_button(texts: Texts, sentence: Mrkdwn, action: Action, view: ThreadView, *, subscription_id: str) -> Message:
    button = labelled_button(texts, action, task=task_of_buttons(texts, view), value=subscription_id)
    return message([sentence], [section(sentence), actions([button])])
