"""Render answers about watching a site."""

from collections.abc import Sequence

from bot.domain.permissions import RunningList
from bot.domain.states import WatchState
from bot.render.blocks import paragraphs
from bot.render.i18n import Texts
from bot.render.message import Message
from bot.render.mrkdwn import Mrkdwn, mention, on_one_line
from bot.render.replies.direct_messages import where_of
from bot.render.replies.help import example
from bot.render.watch import MARK, WatchView, watched


def already_watched(texts: Texts, site: str, command: str) -> Message:
    """Say that the channel watches the site already, and how to change that."""
    sentence = texts.say(
        "This channel already watches the Confluence site {site}. To change that, end it with {example} first.",
        site=site,
        example=example(command, "unwatch"),
    )
    return paragraphs(sentence)


def not_watched(texts: Texts, site: str, reason: Mrkdwn) -> Message:
    """Say that the site is not watched, because it does not list what runs."""
    return paragraphs(texts.say("The Confluence site {site} isn't watched here. {reason}", site=site, reason=reason))


def may_not_watch(texts: Texts, *, setting: RunningList) -> Message:
    """Refuse a watch where the operator does not have the caller see what runs."""
    if setting is RunningList.ADMINS:
        return paragraphs(
            texts.say("Only workspace admins can see what runs in Confluence, so only they can have it watched.")
        )
    return paragraphs(
        texts.say("Watching is turned off for this bot. You can still follow any task whose ID you know.")
    )


def watch_not_in_shared(texts: Texts) -> Message:
    """Refuse a watch where other organizations read along."""
    return paragraphs(
        texts.say("Another organization reads this channel, so Confluence isn't watched here. Use another channel.")
    )


def unwatched(texts: Texts, sites: Sequence[str]) -> Message:
    """Confirm that the channel watches no longer."""
    names = texts.listed([texts.format(site) for site in sites])
    return paragraphs(
        texts.say("This channel no longer watches Confluence ({sites}). Threads that have begun go on.", sites=names)
    )


def nothing_watched(texts: Texts) -> Message:
    """Say that the channel watches nothing."""
    return paragraphs(texts.say("This channel doesn't watch Confluence, so nothing was ended."))


def watch_over(texts: Texts, view: WatchView, *, channel_id: str, ended_by: str | None) -> Message:
    """Tell the person who began a watch that it has ended."""
    here = where_of(texts, channel_id)
    if ended_by is not None:
        sentence = texts.say(
            "{person} ended your watch of the Confluence site {site} in {channel}. Threads that have begun go on.",
            person=mention(ended_by),
            site=view.site,
            channel=here,
        )
    elif view.state is WatchState.WITHDRAWN:
        sentence = texts.say(
            "Your watch of the Confluence site {site} in {channel} has ended: the administrator of this bot has turned "
            "watching off. Threads that have begun go on.",
            site=view.site,
            channel=here,
        )
    elif view.state is WatchState.SHARED:
        sentence = texts.say(
            "Your watch of the Confluence site {site} in {channel} has ended: another organization reads that channel "
            "now. Threads that have begun go on.",
            site=view.site,
            channel=here,
        )
    else:
        sentence = texts.say(
            "Your watch of the Confluence site {site} in {channel} has ended: this bot can no longer post there, so "
            "the threads that have begun get no more updates.",
            site=view.site,
            channel=here,
        )
    return paragraphs(sentence)


def watch_line(texts: Texts, view: WatchView) -> Mrkdwn:
    """One watch, in a list of what is followed."""
    passed_over = None
    if view.passed_over:
        passed_over = texts.count(
            "{count} task of unknown kind not followed",
            "{count} tasks of unknown kind not followed",
            view.passed_over,
        )
    return on_one_line([Mrkdwn(f"{MARK} {watched(texts, view)}"), mention(view.maker_id), passed_over])
