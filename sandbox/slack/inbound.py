"""What people and Slack itself send to the bot: commands, clicks, submissions, events."""

import json
from collections.abc import Mapping
from urllib.parse import urlencode

from sandbox.slack import interactions
from sandbox.slack.records import Channel, CommandResult, Json, Workspace
from sandbox.slack.response_urls import ResponseUrl, ResponseUrls
from sandbox.slack.sending import Request, Sender
from sandbox.slack.signing import Signing
from sandbox.slack.world import World


class Inbound:
    """Makes the requests and hands them to the sender."""

    def __init__(self, world: World, urls: ResponseUrls, sender: Sender) -> None:
        self._world = world
        self._urls = urls
        self._sender = sender

    async def command(
        self, text: str, *, user: str, channel: str, command: str, team: str | None, signing: Signing
    ) -> CommandResult:
        """A slash command, as typed into a channel."""
        where = self._world.channels[channel]
        workspace = self._world.workspaces[team or where.team_id]
        url = self._open(workspace, where, user)
        form = interactions.command_form(
            self._world, workspace, where, user, command=command, text=text, response_url=self._urls.url(url.id)
        )
        return await self._sender.send(
            Request(
                kind="command",
                workspace=workspace,
                text=text,
                body=urlencode({**form, "trigger_id": url.trigger_id}).encode(),
                user=user,
                channel=channel,
                url=url,
                signing=signing,
            )
        )

    async def click(
        self, channel: str, ts: str, *, action_id: str, user: str, value: str | None, signing: Signing
    ) -> CommandResult:
        """A click on a button of a message, or of an ephemeral one.

        Raises LookupError where the message has no such element and no `value` is given.
        """
        where = self._world.channels[channel]
        workspace = self._world.workspaces[where.team_id]
        url = self._open(workspace, where, user, original=ts)
        payload = interactions.click_payload(
            self._world, workspace, where, ts, user=user, action_id=action_id, value=value
        )
        payload |= {"trigger_id": url.trigger_id, "response_url": self._urls.url(url.id)}
        return await self._sender.send(
            Request(
                kind="click",
                workspace=workspace,
                text=action_id,
                body=_payload_form(payload),
                user=user,
                channel=channel,
                url=url,
                signing=signing,
            )
        )

    async def submit(
        self, view_id: str, user: str, values: Mapping[str, Mapping[str, Json]], signing: Signing
    ) -> CommandResult:
        """The submit button of a modal; `values` by block id and action id."""
        view = self._world.views[view_id]
        workspace = self._world.workspaces[view.team_id]
        payload = interactions.submission_payload(self._world, workspace, view, user, values)
        payload["trigger_id"] = self._trigger(user)
        return await self._sender.send(
            Request(
                kind="submit",
                workspace=workspace,
                text=str(view.view.get("callback_id", "")),
                body=_payload_form(payload),
                user=user,
                signing=signing,
            )
        )

    async def click_view(
        self, view_id: str, *, action_id: str, user: str, value: str | None, signing: Signing
    ) -> CommandResult:
        """A click in a modal or on the Home tab."""
        view = self._world.views[view_id]
        workspace = self._world.workspaces[view.team_id]
        payload = interactions.view_click_payload(
            self._world, workspace, view, user=user, action_id=action_id, value=value
        )
        payload["trigger_id"] = self._trigger(user)
        body = _payload_form(payload)
        return await self._sender.send(
            Request(kind="click", workspace=workspace, text=action_id, body=body, user=user, signing=signing)
        )

    async def shortcut(
        self, callback_id: str, *, user: str, team: str, channel: str | None, ts: str | None, signing: Signing
    ) -> CommandResult:
        """A message shortcut, or a global one where no message is named."""
        where = self._world.channels[channel] if channel else None
        workspace = self._world.workspaces[team]
        payload = interactions.shortcut_payload(self._world, workspace, callback_id, user, channel=where, ts=ts)
        url = self._open(workspace, where, user) if where else None
        payload["trigger_id"] = url.trigger_id if url else self._trigger(user)
        if url is not None:
            payload["response_url"] = self._urls.url(url.id)
        return await self._sender.send(
            Request(
                kind="shortcut",
                workspace=workspace,
                text=callback_id,
                body=_payload_form(payload),
                user=user,
                channel=channel,
                url=url,
                signing=signing,
            )
        )

    async def event(
        self,
        event: Json,
        *,
        team: str,
        event_id: str | None,
        retry: tuple[int, str] | None,
        signing: Signing,
    ) -> CommandResult:
        """An event of the Events API; `retry` is the number and reason of a repetition."""
        workspace = self._world.workspaces[team]
        envelope = interactions.event_envelope(
            self._world, workspace, event, event_id=event_id or self._world.new_id("Ev")
        )
        headers = {} if retry is None else {"X-Slack-Retry-Num": str(retry[0]), "X-Slack-Retry-Reason": retry[1]}
        return await self._sender.send(
            Request(
                kind="event",
                workspace=workspace,
                text=str(event.get("type", "")),
                body=json.dumps(envelope).encode(),
                content_type="application/json",
                user=event.get("user") if isinstance(event.get("user"), str) else None,
                signing=signing,
                headers=headers,
            )
        )

    def _trigger(self, user: str) -> str:
        trigger_id = f"{self._world.number()}.{self._world.number()}.{self._world.new_id('TR')}"
        self._world.triggers[trigger_id] = (self._world.clock(), user)
        return trigger_id

    def _open(self, workspace: Workspace, channel: Channel, user: str, original: str | None = None) -> ResponseUrl:
        return self._urls.hand_out(
            team_id=workspace.team_id,
            channel=channel.id,
            user=user,
            trigger_id=self._trigger(user),
            original=original,
        )


def _payload_form(payload: Json) -> bytes:
    return urlencode({"payload": json.dumps(payload)}).encode()
