"""Record what looks show of credentials: doubted, refused, and accepted again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog

from bot.db import accounts, troubles
from bot.db.engine import Connection
from bot.domain.poll_interval import REFUSAL_CONFIRMED_AFTER, refused_account_wait
from bot.domain.states import AccountState, Trouble
from bot.domain.task_state import Decision
from bot.poll.look import FinishedLook

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, kw_only=True)
class _Answer:
    """What a look shows of one credential."""

    accepted: bool
    error: str = ""
    is_probe: bool = False  #: whether it was the half-open probe of this account


async def record(connection: Connection, looks: Sequence[tuple[FinishedLook, Decision]], *, now: datetime) -> bool:
    """Record what a batch of looks shows of credentials; true if a message is to be posted or edited."""
    announced = False
    for account_id, answer in sorted(_answers(looks).items()):
        if answer.accepted:
            announced |= await _accepted(connection, account_id, now=now)
        else:
            announced |= await _refused(connection, account_id, answer, now=now)
    return announced


def _answers(looks: Sequence[tuple[FinishedLook, Decision]]) -> dict[int, _Answer]:
    """The last answer to each account, by its id."""
    answers: dict[int, _Answer] = {}
    for look, decision in looks:
        for account_id, status in look.refused.items():
            answers[account_id] = _Answer(
                accepted=False, error=f"HTTP {status}", is_probe=account_id == look.probed_account_id
            )
        if look.account_id is not None and decision.credential_accepted is not None:
            answers[look.account_id] = _Answer(
                accepted=decision.credential_accepted,
                error=decision.error or "",
                is_probe=look.account_id == look.probed_account_id,
            )
    return answers


async def _refused(connection: Connection, account_id: int, answer: _Answer, *, now: datetime) -> bool:
    """Doubt an account, refuse it if that has lasted, or wait longer for its next probe; true if that is announced."""
    account = await accounts.find(connection, account_id)
    if account.state is AccountState.REFUSED:
        # Looks that were under way when the account was refused show nothing new: only probes count.
        if answer.is_probe:
            probes = account.refused_probes + 1
            at = now + refused_account_wait(probes)
            await accounts.probe_refused(connection, account_id, probes=probes, probe_at=at)
        return False
    if account.refused_since is None:
        await accounts.doubt(connection, account_id, reason=answer.error, now=now)
        return False
    if now - account.refused_since < REFUSAL_CONFIRMED_AFTER:
        return False
    await accounts.refuse(connection, account_id, reason=answer.error, probe_at=now + refused_account_wait(0))
    _log.warning("credential_refused", account=account_id, error=answer.error)
    scope = troubles.of_account(account_id)
    await troubles.begin(connection, scope, Trouble.ACCESS_LOST, since=account.refused_since, now=now)
    return True


async def _accepted(connection: Connection, account_id: int, *, now: datetime) -> bool:
    """Trust an account again; if it was refused, look at its long tasks at once, and end the trouble."""
    if not await accounts.accept(connection, account_id):
        return False
    _log.info("credential_works_again", account=account_id)
    scope = troubles.of_account(account_id)
    await troubles.end(connection, scope, Trouble.ACCESS_LOST, now=now)
    await troubles.look_again(connection, scope, now=now)
    return True
