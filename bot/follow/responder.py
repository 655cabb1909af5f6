"""Bring the answer of a command to whoever typed it."""

from datetime import timedelta

import structlog

from bot.clients.slack.errors import Refused, SlackError
from bot.clients.slack.responses import Delivery
from bot.db.engine import Row
from bot.db.secrets import SecretsError
from bot.follow.deps import Means
from bot.render.message import Message

_log = structlog.get_logger(__name__)

#: a response URL works for this long
RESPONSE_URL_LASTS = timedelta(minutes=29)
#: seconds to wait between tries, while neither way is open
AGAIN_AFTER = (1.0, 3.0, 9.0, 27.0)


async def reply(means: Means, row: Row, message: Message) -> int:
    """Answer through the response URL, or, where that fails, by a direct message, and again while Slack takes
    neither; uses of the URL spent."""
    uses = 0
    for seconds in (*AGAIN_AFTER, None):
        if uses < row["uses_left"] and means.now() - row["created_at"] < RESPONSE_URL_LASTS:
            delivery = await _by_url(means, row, message)
            uses += delivery is not None
            if delivery is Delivery.DELIVERED:
                return uses
        try:
            await means.slack(row["team_id"]).dm(row["user_id"], message.text, message.blocks)
            return uses
        except SlackError as error:
            if seconds is None or isinstance(error, Refused):
                _log.error("answer_not_delivered", command=row["id"], answer=error.answer)
                return uses
            _log.warning("answer_put_off", command=row["id"], answer=error.answer)
        await means.sleep(seconds)
    return uses


async def _by_url(means: Means, row: Row, message: Message) -> Delivery | None:
    """What became of it; none where the URL cannot be read."""
    try:
        url = means.secrets.open(row["response_url"])
    except SecretsError:
        _log.error("response_url_unreadable", command=row["id"])
        return None
    answer = await means.slack(row["team_id"]).respond(url, message.text, message.blocks)
    if answer.delivery is not Delivery.DELIVERED:
        _log.warning("response_url_failed", command=row["id"], answer=answer.answer)
    return answer.delivery
