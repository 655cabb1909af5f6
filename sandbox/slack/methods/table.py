"""The methods of the Web API that are served: arguments, scopes, rate tier.

Names and tiers: the method pages below https://docs.slack.dev/reference/methods
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic

from sandbox.slack.api_request import A
from sandbox.slack.methods import chat, conversations, files, users, views
from sandbox.slack.rate_limits import POSTS_PER_MINUTE, TIER_2, TIER_3, TIER_4
from sandbox.slack.records import Json, Workspace
from sandbox.slack.state import SlackState


@dataclass(frozen=True, kw_only=True)
class ApiMethod(Generic[A]):
    """One method of the Web API."""

    arguments: type[A]
    run: Callable[[SlackState, Workspace, A], Json]
    #: one of these is needed; a method asks itself for a scope that depends on the channel's kind
    scopes: tuple[str, ...] = ()
    #: calls a minute and workspace; None for the methods that Slack calls special
    per_minute: int | None = None
    #: a JSON body is read; else only form and query
    json_body: bool = True


_KINDS = ("channels", "groups", "im", "mpim")
_READ = tuple(f"{kind}:read" for kind in _KINDS)
_HISTORY = tuple(f"{kind}:history" for kind in _KINDS)

METHODS: Mapping[str, ApiMethod[Any]] = {
    "auth.test": ApiMethod(arguments=users.AuthTest, run=users.auth_test),
    "chat.postMessage": ApiMethod(
        arguments=chat.PostMessage, run=chat.post_message, scopes=("chat:write",), per_minute=POSTS_PER_MINUTE
    ),
    "chat.update": ApiMethod(arguments=chat.UpdateMessage, run=chat.update, scopes=("chat:write",), per_minute=TIER_3),
    "chat.postEphemeral": ApiMethod(
        arguments=chat.PostEphemeral, run=chat.post_ephemeral, scopes=("chat:write",), per_minute=TIER_4
    ),
    "chat.getPermalink": ApiMethod(arguments=chat.GetPermalink, run=chat.get_permalink, json_body=False),
    "conversations.info": ApiMethod(
        arguments=conversations.ChannelInfo, run=conversations.info, scopes=_READ, per_minute=TIER_3, json_body=False
    ),
    "conversations.list": ApiMethod(
        arguments=conversations.ChannelList,
        run=conversations.list_channels,
        scopes=_READ,
        per_minute=TIER_2,
        json_body=False,
    ),
    "conversations.join": ApiMethod(
        arguments=conversations.JoinChannel, run=conversations.join, scopes=("channels:join",), per_minute=TIER_3
    ),
    "conversations.history": ApiMethod(
        arguments=conversations.History, run=conversations.history, scopes=_HISTORY, per_minute=TIER_3
    ),
    "conversations.replies": ApiMethod(
        arguments=conversations.Replies, run=conversations.replies, scopes=_HISTORY, per_minute=TIER_3, json_body=False
    ),
    "files.getUploadURLExternal": ApiMethod(
        arguments=files.GetUploadUrl,
        run=files.get_upload_url,
        scopes=("files:write",),
        per_minute=TIER_4,
        json_body=False,
    ),
    "files.completeUploadExternal": ApiMethod(
        arguments=files.CompleteUpload, run=files.complete_upload, scopes=("files:write",), per_minute=TIER_4
    ),
    "users.info": ApiMethod(
        arguments=users.UserInfo, run=users.user_info, scopes=("users:read",), per_minute=TIER_4, json_body=False
    ),
    "users.conversations": ApiMethod(
        arguments=conversations.MemberChannels,
        run=conversations.member_channels,
        scopes=_READ,
        per_minute=TIER_3,
        json_body=False,
    ),
    "views.open": ApiMethod(arguments=views.OpenView, run=views.open_modal, per_minute=TIER_4),
    "views.update": ApiMethod(arguments=views.UpdateView, run=views.update_modal, per_minute=TIER_4),
    "views.publish": ApiMethod(arguments=views.PublishView, run=views.publish_home, per_minute=TIER_4),
}
