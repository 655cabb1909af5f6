"""Do what a button on a person's home says: stop, follow in a direct message, turn the page, ask again."""

from bot.db import threads
from bot.domain.permissions import Act
from bot.follow import home, running
from bot.follow.deps import Deps, Request
from bot.follow.permissions import denial
from bot.follow.press import Press
from bot.follow.stopping import stop_thread
from bot.render import replies
from bot.render.buttons import Action
from bot.render.message import Message

#: action ids of the buttons that only a home has
ACTIONS = (Action.HOME_STOP, Action.HOME_BACK, Action.HOME_NEXT, Action.HOME_REFRESH)


async def press(deps: Deps, request: Request, pressed: Press) -> None:
    """Do what the button says, and show that on the home itself. A value counts for what the person may reach."""
    match pressed.action:
        case Action.HOME_STOP:
            answer = denial(request, Act.STOP) or await _stop(deps, request, pressed)
            await home.pressed(deps, request, answer)
        case Action.FOLLOW_LISTED:
            answer = denial(request, Act.FOLLOW) or await _follow(deps, request, pressed)
            await home.pressed(deps, request, answer)
        case Action.HOME_BACK | Action.HOME_NEXT:
            await home.pressed(deps, request, None, page=pressed.subscription_id or 1)
        case Action.HOME_REFRESH:
            await home.pressed(deps, request, None, refresh=True)
        case _:
            await home.pressed(deps, request, replies.gone_wrong(request.texts, request.command))


async def _stop(deps: Deps, request: Request, pressed: Press) -> Message:
    """Stop a thread of the person, or one in a channel that the person is in."""
    texts = request.texts
    async with deps.database.read() as connection:
        row = None if pressed.subscription_id is None else await threads.find(connection, pressed.subscription_id)
    if row is None or row.subscription.team_id != request.team_id:
        return replies.gone_wrong(texts, request.command)
    subscription = row.subscription
    is_own = subscription.owner_id == request.user_id
    if not is_own and not await home.is_in_channel(deps, request, subscription.channel_id):
        return replies.not_in_channel(texts, subscription.channel_id)
    if not await stop_thread(deps, request, subscription.id):
        return replies.no_longer_followed(texts)
    return replies.stopped_in(texts, row.task.remote_id, subscription.channel_id)


async def _follow(deps: Deps, request: Request, pressed: Press) -> Message:
    """Begin a thread in the person's direct messages with the bot."""
    answer = await running.follow_listed(deps, request, pressed)
    return answer or replies.followed_in_dm(request.texts)
