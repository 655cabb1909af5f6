"""Build what Slack sends to an app: slash commands, clicks, submissions, shortcuts, events.

Fields: https://docs.slack.dev/interactivity/implementing-slash-commands and
https://docs.slack.dev/reference/interaction-payloads
"""

from collections.abc import Mapping, Sequence

from sandbox.slack.api_objects import message_json
from sandbox.slack.block_kit.blocks import elements_of
from sandbox.slack.methods.views import view_json
from sandbox.slack.records import Channel, Json, View, Workspace
from sandbox.slack.state import SlackState

#: deprecated: an app checks the signature instead
VERIFICATION_TOKEN = "verification-token-nobody-should-trust"  # noqa: S105 -- no secret


def command_form(
    state: SlackState,
    workspace: Workspace,
    channel: Channel,
    user: str,
    *,
    command: str,
    text: str,
    response_url: str,
) -> dict[str, str]:
    """Return the form of a slash command, which names neither a thread nor a locale."""
    return {
        "token": VERIFICATION_TOKEN,
        "team_id": workspace.team_id,
        "team_domain": workspace.domain,
        "channel_id": channel.id,
        "channel_name": channel_name(channel),
        "user_id": user,
        "user_name": state.users[user].name,
        "command": command,
        "text": text,
        "api_app_id": workspace.app_id,
        "is_enterprise_install": str(workspace.org_wide).lower(),
        "response_url": response_url,
        **({"enterprise_id": workspace.enterprise_id} if workspace.enterprise_id else {}),
    }


def channel_name(channel: Channel) -> str:
    """Return the channel name that a command carries: private channels are not named."""
    if channel.is_im:
        return "directmessage"
    return "privategroup" if channel.private and not channel.is_mpim else channel.name


def click_payload(
    state: SlackState,
    workspace: Workspace,
    channel: Channel,
    ts: str,
    *,
    user: str,
    action_id: str,
    value: str | None,
) -> Json:
    """Return the payload of block_actions from a message.

    Raises LookupError if the message has no such element and no `value` is given.
    """
    message = channel.messages.get(ts)
    private = next((item for item in reversed(state.private_messages) if item.ts == ts), None)
    blocks = message.blocks if message else private.blocks if private else ()
    container: Json = {
        "type": "message",
        "message_ts": ts,
        "channel_id": channel.id,
        "is_ephemeral": message is None,
    }
    payload: Json = {
        "type": "block_actions",
        "user": _person(state, user),
        "api_app_id": workspace.app_id,
        "token": VERIFICATION_TOKEN,
        "container": container,
        **_from(workspace),
        "channel": {"id": channel.id, "name": channel_name(channel)},
        "state": {"values": {}},
        "actions": [_action(state, workspace, blocks, action_id, value)],
    }
    if message is not None:
        payload["message"] = message_json(state, message)
    shown = message or private
    if shown is not None and shown.thread_ts is not None:
        container["thread_ts"] = shown.thread_ts
    return payload


def view_click_payload(
    state: SlackState,
    workspace: Workspace,
    view: View,
    *,
    user: str,
    action_id: str,
    value: str | None,
    values: Mapping[str, Mapping[str, Json]],
) -> Json:
    """Return the payload of block_actions from a modal or the home tab, which has no channel and no message.

    `values`: what the fields hold so far.
    """
    shown = view_json(view, workspace)
    shown["state"] = {"values": {block: dict(inputs) for block, inputs in values.items()}}
    return {
        "type": "block_actions",
        "user": _person(state, user),
        "api_app_id": workspace.app_id,
        "token": VERIFICATION_TOKEN,
        "container": {"type": "view", "view_id": view.id},
        **_from(workspace),
        "view": shown,
        "actions": [_action(state, workspace, view.view["blocks"], action_id, value)],
    }


def shortcut_payload(
    state: SlackState, workspace: Workspace, callback_id: str, user: str, *, channel: Channel | None, ts: str | None
) -> Json:
    """Return the payload of a message shortcut, or of a global one if no message is named."""
    payload: Json = {
        "type": "shortcut",
        "callback_id": callback_id,
        "user": _person(state, user),
        **_from(workspace),
        "token": VERIFICATION_TOKEN,
        "action_ts": state.next_ts(workspace.team_id),
    }
    if channel is None or ts is None:
        return payload
    return payload | {
        "type": "message_action",
        "channel": {"id": channel.id, "name": channel_name(channel)},
        "message_ts": ts,
        "message": message_json(state, channel.messages[ts]),
    }


def submission_payload(
    state: SlackState, workspace: Workspace, view: View, user: str, values: Mapping[str, Mapping[str, Json]]
) -> Json:
    """Return the payload of view_submission."""
    shown = view_json(view, workspace)
    shown["state"] = {"values": {block: dict(inputs) for block, inputs in values.items()}}
    return {
        "type": "view_submission",
        **_from(workspace),
        "user": _person(state, user),
        "api_app_id": workspace.app_id,
        "token": VERIFICATION_TOKEN,
        "view": shown,
        "response_urls": [],
    }


def closing_payload(state: SlackState, workspace: Workspace, view: View, user: str) -> Json:
    """Return the payload of view_closed, for a modal that was closed alone."""
    return {
        "type": "view_closed",
        **_from(workspace),
        "user": _person(state, user),
        "api_app_id": workspace.app_id,
        "token": VERIFICATION_TOKEN,
        "view": view_json(view, workspace),
        "is_cleared": False,
    }


def event_envelope(state: SlackState, workspace: Workspace, event: Json, *, event_id: str) -> Json:
    """Return an event in its envelope."""
    return {
        "token": VERIFICATION_TOKEN,
        "team_id": workspace.team_id,
        "api_app_id": workspace.app_id,
        "event": {"event_ts": state.next_ts(workspace.team_id), **event},
        "type": "event_callback",
        "event_id": event_id,
        "event_time": int(state.clock()),
        "authorizations": [
            {
                "enterprise_id": workspace.enterprise_id,
                "team_id": workspace.team_id,
                "user_id": workspace.bot_user_id,
                "is_bot": True,
                "is_enterprise_install": workspace.org_wide,
            }
        ],
        "is_ext_shared_channel": False,
    }


def _action(state: SlackState, workspace: Workspace, blocks: Sequence[Json], action_id: str, value: str | None) -> Json:
    for block in blocks:
        for element in elements_of(block):
            same_value = value is None or element.get("value") == value or element["type"] != "button"
            if element.get("action_id") == action_id and same_value:
                return _clicked(element, str(block["block_id"]), value, state.next_ts(workspace.team_id))
    if value is None:
        raise LookupError(f"no element with the action id {action_id!r} in that message")
    stale = {"type": "button", "action_id": action_id, "text": {"type": "plain_text", "text": "?"}}
    return _clicked(stale, "gone", value, state.next_ts(workspace.team_id))


def _clicked(element: Json, block_id: str, value: str | None, action_ts: str) -> Json:
    action: Json = {
        "type": element["type"],
        "action_id": element["action_id"],
        "block_id": block_id,
        "action_ts": action_ts,
    }
    if "confirm" in element:
        action["confirm"] = element["confirm"]
    if element["type"] != "button":
        made_up = {"text": {"type": "plain_text", "text": value or "?"}, "value": value}
        options = [option for option in element.get("options", ()) if option["value"] == value]
        return {**action, "selected_option": next(iter(options), made_up)}
    action["text"] = element["text"]
    chosen = element.get("value") if value is None else value
    if chosen is not None:
        action["value"] = chosen
    return action


def _person(state: SlackState, user: str) -> Json:
    known = state.users[user]
    return {"id": known.id, "username": known.name, "name": known.name, "team_id": known.team_id}


def _from(workspace: Workspace) -> Json:
    """Name the workspace and its organization; an app that is installed for a whole organization sees no team."""
    enterprise = {"id": workspace.enterprise_id, "name": "Organization"} if workspace.enterprise_id else None
    team = {"id": workspace.team_id, "domain": workspace.domain}
    return {
        "team": None if workspace.org_wide else team,
        "enterprise": enterprise,
        "is_enterprise_install": workspace.org_wide,
    }
