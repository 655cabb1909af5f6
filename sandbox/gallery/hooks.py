"""Define examples of what people see of a hook, and of what scripts are answered."""

from collections.abc import Iterator
from datetime import UTC, datetime

from bot.domain import command
from bot.domain.hook_call import BadCall, CallFault
from bot.domain.states import HookEnd
from bot.render import replies
from bot.render.i18n import Texts
from bot.render.message import Message
from sandbox.gallery.refusals import EXAMPLE

_TASK = "3145728001"
_ADDRESS = "https://longtask.example.com/hook/EXAMPLE-OF-A-TOKEN-WHICH-IS-RANDOM-IN-TRUTH"
_MADE = datetime(2026, 11, 20, 9, 2, tzinfo=UTC)
_USED = datetime(2026, 11, 23, 9, 2, tzinfo=UTC)


def hooks(texts: Texts) -> Iterator[tuple[str, Message]]:
    """Yield every answer to the commands and buttons of hooks, every message to a maker, and what scripts read."""
    name = "/longtask"
    yield "hook", replies.hook_made(texts, _ADDRESS, name, EXAMPLE)
    for title, used in (("", _USED), (", never called", None)):
        exists = replies.hook_exists(texts, maker_id="U0PAULA", made=_MADE, used=used, value="1:0123456789abcdef")
        yield f"there is a hook{title}", exists
    yield "hook kept", replies.hook_kept(texts)
    yield "hook changed", replies.hook_changed(texts, name)
    yield "hook off", replies.hook_off(texts)
    yield "no hook", replies.no_hook(texts, name)
    yield "hook: no address", replies.hook_needs_address(texts)
    yield "hook: shared channel", replies.hook_not_in_shared(texts)
    yield "hook: scope missing", replies.hook_scope_missing(texts)
    yield "hook: not checked", replies.hook_not_checked(texts)
    yield "hook: not shown", replies.hook_not_shown(texts)
    for title, replaced in (("replaced", True), ("turned off", False)):
        by_other = replies.hook_ended_by(texts, person_id="U0PAULA", channel_id="C0DOCS", replaced=replaced)
        yield f"hook {title} by other", by_other
    for reason in HookEnd:
        yield f"hook over: {reason}", replies.hook_over(texts, reason, channel_id="C0DOCS")
    yield "hook over, direct messages", replies.hook_over(texts, HookEnd.NOT_MEMBER, channel_id="U0ANNA")
    yield from _calls(texts)


def _calls(texts: Texts) -> Iterator[tuple[str, Message]]:
    """Yield what scripts are answered."""
    whats = {CallFault.TASK: "release notes", CallFault.VERBOSITY: "loud"}
    for fault in CallFault:
        yield f"call: {fault}", replies.call_unreadable(texts, BadCall(fault=fault, what=whats.get(fault, "")))
    which = command.WhichSite(remote_id=_TASK, aliases=("docs", "sales"))
    yield "call: which site", replies.call_unreadable(texts, which)
    yield "call: foreign site", replies.call_unreadable(texts, command.ForeignSite(host="evil.example.com"))
    yield "call: unknown hook", replies.call_unknown(texts)
    yield "call: too large", replies.call_too_large(texts)
    yield "call: too often", replies.call_too_often(texts)
    yield "call: not stored", replies.call_not_stored(texts)
    yield "call: shared channel", replies.call_not_in_shared(texts)
    yield "call: not checked", replies.call_not_checked(texts)
    yield "call: not posted", replies.call_not_posted(texts)
    yield "call: hook over", replies.call_over(texts)
    yield "call: too late", replies.call_too_late(texts, _TASK)
    failed = replies.not_followed(texts, [_TASK], replies.no_such_task(texts))
    yield "script called", replies.failed_calls(texts, "C0DOCS", [failed])
    yield "script called, direct messages", replies.failed_calls(texts, "U0ANNA", [failed])
    unnamed = replies.call_of(texts, "3145728002", replies.call_not_checked(texts))
    yield "script called, several times", replies.failed_calls(texts, "C0DOCS", [failed, unnamed], more=12)
