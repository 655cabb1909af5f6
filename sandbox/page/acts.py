"""Send the bot what a person does on the page: types, clicks, fills in, opens; and have things begin in Confluence."""

from collections.abc import Awaitable, Callable, Mapping

from aiohttp import web

from bot.domain.snapshot import Kind
from sandbox.harness import Sandbox
from sandbox.page.conversations import find_conversation
from sandbox.page.form_values import Filled, state_values
from sandbox.page.people import find_person
from sandbox.scenarios.in_confluence import BEGUN
from sandbox.slack.records import DispatchResult, Json, View
from sandbox.slack.typed_text import message_text

#: gets a command's text, its user and its channel
OnCommand = Callable[[str, str, str], Awaitable[DispatchResult]]

#: why the bot is not informed of a message that mentions it
NOT_HEARD = "it is informed of mentions only in channels that it is in"


class Acts:
    """The handlers of what a person does. Each body names who acts (`user`) and where (`channel`)."""

    def __init__(self, sandbox: Sandbox, on_command: OnCommand) -> None:
        self._slack = sandbox.slack
        self._confluence = sandbox.confluence
        self._on_command = on_command

    def routes(self) -> list[web.RouteDef]:
        """Return the routes to serve."""
        return [
            web.post("/type", self.type),
            web.post("/say", self.say),
            web.post("/click", self.click),
            web.post("/click-view", self.click_view),
            web.post("/submit", self.submit),
            web.post("/close", self.close),
            web.post("/shortcut", self.shortcut),
            web.post("/tab", self.tab),
            web.post("/begin", self.begin),
        ]

    async def type(self, request: web.Request) -> web.Response:
        """Send a command: `{"text": …}`, without the command itself."""
        body = await request.json()
        text = str(body["text"])
        return _answer(await self._on_command(text, *self._place(body)))

    async def say(self, request: web.Request) -> web.Response:
        """Post a message of the person: `{"text": …, "root": ts}`; the bot gets those that mention it."""
        body = await request.json()
        person, channel = self._place(body)
        where = self._slack.channels[channel]
        root = None if body.get("root") is None else where.messages[str(body["root"])].ts
        message = self._slack.say(channel, person, message_text(self._slack, str(body["text"])), thread_ts=root)
        if self._slack.workspaces[where.team_id].bot_user_id not in message.mentions:
            return _answer(None)
        result = await self._slack.mention(message)
        return _answer(result) if result else web.json_response({"status": None, "error": NOT_HEARD})

    async def click(self, request: web.Request) -> web.Response:
        """Click a button of a message: `{"ts": …, "action_id": …, "value": …}`."""
        body = await request.json()
        ts, action_id = str(body["ts"]), str(body["action_id"])
        person, channel = self._place(body)
        return _answer(await self._slack.click(channel, ts, action_id, person, _text(body, "value")))

    async def click_view(self, request: web.Request) -> web.Response:
        """Click a button of a home or a modal: `{"view": …, "action_id": …, "value": …, "values": …}`."""
        body = await request.json()
        view, person = self._view(body)
        values = state_values(view.view, _filled(body))
        action_id, value = str(body["action_id"]), _text(body, "value")
        return _answer(await self._slack.click_view(view.id, action_id, person, value, values=values))

    async def submit(self, request: web.Request) -> web.Response:
        """Send a modal: `{"view": …, "values": …}`."""
        body = await request.json()
        view, person = self._view(body)
        return _answer(await self._slack.submit(view.id, person, state_values(view.view, _filled(body))))

    async def close(self, request: web.Request) -> web.Response:
        """Close a modal without sending it: `{"view": …}`."""
        view, person = self._view(await request.json())
        return _answer(await self._slack.close_view(view.id, person))

    async def shortcut(self, request: web.Request) -> web.Response:
        """Use a shortcut: `{"callback_id": …}`, on a message with its `ts`."""
        body = await request.json()
        person, channel = self._place(body)
        ts = _text(body, "ts")
        where = None if ts is None else channel
        return _answer(await self._slack.shortcut(str(body["callback_id"]), user=person, channel=where, ts=ts))

    async def tab(self, request: web.Request) -> web.Response:
        """Open a tab of the app: `{"tab": "home" or "messages"}`."""
        body = await request.json()
        return _answer(await self._slack.open_home(self._place(body)[0], tab=str(body["tab"])))

    async def begin(self, request: web.Request) -> web.Response:
        """Begin a long task in Confluence's own window: `{"kind": "copy"}`."""
        self._confluence.add(BEGUN[Kind(str((await request.json())["kind"]))])
        return _answer(None)

    def _place(self, body: Mapping[str, object]) -> tuple[str, str]:
        """Return who acts and in which conversation. Raises LookupError for a stranger there."""
        person = find_person(self._slack, body.get("user"))
        return person, find_conversation(self._slack, person, _text(body, "channel"))

    def _view(self, body: Mapping[str, object]) -> tuple[View, str]:
        """Return the view that is meant, and the person. Raises LookupError if it is another person's."""
        person = find_person(self._slack, body.get("user"))
        view = self._slack.views[str(body["view"])]
        if view.user != person:
            raise LookupError(view.id)
        return view, person


def _text(body: Mapping[str, object], name: str) -> str | None:
    return None if body.get(name) is None else str(body[name])


def _filled(body: Json) -> Filled:
    """Return what the fields hold: lists of texts, by block id and action id. Raises AttributeError, TypeError."""
    return {
        str(block): {str(action): [str(value) for value in held] for action, held in fields.items()}
        for block, fields in body.get("values", {}).items()
    }


def _answer(result: DispatchResult | None) -> web.Response:
    """Say how the bot answered; None if it was not asked."""
    said = {"status": result.status, "error": result.error} if result else {"status": None, "error": None}
    return web.json_response(said)
