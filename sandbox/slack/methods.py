"""The methods of the Web API that are served: arguments, scopes, rate tier.

Names and tiers: the method pages below https://docs.slack.dev/reference/methods
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from sandbox.slack import chat, conversations, people, uploads, views
from sandbox.slack.arguments import Kind
from sandbox.slack.limits import POSTS_PER_MINUTE, TIER_3, TIER_4
from sandbox.slack.records import Json, Workspace
from sandbox.slack.world import World

Run = Callable[[World, Workspace, Json], Json]


@dataclass(frozen=True, kw_only=True)
class Method:
    """One method of the Web API."""

    run: Run
    arguments: Mapping[str, Kind] = field(default_factory=dict)
    required: tuple[str, ...] = ()
    #: one of these is needed; what depends on the channel's kind is asked by the method itself
    scopes: tuple[str, ...] = ()
    #: calls a minute and workspace; None for the methods Slack calls special
    per_minute: int | None = None
    #: a JSON body is read; else only form and query
    json_body: bool = True


def _strings(*names: str) -> dict[str, Kind]:
    return dict.fromkeys(names, "string")


_KINDS = ("channels", "groups", "im", "mpim")
_READ = tuple(f"{kind}:read" for kind in _KINDS)
_HISTORY = tuple(f"{kind}:history" for kind in _KINDS)

_MESSAGE: dict[str, Kind] = {
    **_strings("channel", "text", "markdown_text", "parse"),
    "as_user": "bool",
    "attachments": "json",
    "blocks": "json",
    "link_names": "bool",
    "metadata": "json",
}
_POST: dict[str, Kind] = {
    **_MESSAGE,
    **_strings("icon_emoji", "icon_url", "thread_ts", "username"),
}
_PAGE: dict[str, Kind] = {
    **_strings("channel", "cursor", "latest", "oldest"),
    "include_all_metadata": "bool",
    "inclusive": "bool",
    "limit": "int",
}

METHODS: Mapping[str, Method] = {
    "auth.test": Method(run=people.auth_test),
    "auth.revoke": Method(run=people.auth_revoke, arguments={"test": "bool"}, per_minute=TIER_3, json_body=False),
    "chat.postMessage": Method(
        run=chat.post_message,
        arguments={
            **_POST,
            "mrkdwn": "bool",
            "reply_broadcast": "bool",
            "unfurl_links": "bool",
            "unfurl_media": "bool",
        },
        required=("channel",),
        scopes=("chat:write",),
        per_minute=POSTS_PER_MINUTE,
    ),
    "chat.update": Method(
        run=chat.update,
        arguments={**_MESSAGE, **_strings("ts"), "reply_broadcast": "bool"},
        required=("channel", "ts"),
        scopes=("chat:write",),
        per_minute=TIER_3,
    ),
    "chat.delete": Method(
        run=chat.delete,
        arguments={**_strings("channel", "ts"), "as_user": "bool"},
        required=("channel", "ts"),
        scopes=("chat:write",),
        per_minute=TIER_3,
    ),
    "chat.postEphemeral": Method(
        run=chat.post_ephemeral,
        arguments={**_POST, **_strings("user")},
        required=("channel", "user"),
        scopes=("chat:write",),
        per_minute=TIER_4,
    ),
    "chat.getPermalink": Method(
        run=chat.get_permalink,
        arguments=_strings("channel", "message_ts"),
        required=("channel", "message_ts"),
        json_body=False,
    ),
    "conversations.info": Method(
        run=conversations.info,
        arguments={**_strings("channel"), "include_locale": "bool", "include_num_members": "bool"},
        required=("channel",),
        scopes=_READ,
        per_minute=TIER_3,
        json_body=False,
    ),
    "conversations.join": Method(
        run=conversations.join,
        arguments=_strings("channel"),
        required=("channel",),
        scopes=("channels:join",),
        per_minute=TIER_3,
    ),
    "conversations.open": Method(
        run=conversations.open_conversation,
        arguments={**_strings("channel", "users"), "return_im": "bool", "prevent_creation": "bool"},
        scopes=("im:write", "mpim:write", "channels:manage", "groups:write"),
        per_minute=TIER_3,
    ),
    "conversations.history": Method(
        run=conversations.history,
        arguments=_PAGE,
        required=("channel",),
        scopes=_HISTORY,
        per_minute=TIER_3,
    ),
    "conversations.replies": Method(
        run=conversations.replies,
        arguments={**_PAGE, **_strings("ts")},
        required=("channel", "ts"),
        scopes=_HISTORY,
        per_minute=TIER_3,
        json_body=False,
    ),
    "files.getUploadURLExternal": Method(
        run=uploads.get_upload_url,
        arguments={**_strings("filename", "alt_txt", "snippet_type"), "length": "int"},
        required=("filename", "length"),
        scopes=("files:write",),
        per_minute=TIER_4,
        json_body=False,
    ),
    "files.completeUploadExternal": Method(
        run=uploads.complete_upload,
        arguments={
            **_strings("channel_id", "channels", "initial_comment", "thread_ts"),
            "files": "json",
            "blocks": "json",
        },
        required=("files",),
        scopes=("files:write",),
        per_minute=TIER_4,
    ),
    "users.info": Method(
        run=people.users_info,
        arguments={**_strings("user"), "include_locale": "bool"},
        required=("user",),
        scopes=("users:read",),
        per_minute=TIER_4,
        json_body=False,
    ),
    "views.open": Method(
        run=views.open_modal,
        arguments={**_strings("trigger_id", "interactivity_pointer"), "view": "json"},
        required=("view",),
        per_minute=TIER_4,
    ),
    "views.update": Method(
        run=views.update_modal,
        arguments={**_strings("view_id", "external_id", "hash"), "view": "json"},
        required=("view",),
        per_minute=TIER_4,
    ),
    "views.publish": Method(
        run=views.publish_home,
        arguments={**_strings("user_id", "hash", "interactivity_pointer"), "view": "json"},
        required=("user_id", "view"),
        per_minute=TIER_4,
    ),
}
