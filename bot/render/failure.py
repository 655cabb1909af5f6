"""Say why a long task failed, and what to do."""

from collections.abc import Sequence

from bot.domain.snapshot import Finding, Severity
from bot.domain.states import Titles
from bot.domain.status_keys import lookup
from bot.render import phrases
from bot.render.i18n import Texts
from bot.render.mrkdwn import Mrkdwn
from bot.render.status_texts import FINDING_TEXTS, advice, label
from bot.render.thread import ThreadView
from bot.render.warnings import finding_name

#: what says most about the whole task comes first; an error without a name, which says least, after every other
_TELLING = ("ERROR_LOCK_FAILED", "ERROR_COPY_PAGE", "ERROR_RELINK")
_NAMELESS = "ERROR_UNKNOWN"
#: pages or spaces that the error names, and UTF-16 units of each name
_NAMED = 3
_NAME_LIMIT = 80


def cause(view: ThreadView) -> str | None:
    """Return the status key of the error that says most about why it failed; None if Confluence named none."""
    errors = [key for key, count in view.finding_counts.items() if count and lookup(key).severity is Severity.ERROR]
    named = [key for key in errors if key != _NAMELESS]
    return next((key for key in (*_TELLING, *named, _NAMELESS) if key in errors), None)


def in_brief(texts: Texts, view: ThreadView) -> Mrkdwn | None:
    """Name the cause in a few words, else quote what Confluence says."""
    key = cause(view)
    return label(texts, key) if key else phrases.confluence_text(texts, view)


def explained(texts: Texts, view: ThreadView, findings: Sequence[Finding] = ()) -> list[Mrkdwn]:
    """Say why it failed, in the sentence for the error, else in Confluence's own; then which pages it names."""
    key = cause(view)
    found = [finding for finding in findings if finding.severity is Severity.ERROR and finding.key == (key or "")]
    if key is not None and key in FINDING_TEXTS:
        sentence = FINDING_TEXTS[key].headline(texts, view.finding_counts[key])
        if view.titles is Titles.COUNTS:
            return [sentence]
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
    if key is not None and key in FINDING_TEXTS:
        return advice(texts, key)
    return texts.say("Check in Confluence how far it got before you start it again.")
