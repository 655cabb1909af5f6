"""The table of commands: which handler carries out which command."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar, get_args

from bot.domain import command
from bot.domain.command_example import Example
from bot.domain.message_facts import Coming
from bot.domain.permissions import Act
from bot.follow import examination, following, hooks, listing, running, settings, status, stopping, watching
from bot.follow.deps import Deps, Request
from bot.follow.first_look import LookAgain
from bot.render import replies, settings_modal
from bot.render.i18n import Texts
from bot.render.message import Message
from bot.render.mrkdwn import Mrkdwn

C = TypeVar("C", bound=command.Command)


@dataclass(frozen=True, kw_only=True)
class Words:
    """A command whose answer is words alone, which everybody may have."""

    #: texts, the command's name as it was typed, a long task for examples, the command
    render: Callable[[Texts, str, Example, Any], Message]


@dataclass(frozen=True, kw_only=True)
class Worked:
    """A command that needs permission, and the database or the network."""

    act: Act
    #: None: what the channel sees is the answer
    carry_out: Callable[[Deps, Request, Any], Awaitable[Message | LookAgain | None]]
    #: what is said while the command takes long
    coming: Callable[[Any], Coming | None]
    #: what those get who may not, instead of being refused
    refused: Callable[[Texts, str, Example], Message] | None = None
    #: the title of the modal that answers it, and that is opened before it is known who asks
    modal: Callable[[Texts], Mrkdwn] | None = None


Handler = Words | Worked


def _worked(
    act: Act,
    carry_out: Callable[[Deps, Request, C], Awaitable[Message | LookAgain | None]],
    *,
    coming: Callable[[C], Coming | None] = lambda _command: None,
) -> Worked:
    return Worked(act=act, carry_out=carry_out, coming=coming)


def _follow_is_coming(follow: command.Follow) -> Coming:
    return Coming(remote_ids=tuple(ref.remote_id for ref in follow.refs))


def _status_is_coming(status: command.ShowStatus) -> Coming | None:
    return None if status.ref is None else Coming(remote_ids=(status.ref.remote_id,), begins=False)


_CONNECT = Words(render=lambda texts, _name, _shown, _command: replies.connect_not_available(texts))

HANDLERS: Mapping[type[command.Command], Handler] = {
    command.Follow: _worked(Act.FOLLOW, following.follow, coming=_follow_is_coming),
    command.ShowStatus: _worked(Act.STATUS, status.show, coming=_status_is_coming),
    command.ShowRunning: Worked(
        act=Act.RUNNING_LIST,
        carry_out=running.show,
        coming=lambda _command: None,
        refused=replies.help,
    ),
    command.ListFollowed: _worked(Act.LIST, listing.show),
    command.Watch: _worked(Act.WATCH, watching.watch),
    command.Unwatch: _worked(Act.UNWATCH, watching.unwatch),
    command.Stop: _worked(Act.STOP, stopping.stop),
    command.StopAll: _worked(Act.STOP_ALL, stopping.stop_all),
    command.MakeHook: _worked(Act.HOOK, hooks.make),
    command.EndHook: _worked(Act.HOOK_OFF, hooks.off),
    command.ShowHelp: Words(render=lambda texts, name, shown, _command: replies.help(texts, name, shown)),
    command.ShowSettings: Worked(
        act=Act.SETTINGS,
        carry_out=settings.show,
        coming=lambda _command: None,
        modal=settings_modal.title,
    ),
    command.ShowChecks: Worked(
        act=Act.DOCTOR,
        carry_out=examination.show,
        coming=lambda _command: None,
        refused=lambda texts, _name, _shown: replies.checks_for_admins(texts),
    ),
    command.Connect: _CONNECT,
    command.Disconnect: _CONNECT,
    **dict.fromkeys(get_args(command.Problem), Words(render=replies.misread)),
}


def coming_of(asked: command.Command) -> Coming | None:
    """What is said while a command takes long; None for one that is answered soon."""
    handler = HANDLERS[type(asked)]
    return handler.coming(asked) if isinstance(handler, Worked) else None
