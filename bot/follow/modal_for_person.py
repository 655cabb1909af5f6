"""Open a modal for a person, and fill it once it is known who that is and what belongs in it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import assert_never

import structlog

from bot.clients.slack.errors import SlackError
from bot.db.engine import DatabaseAway
from bot.domain.permissions import Act
from bot.domain.person import Person
from bot.follow import modals
from bot.follow.command_worker import CommandWorker
from bot.follow.deps import Request
from bot.follow.people import NotKnown
from bot.follow.permissions import denial
from bot.follow.responder import respond_to_url
from bot.render import replies
from bot.render.i18n import Texts
from bot.render.message import Message
from bot.render.modal import View, notice, waiting
from bot.render.mrkdwn import Mrkdwn

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, kw_only=True)
class Asker:
    """Who asks for a modal, and from where."""

    team_id: str
    enterprise_id: str | None
    user_id: str
    #: None if it does not come from a conversation
    channel_id: str | None = None
    response_url: str | None = None


@dataclass(frozen=True, kw_only=True)
class ModalFor:
    """A modal of one sort."""

    act: Act
    title: Callable[[Texts], Mrkdwn]
    #: what to type where Slack opens no modal
    instead: str


async def present(
    worker: CommandWorker,
    asker: Asker,
    modal: ModalFor,
    build: Callable[[Request], Awaitable[View]],
    *,
    trigger_id: str,
) -> None:
    """Open a modal at once, and fill it with what is built for the person, or with why there is nothing for them.

    `trigger_id`: of what the person did, within three seconds of it.
    """
    deps, texts = worker.deps, worker.texts(asker.team_id, asker.user_id)
    title, ids = modal.title(texts), {"act": modal.act, "team": asker.team_id, "user": asker.user_id}
    view_id = await modals.open_modal(
        deps, asker.team_id, asker.enterprise_id, trigger_id=trigger_id, view=waiting(texts, title=title)
    )
    if view_id is None:
        await _say_not_opened(worker, asker, replies.modal_not_opened(texts, modal.instead))
        return
    try:
        view = await _view(worker, asker, modal, build)
    except DatabaseAway as away:
        _log.warning("modal_not_filled", **ids, error=type(away).__name__)
        view = notice(texts, replies.gone_wrong(texts), title=title)
    except Exception:  # noqa: BLE001 -- whatever failed, the person is informed
        _log.exception("modal_crashed", **ids)
        view = notice(texts, replies.gone_wrong(texts), title=title)
    await modals.fill(deps, asker.team_id, asker.enterprise_id, view_id=view_id, view=view)


async def _view(
    worker: CommandWorker, asker: Asker, modal: ModalFor, build: Callable[[Request], Awaitable[View]]
) -> View:
    request = await request_of(worker, asker, act=modal.act)
    if isinstance(request, Request):
        return await build(request)
    texts, refused = request
    return notice(texts, refused, title=modal.title(texts))


async def request_of(worker: CommandWorker, asker: Asker, *, act: Act) -> Request | tuple[Texts, Message]:
    """The request of a person who may do this; else the answer, and its language. Raises DatabaseAway."""
    person = await worker.people.find(asker.team_id, asker.enterprise_id, asker.user_id)
    match person:
        case NotKnown.NOT_INSTALLED:
            return worker.texts(), replies.not_installed_there(worker.texts())
        case NotKnown.NO_ANSWER:
            return worker.texts(), replies.not_known(worker.texts())
        case Person():
            pass
        case _:
            assert_never(person)
    request = Request(
        team_id=asker.team_id,
        enterprise_id=asker.enterprise_id,
        channel_id=asker.channel_id,
        user_id=asker.user_id,
        texts=worker.texts_for(person),
        person=person,
    )
    refused = denial(request, act)
    return request if refused is None else (request.texts, refused)


async def _say_not_opened(worker: CommandWorker, asker: Asker, message: Message) -> None:
    deps = worker.deps
    if asker.response_url is not None:
        await respond_to_url(
            deps, asker.response_url, message, team_id=asker.team_id, enterprise_id=asker.enterprise_id
        )
        return
    client = await deps.slack.client(asker.team_id, asker.enterprise_id)
    try:
        await client.post(asker.user_id, message.text, message.blocks)
    except SlackError as refused:
        _log.warning("modal_request_not_answered", team=asker.team_id, answer=refused.answer)
