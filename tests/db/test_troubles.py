from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select

from bot.db import troubles
from bot.db.models import long_tasks, notices, subscriptions
from bot.domain.states import Trouble

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


async def test_trouble_of_a_site_is_told_once_in_each_live_thread_but_quiet_ones(given: Any) -> None:
    live, ended = await given.task(1), await given.task(2, due_in=None, outcome="finished", ended_at=NOW)
    loud, quiet = await given.thread(live), await given.thread(live, channel="C2", verbosity="quiet")
    over = await given.thread(ended)
    dirty = select(subscriptions.c.id, subscriptions.c.card_dirty_since).order_by(subscriptions.c.id)
    told = select(notices.c.subscription_id, notices.c.kind, notices.c.facts).order_by(notices.c.id)
    began = (loud, "trouble", f'{{"trouble":"down","over":false,"since":{NOW.timestamp()}}}')

    for _ in range(2):
        async with given.database.begin() as connection:
            await troubles.begin(connection, troubles.of_site(given.site), Trouble.DOWN, since=NOW, now=NOW)

    assert await given.rows(told) == [began]
    assert await given.rows(dirty) == [(loud, NOW), (quiet, NOW), (over, None)]
    assert await given.rows(select(long_tasks.c.trouble).order_by(long_tasks.c.id)) == [("down",), (None,)]

    for _ in range(2):
        async with given.database.begin() as connection:
            await troubles.end(connection, troubles.of_site(given.site), Trouble.DOWN, now=NOW)

    assert await given.rows(told) == [began, (loud, "trouble", '{"trouble":"down","over":true}')]
    assert await given.rows(select(long_tasks.c.trouble)) == [(None,), (None,)]
