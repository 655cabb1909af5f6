"""Look at claimed long tasks side by side, and keep what comes of it until it is written down."""

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog

from bot.clients.confluence import ConfluenceClient, Site
from bot.clients.confluence.credentials import Credentials
from bot.db.rows import DueRow
from bot.domain.poll_result import AccessDenied, NotFound, PollResult, Seen
from bot.metrics import Metrics
from bot.poll.breaker import Permit
from bot.poll.look import FinishedLook, unknown_keys
from bot.spans import Spans
from bot.worker import Worker

_log = structlog.get_logger(__name__)

#: looks that finish this close together (seconds) are written together
GATHER_SECONDS = 0.1


@dataclass(kw_only=True)
class Looker:
    """The looks of one process: those under way, and those whose results wait to be written."""

    worker: Worker[int]  #: holds the claims on long tasks
    confluence: ConfluenceClient
    sites: Mapping[int, Site]  #: by site id
    credentials: Credentials
    now: Callable[[], datetime]
    metrics: Metrics
    spans: Spans
    look_finished: asyncio.Event  #: set `GATHER_SECONDS` after the first result that is to be written
    looked: Callable[[int], None]  #: called with the site's id when a look has ended
    looks: Counter[int] = field(default_factory=Counter)  #: under way, by site id
    finished: list[FinishedLook] = field(default_factory=list)

    def start(self, row: DueRow, viewers: Sequence[int], *, claim_id: str, permit: Permit) -> None:
        """Begin to look at a claimed long task."""
        self.looks[row.site_id] += 1
        self.worker.start(self._look(row, viewers, claim_id=claim_id, permit=permit))

    def take(self, look: FinishedLook, *, lateness: timedelta) -> None:
        """Keep a result that came without a look of its own."""
        self._count(look.site_id, look.result, lateness=lateness, duration=timedelta(0))
        self._keep(look)

    async def _look(self, row: DueRow, viewers: Sequence[int], *, claim_id: str, permit: Permit) -> None:
        """Look at a long task with the accounts that have seen it, and keep the result."""
        started = self.now()
        account_id: int | None = None
        result: PollResult | None = None
        refused: dict[int, int] = {}
        try:
            with self.spans.span("look", long_task=row.id, site=row.site_id):
                account_id, result, refused = await self._ask(row, viewers, permit)
        except Exception:  # noqa: BLE001 -- a long task that keeps crashing its look is set aside
            _log.exception("look_crashed", long_task=row.id)
        finally:
            self.looks[row.site_id] -= 1
        self._count(row.site_id, result, lateness=started - row.due_at, duration=self.now() - started)
        self._keep(
            FinishedLook(
                long_task_id=row.id,
                claim_id=claim_id,
                site_id=row.site_id,
                account_id=account_id,
                result=result,
                is_site_probe=permit.is_site_probe,
                probed_account_id=permit.account_id,
                refused=refused,
            )
        )
        self.looked(row.site_id)

    def _keep(self, look: FinishedLook) -> None:
        self.finished.append(look)
        if len(self.finished) == 1:
            asyncio.get_running_loop().call_later(GATHER_SECONDS, self.look_finished.set)

    async def _ask(self, row: DueRow, viewers: Sequence[int], permit: Permit) -> tuple[int, PollResult, dict[int, int]]:
        """Ask with one account after another, until one is neither refused nor gets a 404.

        Returns the last account, its result, and the accounts refused before it, each with the status it got. Raises
        LookupError if no account that may be used has a credential.
        """
        allowed = permit.accounts(viewers)
        last: tuple[int, PollResult] | None = None
        refused: dict[int, int] = {}
        for account_id in allowed:
            credential = await self.credentials.credential(account_id)
            if credential is None:
                continue
            if last is not None and isinstance(last[1], AccessDenied):
                refused[last[0]] = last[1].status
            result = await self.confluence.look(
                self.sites[row.site_id],
                credential,
                row.remote_id,
                known_digest=row.findings_digest,
                account_id=account_id,
            )
            if not isinstance(result, AccessDenied | NotFound):
                return account_id, result, refused
            last = account_id, result
        if last is None:
            raise LookupError("no account with a credential has seen this long task")
        account_id, result = last
        if isinstance(result, NotFound):
            result = NotFound(by_all=not refused and len(allowed) == len(viewers))
        return account_id, result, refused

    def _count(self, site_id: int, result: PollResult | None, *, lateness: timedelta, duration: timedelta) -> None:
        kind = "crash" if result is None else type(result).__name__
        looks = self.metrics.looks
        looks.count(site_id, kind, lateness=lateness.total_seconds(), duration=duration.total_seconds())
        if isinstance(result, Seen):
            unknown, dropped = unknown_keys(result), result.snapshot.dropped
            if unknown or dropped:
                looks.unread(unknown_keys=unknown, dropped_parts=dropped)
