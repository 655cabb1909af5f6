"""Which rows are about a person or a workspace, table by table."""

from collections.abc import Mapping
from typing import Any

from msgspec import Struct
from sqlalchemy import Column, ColumnElement, Select, Table, and_, literal, or_, select, true, union

from bot.db.column_types import one_of
from bot.db.models import (
    account_sites,
    accounts,
    commands,
    findings,
    followers,
    long_tasks,
    messages,
    pauses,
    sites,
    subscriptions,
    viewers,
)
from bot.db.pauses import slack_scope
from bot.db.slack_models import channels, events, hooks, people, workspaces
from bot.db.watch_models import gathered_tasks, listed_tasks, site_lists, watches
from bot.domain.message_kinds import MessageKind


class Subject(Struct, frozen=True, kw_only=True):
    """Whose data are meant: those of a workspace, or of a person there or in every workspace."""

    team_id: str | None = None
    user_id: str | None = None


#: the tables that say nothing about anybody: the operator's sites and accounts, what the sites list, ids of events
OF_NOBODY = frozenset({sites, accounts, account_sites, site_lists, listed_tasks, events})

#: columns that hold a user id
USER_IDS = frozenset[Column[Any]](
    {
        commands.c.user_id,
        followers.c.user_id,
        hooks.c.maker_id,
        messages.c.user_id,
        people.c.user_id,
        subscriptions.c.owner_id,
        subscriptions.c.stopped_by,
        watches.c.ended_by,
        watches.c.maker_id,
    }
)
#: columns that are never shown to anybody
SECRETS = frozenset[Column[Any]]({commands.c.response_url, commands.c.hook, hooks.c.token_hash})


def rows_about(subject: Subject) -> dict[Table, ColumnElement[bool]]:
    """The condition for the rows about a person or a workspace, by table, in an order in which they can be read."""
    return _of_person(subject, subject.user_id) if subject.user_id is not None else _of_team(subject.team_id or "")


def _of_team(team_id: str) -> dict[Table, ColumnElement[bool]]:
    with_team = (workspaces, people, channels, hooks, watches, subscriptions, commands, messages)
    threads = select(subscriptions.c.id).where(subscriptions.c.team_id == team_id)
    followed = select(subscriptions.c.long_task_id).where(subscriptions.c.team_id == team_id)
    watching = select(watches.c.id).where(watches.c.team_id == team_id)
    return {
        **{table: table.c.team_id == team_id for table in with_team},
        followers: followers.c.subscription_id.in_(threads),
        gathered_tasks: gathered_tasks.c.watch_id.in_(watching),
        long_tasks: long_tasks.c.id.in_(followed),
        findings: findings.c.long_task_id.in_(followed),
        viewers: viewers.c.long_task_id.in_(followed),
        pauses: pauses.c.scope.startswith(slack_scope(team_id, ""), autoescape=True),
    }


def _of_person(subject: Subject, user_id: str) -> dict[Table, ColumnElement[bool]]:
    """Long tasks are left out: they name pages, which others may see too, and no person."""
    alone = direct_messages(subject, user_id)
    threads = select(subscriptions.c.id).where(*_in_team(subject, subscriptions))
    alone_threads = threads.where(subscriptions.c.channel_id.in_(alone))
    alone_watches = select(watches.c.id).where(*_in_team(subject, watches), watches.c.channel_id.in_(alone))
    named = or_(
        messages.c.user_id == user_id,
        messages.c.subscription_id.in_(alone_threads),
        messages.c.watch_id.in_(alone_watches),
        and_(one_of(messages.c.kind, *TO_ONE_PERSON), mentions(messages.c.facts, user_id)),
    )
    conditions: Mapping[Table, ColumnElement[bool]] = {
        people: people.c.user_id == user_id,
        channels: channels.c.channel_id.in_(alone),
        hooks: hooks.c.maker_id == user_id,
        watches: or_(watches.c.maker_id == user_id, watches.c.ended_by == user_id, watches.c.id.in_(alone_watches)),
        subscriptions: or_(
            subscriptions.c.owner_id == user_id,
            subscriptions.c.stopped_by == user_id,
            mentions(subscriptions.c.label, user_id),
            subscriptions.c.id.in_(alone_threads),
        ),
        commands: or_(commands.c.user_id == user_id, mentions(commands.c.text, user_id)),
        messages: named,
    }
    of_threads = followers.c.subscription_id.in_(threads) if subject.team_id is not None else true()
    return {
        **{table: and_(*_in_team(subject, table), condition) for table, condition in conditions.items()},
        followers: and_(followers.c.user_id == user_id, of_threads),
        gathered_tasks: gathered_tasks.c.watch_id.in_(alone_watches),
    }


#: kinds of messages that one person sees, whose facts may name another
TO_ONE_PERSON = (MessageKind.DIRECT, MessageKind.PRIVATE, MessageKind.HOME)


def direct_messages(subject: Subject, user_id: str) -> Select[str]:
    """The channels in which the bot talks to a person alone: their user id stands for one whose id is not known yet."""
    known = [
        select(table.c.channel_id.label("channel_id")).where(
            *_in_team(subject, table), column == user_id, table.c.channel_id.startswith("D")
        )
        for table, column in (
            (subscriptions, subscriptions.c.owner_id),
            (watches, watches.c.maker_id),
            (commands, commands.c.user_id),
        )
    ]
    return select(union(select(literal(user_id).label("channel_id")), *known).subquery().c.channel_id)


def mentions(column: ColumnElement[Any], user_id: str) -> ColumnElement[bool]:
    """Whether a text names a person: as a value in JSON, or as a mention of Slack's."""
    return or_(*(column.contains(each, autoescape=True) for each in (f'"{user_id}"', f"<@{user_id}>", f"<@{user_id}|")))


def _in_team(subject: Subject, table: Table) -> tuple[ColumnElement[bool], ...]:
    return () if subject.team_id is None else (table.c.team_id == subject.team_id,)
