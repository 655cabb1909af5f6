"""Check that the running bot takes what Slack signs, by a signed request to its own address."""

from datetime import datetime

from bot.clients import own_service
from bot.clients.own_service import Answer
from bot.config import Settings
from bot.domain.check import Check, failed, note, ok

_SIGNING, _ADDRESS = "Signing", "Public address"
_EVERY_INTERFACE = ("0.0.0.0", "::")  # noqa: S104 -- compared with, not listened on
_FIX_REFUSED = (
    "copy the signing secret from Basic Information to SLACK_SIGNING_SECRET, here and where the bot runs; restart it"
)


async def check_signing(settings: Settings, *, real_time: datetime) -> list[Check]:
    """Send a signed request that starts nothing to the bot on this machine, and to its public address.

    `real_time` (UTC) is that of the signature. Nothing is started, and nothing is said where no bot runs.
    """
    secret = settings.slack_signing_secret
    local, public = _local(settings), settings.public_url
    addresses = [address for address in (local, public) if address is not None]
    if secret is None or not addresses:
        return [note(_SIGNING, "not tried: PORT is 0, and PUBLIC_URL is not set")] if secret is not None else []
    stamp = int(real_time.timestamp())
    async with own_service.open_session(addresses) as session:
        answers = {
            address: await own_service.send_signed(session, address, secret=secret.get_secret_value(), stamp=stamp)
            for address in addresses
        }
    found = [_signing(answers)]
    runs_here = local is not None and answers[local][0] is Answer.ACCEPTED
    if runs_here and public is not None and answers[public][0] is not Answer.ACCEPTED:
        how = answers[public][1]
        fix = (
            "set PUBLIC_URL to the address by which Slack reaches this bot, and let what is in front pass all on to it"
        )
        found.append(failed(_ADDRESS, f"{public} does not lead to this bot ({how})", fix=fix))
    return found


def _local(settings: Settings) -> str | None:
    """The address at which a bot with these settings listens on this machine; None if its port is any free one."""
    if settings.port == 0:
        return None
    host = "127.0.0.1" if settings.host in _EVERY_INTERFACE else settings.host
    return f"http://[{host}]:{settings.port}" if ":" in host else f"http://{host}:{settings.port}"


def _signing(answers: dict[str, tuple[Answer, str]]) -> Check:
    by_answer = {answer: (address, how) for address, (answer, how) in reversed(answers.items())}
    for answer in (Answer.ACCEPTED, Answer.REFUSED, Answer.SILENT, Answer.OTHER):
        if answer in by_answer:
            return _judged(answer, *by_answer[answer])
    where = " and ".join(answers)
    return note(_SIGNING, f"not tried: nothing answers at {where}", fix="start the bot, then run this again")


def _judged(answer: Answer, address: str, how: str) -> Check:
    if answer is Answer.ACCEPTED:
        return ok(_SIGNING, f"accepted: a signed request to {address}")
    if answer is Answer.REFUSED:
        detail = f"the bot at {address} refuses what is signed with SLACK_SIGNING_SECRET ({how})"
        return failed(_SIGNING, detail, fix=_FIX_REFUSED)
    if answer is Answer.SILENT:
        fix = "see what listens there: the log of the bot, or another program on its port"
        return failed(_SIGNING, f"what listens at {address} does not answer ({how})", fix=fix)
    fix = "see what listens there: another program on its port, or a proxy that knows no bot behind it"
    return failed(_SIGNING, f"what answers at {address} is not this bot ({how})", fix=fix)
