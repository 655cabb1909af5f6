"""Write messages, users, channels and files in the JSON that Slack answers with.

Fields: https://docs.slack.dev/reference/objects
"""

from sandbox.slack.records import Channel, File, Json, PostedMessage, User, Workspace
from sandbox.slack.state import SlackState


def message_json(state: SlackState, message: PostedMessage, *, all_metadata: bool = True) -> Json:
    """Return a message; without `all_metadata` only the event type of its metadata, as in conversations.history."""
    workspace = state.workspaces[message.team_id]
    channel = state.channels[message.channel]
    body: Json = {"type": "message", "user": message.user, "ts": message.ts, "text": message.text}
    if message.bot_id is not None:
        body |= {"bot_id": message.bot_id, "app_id": workspace.app_id, "team": workspace.team_id}
    if message.blocks:
        body["blocks"] = list(message.blocks)
    if message.versions[-1].attachments:
        body["attachments"] = list(message.versions[-1].attachments)
    if message.metadata is not None:
        shown = message.metadata if all_metadata else {"event_type": message.metadata.get("event_type")}
        body["metadata"] = shown
    if message.edited_label:
        body["edited"] = {"user": message.user, "ts": f"{message.versions[-1].at:.6f}"}
    if message.file_ids:
        body["files"] = [file_json(state.files[file_id]) for file_id in message.file_ids]
    replies = channel.replies.get(message.ts, [])
    if message.thread_ts is not None:
        body["thread_ts"] = message.thread_ts
        body["parent_user_id"] = channel.messages[message.thread_ts].user
    elif replies:
        body |= {"thread_ts": message.ts, "reply_count": len(replies), "latest_reply": replies[-1]}
    if message.deleted:
        body = {"type": "message", "subtype": "tombstone", "user": "USLACKBOT", "ts": message.ts}
        body |= {"text": "This message was deleted.", "hidden": True, "thread_ts": message.ts}
    return body


def user_json(user: User, workspace: Workspace, *, locale: bool) -> Json:
    """Return a user, as in users.info."""
    body: Json = {
        "id": user.id,
        "team_id": user.team_id,
        "name": user.name,
        "real_name": user.name,
        "tz": user.tz,
        "deleted": user.deleted,
        "is_bot": user.is_bot,
        "is_app_user": False,
        "profile": {"real_name": user.name, "display_name": user.name, "team": user.team_id},
    }
    in_organization = user.enterprise_id is not None and user.enterprise_id == workspace.enterprise_id
    if user.enterprise_id is not None:
        body["enterprise_user"] = {
            "id": user.id,
            "enterprise_id": user.enterprise_id,
            "teams": list(user.enterprise_teams),
        }
    if user.team_id == workspace.team_id or in_organization:
        body |= {
            "is_admin": user.is_admin,
            "is_owner": False,
            "is_primary_owner": False,
            "is_restricted": user.is_restricted,
            "is_ultra_restricted": user.is_ultra_restricted,
        }
    else:
        body["is_stranger"] = True
    if locale:
        body["locale"] = user.locale
    return body


def channel_json(channel: Channel, workspace: Workspace) -> Json:
    """Return a conversation, as in conversations.info."""
    body: Json = {
        "id": channel.id,
        "is_channel": channel.kind == "channels",
        "is_group": channel.kind == "groups",
        "is_im": channel.is_im,
        "is_mpim": channel.is_mpim,
        "is_private": channel.kind != "channels",
        "is_archived": channel.archived,
        "is_member": workspace.bot_user_id in channel.members,
        "is_shared": channel.ext_shared or len(channel.teams) > 1,
        "is_ext_shared": channel.ext_shared,
        "is_pending_ext_shared": channel.pending_ext_shared,
        "is_org_shared": len(channel.teams) > 1 and not channel.ext_shared,
        "context_team_id": workspace.team_id,
    }
    if channel.is_im:
        others = sorted(channel.members - {workspace.bot_user_id})
        return body | {"user": others[0] if others else workspace.bot_user_id}
    return body | {"name": channel.name, "name_normalized": channel.name}


def file_json(file: File) -> Json:
    """Return a file."""
    return {"id": file.id, "name": file.filename, "title": file.title or file.filename, "size": file.length}
