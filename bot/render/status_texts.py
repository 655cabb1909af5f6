"""Explain Confluence's status keys in our own sentences."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from bot.domain.snapshot import Kind, Severity, StatusMessage
from bot.domain.status_keys import is_final
from bot.render.i18n import Texts, counted, wording
from bot.render.mrkdwn import Mrkdwn

_KEY = re.compile(r"[A-Z][A-Z0-9_]{0,79}")
_PREFIX = re.compile(r"^(STATUS|WARN|ERROR)_")

#: what a long task is doing, if its status does not say it
KINDS: Mapping[Kind, str] = {
    Kind.COPY: wording("Copying pages"),
    Kind.DELETE: wording("Deleting pages"),
    Kind.ARCHIVE: wording("Archiving pages"),
    Kind.SPACE_DELETE: wording("Deleting a space"),
    Kind.MOVE: wording("Moving pages"),
    # Translators: any work that Confluence does in the background and that takes a while
    Kind.OTHER: wording("Confluence task running"),
}

#: a short label for every documented key, without counts
LABELS: Mapping[str, str] = {
    "INITIALIZING_TASK": wording("Getting ready"),
    "UNKNOWN_STATUS": wording("Running (Confluence gives no details)"),
    "STATUS_COPYING_PAGES": wording("Copying pages"),
    "STATUS_COPIED_PAGES": wording("Copying pages"),
    # Translators: links in the copies that led to an original are made to lead to its copy
    "STATUS_RELINK_PAGES": wording("Updating the links between the copied pages"),
    "STATUS_DELETING_PAGES": wording("Deleting pages"),
    "STATUS_DELETED_PAGES": wording("Deleting pages"),
    # Translators: pages that could not be deleted are moved below the next page above them
    "STATUS_MOVING_PAGES": wording("Moving the remaining pages to a new parent page"),
    "WARN_RENAME_PAGE": wording("A copy was renamed"),
    "WARN_IGNORE_COPY_PERMISSION": wording("Page restrictions were not copied"),
    "WARN_IGNORE_COPY_ATTACHMENT": wording("Attachments were not copied"),
    "WARN_IGNORE_VIEW_RESTRICTED": wording("Pages hidden from the person who started it were left in place"),
    "WARN_IGNORE_EDIT_RESTRICTED": wording("Pages without the permission to delete were left in place"),
    "WARN_IGNORE_DELETE_PAGE": wording("A page that was not to be deleted was left in place"),
    "ERROR_COPY_PAGE": wording("A page could not be copied"),
    "ERROR_RELINK": wording("The links between the copied pages could not be updated"),
    "ERROR_LOCK_FAILED": wording("Another copy or deletion was running in the space"),
    "ERROR_UNKNOWN": wording("Confluence reports an error without saying which"),
}

#: labels for a last report, whose number is what was done in all
_FINAL_LABELS: Mapping[str, str] = {
    "STATUS_COPIED_PAGES": wording("Pages copied"),
    "STATUS_DELETED_PAGES": wording("Pages deleted"),
}


@dataclass(frozen=True, kw_only=True)
class FindingTexts:
    """The sentences about the findings of one key."""

    #: what happened: one sentence, or one for a single page and one for more
    happened: str | tuple[str, str]
    #: what to do next: one sentence, or one for a single page and one for more
    advice: str | tuple[str, str]
    #: one finding by name, and the placeholders for its arguments
    item: str | None = None
    arguments: tuple[str, ...] = ()

    def headline(self, texts: Texts, count: int) -> Mrkdwn:
        """Say what happened, to so many pages."""
        return _said(texts, self.happened, count)


FINDING_TEXTS: Mapping[str, FindingTexts] = {
    "WARN_RENAME_PAGE": FindingTexts(
        happened=counted(
            "{count} copy was renamed because its title was taken in the destination.",
            "{count} copies were renamed because their titles were taken in the destination.",
        ),
        # Translators: the title of the original, which stays as it is, and that of its copy
        item=wording("The copy of “{old}” is called “{new}”"),
        arguments=("old", "new"),
        advice=counted(
            "If the new title doesn't suit, rename the copy in Confluence.",
            "If a new title doesn't suit, rename that copy in Confluence.",
        ),
    ),
    "WARN_IGNORE_COPY_PERMISSION": FindingTexts(
        # Translators: restrictions are what Confluence calls the limits on who may see or edit a page
        happened=wording(
            "Page restrictions were not copied, "
            "because the person who started the copy is not allowed to set them in the destination space."
        ),
        advice=wording(
            "Everyone who can see the destination space may be able to see the copies of restricted pages. Check these "
            "copies, and ask someone who may set restrictions to set them again."
        ),
    ),
    "WARN_IGNORE_COPY_ATTACHMENT": FindingTexts(
        happened=wording(
            "Attachments were not copied, "
            "because the person who started the copy is not allowed to add them in the destination space."
        ),
        advice=wording(
            "Have someone who may add attachments there upload the missing files. "
            "Or get the permission to add attachments, delete the copies, and copy again."
        ),
    ),
    "WARN_IGNORE_VIEW_RESTRICTED": FindingTexts(
        happened=counted(
            "{count} page was not deleted, because it is hidden from the person who started the deletion.",
            "{count} pages were not deleted, because they are hidden from the person who started the deletion.",
        ),
        advice=counted(
            "Ask a space administrator whether it should go, too.",
            "Ask a space administrator whether they should go, too.",
        ),
    ),
    "WARN_IGNORE_EDIT_RESTRICTED": FindingTexts(
        happened=counted(
            "{count} page was not deleted, because the person who started the deletion is not allowed to.",
            "{count} pages were not deleted, because the person who started the deletion is not allowed to.",
        ),
        advice=counted(
            "If it should go, too, ask someone who is allowed to delete it.",
            "If they should go, too, ask someone who is allowed to delete them.",
        ),
    ),
    "WARN_IGNORE_DELETE_PAGE": FindingTexts(
        happened=counted(
            "{count} page was not deleted, because it was not among the pages chosen for deletion.",
            "{count} pages were not deleted, because they were not among the pages chosen for deletion.",
        ),
        advice=wording("Look at what is left, and delete it separately if it should go, too."),
    ),
    "ERROR_COPY_PAGE": FindingTexts(
        happened=counted(
            "{count} page and its child pages could not be copied.",
            "{count} pages and their child pages could not be copied.",
        ),
        item=wording("“{title}”"),
        arguments=("title",),
        advice=counted(
            "Open the original to see what is in the way, then copy it again with its child pages.",
            "Open the originals to see what is in the way, then copy them again with their child pages.",
        ),
    ),
    "ERROR_RELINK": FindingTexts(
        happened=wording("The links between the copied pages could not be updated."),
        advice=wording("Some links in the copies may still lead to the originals. Check those that matter."),
    ),
    "ERROR_LOCK_FAILED": FindingTexts(
        happened=wording("Nothing was done, because another copy or deletion was already running in the space."),
        # Translators: followed by the key of a Confluence space, e.g. “DOCS”
        item=wording("Space “{space}”"),
        arguments=("space",),
        advice=wording("Wait until the other one has ended, then start this one again."),
    ),
    "ERROR_UNKNOWN": FindingTexts(
        happened=wording("Confluence reported an error without saying which."),
        advice=wording(
            "Check in Confluence how far it got before you start it again. "
            "If it fails again, ask your Confluence administrator to look in the log."
        ),
    ),
}

_UNDOCUMENTED: Mapping[Severity, tuple[str, str]] = {
    # Translators: {name} is Confluence's key for it, made readable; it stays in English
    Severity.WARNING: counted(
        "{count} warning. Confluence says: “{name}”", "{count} warnings. Confluence says: “{name}”"
    ),
    Severity.ERROR: counted("{count} error. Confluence says: “{name}”", "{count} errors. Confluence says: “{name}”"),
}
_WITHOUT_KEY: Mapping[Severity, tuple[str, str]] = {
    Severity.WARNING: counted("Confluence gave {count} warning.", "Confluence gave {count} warnings."),
    Severity.ERROR: counted("Confluence reported {count} error.", "Confluence reported {count} errors."),
}


def _said(texts: Texts, sentence: str | tuple[str, str], count: int) -> Mrkdwn:
    return texts.say(sentence) if isinstance(sentence, str) else texts.count(*sentence, count)


def kind_name(texts: Texts, kind: Kind) -> Mrkdwn:
    """Say what the long task is doing, in a word or two."""
    return texts.say(KINDS[kind])


def phase_name(texts: Texts, status: StatusMessage | None, kind: Kind) -> Mrkdwn:
    """Say what the long task is doing; its kind if the status has no key."""
    if status is None or not status.key:
        return kind_name(texts, kind)
    if status.key in _FINAL_LABELS and is_final(status):
        return texts.say(_FINAL_LABELS[status.key])
    return label(texts, status.key)


def label(texts: Texts, key: str) -> Mrkdwn:
    """Label a status key in a few words, without counts; an unknown key is made readable and quoted."""
    if key in LABELS:
        return texts.say(LABELS[key])
    words = readable(key)
    return texts.say("Confluence says: “{text}”", text=words) if words else texts.say("Unknown message")


def readable(key: str) -> str | None:
    """Make an unknown key readable: `WARN_SOMETHING_NEW` becomes `Something new`; None if it is no key."""
    words = _PREFIX.sub("", key).replace("_", " ").strip().lower()
    return words.capitalize() if words and _KEY.fullmatch(key) else None


def is_counted(key: str) -> bool:
    """Whether the headline of findings of this key says how many they are, so that it changes while they grow."""
    return key not in FINDING_TEXTS or not isinstance(FINDING_TEXTS[key].happened, str)


def other_headline(texts: Texts, key: str, severity: Severity, count: int) -> Mrkdwn:
    """Say what an undocumented key reports, or that there is only Confluence's own sentence."""
    words = readable(key)
    if not words:
        return texts.count(*_WITHOUT_KEY[severity], count)
    return texts.count(*_UNDOCUMENTED[severity], count, name=words)


def advice(texts: Texts, key: str, count: int = 1) -> Mrkdwn:
    """Say what to do about so many findings of a key, also if this bot does not know it."""
    if key in FINDING_TEXTS:
        return _said(texts, FINDING_TEXTS[key].advice, count)
    return texts.say("This bot does not know what that means. Check in Confluence whether anything needs doing.")
