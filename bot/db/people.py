"""People as Slack described them, remembered over restarts."""

from collections.abc import Collection
from datetime import datetime

from msgspec import Struct
from sqlalchemy import ColumnElement, Select, and_, delete, exists, not_, or_, select, union, update

from bot.db import stale_messages
from bot.db.dialect import upsert
from bot.db.engine import Connection
from bot.db.models import followers, is_active, subscriptions
from bot.db.rows import build, columns
from bot.db.slack_models import people, workspaces
from bot.domain.person import GONE, Person
from bot.domain.states import WorkspaceState

_COLUMNS = columns(Person, people)


class OfThread(Struct, frozen=True):
    """A person who owns or follows a thread that is followed."""

    team_id: str
    enterprise_id: str | None
    user_id: str


async def put(connection: Connection, person: Person) -> None:
    """Remember what Slack says about a person, in place of what it said before; the chosen language stays.

    If the person has left or come back since, the threads of theirs show that.
    """
    before = await find(connection, person.team_id, person.user_id)
    was_gone = before is not None and before.membership in GONE
    if was_gone is not (person.membership in GONE):
        threads = select(subscriptions.c.id).where(
            subscriptions.c.team_id == person.team_id, is_active, _belongs_to(person.user_id)
        )
        await stale_messages.mark_cards_of(connection, threads, now=person.asked_at)
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


async def gone(connection: Connection, team_id: str, user_ids: Collection[str]) -> frozenset[str]:
    """Those of some people of whom Slack has said that they are not there any more."""
    query = select(people.c.user_id).where(
        people.c.team_id == team_id, people.c.user_id.in_(user_ids), people.c.membership.in_(GONE)
    )
    return frozenset((await connection.execute(query)).scalars())


async def to_be_asked_about(
    connection: Connection, *, team_ids: Collection[str], asked_before: datetime, limit: int
) -> list[OfThread]:
    """People of threads that are followed in these workspaces, about whom Slack was not asked since a time.

    First those of whom nothing is known, then those about whom Slack was asked longest ago, so that nobody is left out.
    """
    owners = select(subscriptions.c.team_id, subscriptions.c.owner_id.label("user_id")).where(
        is_active, subscriptions.c.owner_id.is_not(None)
    )
    of_followers = (
        select(subscriptions.c.team_id, followers.c.user_id)
        .join(subscriptions, subscriptions.c.id == followers.c.subscription_id)
        .where(is_active)
    )
    involved = union(owners, of_followers).subquery()
    is_same = and_(people.c.team_id == involved.c.team_id, people.c.user_id == involved.c.user_id)
    is_unknown = people.c.asked_at.is_(None)
    query = (
        select(involved.c.team_id, workspaces.c.enterprise_id, involved.c.user_id)
        .join(workspaces, workspaces.c.team_id == involved.c.team_id)
        .outerjoin(people, is_same)
        .where(
            workspaces.c.state == WorkspaceState.ACTIVE,
            involved.c.team_id.in_(team_ids),
            or_(is_unknown, people.c.asked_at < asked_before),
        )
        .order_by(is_unknown.desc(), people.c.asked_at, involved.c.team_id, involved.c.user_id)
        .limit(limit)
    )
    return [OfThread(*row) for row in await connection.execute(query)]


async def forget(connection: Connection, *, asked_before: datetime) -> None:
    """Delete people about whom Slack was last asked before a time, but not those who have chosen a language, nor those
    who have left and still have threads."""
    has_threads = exists().where(
        subscriptions.c.team_id == people.c.team_id, is_active, _belongs_to(people.c.user_id, correlated=True)
    )
    is_kept = and_(people.c.membership.in_(GONE), has_threads)
    chose_nothing = people.c.language.is_(None)
    await connection.execute(delete(people).where(people.c.asked_at < asked_before, chose_nothing, not_(is_kept)))


def _belongs_to(user_id: str | ColumnElement[str], *, correlated: bool = False) -> ColumnElement[bool]:
    """Whether a person owns or follows a subscription."""
    follows: Select[int] = select(followers.c.subscription_id).where(followers.c.user_id == user_id)
    return or_(
        subscriptions.c.owner_id == user_id,
        subscriptions.c.id.in_(follows.correlate(people) if correlated else follows),
    )
