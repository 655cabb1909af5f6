"""Make, replace and end the address with which scripts start to follow in a channel."""

import re
from typing import assert_never

import structlog

from bot.clients.slack.responses import RespondStatus
from bot.db import commands, hooks, messages, people
from bot.db.engine import Connection
from bot.db.rows import HookRow
from bot.db.secrets import SecretsError
from bot.domain.command import EndHook, MakeHook
from bot.domain.message_facts import Answer
from bot.domain.message_kinds import CommandOwner, MessageKind
from bot.domain.message_plan import Draft
from bot.domain.permissions import Act
from bot.follow.deps import Deps, Request
from bot.follow.hook_place import Standing, find_standing, join, place_of
from bot.follow.hook_token import hash_of, new_token
from bot.follow.permissions import log_act
from bot.follow.press import Press
from bot.render import replies
from bot.render.i18n import Texts
from bot.render.message import Message

_log = structlog.get_logger(__name__)

#: of a hook's hash, by which a button names the hook that it is about
_MARK = 16
#: of such a button: the id of the command that it answers, which four bytes hold, and the mark
_VALUE = re.compile(r"([0-9]{1,9}):([0-9a-f]{16})")


async def make(deps: Deps, request: Request, _command: MakeHook) -> Message | None:
    """Make the hook of this channel and show its address, or ask whether the one that there is is to be replaced.

    None if the caller has seen the address: it is in no message that is stored.
    """
    refused = await _refusal(deps, request)
    if refused is not None:
        return refused
    token = new_token()
    async with deps.database.begin() as connection:
        is_added = await _add(connection, deps, request, token)
        existing = await hooks.of_channel(connection, team_id=request.team_id, channel_id=place_of(request))
    if not is_added:
        return _question(request, existing)
    log_act(request, Act.HOOK)
    if await _shown(deps, request, _address(deps, request, token)):
        return None
    async with deps.database.begin() as connection:
        await hooks.end(connection, hash_of(token))
    return replies.hook_not_shown(request.texts)


def _question(request: Request, existing: HookRow | None) -> Message:
    """Whether the hook that there is is to be replaced."""
    if existing is None:
        return replies.hook_changed(request.texts, request.command)
    return replies.hook_exists(
        request.texts,
        maker_id=existing.maker_id,
        made=existing.created_at,
        used=existing.last_used_at,
        value=f"{request.command_id}:{existing.token_hash[:_MARK]}",
    )


async def off(deps: Deps, request: Request, _command: EndHook) -> Message | None:
    """End the hook of this channel; its maker gets a direct message if it was another person.

    None if the answer is written down already: before the message to the maker, since one waits for the other.
    """
    async with deps.database.begin() as connection:
        hook = await hooks.end_in_channel(connection, team_id=request.team_id, channel_id=place_of(request))
        if hook is not None:
            answer = _draft(MessageKind.PRIVATE, replies.hook_off(request.texts), request.user_id)
            await _plan(connection, deps, request.team_id, request.command_id, answer)
            await _inform_maker(connection, deps, request, hook, command_id=request.command_id, replaced=False)
    if hook is None:
        return replies.no_hook(request.texts, request.command)
    deps.delivery_wake.set()
    log_act(request, Act.HOOK_OFF)
    return None


async def keep(_deps: Deps, request: Request, pressed: Press) -> Message:
    """Answer that the hook stays."""
    if _VALUE.fullmatch(pressed.value or "") is None:
        return replies.gone_wrong(request.texts, request.command)
    return replies.hook_kept(request.texts)


async def replace(deps: Deps, request: Request, pressed: Press) -> Message:
    """Replace the hook that the button names, unless it is another one by now, and show the new address.

    The value comes back from Slack as it was sent: it counts only with a command of the same person.
    """
    found = _VALUE.fullmatch(pressed.value or "")
    if found is None:
        return replies.gone_wrong(request.texts, request.command)
    hook = await _named(deps, request, int(found[1]), found[2])
    if hook is None:
        return replies.hook_changed(request.texts, request.command)
    refused = await _refusal(deps, request)
    if refused is not None:
        return refused
    token = new_token()
    async with deps.database.begin() as connection:
        # Of two presses at the same time only one ends it.
        if not await hooks.end(connection, hook.token_hash):
            return replies.hook_changed(request.texts, request.command)
        await _add(connection, deps, request, token)
        await _inform_maker(connection, deps, request, hook, command_id=int(found[1]), replaced=True)
    deps.delivery_wake.set()
    log_act(request, Act.HOOK)
    return _address(deps, request, token)


async def _named(deps: Deps, request: Request, command_id: int, mark: str) -> HookRow | None:
    """The hook of the channel, if it is the one that a button names, and a command of this person is the other."""
    async with deps.database.read() as connection:
        asked = await commands.find(connection, command_id)
        hook = await hooks.of_channel(connection, team_id=request.team_id, channel_id=place_of(request))
    if asked is None or hook is None or (asked.team_id, asked.user_id) != (request.team_id, request.user_id):
        return None
    return hook if hook.token_hash.startswith(mark) else None


async def _refusal(deps: Deps, request: Request) -> Message | None:
    """Why no hook is made here; None if one may be."""
    texts = request.texts
    if deps.public_url is None:
        return replies.hook_needs_address(texts)
    standing = await find_standing(deps, request)
    if standing is Standing.CLOSED:
        await join(deps, request)
        standing = await find_standing(deps, request)
    match standing:
        case Standing.ALLOWED:
            return None
        case Standing.SHARED:
            return replies.hook_not_in_shared(texts)
        case Standing.CLOSED:
            return replies.invite(texts, deps.bot_name)
        case Standing.SCOPE_MISSING:
            return replies.hook_scope_missing(texts)
        case Standing.LEFT | Standing.NO_ANSWER:
            return replies.hook_not_checked(texts)
        case _:
            assert_never(standing)


async def _add(connection: Connection, deps: Deps, request: Request, token: str) -> bool:
    return await hooks.add(
        connection,
        token_hash=hash_of(token),
        team_id=request.team_id,
        enterprise_id=request.enterprise_id,
        channel_id=place_of(request),
        maker_id=request.user_id,
        now=deps.now(),
    )


def _address(deps: Deps, request: Request, token: str) -> Message:
    """The answer that shows the address, once."""
    return replies.hook_made(request.texts, f"{deps.public_url}/hook/{token}", request.command, deps.example)


async def _shown(deps: Deps, request: Request, message: Message) -> bool:
    """Answer the command at once, without storing the answer; whether Slack took it."""
    async with deps.database.read() as connection:
        command = await commands.find(connection, request.command_id)
    if command is None or command.response_url is None:
        return False
    try:
        url = deps.secrets.open(command.response_url)
    except SecretsError:
        return False
    client = await deps.slack.client(request.team_id, request.enterprise_id)
    result = await client.respond(url, message.text, message.blocks)
    if result.status is not RespondStatus.DELIVERED:
        _log.warning("hook_not_shown", command=command.id, answer=result.answer)
        return False
    async with deps.database.begin() as connection:
        await commands.response_url_used(connection, command.id)
    return True


async def _inform_maker(
    connection: Connection, deps: Deps, request: Request, hook: HookRow, *, command_id: int | None, replaced: bool
) -> None:
    """Write down a direct message to the maker of a hook that another person has ended."""
    if hook.maker_id == request.user_id:
        return
    texts = await _texts_of(connection, deps, hook)
    message = replies.hook_ended_by(texts, person_id=request.user_id, channel_id=hook.channel_id, replaced=replaced)
    draft = _draft(MessageKind.DIRECT, message, hook.maker_id)
    await _plan(connection, deps, request.team_id, command_id, draft)


def _draft(kind: MessageKind, message: Message, user_id: str) -> Draft:
    return Draft(kind=kind, facts=Answer(text=message.text, blocks=message.blocks), user_id=user_id)


async def _plan(connection: Connection, deps: Deps, team_id: str, command_id: int | None, draft: Draft) -> None:
    """Write down a message that belongs to a command; nothing if there is none."""
    if command_id is not None:
        planned = messages.Planned(owner=CommandOwner(command_id), team_id=team_id, draft=draft)
        await messages.plan(connection, [planned], now=deps.now())


async def _texts_of(connection: Connection, deps: Deps, hook: HookRow) -> Texts:
    """The language of a hook's maker, as far as it is known."""
    maker = await people.find(connection, hook.team_id, hook.maker_id)
    return deps.catalogs.texts_for(maker, deps.default_language)
