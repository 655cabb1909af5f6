"""Begin and end a channel's watch of a site."""

from bot.db import channels, listed_tasks, messages, sites, watches
from bot.db.engine import Connection
from bot.db.watch_rows import WatchRow
from bot.domain.command import SiteKind, Unwatch, Watch
from bot.domain.message_facts import WatchOver, WatchRoot
from bot.domain.message_kinds import MessageKind, WatchOwner
from bot.domain.message_plan import Draft
from bot.domain.permissions import Act, may_list
from bot.domain.poll_result import Listed
from bot.domain.states import Sharing, WatchState
from bot.domain.watching import QUIET_INTERVAL
from bot.follow import running
from bot.follow.channels import NotSeen, find_sharing
from bot.follow.deps import Deps, Request
from bot.follow.permissions import log_act
from bot.render import replies
from bot.render.message import Message
from bot.render.watch import WatchView


async def watch(deps: Deps, request: Request, command: Watch) -> Message | None:
    """Let the channel watch a site from now on; what runs already is offered, not followed.

    None if what the channel sees is the answer.
    """
    texts, site = request.texts, deps.sites[command.site_id].name.alias
    if not may_list(request.person, deps.running_list):
        return replies.may_not_watch(texts, setting=deps.running_list)
    sharing = await find_sharing(deps, request)
    if sharing is Sharing.SHARED:
        return replies.watch_not_in_shared(texts)
    if sharing is NotSeen.CLOSED:
        return replies.invite(texts, deps.bot_name)
    if await _was_begun(deps, request):
        return None
    # The first list is what there was before the watch: nothing in it is announced.
    listed = await running.ask(deps, command.site_id)
    if not isinstance(listed, Listed):
        return replies.not_watched(texts, site, running.reason(deps, request, listed))
    watch_id = await _begin(deps, request, command, listed)
    if watch_id is None:
        return replies.already_watched(texts, site, request.command)
    log_act(request, Act.WATCH)
    deps.delivery_wake.set()
    deps.listing_wake.set()
    return await running.offer(deps, request, command.site_id, listed, sharing)


async def _was_begun(deps: Deps, request: Request) -> bool:
    """Whether this very command has begun a watch, before a process died that could not answer any more."""
    if request.command_id is None:
        return False
    async with deps.database.read() as connection:
        return await watches.from_command(connection, request.command_id)


async def _begin(deps: Deps, request: Request, command: Watch, listed: Listed) -> int | None:
    """Store the watch with what runs already; returns its id, or None if the channel watches the site already."""
    now, site_id = deps.now(), command.site_id
    team_id, channel_id = request.team_id, request.target_channel
    async with deps.database.begin() as connection:
        settings = await channels.settings_of(connection, team_id=team_id, channel_id=channel_id)
        await listed_tasks.begin_listing(connection, site_id, now=now)
        await listed_tasks.record(connection, site_id, listed.snapshots, now=now, due_at=now + QUIET_INTERVAL)
        watch_id = await watches.add(
            connection,
            team_id=team_id,
            channel_id=channel_id,
            site_id=site_id,
            command_id=request.command_id,
            maker_id=request.user_id,
            kinds=command.kinds,
            verbosity=command.verbosity or settings.verbosity,
            language=settings.language or request.texts.language,
            handled=await listed_tasks.last_id(connection, site_id),
            now=now,
        )
        if watch_id is not None:
            root = Draft(kind=MessageKind.WATCH_ROOT, facts=WatchRoot())
            planned = messages.Planned(owner=WatchOwner(watch_id), team_id=request.team_id, draft=root)
            await messages.plan(connection, [planned], now=now)
    return watch_id


async def unwatch(deps: Deps, request: Request, command: Unwatch) -> Message:
    """End the channel's watches, of one site or of all."""
    async with deps.database.begin() as connection:
        found = await watches.of_channel(
            connection, team_id=request.team_id, channel_id=request.target_channel, site_id=command.site_id
        )
        for row in found:
            await end(connection, deps, row, WatchState.ENDED, ended_by=request.user_id)
        # Also of a site that is not configured any more.
        aliases = {site.id: site.alias for site in await sites.all_sites(connection)}
    if not found:
        return replies.nothing_watched(request.texts)
    log_act(request, Act.UNWATCH)
    deps.delivery_wake.set()
    return replies.unwatched(request.texts, [aliases[row.site_id] for row in found])


async def end(
    connection: Connection, deps: Deps, row: WatchRow, state: WatchState, *, ended_by: str | None = None
) -> None:
    """End a watch; the person who began it gets a direct message, unless that person ended it."""
    now = deps.now()
    if not await watches.end(connection, row.id, state, ended_by=ended_by, now=now) or ended_by == row.maker_id:
        return
    draft = Draft(kind=MessageKind.DIRECT, facts=WatchOver(by=ended_by), user_id=row.maker_id)
    planned = messages.Planned(owner=WatchOwner(row.id), team_id=row.team_id, draft=draft)
    await messages.plan(connection, [planned], now=now)


def watch_view(deps: Deps, row: WatchRow) -> WatchView:
    """What a list says of a watch."""
    name = deps.sites[row.site_id].name
    return WatchView(
        site=name.alias,
        kinds=watches.kinds_of(row),
        maker_id=row.maker_id,
        state=row.state,
        is_cloud=name.kind is not SiteKind.DATACENTER,
        passed_over=row.passed_over,
    )
