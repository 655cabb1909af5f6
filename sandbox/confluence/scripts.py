"""Turn a story into the response bodies that Cloud or Data Center would send."""

import json
from bisect import bisect_right
from collections.abc import Callable
from functools import partial
from typing import Any

import msgspec
from msgspec import Struct

from bot.domain.snapshot import Kind
from sandbox.confluence.story import Ending, Moment, Note, Story

TaskBody = dict[str, Any]

#: `name.key` of Cloud; only the one of the space is known to be real
_CLOUD_NAMES = {
    Kind.COPY: "com.atlassian.confluence.example.copypagehierarchy",
    Kind.DELETE: "com.atlassian.confluence.example.deletepagetree",
    Kind.ARCHIVE: "com.atlassian.confluence.example.archivepages",
    Kind.SPACE_DELETE: "com.atlassian.confluence.spaces.actions.RemoveSpaceAction.action.name",
    Kind.MOVE: "com.atlassian.confluence.example.movepage",
    Kind.OTHER: "com.atlassian.confluence.example.somethingnew",
}
_DATACENTER_NAMES: dict[Kind, TaskBody] = {
    Kind.COPY: {"translation": "Copy page hierarchy long running task", "args": []},
    Kind.DELETE: {"translation": "Delete page hierarchy long running task", "args": []},
    Kind.MOVE: {"translation": "Move Page", "args": []},
    Kind.SPACE_DELETE: {"key": _CLOUD_NAMES[Kind.SPACE_DELETE], "args": []},
    Kind.ARCHIVE: {"translation": "Archive pages", "args": []},
    Kind.OTHER: {"translation": "Long running task", "args": []},
}
#: those that report by status keys; the others have only sentences
REPORTING = frozenset({Kind.COPY, Kind.DELETE, Kind.OTHER})

#: there is always a message; this is its text before the task reports anything
_NO_TEXT = "Starting... "


class Frame(Struct, frozen=True, kw_only=True):
    """A body, sent from `at` on; the simulator adds id, links and elapsed time."""

    #: seconds since the start
    at: float
    #: builds the body: a story may have thousands, of which few are sent
    build: Callable[[], TaskBody]
    #: the long task is over, and the list leaves it out
    over: bool = False
    #: its elapsed time does not grow any more
    still: bool = False

    @property
    def body(self) -> TaskBody:
        """The body, without what the simulator adds."""
        return self.build()


class Script(Struct, frozen=True, kw_only=True):
    """A timeline of response bodies."""

    frames: tuple[Frame, ...]
    #: seconds after which it is 404
    gone_at: float | None = None
    name: str = ""

    def frame(self, seconds: float) -> Frame | None:
        """Return the frame that holds `seconds` after the start; None once Confluence has forgotten the task."""
        if self.gone_at is not None and seconds >= self.gone_at:
            return None
        return self.frames[max(bisect_right(self.frames, seconds, key=lambda frame: frame.at) - 1, 0)]


def cloud(story: Story) -> Script:
    """Build the script of Cloud: status, errors and additionalDetails beside the messages."""
    frames = [Frame(at=moment.at, build=partial(_cloud_body, story, moment)) for moment in story.moments]
    last = _CLOUD_ENDS[story.ending](story)
    if last is not None:
        frames.append(Frame(at=story.ends_at, build=partial(dict, last), over=True, still=True))
    return Script(frames=tuple(frames), gone_at=story.gone_at, name=story.name)


def datacenter(story: Story) -> Script:
    """Build the script of Data Center: one JSON report in the text of the only message, no `finished`."""
    frames = [Frame(at=moment.at, build=partial(_datacenter_moment, story, moment)) for moment in story.moments]
    last = _DATACENTER_ENDS[story.ending](story)
    if last is not None:
        # a delete rethrows its exception before its timer is stopped
        ticks = story.ending is Ending.EXCEPTION and story.operation is Kind.DELETE
        frames.append(Frame(at=story.ends_at, build=partial(dict, last), over=True, still=not ticks))
    return Script(frames=tuple(frames), gone_at=story.gone_at, name=story.name)


def _cloud_body(
    story: Story,
    moment: Moment,
    *,
    finished: bool = False,
    successful: bool = False,
    destination: bool = False,
) -> TaskBody:
    body: TaskBody = {
        "name": {"key": _CLOUD_NAMES[story.operation], "args": []},
        "percentageComplete": int(moment.percent),
        "successful": successful,
        "finished": finished,
        "messages": [],
    }
    if moment.key is not None:
        body["messages"] = [{"key": moment.key, "args": list(moment.args)}]
    elif story.sentence is not None:
        body["messages"] = [{"translation": story.sentence, "args": []}]
    if story.operation in REPORTING and moment.key is not None:
        body["status"] = moment.key
        body["errors"] = [{"key": note.key, "args": list(note.args)} for note in moment.notes]
    if story.operation is Kind.COPY and moment.key != "INITIALIZING_TASK":
        details: TaskBody = {"destinationId": story.destination_id if destination else None}
        if destination and story.destination_url is not None:
            details["destinationUrl"] = story.destination_url
        if story.total is not None:
            details["totalPageNeedToCopy"] = story.total
        body["additionalDetails"] = details
    return body


def _last_moment(story: Story) -> Moment:
    return Moment(
        at=story.ends_at,
        percent=story.last_percent,
        key=story.last_key,
        args=story.last_args,
        notes=story.notes,
    )


def _cloud_done(story: Story) -> TaskBody:
    return _cloud_body(story, _last_moment(story), finished=True, successful=True, destination=True)


def _cloud_exception(story: Story) -> TaskBody:
    if story.operation not in REPORTING:
        return _cloud_body(story, story.moments[-1], finished=True)
    unknown = Note("ERROR_UNKNOWN")
    reached = msgspec.structs.replace(story.moments[-1], key=unknown.key, args=(), notes=(*story.notes, unknown))
    return _cloud_body(story, reached, finished=True)


def _cloud_locked(story: Story) -> TaskBody:
    return _cloud_body(story, _last_moment(story), finished=True)


def _never(_story: Story) -> TaskBody | None:
    return None


def _datacenter_body(story: Story, percent: float, text: str | None, *, successful: bool = True) -> TaskBody:
    return {
        "name": _DATACENTER_NAMES[story.operation],
        "percentageComplete": int(percent),
        # true by default, read only once the task is over
        "successful": successful,
        "messages": [{"translation": text or _NO_TEXT, "args": []}],
        "_expandable": {},
    }


def _report(
    key: str, args: tuple[str, ...], notes: tuple[Note, ...] = (), *, total: int = 0, destination: str | None = None
) -> str:
    """Return a BulkStatusReport as a JSON string, as Data Center writes it."""
    return json.dumps(
        {
            "status": {"key": key, "args": list(args), "translation": None},
            "destinationUrl": destination,
            "totalPageNeedToCopy": total,
            "errors": [
                {
                    "key": note.key,
                    "type": "ERROR" if note.key.startswith("ERROR") else "WARN",
                    "args": list(note.args),
                    "translation": None,
                }
                for note in notes
            ],
        },
        ensure_ascii=False,
        separators=(",", ":"),
    )


def _datacenter_moment(story: Story, moment: Moment) -> TaskBody:
    if moment.key is None or story.operation not in REPORTING:
        return _datacenter_body(story, moment.percent, story.sentence)
    if moment.key == "INITIALIZING_TASK":
        return _datacenter_body(story, moment.percent, "Initializing... ")
    return _datacenter_body(story, moment.percent, _report(moment.key, moment.args))


def _datacenter_done(story: Story) -> TaskBody:
    if story.last_key is None:
        return _datacenter_body(story, story.last_percent, story.sentence)
    text = _report(
        story.last_key,
        story.last_args,
        story.notes,
        total=story.total or 0,
        destination=story.destination_url,
    )
    return _datacenter_body(story, story.last_percent, text)


def _datacenter_exception(story: Story) -> TaskBody:
    # the report of the error is overwritten at once: `successful` is the only sign left
    reached = story.moments[-1]
    if story.operation not in REPORTING:
        return _datacenter_body(story, reached.percent, story.sentence, successful=False)
    key = "STATUS_DELETED_PAGES" if story.operation is Kind.DELETE else "STATUS_COPIED_PAGES"
    return _datacenter_body(story, reached.percent, _report(key, reached.args[:1] or ("0",)), successful=False)


def _datacenter_locked(story: Story) -> TaskBody:
    return _datacenter_body(story, 0, _report(story.last_key or "", story.last_args, story.notes), successful=False)


_CLOUD_ENDS = {
    Ending.DONE: _cloud_done,
    Ending.EXCEPTION: _cloud_exception,
    Ending.LOCKED: _cloud_locked,
    Ending.NEVER: _never,
}
_DATACENTER_ENDS = {
    Ending.DONE: _datacenter_done,
    Ending.EXCEPTION: _datacenter_exception,
    Ending.LOCKED: _datacenter_locked,
    Ending.NEVER: _never,
}
