"""The calls that start a long task on a simulated site."""

import re

from aiohttp import web

from bot.domain.snapshot import Kind
from sandbox.confluence import replies
from sandbox.confluence.replies import Reply
from sandbox.confluence.site import ConfluenceSite

#: method, path below the API, and what it starts
_CALLS = (
    ("POST", re.compile(r"/content/\d+/pagehierarchy/copy"), Kind.COPY),
    ("DELETE", re.compile(r"/content/\d+/pageTree"), Kind.DELETE),
    ("POST", re.compile(r"/content/archive"), Kind.ARCHIVE),
    ("DELETE", re.compile(r"/space/[A-Za-z0-9~_.-]+"), Kind.SPACE_DELETE),
)
#: the plugin of Data Center; its path is a choice of this simulator
_PLUGIN = {"/page-hierarchy/copy": Kind.COPY, "/page-hierarchy/delete": Kind.DELETE}


async def start(site: ConfluenceSite, request: web.Request, path: str, account: str | None) -> Reply | None:
    """Start what the call asks for, owned by its account; None where the call is none of these."""
    if not site.is_cloud and request.method == "POST" and path in _PLUGIN:
        return replies.as_json(200, {"taskId": site.add(site.stories[_PLUGIN[path]], owner=account)})
    for method, pattern, kind in _CALLS:
        if request.method != method or not pattern.fullmatch(path):
            continue
        if not site.is_cloud and kind is not Kind.SPACE_DELETE:
            return None
        if kind is Kind.ARCHIVE and _archiving(site):
            return replies.envelope(400, "Another archive job is running", authorized=True)
        return replies.started(site.add(site.stories[kind], owner=account))
    return None


def _archiving(site: ConfluenceSite) -> bool:
    """Tell whether an archive job runs: a tenant may have one at a time."""
    now = site.clock()
    frames = [task.frame(now) for task in site.tasks.values() if task.script.name == site.stories[Kind.ARCHIVE].name]
    return any(frame is not None and not frame.over for frame in frames)
