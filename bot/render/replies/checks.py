"""Render the checks of the installation: the same lines as on the operator's terminal, framed by sentences."""

from collections.abc import Sequence

from bot.domain.check import Check, Verdict
from bot.render.blocks import context, fits, message, paragraphs, sections
from bot.render.i18n import Texts
from bot.render.message import Message
from bot.render.mrkdwn import Mrkdwn, bold, clip, code

#: characters of a line, of which each may become five when it is escaped; the longest that there is has about 400
_LINE_LIMIT = 500
#: for the eye; the line itself says the same in words
_MARKS = {
    Verdict.OK: Mrkdwn(":white_check_mark:"),
    Verdict.NOTE: Mrkdwn(":warning:"),
    Verdict.FAILED: Mrkdwn(":x:"),
}
#: which lines are left out first where there are too many
_LEFT_OUT = (Verdict.OK, Verdict.NOTE, Verdict.FAILED)


def checks(texts: Texts, found: Sequence[Check]) -> Message:
    """Show what each check has found; where there are too many lines for a message, the least urgent are counted."""
    failures = sum(check.verdict is Verdict.FAILED for check in found)
    title = bold(
        texts.count("{count} check of this bot failed.", "{count} checks of this bot failed.", failures)
        if failures
        else texts.say("No check of this bot failed.")
    )
    small = texts.say(
        # Translators: {command} is what the person who runs the bot types on its machine
        "The lines are in English, as {command} prints them for the person who runs this bot. Only you can see them.",
        command=code("python -m bot doctor"),
    )
    kept = list(found)
    while not fits([title, *(lines := _lines(texts, kept, left_out=len(found) - len(kept))), small]):
        kept.remove(_least_urgent(kept))
    return message([title, *lines, small], [*sections([title, *lines]), context(small)])


def checks_for_admins(texts: Texts) -> Message:
    """Refuse everybody but admins of the workspace."""
    return paragraphs(texts.say("Only workspace admins can have this bot checked, so nothing was done."))


def _lines(texts: Texts, kept: Sequence[Check], *, left_out: int) -> list[Mrkdwn]:
    lines = [Mrkdwn(f"{_MARKS[check.verdict]} {code(clip(str(check), _LINE_LIMIT))}") for check in kept]
    if left_out:
        lines.append(texts.count("{count} more line is not shown.", "{count} more lines are not shown.", left_out))
    return lines


def _least_urgent(kept: Sequence[Check]) -> Check:
    return next(check for verdict in _LEFT_OUT for check in reversed(kept) if check.verdict is verdict)
