"""Name what a message is about: the label, the work and the place, and how it ended."""

from collections.abc import Mapping

from bot.domain.label import MAX_LABEL
from bot.domain.place import place_of
from bot.domain.snapshot import Kind
from bot.domain.states import Outcome, Titles
from bot.render.i18n import Texts, wording
from bot.render.links import destination
from bot.render.mrkdwn import Mrkdwn, bold, data, joined, link, on_one_line
from bot.render.phrases import outcome_word
from bot.render.status_texts import kind_name
from bot.render.thread import ThreadView, is_followed

#: seen at a glance before the words, which say the same
MARKS: Mapping[Outcome, str] = {
    Outcome.FOLLOWING: ":hourglass_flowing_sand:",
    Outcome.FINISHED: ":white_check_mark:",
    Outcome.PROBLEMS: ":warning:",
    Outcome.FAILED: ":x:",
    Outcome.UNKNOWN: ":grey_question:",
    Outcome.STOPPED: ":black_square_for_stop:",
}

#: the work in a few words, after a colon
WORK: Mapping[Kind, str] = {
    # Translators: what ended, after "Finished: " or "Failed: "
    Kind.COPY: wording("copying pages"),
    Kind.DELETE: wording("deleting pages"),
    Kind.ARCHIVE: wording("archiving pages"),
    Kind.SPACE_DELETE: wording("deleting a space"),
    Kind.MOVE: wording("moving pages"),
    Kind.OTHER: wording("Confluence task"),
}

#: UTF-16 units of a space key and of a page title, so that the line stays one
_SPACE_LIMIT = 40
_PAGE_LIMIT = 80


def headline(texts: Texts, view: ThreadView, *, linked: bool = True) -> Mrkdwn:
    """Say what runs, or how it ended, and where: `*Finished*: copying pages → DEST › Team handbook`."""
    if is_followed(view):
        label, work = _label(view), task_name(texts, view)
        return _to(on_one_line([bold(label), work]) if label else bold(work), place(view, linked=linked))
    task = about(texts, view, linked=linked)
    # Translators: how it ended, then what it was; {outcome} is in bold: Slack needs a space or punctuation after it
    return texts.say("{outcome}: {task}", outcome=bold(outcome_word(texts, view.outcome)), task=task)


def about(texts: Texts, view: ThreadView, *, linked: bool = True) -> Mrkdwn:
    """Name the work and the place, after the label that a person gave."""
    return _to(on_one_line([_label(view), task_name(texts, view)]), place(view, linked=linked))


def _label(view: ThreadView) -> Mrkdwn | None:
    return data(view.label, MAX_LABEL) if view.label else None


def marked(view: ThreadView, line: Mrkdwn) -> Mrkdwn:
    """Put the mark of the outcome before a headline, for blocks: the text begins with the word."""
    return Mrkdwn(f"{MARKS[view.outcome]} {line}")


def task_name(texts: Texts, view: ThreadView) -> Mrkdwn:
    """Name the work by its kind, else by Confluence's own name for it if that may be shown."""
    kind = view.snapshot.kind if view.snapshot else Kind.OTHER
    if kind is Kind.OTHER and view.snapshot and view.snapshot.name_text and view.titles is Titles.SHOWN:
        return texts.say("“{name}”", name=view.snapshot.name_text)
    return kind_name(texts, kind) if is_followed(view) else texts.say(WORK[kind])


def place(view: ThreadView, *, linked: bool = True) -> Mrkdwn | None:
    """Name and link the space and the page; None if they are not known or may not be shown."""
    if view.snapshot is None or view.titles is Titles.COUNTS:
        return None
    found = place_of(view.snapshot, view.site_url)
    if found is None:
        return None
    parts = ((found.space, _SPACE_LIMIT), (found.page, _PAGE_LIMIT))
    name = joined(" › ", [data(text, limit) for text, limit in parts if text])
    url = destination(view) if linked else None
    return link(url, name) if url else name


def task_id(texts: Texts, view: ThreadView) -> Mrkdwn:
    """Name the id, in small print."""
    return texts.say("Confluence task {id}", id=view.remote_id)


def _to(what: Mrkdwn, where: Mrkdwn | None) -> Mrkdwn:
    return joined(" → ", [what, where]) if where else what
