from sqlalchemy import select

from bot.db import findings, hooks, long_tasks, people, threads, workspaces
from bot.db.models import findings as finding_rows
from bot.domain.person import Person
from bot.domain.states import Membership
from tests.support.filled_database import CHANNEL, OWNER, TEAM, FilledDatabase, finding

OTHER = "T2"


def person(filled: FilledDatabase, team_id: str) -> Person:
    return Person(
        team_id=team_id,
        user_id=OWNER,
        membership=Membership.MEMBER,
        is_admin=False,
        locale="de-DE",
        asked_at=filled.clock(),
    )


async def test_a_workspace_is_deleted_with_all_that_no_other_follows(filled: FilledDatabase) -> None:
    async with filled.database.begin() as connection:
        await workspaces.put(connection, OTHER, enterprise_id=None, now=filled.clock())
    followed_by = {"own": (TEAM,), "shared": (TEAM, OTHER), "theirs": (OTHER,)}
    ids = {}
    for remote_id, teams in followed_by.items():
        ids[remote_id] = await filled.add_long_task(remote_id)
        for team_id in teams:
            await filled.add_thread(ids[remote_id], team_id=team_id)
    async with filled.database.begin() as connection:
        for long_task_id in ids.values():
            await findings.add(connection, long_task_id, found=[finding(1)], seq=0, now=filled.clock())
        for team_id in (TEAM, OTHER):
            await people.put(connection, person(filled, team_id))
            await hooks.add(
                connection,
                token_hash=team_id,
                team_id=team_id,
                enterprise_id=None,
                channel_id=CHANNEL,
                maker_id=OWNER,
                now=filled.clock(),
            )

        await workspaces.delete(connection, TEAM)

        tasks = [
            remote_id
            for remote_id in followed_by
            if await long_tasks.find(connection, site_id=filled.site_id, remote_id=remote_id) is not None
        ]
        of_tasks = set((await connection.execute(select(finding_rows.c.long_task_id))).scalars())
        left = {team_id: await threads.followed(connection, team_id=team_id) for team_id in (TEAM, OTHER)}
        known = [await people.find(connection, team_id, OWNER) for team_id in (TEAM, OTHER)]
        with_hook = [team_id for team_id in (TEAM, OTHER) if await hooks.find(connection, team_id) is not None]
        since = [await workspaces.known_since(connection, team_id) for team_id in (TEAM, OTHER)]

    assert tasks == ["shared", "theirs"]
    assert of_tasks == {ids["shared"], ids["theirs"]}
    assert {team_id: [row.remote_id for row in rows] for team_id, rows in left.items()} == {
        TEAM: [],
        OTHER: ["shared", "theirs"],
    }
    assert with_hook == [OTHER]
    assert known == [None, person(filled, OTHER)]
    assert since == [None, filled.clock()]
