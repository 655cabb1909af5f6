"""Modals that were sent: judged at once, since Slack shows the verdict in them."""

from typing import Any, assert_never

import msgspec
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.async_context import AsyncBoltContext

from bot.domain.plain_text import clean
from bot.follow import CommandWorker, settings_submission
from bot.follow.follow_modal import AboutMessage
from bot.follow.follow_submission import Submission, submit
from bot.follow.modal_for_person import Asker
from bot.follow.modals import Errors, Verdict
from bot.follow.settings_submission import ChannelChoices
from bot.listeners import payloads
from bot.listeners.commands import MAX_TEXT
from bot.listeners.request_check import Origin
from bot.render import settings_modal
from bot.render.follow_modal import Field
from bot.render.modal import Modal


class _Place(msgspec.Struct, frozen=True):
    """The message that a modal was opened for, as its metadata says it."""

    channel_id: payloads.Id
    message_ts: payloads.Timestamp
    thread_ts: payloads.Timestamp | None = None


def register(app: AsyncApp, worker: CommandWorker) -> None:
    """Listen to every modal that is sent."""

    async def follow(ack: AsyncAck, context: AsyncBoltContext, body: dict[str, Any]) -> None:
        sent = payloads.read(payloads.Submission, body)
        await answer(ack, await submit(worker, _submission(context["origin"], sent)))

    async def settings(ack: AsyncAck, context: AsyncBoltContext, body: dict[str, Any]) -> None:
        sent = payloads.read(payloads.Submission, body)
        await answer(ack, await settings_submission.submit(worker, _settings(context["origin"], sent)))

    app.view(Modal.FOLLOW.value)(follow)
    app.view(Modal.SETTINGS.value)(settings)


async def answer(ack: AsyncAck, verdict: Verdict) -> None:
    """Acknowledge a modal with what becomes of it."""
    match verdict:
        case None:
            await ack()
        case Errors(fields=fields):
            await ack(response_action="errors", errors={str(field): text for field, text in fields.items()})
        case dict():
            await ack(response_action="update", view=verdict)
        case _:
            assert_never(verdict)


def _submission(origin: Origin, sent: payloads.Submission) -> Submission:
    view = sent.view
    picked = view.field(Field.CHANNEL).selected_conversation
    return Submission(
        team_id=origin.team_id,
        enterprise_id=origin.enterprise_id,
        user_id=sent.user.id,
        key=sent.key,
        typed=clean(view.field(Field.REFERENCE).value or "", limit=MAX_TEXT),
        chosen=_value(view.field(Field.RUNNING)),
        channel_id=None if picked is None else payloads.read(payloads.Id, picked),
        message=_message(view.private_metadata),
    )


def _settings(origin: Origin, sent: payloads.Submission) -> settings_submission.Submission:
    view = sent.view
    fields = settings_modal.Field
    asker = Asker(
        team_id=origin.team_id,
        enterprise_id=origin.enterprise_id,
        user_id=sent.user.id,
        channel_id=payloads.read(payloads.Id, view.private_metadata) if view.private_metadata else None,
    )
    channel = ChannelChoices(
        language=_value(view.field(fields.LANGUAGE)),
        verbosity=_value(view.field(fields.VERBOSITY)),
        titles=_value(view.field(fields.TITLES)),
        result=[option.value for option in view.field(fields.RESULT).selected_options],
        editors=_value(view.field(fields.EDITORS)),
    )
    return settings_submission.Submission(
        key=sent.key,
        asker=asker,
        channel=channel if fields.EDITORS in view.state.values else None,
        own_language=_value(view.field(fields.OWN_LANGUAGE)),
    )


def _value(field: payloads.Input) -> str | None:
    return field.selected_option.value if field.selected_option is not None else None


def _message(metadata: str) -> AboutMessage | None:
    """The message that a modal was opened for; None if it was opened for none. Raises UnreadablePayload."""
    if not metadata:
        return None
    try:
        place = msgspec.json.decode(metadata, type=_Place)
    except (msgspec.MsgspecError, UnicodeError) as error:
        raise payloads.UnreadablePayload(str(error)) from None
    return AboutMessage(channel_id=place.channel_id, message_ts=place.message_ts, thread_ts=place.thread_ts)
