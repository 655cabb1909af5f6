"""Every story of the sandbox, followed to its end by the real steps on a passed-in clock."""

import pytest

from bot.db import long_tasks
from bot.domain.summary import destination_link
from sandbox.scenarios import names, scenario
from sandbox.scenarios.expected import Expected

STORIES = [(kind, name) for kind in ("cloud", "datacenter") for name in names(kind)]


@pytest.mark.parametrize(("kind", "name"), STORIES)
async def test_a_story_ends_as_it_is_expected_to(open_rig, sqlite_database, clock, kind: str, name: str) -> None:
    story = scenario(name, kind)
    async with open_rig(sqlite_database, clock, kinds=(kind,)) as rig:
        remote_id = await rig.begin(story.story)
        length = min(story.story.ends_at, story.story.gone_at or 1e9)
        await rig.run(length + 1200)
        task = await rig.task(remote_id)
        snapshot = long_tasks.snapshot_of(task.snapshot)
        link = destination_link(snapshot, rig.site.people_url) if snapshot else None
        told = await rig.told(remote_id)
        wanted: Expected = story.expected
        expected_link = None if wanted.destination is None else rig.site.people_url + wanted.destination
        assert (task.outcome, task.due_at, await rig.found(remote_id)) == (wanted.outcome, None, wanted.findings)
        troubles = [f"{trouble} {word}" for trouble in wanted.troubles for word in ("began", "over")]
        assert [one for one in told if one.split()[0] in {trouble.value for trouble in wanted.troubles}] == troubles
        assert [one for one in told if one.endswith((" began", " over"))] == troubles
        assert [one for one in told if one == "completion"] == ["completion"]
        if expected_link is not None:
            assert link == expected_link
