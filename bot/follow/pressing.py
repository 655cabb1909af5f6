"""Take a button that was pressed, and answer whoever pressed it."""

from dataclasses import dataclass

import structlog

from bot.clients.slack.responses import Delivery
from bot.follow.buttons import Click, click
from bot.follow.deps import Asker, Means, People

_log = structlog.get_logger(__name__)

#: how the command is called where nobody typed it
COMMAND = "/longtask"


@dataclass(frozen=True, kw_only=True)
class Pressed:
    """A button that was pressed, as Slack delivers it."""

    team_id: str
    channel_id: str
    user_id: str
    user_team_id: str | None
    response_url: str
    click: Click


async def press(means: Means, people: People, pressed: Pressed) -> None:
    """Do what the button says, and answer through the response URL where there is something to say."""
    person = await people.find(pressed.team_id, pressed.user_id)
    asker = Asker(
        command_id=None,
        team_id=pressed.team_id,
        channel_id=pressed.channel_id,
        user_id=pressed.user_id,
        command=COMMAND,
        texts=means.catalogs.texts(person.locale if person else None, means.default_language),
        person=person,
        foreign=pressed.user_team_id is not None and pressed.user_team_id != pressed.team_id,
    )
    message = await click(means, asker, pressed.click)
    if message is None or not pressed.response_url:
        return
    answer = await means.slack(pressed.team_id).respond(pressed.response_url, message.text, message.blocks)
    if answer.delivery is not Delivery.DELIVERED:
        _log.warning("click_not_answered", action=pressed.click.action, answer=answer.answer)
