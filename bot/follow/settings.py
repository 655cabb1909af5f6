"""Show the settings of a channel, and a person's own language, in a modal."""

from bot.db import channels
from bot.domain.audience import is_direct_message
from bot.domain.channel_settings import ChannelSettings
from bot.domain.command import ShowSettings
from bot.domain.permissions import Act, may_set
from bot.follow import modals
from bot.follow.deps import COMMAND, Deps, Request
from bot.follow.permissions import log_act
from bot.render import replies
from bot.render.message import Message
from bot.render.modal import View
from bot.render.settings_modal import Shown, settings_modal

#: what opens the modal
TYPED = f"{COMMAND} settings"


async def show(deps: Deps, request: Request, _command: ShowSettings) -> Message | None:
    """Fill the modal that was opened for the command; without one say how to open it."""
    if request.view_id is None:
        from_mention = request.thread_ts is not None
        answer = replies.modal_by_command if from_mention else replies.modal_not_opened
        return answer(request.texts, TYPED)
    view = await settings_view(deps, request)
    await modals.fill(deps, request.team_id, request.enterprise_id, view_id=request.view_id, view=view)
    return None


async def settings_view(deps: Deps, request: Request) -> View:
    """The modal for a person: the settings of the channel that they ask from, if there is one, and their own."""
    log_act(request, Act.SETTINGS)
    channel_id = request.channel_id
    settings = ChannelSettings()
    if channel_id is not None:
        async with deps.database.read() as connection:
            settings = await channels.settings_of(connection, team_id=request.team_id, channel_id=channel_id)
    shown = Shown(
        channel_id=channel_id,
        settings=settings,
        may_change=may_change(request, settings),
        own_language=request.person.language,
        command=COMMAND,
        languages=[(code, texts.locale.get_display_name() or code) for code, texts in deps.catalogs.languages.items()],
    )
    return settings_modal(request.texts, shown)


def may_change(request: Request, settings: ChannelSettings) -> bool:
    """Whether a person may change the settings of the channel; in a direct message that is theirs alone."""
    channel_id = request.channel_id
    if channel_id is None:
        return False
    return is_direct_message(channel_id) or may_set(request.person, settings.editors)
