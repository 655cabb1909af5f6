"""Say why a long task failed, and what to do."""

from collections.abc import Sequence

from bot.domain.snapshot import Finding, Kind, Severity
from bot.domain.states import Titles
from bot.domain.status_keys import lookup
from bot.domain.summary import Summary
from bot.render import phrases
from bot.render.i18n import Texts, wording
from bot.render.mrkdwn import Mrkdwn, data, joined
from bot.render.status_texts import FINDING_TEXTS, advice, label
from bot.render.thread import ThreadView
from bot.render.warnings import finding_name

LOCKED, _NOT_COPIED = "ERROR_LOCK_FAILED", "ERROR_COPY_PAGE"
#: why it failed, where the space is known in which another task ran
BUSY_SPACE = wording("Nothing was done, because another copy or deletion was already running in the space “{space}”.")
#: what says most about the whole task comes first; an error without a name, which says least, after every other
_TELLING = (LOCKED, _NOT_COPIED, "ERROR_RELINK")
_NAMELESS = "ERROR_UNKNOWN"
#: pages or spaces that the error names, and UTF-16 units of each name
_NAMED = 3
_NAME_LIMIT = 80


def cause(view: ThreadView) -> str | None:
    """Return the status key of the error that says most about why it failed; None if Confluence named none."""
    errors = [key for key, count in view.finding_counts.items() if count and lookup(key).severity is Severity.ERROR]
    named = [key for key in errors if key != _NAMELESS]
    return next((key for key in (*_TELLING, *named, _NAMELESS) if key in errors), None)


def in_brief(texts: Texts, view: ThreadView, summary: Summary) -> Mrkdwn | None:
    """Name the cause in a few words, else quote what Confluence says."""
    key = cause(view)
    if key == LOCKED and summary.busy_space and view.titles is Titles.SHOWN:
        space = data(summary.busy_space, _NAME_LIMIT)
        return texts.say("Another copy or deletion was running in the space “{space}”", space=space)
    return label(texts, key) if key else phrases.confluence_text(texts, view)


def explained(texts: Texts, view: ThreadView, findings: Sequence[Finding] = ()) -> list[Mrkdwn]:
    """Say why it failed, in the sentence for the error, else in Confluence's own; then which pages it names."""
    key = cause(view)
    found = [finding for finding in findings if finding.severity is Severity.ERROR and finding.key == (key or "")]
    if key is not None and key in FINDING_TEXTS:
        sentence = FINDING_TEXTS[key].headline(texts, view.finding_counts[key])
        if view.titles is Titles.COUNTS:
            return [sentence]
        space = next((finding.args[0] for finding in found if key == LOCKED and finding.args), None)
        if space:
            return [texts.say(BUSY_SPACE, space=data(space, _NAME_LIMIT))]
        names = [finding_name(texts, finding, _NAME_LIMIT, view.site_url) for finding in found[:_NAMED]]
        return [sentence, *(Mrkdwn(f"• {name}") for name in names if name)]
    said = next((finding.text for finding in found if finding.text), None)
    if said and view.titles is Titles.SHOWN:
        return [texts.say("Confluence says: “{text}”", text=said)]
    if key:
        return [label(texts, key)]
    return [phrases.confluence_text(texts, view) or texts.say("Confluence does not say why.")]


def what_to_do(texts: Texts, view: ThreadView) -> Mrkdwn:
    """Say what to do next."""
    key = cause(view)
    steps = [texts.say("Check in Confluence how far it got before you start it again.")]
    if key is not None and key in FINDING_TEXTS:
        steps = [advice(texts, key, view.finding_counts[key])]
    if key == _NOT_COPIED:
        # The copy ends where a page of it cannot be copied.
        steps.append(texts.say("The copy ended there: compare it with the original for what is missing."))
    elif (key == _NAMELESS or key not in FINDING_TEXTS) and view.snapshot and view.snapshot.kind is Kind.COPY:
        steps.append(
            texts.say("Delete what was copied before you copy again, so that the new pages keep their titles.")
        )
    return joined(" ", steps)
