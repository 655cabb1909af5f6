"""People as Slack described them, remembered over restarts."""

from datetime import datetime

from sqlalchemy import delete, select, update

from bot.db.dialect import upsert
from bot.db.engine import Connection
from bot.db.rows import build, columns
from bot.db.slack_models import people
from bot.domain.person import Person

_COLUMNS = columns(Person, people)


async def put(connection: Connection, person: Person) -> None:
    """Remember what Slack says about a person, in place of what it said before; the chosen language stays."""
    known = {"membership": person.membership, "is_admin": person.is_admin, "asked_at": person.asked_at}
    known["locale"] = person.locale[:32] if person.locale else None
    insert = upsert(connection, people).values(team_id=person.team_id, user_id=person.user_id, **known)
    await connection.execute(
        insert.on_conflict_do_update(index_elements=[people.c.team_id, people.c.user_id], set_=known)
    )


async def find(connection: Connection, team_id: str, user_id: str) -> Person | None:
    """What is remembered of a person."""
    query = select(*_COLUMNS).where(people.c.team_id == team_id, people.c.user_id == user_id)
    row = (await connection.execute(query)).first()
    return None if row is None else build(Person, row)


async def choose_language(connection: Connection, team_id: str, user_id: str, language: str | None) -> None:
    """Store the language that a person has chosen; None: the locale counts. Slack has described the person before."""
    is_theirs = (people.c.team_id == team_id, people.c.user_id == user_id)
    await connection.execute(update(people).where(*is_theirs).values(language=language))


async def forget(connection: Connection, *, asked_before: datetime) -> None:
    """Delete people about whom Slack was last asked before a time, and who have chosen nothing."""
    await connection.execute(delete(people).where(people.c.asked_at < asked_before, people.c.language.is_(None)))
