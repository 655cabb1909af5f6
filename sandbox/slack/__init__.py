"""A Slack workspace as an HTTP simulator, as strict as the real one.

The real bot is pointed at it by `SLACK_API_URL` and gets commands, clicks and events as signed requests.
Nothing here was measured on live Slack.

Documented by Slack (pages below https://docs.slack.dev) and simulated:

- names, arguments, scopes and errors of the methods; token errors; `missing_scope` with needed and provided;
  `X-OAuth-Scopes`; form, query and JSON bodies; methods that read no JSON; `missing_charset`
- rate tiers (conversations.list 20 a minute, chat.update and other conversations.* 50, users.info, views.* and
  chat.postEphemeral 100, posting 1 a second per channel), HTTP 429 with `Retry-After`
- conversations.list and users.conversations by type and page, each type with its scope; `is_ext_shared` and
  `is_pending_ext_shared`
- `app_home_opened` with the view that was published; `channel_shared`, `channel_unshared`, `channel_left`,
  `channel_archive` and `channel_rename` (`group_…` for private channels), with the scope for that kind of channel
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
- v0 signatures; retried events with number and reason

Chosen here, because the pages leave it open (those in `Policies` can be played both ways):

- a thread_ts that is not a root's: `thread_not_found`; replies under a deleted root: accepted; a bot that was removed
  from a public channel may edit its messages there
- unknown arguments: `invalid_arguments` (Slack ignores most); missing ones always `invalid_arguments`; of several
  problems only the first is named
- action ids unique in the whole message (Slack's pages ask for it within one block); block ids unique in a message
- a private message that is too long: above 40,000 characters; a click on one in a thread names the thread, as payloads
  in issues of Slack's SDKs do
- lengths in characters; the size of metadata; `msg_blocks_too_long` never comes
- invalid metadata refuses the message; a metadata object may not hold objects, nor lists of them
- the order of checks: method, token, scope, arguments, rate, channel, content
- sliding minutes without a burst, 300 posts a minute, a quarter of a second of tolerance: see `rate_limits`
- responses to a dead URL: 404 with `used_url` or `expired_url`; to a refused payload: 400, and it is not counted
- uploads: a body of another length is 400; the message with the file is there as soon as the upload is completed
- messages without blocks get no blocks; `text` is kept as it was sent
- blocks and arguments that this project does not send are refused, as unknown ones are

Not simulated: Socket Mode, OAuth, Enterprise organisations, user tokens, streaming, search, reactions.
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
