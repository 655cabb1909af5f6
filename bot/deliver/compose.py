"""Compose a message from its facts and the latest state of its thread."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import assert_never

from bot.db import findings, threads, warnings, watches
from bot.db.engine import Connection
from bot.db.rows import MessageRow, Shows
from bot.db.watch_rows import WatchRow
from bot.deliver.deps import Deps
from bot.deliver.thread import Thread
from bot.deliver.watch import render_watch
from bot.domain import message_facts as facts_of
from bot.domain.home import Home
from bot.domain.message_kinds import RULES, CommandOwner, MessageKind, Place, WatchOwner
from bot.domain.message_plan import list_follows
from bot.domain.snapshot import FindingKind
from bot.domain.states import HookEnd, LostReason, MessageForm, Outcome, Trouble, WatchState
from bot.domain.summary import Summary, summarize
from bot.render import replies
from bot.render.card import card, fingerprint
from bot.render.completion import completion
from bot.render.findings_csv import introduction
from bot.render.findings_text import findings_text
from bot.render.i18n import Texts
from bot.render.message import Message, digest, plain
from bot.render.phases import milestone, phase
from bot.render.root import root
from bot.render.troubles import trouble
from bot.render.warnings import warnings as warnings_reply


@dataclass(frozen=True, kw_only=True)
class Composed:
    """A message as Slack is to show it, and what it is composed from."""

    row: MessageRow
    #: None for an answer to a command, and for a message of a watch
    thread: Thread | None
    #: None for all but the messages of a watch
    watch: WatchRow | None = None
    message: Message
    shows: Shows
    #: None for an answer, which was written when the person asked
    language: str | None = None

    @property
    def command_id(self) -> int | None:
        """The command that a private answer belongs to, itself or through its thread."""
        if isinstance(self.row.owner, CommandOwner):
            return self.row.owner.id
        return self.thread.row.subscription.command_id if self.thread is not None else None


async def compose(
    connection: Connection, deps: Deps, row: MessageRow, thread: Thread | None, words: Message | None = None
) -> Composed | None:
    """A message as it is to be now; None if there is nothing to say any more. Answers to commands have no thread.

    `words`: what is composed already.
    """
    if isinstance(row.facts, facts_of.Answer):
        words = Message(text=row.facts.text, blocks=row.facts.blocks)
    if isinstance(row.facts, facts_of.FailedCalls):
        words = _failed_calls(deps, row.facts)
    if words is not None:
        return Composed(row=row, thread=thread, message=words, shows=Shows(digest=""))
    if isinstance(row.owner, WatchOwner):
        return await _of_watch(connection, deps, row, row.owner)
    if thread is None:
        return None
    texts = deps.catalogs.texts(thread.row.subscription.language)
    whole = await _render(connection, deps, texts, thread, row)
    if whole is None:
        return None
    shows = Shows(
        digest=_digest(texts, thread, row, whole),
        percent=thread.row.task.percent,
        end=thread.view.expected_end,
        terminal=thread.view.outcome is not Outcome.FOLLOWING,
    )
    shown = plain(whole) if row.form is MessageForm.PLAIN else whole
    return Composed(row=row, thread=thread, message=shown, shows=shows, language=texts.language)


def _failed_calls(deps: Deps, facts: facts_of.FailedCalls) -> Message:
    texts = deps.catalogs.texts(facts.language)
    reasons = [Message(text=each.text, blocks=each.blocks) for each in facts.calls]
    return replies.failed_calls(texts, facts.channel_id, reasons, more=facts.more)


async def _of_watch(connection: Connection, deps: Deps, row: MessageRow, owner: WatchOwner) -> Composed | None:
    watch = await watches.find(connection, owner.id)
    if watch is None or (RULES[row.kind].place is Place.THREAD and watch.thread_ts is None):
        return None
    texts = deps.catalogs.texts(watch.language)
    whole = await render_watch(connection, deps, texts, watch, row)
    if whole is None:
        return None
    shown = plain(whole) if row.form is MessageForm.PLAIN else whole
    shows = Shows(digest=digest(whole), terminal=watch.state is not WatchState.WATCHING)
    return Composed(row=row, thread=None, watch=watch, message=shown, shows=shows, language=texts.language)


def _digest(texts: Texts, thread: Thread, message: MessageRow, rendered: Message) -> str:
    """What a message shows; for a card without the time of the last check, which is no reason for an edit."""
    if isinstance(message.facts, facts_of.Card):
        return fingerprint(texts, thread.view, subscription_id=str(thread.row.subscription.id))
    return digest(rendered)


async def _render(  # noqa: C901, PLR0911, PLR0912 -- one case for each kind of facts
    connection: Connection, deps: Deps, texts: Texts, thread: Thread, message: MessageRow
) -> Message | None:
    view, facts = thread.view, message.facts
    match facts:
        case facts_of.Root():
            return root(texts, view, await _summary(connection, thread))
        case facts_of.Card():
            value, in_slack = str(thread.row.subscription.id), message.address is not None
            return card(texts, view, subscription_id=value, people_named=in_slack)
        case facts_of.Warnings():
            found = await findings.listed(connection, thread.row.task.id, kind=facts.kind)
            if not found:
                return None
            return warnings_reply(texts, view, found, may_repeat=message.ambiguous, earlier=facts.earlier)
        case facts_of.NewPhase():
            return phase(texts, view) if view.outcome is Outcome.FOLLOWING else None
        case facts_of.Milestone():
            # The completion shows an end that Confluence came to.
            return milestone(texts, view) if view.outcome in (Outcome.FOLLOWING, Outcome.STOPPED) else None
        case facts_of.TroubleStarted():
            return trouble(texts, view, facts.trouble, over=False, since=facts.since, until=facts.until)
        case facts_of.TroubleOver():
            return trouble(texts, view, facts.trouble, over=True, since=facts.since, until=message.created_at)
        case facts_of.PostingSetAside():
            return trouble(texts, view, Trouble.SET_ASIDE, over=False)
        case facts_of.Completion():
            return await _completion_of_thread(connection, texts, thread)
        case facts_of.EndForFollower():
            return await _end_for_follower(connection, texts, thread)
        case facts_of.FindingsFile() | facts_of.FindingsPage():
            return await _findings(connection, texts, thread, facts)
        case facts_of.InviteNeeded():
            command_id, here = thread.row.subscription.command_id, thread.row.subscription.channel_id
            return replies.invite(
                texts,
                deps.bot_name,
                value=None if command_id is None else str(command_id),
                channel_id=here if message.kind is MessageKind.DIRECT else None,
            )
        case facts_of.StoppedByOther():
            here = thread.row.subscription.channel_id
            return replies.stopped_by_other(texts, view, person_id=facts.by, channel_id=here)
        case facts_of.FollowSetAside():
            return replies.task_set_aside(texts, view.remote_id)
        case facts_of.ThreadLost():
            return await _lost(connection, texts, thread, message, facts.reason)
        case facts_of.HookClosed():
            return replies.hook_over(texts, HookEnd.CLOSED, channel_id=thread.row.subscription.channel_id)
        case facts_of.Answer() | facts_of.FailedCalls() | facts_of.Coming() | facts_of.Arrived() | Home():
            return None
        case facts_of.WatchRoot() | facts_of.WatchDigest() | facts_of.WatchOver():
            return None
        case _:
            assert_never(facts)


async def _lost(
    connection: Connection, texts: Texts, thread: Thread, message: MessageRow, reason: LostReason
) -> Message:
    view, here = thread.view, thread.row.subscription.channel_id
    if view.outcome in (Outcome.FOLLOWING, Outcome.STOPPED):
        return replies.thread_lost(texts, view, reason, channel_id=here)
    # The completion, which cannot be posted in the thread any more; it mentions only the person it is sent to.
    followers = (message.user_id,) if message.kind is MessageKind.DIRECT and message.user_id else ()
    mine = replace(thread, view=replace(view, followers=followers))
    lost = replies.thread_lost(texts, view, reason, channel_id=here, ended=True)
    return replies.together(texts, [lost, await _completion(connection, texts, mine)])


async def _end_for_follower(connection: Connection, texts: Texts, thread: Thread) -> Message:
    """The completion for one person, who needs no mention, with all that was found."""
    mine = replace(thread, view=replace(thread.view, followers=()))
    opening = replies.for_you_alone(texts, thread.row.subscription.channel_id)
    return replies.together(texts, [opening, await _completion(connection, texts, mine)])


async def _summary(connection: Connection, thread: Thread) -> Summary:
    """The result of an ended task; while it runs nothing is read for it."""
    view = thread.view
    ended = view.outcome is not Outcome.FOLLOWING
    found = await findings.listed(connection, thread.row.task.id) if ended else []
    return summarize(view.snapshot, found, view.outcome)


async def _completion_of_thread(connection: Connection, texts: Texts, thread: Thread) -> Message:
    """The completion with what the other messages of its thread do not say or have."""
    subscription_id = thread.row.subscription.id
    shown = await threads.shown_messages(connection, subscription_id)
    return await _completion(
        connection,
        texts,
        thread,
        replied=await warnings.kinds_in_slack(connection, subscription_id),
        subscription_id=str(subscription_id),
        has_card=MessageKind.CARD in shown,
        mentions_here=_mentions_here(thread),
    )


def _mentions_here(thread: Thread) -> bool:
    """Whether the channel wants all who are active to be mentioned: only where the completion is shown there."""
    settings = thread.settings
    return settings.broadcasts and settings.mentions_here and thread.view.outcome is Outcome.FAILED


async def _completion(
    connection: Connection,
    texts: Texts,
    thread: Thread,
    *,
    replied: Collection[FindingKind] = (),
    subscription_id: str | None = None,
    has_card: bool = True,
    mentions_here: bool = False,
) -> Message:
    """The completion; `replied`: kinds of findings that have a reply of their own, and are only counted."""
    found, view = await findings.listed(connection, thread.row.task.id), thread.view
    counted = [finding for finding in found if finding.kind in replied]
    named = [finding for finding in found if finding.kind not in replied]
    summary = summarize(view.snapshot, counted, view.outcome)
    return completion(
        texts,
        view,
        summary,
        found,
        named=named,
        subscription_id=subscription_id,
        has_card=has_card,
        mentions_here=mentions_here,
    )


async def _findings(
    connection: Connection, texts: Texts, thread: Thread, facts: facts_of.FindingsFile | facts_of.FindingsPage
) -> Message | None:
    """The full list, if it says more than the thread does; of a file the words that introduce it."""
    found = await findings.listed(connection, thread.row.task.id)
    if not list_follows((finding.key for finding in found), thread.view.titles):
        return None
    if isinstance(facts, facts_of.FindingsFile):
        return introduction(texts, found)
    pages = findings_text(texts, found, thread.view.site_url)
    return pages[facts.page] if facts.page < len(pages) else None
