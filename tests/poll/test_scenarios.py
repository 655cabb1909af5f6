"""Every scenario of the sandbox, polled to its end on a passed-in clock."""

import pytest

from bot.db import long_tasks
from bot.db.engine import Database
from bot.domain.command import SiteKind
from bot.domain.page_links import destination_link
from sandbox.scenarios import scenario, scenario_names
from tests.poll.rig import open_rig
from tests.support.clock import Clock

SCENARIOS = [(kind, name) for kind in SiteKind for name in scenario_names(kind)]


@pytest.mark.parametrize(("kind", "name"), SCENARIOS)
async def test_a_scenario_ends_as_expected(sqlite_database: Database, clock: Clock, kind: SiteKind, name: str) -> None:
    played = scenario(name, kind)
    expected = played.expected
    async with open_rig(sqlite_database, clock, kinds=(kind,)) as rig:
        remote_id = await rig.begin(played.story)
        await rig.run(min(played.story.ends_at, played.story.gone_at or 1e9) + 1200)
        task = await rig.task(remote_id)
        replies = await rig.replies(remote_id)
        assert (task.outcome, task.due_at, await rig.found(remote_id)) == (expected.outcome, None, expected.findings)
        troubles = [f"{trouble} {word}" for trouble in expected.troubles for word in ("started", "over")]
        assert [reply for reply in replies if reply.endswith((" started", " over"))] == troubles
        assert replies.count("completion") == 1
        if expected.destination is not None:
            snapshot = long_tasks.snapshot_of(task.snapshot)
            assert snapshot is not None
            assert destination_link(snapshot, rig.site.people_url) == rig.site.people_url + expected.destination
