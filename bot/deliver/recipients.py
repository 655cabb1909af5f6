"""Ask Slack who a person is, before a direct message names pages to them."""

from bot.clients.slack.errors import Ambiguous, NotConnected, Refusal, Refused
from bot.db.rows import MessageRow
from bot.deliver.deps import Deps, Lease
from bot.domain import message_facts
from bot.domain.message_kinds import MessageKind
from bot.domain.person import membership
from bot.domain.states import Membership, Titles

_METHOD = "users.info"
#: facts of direct messages that name pages
_NAMING = (
    message_facts.EndForFollower,
    message_facts.Warnings,
    message_facts.FindingsFile,
    message_facts.FindingsPage,
    message_facts.StoppedByOther,
    message_facts.ThreadLost,
)


async def titles_for_recipient(deps: Deps, lease: Lease, message: MessageRow | None) -> Titles | None:
    """What the recipient of a direct message may see; None for a message that names no page.

    Raises SlackError if Slack does not answer.
    """
    if message is None or message.kind is not MessageKind.DIRECT or not isinstance(message.facts, _NAMING):
        return None
    lease.check_pauses(_METHOD, now=deps.now())
    try:
        installation = await deps.slack.installation(lease.team_id, lease.enterprise_id)
        person = await (await deps.client(lease)).user_info(message.user_id or "")
    except Ambiguous as unseen:
        # Asking twice is asking once.
        raise NotConnected(unseen.method, unseen.answer) from None
    except Refused as error:
        if error.refusal is Refusal.WORKSPACE_GONE:
            raise
        return Titles.COUNTS
    is_member = installation is not None and membership(person, installation) is Membership.MEMBER
    return Titles.SHOWN if is_member else Titles.COUNTS
