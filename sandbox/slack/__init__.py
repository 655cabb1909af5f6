"""A Slack workspace as an HTTP simulator, as strict as the real one.

The real bot is pointed at it by `SLACK_API_URL` and gets commands, clicks and events as signed requests, or in Socket
Mode over the WebSockets that it opens.
Nothing here was measured on live Slack.

Documented by Slack (pages below https://docs.slack.dev) and simulated:

- names, arguments, scopes and errors of the methods; token errors; `missing_scope` with needed and provided;
  `X-OAuth-Scopes`; form, query and JSON bodies; methods that read no JSON; `missing_charset`
- rate tiers (conversations.list 20 a minute, chat.update and other conversations.* 50, users.info,
  conversations.members, views.* and chat.postEphemeral 100, posting 1 a second per channel), HTTP 429 with
  `Retry-After`
- conversations.members of what the bot sees, in pages of at most 999
- conversations.list and users.conversations by type and page, each type with its scope; `is_ext_shared` and
  `is_pending_ext_shared`
- `app_home_opened` with the view that was published; `channel_shared`, `channel_unshared`, `channel_left`,
  `channel_archive`, `channel_deleted` and `channel_rename` (`group_…` for private channels), with the scope for that
  kind of channel
- views.publish: 100 blocks, 250 kB, `hash_conflict`, `not_enabled`
- `channel_not_found` for private channels without the bot, `not_in_channel` for public ones, `is_archived`,
  `is_inactive` on edits, `chat:write.public`, joining public channels only
- edits of own messages only; 4,000 characters on edits, 40,000 (cut, with a warning) on posts; text without blocks
  removes the blocks; omitted metadata stays; `no_text`; the "(edited)" label
- chat.postEphemeral: from a member to a member, in a thread only where it has replies; never edited, but replaced by
  the response URL of a button on it
- Block Kit's limits, those of the question that a button asks first, and that of the two charts a message may hold;
  `invalid_blocks` with JSON pointers
- flat metadata; only its event type is shown without `include_all_metadata`
- `response_url`: five uses, thirty minutes, past all rights to post; trigger ids: three seconds, once
- commands without thread and locale; three seconds for the answer, then `operation_timeout`; `dispatch_failed`
- modals on one another, three at most, by the answer to a sent one; closing one shows the one below; `view_closed` if
  the app asks for it; a click in a view carries what its fields hold
- v0 signatures; retried events with number and reason
- Socket Mode: apps.connections.open for a token of the app, an address for each connection, hello, pings, disconnects;
  envelopes whose acknowledgement may carry a message or not; at most ten connections, each payload over any one; what
  is not acknowledged within three seconds comes again with number and reason
- from issues of SDKs and apps: `not_allowed_token_type` for the bot token, `invalid_auth` for a token that comes not in
  the header, frames of at most 20,480 bytes, `too_many_websockets`
- app_mention with its scope, where the bot is a member; users.conversations: of private channels only shared ones
- modals: titles of 24 characters, 3,000 of metadata, fields only with a button to send them, initial options that are
  offered; required fields; sent with an empty answer they close, else errors under fields or another view are shown

Chosen here, because the pages leave it open (those in `Policies` can be played both ways):

- a thread_ts that is not a root's: `thread_not_found`; replies under a deleted root: accepted; a bot that was removed
  from a public channel may edit its messages there
- people who were deactivated are in no channel's list; those of an archived channel are listed
- unknown arguments: `invalid_arguments` (Slack ignores most); missing ones always `invalid_arguments`; of several
  problems only the first is named
- a modal that was sent is gone for views.update; an answer to it that Slack would not take leaves it as it is
- action ids unique in the whole message (Slack's pages ask for it within one block); block ids unique in a message
- a private message that is too long: above 40,000 characters; a click on one in a thread names the thread, as payloads
  in issues of Slack's SDKs do; one that is replaced keeps its ts
- lengths in characters; the size of metadata; `msg_blocks_too_long` never comes
- invalid metadata refuses the message; a metadata object may not hold objects, nor lists of them
- the order of checks: method, token, scope, arguments, rate, channel, content
- sliding minutes without a burst, 300 posts a minute, a quarter of a second of tolerance: see `rate_limits`
- responses to a dead URL: 404 with `used_url` or `expired_url`; to a refused payload: 400, and it is not counted
- uploads: a body of another length is 400; the message with the file is there as soon as the upload is completed
- an acknowledgement counts on the connection that brought its envelope, and not with other fields, nor with a message
  where none is accepted; what a connection brought comes over another as soon as it ends; a used ticket is 403
- messages without blocks get no blocks; `text` is kept as it was sent
- blocks and arguments that this project does not send are refused, as unknown ones are

Not simulated: OAuth, Enterprise organisations, user tokens, streaming, search, reactions.
"""

from sandbox.slack.faults import Fault
from sandbox.slack.interactions import SIGNING_SECRET
from sandbox.slack.policies import Policies
from sandbox.slack.records import (
    ApiCall,
    Channel,
    DispatchResult,
    EphemeralMessage,
    PostedMessage,
    StateChange,
    User,
    Version,
)
from sandbox.slack.signatures import Signing
from sandbox.slack.simulator import SlackSimulator

__all__ = [
    "SIGNING_SECRET",
    "ApiCall",
    "Channel",
    "DispatchResult",
    "EphemeralMessage",
    "Fault",
    "Policies",
    "PostedMessage",
    "Signing",
    "SlackSimulator",
    "StateChange",
    "User",
    "Version",
]
