"""Define examples of answers that refuse."""

from collections.abc import Iterator
from datetime import UTC, datetime

from bot.domain import check, command
from bot.domain.command_example import Example
from bot.render import replies
from bot.render.i18n import Texts
from bot.render.message import Message

_TASK = "3145728001"
#: as Data Center names a long task
_UUID = "a1b2c3d4-0000-4000-8000-000000000001"
EXAMPLE = Example(reference=_TASK, url=f"https://acme.atlassian.net/wiki/rest/api/longtask/{_TASK}")
_BEGAN = datetime(2026, 11, 23, 9, 2, tzinfo=UTC)


def misread(texts: Texts) -> Iterator[tuple[str, Message]]:
    """Yield an answer to every text that cannot be carried out."""
    examples = {
        command.Misread.WORD: ("quiett", "3145728001 quiet"),
        command.Misread.NO_REFERENCE: ("follow", None),
        command.Misread.ONE_REFERENCE: ("status", "status 3145728001"),
        command.Misread.SURPLUS: ("quiet", "stop 3145728001"),
        command.Misread.VERBOSITY: ("quiet all", "3145728001 quiet"),
        command.Misread.NO_LABEL: ("as", "3145728001 as Handbook"),
        command.Misread.URL: ("https://acme.atlassian.net/wiki/spaces/DOCS", None),
        command.Misread.ID: ("314572800131457280013", None),
        command.Misread.JSON: ('{"id": 12', None),
        command.Misread.ALIAS: ("dcos", "docs:3145728001"),
        command.Misread.SITE: ("docs, sales", "watch docs"),
        command.Misread.LENGTH: ("3145728001 3145728002", None),
    }
    choices = (f"status docs:{_TASK}", f"status sales:{_TASK}")
    problems: list[tuple[str, command.Problem]] = [
        *(
            (f"not understood: {reason}", command.NotUnderstood(reason=reason, what=what, suggestion=meant))
            for reason, (what, meant) in examples.items()
        ),
        ("not understood at all", command.NotUnderstood(reason=command.Misread.WORD, what="hello")),
        ("too many", command.TooMany(count=12, limit=10)),
        ("foreign site", command.ForeignSite(host="evil.example.com")),
        *((f"not a long task: {kind}", command.NotALongTask(kind=kind)) for kind in command.OtherTask),
        ("which site", command.WhichSite(remote_id=_TASK, aliases=("docs", "sales"), choices=choices)),
        ("no site", command.NoSite(remote_id=_TASK)),
        *(
            (f"kind mismatch: {kind}", command.KindMismatch(remote_id=remote_id, alias="docs", kind=kind))
            for kind, remote_id in ((command.SiteKind.CLOUD, _UUID), (command.SiteKind.DATACENTER, _TASK))
        ),
    ]
    for name, problem in problems:
        yield name, replies.misread(texts, "/longtask", EXAMPLE, problem)


def refusals(texts: Texts) -> Iterator[tuple[str, Message]]:
    """Yield every answer to what could not be done."""
    yield "nothing started", replies.nothing_started(texts)
    yield "invite", replies.invite(texts, "longtask", value="1")
    yield "invite, said elsewhere", replies.invite(texts, "longtask", value="1", channel_id="C0DOCS")
    yield "may not stop", replies.may_not_stop(texts)
    yield "may not use", replies.may_not_use(texts)
    yield "not known", replies.not_known(texts)
    yield "not installed there", replies.not_installed_there(texts)
    yield "connect not available", replies.connect_not_available(texts)
    yield "modal by command", replies.modal_by_command(texts, "/longtask settings")
    yield "modal not opened", replies.modal_not_opened(texts, "/longtask settings")
    yield "gone wrong", replies.gone_wrong(texts)
    yield "checks for admins", replies.checks_for_admins(texts)


def checks(texts: Texts) -> Iterator[tuple[str, Message]]:
    """Yield the checks of an installation: one in which all is well, one in which something is not."""
    good = [
        check.ok("Settings", "readable, HTTP on port 3000, Confluence cloud"),
        check.ok("Slack", "the bot token is of Acme"),
    ]
    fix = "add it under OAuth & Permissions and install the app again"
    odd = check.note("Scopes", "files:write is not granted; it allows the full list of warnings as a file", fix=fix)
    broken = check.failed(
        "Confluence",
        "refused the credential (403)",
        fix="make a new CONFLUENCE_API_TOKEN: they expire after a year at most",
    )
    long = check.failed("Confluence", f"answers something else ({'x' * 440})", fix="check CONFLUENCE_URL")
    yield "checks, all well", replies.checks(texts, good)
    yield "checks, one failed", replies.checks(texts, [*good, odd, broken])
    yield "checks, more than fit", replies.checks(texts, [*good, *[long] * 9])


def reasons(texts: Texts) -> Iterator[tuple[str, Message]]:
    """Yield an answer for every reason why a long task is not followed or shown."""
    sentences = {
        "no such task": replies.no_such_task(texts),
        "limit of a person reached": replies.limit_reached(texts, replies.LimitOf.PERSON, 200, "/longtask"),
        "limit of a channel reached": replies.limit_reached(texts, replies.LimitOf.CHANNEL, 1_000, "/longtask"),
        "Confluence unavailable": replies.confluence_unavailable(texts),
        "Confluence unreadable": replies.confluence_unreadable(texts),
        "rate limited": replies.rate_limited(texts, _BEGAN),
        "rate limited, no time": replies.rate_limited(texts),
        "access refused": replies.access_refused(texts),
        "misconfigured": replies.misconfigured(texts),
    }
    for name, reason in sentences.items():
        yield name, replies.not_followed(texts, [_TASK], reason)
    yield "several not followed", replies.not_followed(texts, [_TASK, "3145728002"], replies.no_such_task(texts))
    yield "not shown", replies.not_shown(replies.no_such_task(texts))
