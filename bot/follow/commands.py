"""The table of commands: which handler carries out which command."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar, get_args

from bot.domain import command
from bot.domain.permissions import Act
from bot.follow import following, listing, status, stopping
from bot.follow.deps import Deps, Request
from bot.follow.first_look import LookAgain
from bot.render import replies
from bot.render.i18n import Texts
from bot.render.message import Message

C = TypeVar("C", bound=command.Command)


@dataclass(frozen=True, kw_only=True)
class Immediate:
    """A command whose answer is words alone: it is answered in the acknowledgement."""

    #: texts, the command's name as it was typed, the command
    render: Callable[[Texts, str, Any], Message]


@dataclass(frozen=True, kw_only=True)
class Worked:
    """A command that needs the database or the network: it is stored, acknowledged, and carried out by the worker."""

    act: Act
    carry_out: Callable[[Deps, Request, Any], Awaitable[Message | LookAgain]]
    #: how many long tasks the acknowledgement says that Confluence is asked about; None if it says nothing
    asks_about: Callable[[Any], int] | None = None


Handler = Immediate | Worked


def _worked(
    act: Act,
    carry_out: Callable[[Deps, Request, C], Awaitable[Message | LookAgain]],
    *,
    asks_about: Callable[[C], int] | None = None,
) -> Worked:
    return Worked(act=act, carry_out=carry_out, asks_about=asks_about)


_CONNECT = Immediate(render=lambda texts, _name, _command: replies.connect_not_available(texts))

HANDLERS: Mapping[type[command.Command], Handler] = {
    command.Follow: _worked(Act.FOLLOW, following.follow, asks_about=lambda follow: len(follow.refs)),
    command.ShowStatus: _worked(Act.STATUS, status.show),
    command.ListFollowed: _worked(Act.LIST, listing.show),
    command.Stop: _worked(Act.STOP, stopping.stop),
    command.StopAll: _worked(Act.STOP_ALL, stopping.stop_all),
    command.ShowHelp: Immediate(render=lambda texts, name, _command: replies.help(texts, name)),
    command.ShowSettings: Immediate(render=lambda texts, _name, _command: replies.settings_not_available(texts)),
    command.Connect: _CONNECT,
    command.Disconnect: _CONNECT,
    **dict.fromkeys(get_args(command.Problem), Immediate(render=replies.misread)),
}
