"""Open the settings for a person, and store what was chosen in them."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

import structlog
from msgspec.structs import replace

from bot.db import channels, events, homes, people
from bot.db.engine import DatabaseAway
from bot.domain.channel_settings import ChannelSettings
from bot.domain.home import SPACING_AFTER_PRESS, Home
from bot.domain.permissions import Act
from bot.domain.states import Editors, Titles, Verbosity
from bot.follow.command_worker import CommandWorker
from bot.follow.deliveries import may_open_modal
from bot.follow.deps import Deps, Request
from bot.follow.modal_for_person import Asker, ModalFor, present, request_of
from bot.follow.modals import Errors, Late, Verdict, in_time
from bot.follow.permissions import log_act
from bot.follow.settings import TYPED, may_change, settings_view
from bot.render import replies, settings_modal
from bot.render.modal import error, notice
from bot.render.settings_modal import AUTOMATIC, Field, Result

_log = structlog.get_logger(__name__)

MODAL = ModalFor(act=Act.SETTINGS, title=settings_modal.title, instead=TYPED)

C = TypeVar("C", Verbosity, Titles, Editors, Result)


@dataclass(frozen=True, kw_only=True)
class ChannelChoices:
    """What was chosen for the channel: values of options, as text from outside."""

    language: str | None
    verbosity: str | None
    titles: str | None
    result: Sequence[str]
    editors: str | None


@dataclass(frozen=True, kw_only=True)
class Submission:
    """What was chosen in the modal."""

    #: the same however often Slack delivers it
    key: str
    asker: Asker
    #: None if the modal had no fields for the channel
    channel: ChannelChoices | None
    own_language: str | None


class _NoOption(Exception):
    """A value that the modal does not offer."""

    def __init__(self, field: Field) -> None:
        super().__init__(field)
        self.field = field


async def open_settings(worker: CommandWorker, asker: Asker, *, trigger_id: str) -> None:
    """Open the modal of what is a person's own, once for each press on their home.

    A channel's settings are not in it: nobody says there which channel they are for.
    """
    if await may_open_modal(worker.deps, worker.start, asker.team_id, trigger_id):
        await present(worker, asker, MODAL, partial(settings_view, worker.deps), trigger_id=trigger_id)


async def submit(worker: CommandWorker, submission: Submission) -> Verdict:
    """Check what was chosen, and store it; Slack waits three seconds for the verdict."""
    asker = submission.asker
    texts = worker.texts(asker.team_id, asker.user_id)
    try:
        verdict = await in_time(worker.deps, worker.start, _save(worker, submission))
    except DatabaseAway as away:
        _log.warning("settings_not_saved", error=type(away).__name__)
        return Errors(fields={Field.OWN_LANGUAGE: error(replies.nothing_started(texts).text)})
    except _NoOption as chosen:
        return Errors(fields={chosen.field: error(replies.gone_wrong(texts).text)})
    if isinstance(verdict, Late):
        return Errors(fields={Field.OWN_LANGUAGE: settings_modal.not_saved_yet(texts)})
    return verdict


async def _save(worker: CommandWorker, submission: Submission) -> Verdict:
    """Store what was chosen once, and once all of it is checked. Raises _NoOption."""
    deps = worker.deps
    request = await request_of(worker, submission.asker, act=MODAL.act)
    if not isinstance(request, Request):
        texts, refused = request
        return notice(texts, refused, title=MODAL.title(texts))
    own_language = _language(deps, submission.own_language, Field.OWN_LANGUAGE)
    wanted = None if submission.channel is None else _settings(deps, submission.channel)
    if wanted is not None and wanted.mentions_here and not wanted.broadcasts:
        return Errors(fields={Field.RESULT: settings_modal.here_alone(request.texts)})
    team_id, channel_id, person, now = request.team_id, request.channel_id, request.person, deps.now()
    is_new = False
    async with deps.database.begin() as connection:
        if channel_id is not None and wanted is not None:
            held = await channels.settings_of(connection, team_id=team_id, channel_id=channel_id)
            if not may_change(request, held):
                return Errors(fields={Field.EDITORS: settings_modal.may_not_change(request.texts)})
            is_new = wanted != held
        # Delivered again, it would undo what was changed since.
        if not await events.take_key(connection, team_id, submission.key, now=now):
            return None
        if channel_id is not None and wanted is not None and is_new:
            await channels.put_settings(connection, team_id, channel_id, wanted, now=now)
        if own_language != person.language:
            await people.choose_language(connection, team_id, person.user_id, own_language)
            # It speaks the new language at once, and what was said there before goes.
            await homes.change(
                connection, team_id, person.user_id, _without_answers, spacing=SPACING_AFTER_PRESS, now=now
            )
    worker.people.chose_language(person, own_language)
    if is_new:
        log_act(request, Act.CHANNEL_SETTINGS)
    log_act(request, Act.SETTINGS)
    deps.delivery_wake.set()
    return None


def _without_answers(home: Home) -> Home:
    """The home without what was rendered in another language: the answer to a press, and what Confluence refused."""
    running = home.running
    shown = None if running is None or running.refused else running
    return replace(home, notice=None, running=shown)


def _settings(deps: Deps, choices: ChannelChoices) -> ChannelSettings:
    ticked = {_option(Result, value, Field.RESULT) for value in choices.result}
    return ChannelSettings(
        language=_language(deps, choices.language, Field.LANGUAGE),
        verbosity=_option(Verbosity, choices.verbosity, Field.VERBOSITY),
        titles=_option(Titles, choices.titles, Field.TITLES),
        broadcasts=Result.BROADCAST in ticked,
        mentions_here=Result.HERE in ticked,
        editors=_option(Editors, choices.editors, Field.EDITORS),
    )


def _language(deps: Deps, value: str | None, field: Field) -> str | None:
    """A language that there is; None if the choice is left to others."""
    if value == AUTOMATIC:
        return None
    if value not in deps.catalogs.languages:
        raise _NoOption(field)
    return value


def _option(kind: type[C], value: str | None, field: Field) -> C:
    try:
        return kind(value or "")
    except ValueError:
        raise _NoOption(field) from None
