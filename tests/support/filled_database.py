"""A database with a site, an account and a workspace, and functions that add rows and read them back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import select, update

from bot.db import (
    accounts,
    claims,
    commands,
    due_long_tasks,
    findings,
    long_tasks,
    messages,
    sites,
    subscriptions,
    threads,
    workspaces,
)
from bot.db.engine import Database
from bot.db.messages import Planned
from bot.db.models import Claimable
from bot.db.models import accounts as account_rows
from bot.db.models import messages as message_rows
from bot.db.rows import Address, LongTaskRow, MessageRow, Shows, SiteRow, SubscriptionRow
from bot.domain.command import SiteKind
from bot.domain.message_kinds import MessageKind, SubscriptionOwner
from bot.domain.message_plan import Draft, for_follow
from bot.domain.snapshot import Finding, FindingKind, Kind, Snapshot, StatusMessage
from bot.domain.states import AccountKind, Outcome, Verbosity
from bot.domain.task_state import Decision, TaskState
from tests.support.clock import Clock

TEAM, CHANNEL, OWNER = "T1", "C1", "U1"


def finding(number: int, *, key: str = "WARN_RENAME_PAGE", count: int | None = None) -> Finding:
    """A warning, distinct for each number."""
    args = (f"Page {number}", f"Page {number} (2)")
    return Finding(key=key, args=args, identity=f"{key}-{number}", count=count)


def copying(percent: float = 10.0, *, found: int = 0) -> Snapshot:
    """A copy under way."""
    return Snapshot(
        remote_id="1",
        kind=Kind.COPY,
        percent=percent,
        finished=False,
        successful=False,
        status=StatusMessage(key="STATUS_COPYING_PAGES"),
        findings_count=found,
    )


@dataclass(kw_only=True)
class FilledDatabase:
    """A database with one site, the operator's account and one workspace in it."""

    database: Database
    clock: Clock
    site_id: int
    account_id: int
    #: commands that were added
    _commands: int = 0

    # -- add

    async def add_account(self) -> int:
        """The account of a person; its id."""
        made = account_rows.insert().values(kind=AccountKind.PERSON, created_at=self.clock())
        async with self.database.begin() as connection:
            return int((await connection.execute(made.returning(account_rows.c.id))).scalar_one())

    async def add_long_task(
        self,
        remote_id: str = "1",
        *,
        due_in: float | None = 0.0,
        state: TaskState | None = None,
        seen_by: Sequence[int] | None = None,
        site_id: int | None = None,
    ) -> int:
        """A long task that is due in so many seconds (None: never) and that some accounts have seen; its id."""
        now = self.clock()
        state = state or TaskState(remote_id=remote_id, created_at=now, checked_at=now, moved_at=now)
        decision = Decision(after=state, due_at=None if due_in is None else self.clock.later(due_in))
        async with self.database.begin() as connection:
            row = await long_tasks.put(connection, site_id=site_id or self.site_id, decision=decision, now=now)
            for account_id in (self.account_id,) if seen_by is None else seen_by:
                await accounts.add_viewer(connection, long_task_id=row.id, account_id=account_id, now=now)
        return row.id

    async def add_thread(
        self,
        long_task_id: int,
        *,
        team_id: str = TEAM,
        channel_id: str = CHANNEL,
        owner_id: str = OWNER,
        verbosity: Verbosity = Verbosity.NORMAL,
        command_id: int | None = None,
        kinds: Sequence[FindingKind] = (),
        thread_ts: str | None = None,
    ) -> int:
        """A thread that follows a long task, with its first messages planned; the subscription's id.

        `kinds`: of findings that were known before; `thread_ts`: of the thread of somebody else that it is.
        """
        now = self.clock()
        async with self.database.begin() as connection:
            subscription_id = await subscriptions.add(
                connection,
                long_task_id=long_task_id,
                team_id=team_id,
                channel_id=channel_id,
                owner_id=owner_id,
                command_id=command_id,
                language="en",
                verbosity=verbosity,
                thread_ts=thread_ts,
                now=now,
            )
            assert subscription_id is not None
            await subscriptions.add_follower(
                connection, subscription_id=subscription_id, user_id=owner_id, account_id=self.account_id, now=now
            )
        is_foreign = thread_ts is not None
        drafts = for_follow(verbosity, kinds=kinds, earlier=kinds, is_foreign=is_foreign)
        await self.add_messages(subscription_id, *drafts)
        return subscription_id

    async def add_messages(self, subscription_id: int, *drafts: Draft) -> list[int]:
        """Messages planned for a thread; their ids."""
        planned = [Planned(owner=SubscriptionOwner(subscription_id), team_id=TEAM, draft=draft) for draft in drafts]
        before = {message.id for message in await self.messages(subscription_id)}
        async with self.database.begin() as connection:
            await messages.plan(connection, planned, now=self.clock())
        return [message.id for message in await self.messages(subscription_id) if message.id not in before]

    async def add_command(
        self,
        text: str = "1",
        *,
        trigger_id: str | None = None,
        user_id: str = OWNER,
        response_url: bytes | None = b"sealed",
        answered: bool = False,
    ) -> int:
        """A slash command as it came in, answered or not; its id."""
        self._commands += 1
        async with self.database.begin() as connection:
            command_id = await commands.add(
                connection,
                trigger_id=trigger_id or f"{self._commands}",
                team_id=TEAM,
                enterprise_id=None,
                channel_id=CHANNEL,
                user_id=user_id,
                command="/longtask",
                text=text,
                response_url=response_url,
                now=self.clock(),
            )
            assert command_id is not None
            if answered:
                await commands.answered(connection, command_id, now=self.clock(), language="en")
        return command_id

    async def add_findings(self, long_task_id: int, found: Sequence[Finding], *, seq: int = 0) -> int:
        """Findings after a sequence number; the sequence number of the last."""
        async with self.database.begin() as connection:
            return await findings.add(connection, long_task_id, found=found, seq=seq, now=self.clock())

    # -- change

    async def post(self, message_id: int, *, ts: str | None = None, shows: Shows | None = None) -> MessageRow:
        """Post a message, as the deliverer does once Slack has taken it; the message afterwards."""
        async with self.database.begin() as connection:
            message = await messages.begin_post(connection, message_id)
            assert message is not None
            assert isinstance(message.owner, SubscriptionOwner)
            thread = await threads.find(connection, message.owner.id)
            assert thread is not None
            address = Address(thread.subscription.channel_id, ts or f"{message_id}.0")
            shows = shows or Shows(digest="as posted")
            await messages.posted(connection, message, address=address, shows=shows, now=self.clock())
            if message.kind is MessageKind.ROOT:
                await subscriptions.root_posted(
                    connection, message.owner.id, channel_id=address.channel_id, ts=address.ts
                )
        return await self.message(message_id)

    async def post_first(self, subscription_id: int) -> None:
        """Post root and card of a thread."""
        for message in await self.messages(subscription_id):
            if message.kind in (MessageKind.ROOT, MessageKind.CARD):
                await self.post(message.id)

    async def end(self, long_task_id: int, outcome: Outcome = Outcome.FINISHED) -> None:
        """End the threads of a long task."""
        async with self.database.begin() as connection:
            await subscriptions.end(connection, [(long_task_id, outcome)], now=self.clock())

    async def expire(self, table: Claimable) -> None:
        """Let every lease on rows of a table run out, by whatever clock."""
        past = datetime(2000, 1, 1, tzinfo=UTC)
        async with self.database.begin() as connection:
            await connection.execute(update(table).where(table.c.claim_id.is_not(None)).values(claimed_until=past))

    async def claim(
        self,
        *,
        limit: int = 10,
        excluded_accounts: Sequence[int] = (),
        account_id: int | None = None,
        but: Sequence[int] = (),
    ) -> list[LongTaskRow]:
        """Claim due long tasks with a fresh claim id; their rows, the longest due first."""
        claim_id = claims.new_claim_id()
        async with self.database.begin() as connection:
            due = await due_long_tasks.claim(
                connection,
                claim_id=claim_id,
                site_id=self.site_id,
                limit=limit,
                now=self.clock(),
                excluded_accounts=excluded_accounts,
                account_id=account_id,
                but=but,
            )
            rows = await due_long_tasks.held(connection, [(row.id, claim_id) for row in due])
        return [rows[row.id] for row in due]

    # -- read

    async def long_task(self, remote_id: str = "1", *, site_id: int | None = None) -> LongTaskRow:
        """A long task by its id on its site."""
        async with self.database.read() as connection:
            row = await long_tasks.find(connection, site_id=site_id or self.site_id, remote_id=remote_id)
        assert row is not None
        return row

    async def subscription(self, subscription_id: int) -> SubscriptionRow:
        """A thread."""
        async with self.database.read() as connection:
            row = await threads.find(connection, subscription_id)
        assert row is not None
        return row.subscription

    async def message(self, message_id: int) -> MessageRow:
        """A message."""
        async with self.database.read() as connection:
            row = await messages.find(connection, message_id)
        assert row is not None
        return row

    async def messages(self, subscription_id: int) -> list[MessageRow]:
        """All messages of a thread, in their order."""
        query = select(message_rows.c.id).where(message_rows.c.subscription_id == subscription_id)
        async with self.database.read() as connection:
            ids = list((await connection.execute(query.order_by(message_rows.c.id))).scalars())
            found = [await messages.find(connection, message_id) for message_id in ids]
        return [message for message in found if message is not None]

    async def site(self, site_id: int | None = None) -> SiteRow:
        """A site."""
        async with self.database.read() as connection:
            found = {site.id: site for site in await sites.all_sites(connection)}
        return found[site_id or self.site_id]


async def fill(database: Database, clock: Clock, *, base_url: str = "https://acme.example/wiki") -> FilledDatabase:
    """Store a site, the operator's account and a workspace."""
    async with database.begin() as connection:
        site_id = await sites.put(connection, alias="acme", kind=SiteKind.CLOUD, base_url=base_url, cloud_id=None)
        account_id = await accounts.operator_account(connection, site_id=site_id, now=clock())
        await workspaces.put(connection, TEAM, enterprise_id=None, now=clock())
    return FilledDatabase(database=database, clock=clock, site_id=site_id, account_id=account_id)
