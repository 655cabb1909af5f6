"""Check Slack: the bot token, its scopes, the clock, and in Socket Mode the app-level token."""

from datetime import datetime

from bot.clients.slack.client import SlackClient
from bot.clients.slack.errors import NotConnected, Refusal, Refused, SlackError
from bot.clients.slack.scopes import OPTIONAL, REQUIRED
from bot.doctor.clock import check_slack_clock
from bot.domain.check import Check, failed, note, ok

_SLACK, _SCOPES, _SOCKET = "Slack", "Scopes", "Socket Mode"
_ADD = "add it under OAuth & Permissions and install the app again"


async def check_slack(client: SlackClient, *, now: datetime, signs: bool) -> list[Check]:
    """Ask whose the bot token is and what it may do; `signs`: Slack's requests come signed, over HTTP."""
    try:
        info = await client.auth_test()
    except NotConnected as error:
        fix = "check the network, HTTPS_PROXY and SLACK_API_URL"
        return [failed(_SLACK, f"not reached ({error.answer})", fix=fix)]
    except Refused as error:
        gone = error.refusal is Refusal.WORKSPACE_GONE
        fix = "install the app again and set SLACK_BOT_TOKEN anew" if gone else "check SLACK_BOT_TOKEN"
        return [failed(_SLACK, f"refused the bot token ({error.answer})", fix=fix)]
    except SlackError as error:
        detail = f"did not answer properly ({error.answer})"
        return [failed(_SLACK, detail, fix="try again in a few minutes")]
    return [
        ok(_SLACK, f"the bot token is of {info.team_name or info.team_id}"),
        *_scopes(info.scopes),
        *check_slack_clock(info.server_time, ours=now, signs=signs),
    ]


def _scopes(granted: frozenset[str]) -> list[Check]:
    if not granted:
        return [note(_SCOPES, "Slack did not say which are granted")]
    missing = [
        failed(_SCOPES, f"{scope} is not granted: {cost}", fix=_ADD)
        for scope, cost in REQUIRED.items()
        if scope not in granted
    ]
    found = missing or [ok(_SCOPES, f"{', '.join(REQUIRED)} granted")]
    return found + [
        note(_SCOPES, f"{scope} is not granted; it allows {use}", fix=f"if that is wanted, {_ADD}")
        for scope, use in OPTIONAL.items()
        if scope not in granted
    ]


async def check_socket(client: SlackClient) -> list[Check]:
    """Ask for the address of a WebSocket with the app-level token: what brings Slack's requests in Socket Mode."""
    try:
        await client.socket_url()
    except Refused as error:
        fix = "turn Socket Mode on, make an app-level token with connections:write, set SLACK_APP_TOKEN"
        return [failed(_SOCKET, f"refused the app-level token ({error.answer})", fix=fix)]
    except SlackError as error:
        return [failed(_SOCKET, f"did not answer properly ({error.answer})", fix="try again in a few minutes")]
    return [ok(_SOCKET, "the app-level token is accepted; no request has to be signed")]
