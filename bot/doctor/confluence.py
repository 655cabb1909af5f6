"""Check Confluence: the site, its cloud id, the credential, the list of what runs, and the clock."""

from collections.abc import Callable
from datetime import datetime
from typing import assert_never

from bot.clients.confluence import ConfluenceClient, ConfluenceError, Credential, Site, ask_rights
from bot.config import Settings
from bot.doctor.clock import check_confluence_clock
from bot.domain.account_rights import AccountRights
from bot.domain.check import Check, Verdict, failed, note, ok
from bot.domain.command import SiteKind
from bot.domain.permissions import RunningList
from bot.domain.poll_result import (
    AccessDenied,
    Denial,
    Failed,
    Listed,
    Misconfigured,
    NotFound,
    RateLimited,
    Seen,
    Unavailable,
    Unreadable,
)

_CONFLUENCE, _CLOUD_ID, _LIST, _RIGHTS = "Confluence", "Cloud id", "List", "Running list"
#: seconds for the pages of the list that are read
_LIST_SECONDS = 6.0
#: the only one that covers the list as well (developer.atlassian.com/cloud/confluence, scopes of the REST API)
_SCOPE = "read:content.metadata:confluence"
_UNREACHED = "check CONFLUENCE_URL, the network and HTTPS_PROXY"
_AUTO = "set CONFLUENCE_CLOUD_ID=auto"


async def check_confluence(
    settings: Settings, client: ConfluenceClient, credential_of: Callable[[Settings], Credential], *, now: datetime
) -> list[Check]:
    """Look at a long task that cannot exist, and list what runs: site, credential and scopes fail in different ways."""
    url = settings.site_url or ""
    found: list[Check] = []
    cloud_id = settings.confluence_cloud_id
    if cloud_id is not None:
        public = await _public_cloud_id(client, url)
        found.append(_cloud_id(cloud_id, public))
        if found[0].verdict is Verdict.FAILED:
            # Nobody knows to which site a request would go.
            return found
        cloud_id = public if isinstance(public, str) else cloud_id
    site = Site(kind=settings.kind, base_url=url, cloud_id=cloud_id, api_url=settings.atlassian_api_url)
    credential = credential_of(settings)
    access = await client.check_access(site, credential)
    clock = check_confluence_clock(access.server_time, ours=now)
    if not isinstance(access.result, NotFound | Seen):
        return [*found, _failed(access.result, settings), *clock]
    listed = await client.running(site, credential, within=_LIST_SECONDS)
    if isinstance(listed, Misconfigured):
        # A list is always there, so that the 404 of the look was about the address as well.
        return [*found, _failed(listed, settings), *clock]
    found += [ok(_CONFLUENCE, "reachable, the credential is accepted"), *clock, _listing(listed, settings)]
    if settings.running_list is RunningList.EVERYONE:
        found.append(_running_list(await ask_rights(client, site, credential)))
    return found


async def _public_cloud_id(client: ConfluenceClient, url: str) -> str | Misconfigured | Unavailable | Unreadable:
    """The cloud id that the site publishes, or why it does not."""
    try:
        return await client.cloud_id(url)
    except ConfluenceError as error:
        return error.result


def _cloud_id(configured: str, public: str | Misconfigured | Unavailable | Unreadable) -> Check:
    if isinstance(public, str):
        if configured in ("auto", public):
            return ok(_CLOUD_ID, f"{public}, as the site says")
        return failed(_CLOUD_ID, f"CONFLUENCE_CLOUD_ID is {configured}, but the site's is {public}", fix=_AUTO)
    if configured != "auto":
        return note(_CLOUD_ID, f"the site does not say its own, so {configured} is compared with nothing")
    if isinstance(public, Unavailable):
        return failed(_CONFLUENCE, f"not reached ({public.reason})", fix=_UNREACHED)
    detail = "CONFLUENCE_CLOUD_ID is auto, but the site does not publish its cloud id"
    return failed(_CLOUD_ID, detail, fix="check CONFLUENCE_URL, or set CONFLUENCE_CLOUD_ID to the id itself")


def _failed(result: Failed, settings: Settings) -> Check:
    detail, fix = _trouble(result, settings)
    return failed(_CONFLUENCE, detail, fix=fix)


def _trouble(result: Failed, settings: Settings) -> tuple[str, str]:
    """What an answer means, and what to do about it."""
    match result:
        case AccessDenied(status=status, why=why):
            detail, fix = _denied(why, settings)
            return f"{detail} ({status})", fix
        case Misconfigured(status=status, location=None):
            return f"does not serve the API here ({status})", "check CONFLUENCE_URL and CONFLUENCE_KIND"
        case Misconfigured(status=status, location=location):
            fix = f"if {location} is the site's new name, set CONFLUENCE_URL to it; else see what redirects"
            return f"sends every request on to {location} ({status})", fix
        case Unreadable(reason=reason):
            return f"answers something else ({reason})", "check CONFLUENCE_URL: is there a login page in front of it?"
        case RateLimited():
            return "reachable, but asks for a rest (429)", "try again later"
        case Unavailable(reason=reason):
            return f"not reached ({reason})", _UNREACHED
        case _:
            assert_never(result)


def _denied(why: Denial | None, settings: Settings) -> tuple[str, str]:
    """What a refusal of the credential means, and what to do about it."""
    token = "CONFLUENCE_TOKEN" if settings.confluence_token else "CONFLUENCE_API_TOKEN"
    match why:
        case Denial.SCOPE:
            return "refused the credential for want of a scope", f"make a {token} with the scope {_SCOPE}"
        case Denial.GATEWAY_ONLY:
            return "takes this kind of token through the API gateway only", _AUTO
        case Denial.PASSWORD:
            fix = "make an API token at id.atlassian.com → Security → API tokens, and set it"
            return f"refused the credential: {token} is a password", fix
        case Denial.ADDRESS:
            fix = "put the address from which the bot calls on the organization's IP allowlist"
            return "refused the address of this machine", fix
        case Denial.ANONYMOUS:
            return "does not know the token, and took the request as anybody's", f"make a new {token}"
        case None:
            return "refused the credential", _new_token(token, settings)
        case _:
            assert_never(why)


def _new_token(token: str, settings: Settings) -> str:
    if settings.kind is SiteKind.DATACENTER:
        return f"make a new {token}, and see that its account may use Confluence"
    scoped = "" if settings.confluence_cloud_id else "; a token with scopes needs CONFLUENCE_CLOUD_ID=auto"
    return f"make a new {token}: they expire after a year at most{scoped}"


def _listing(result: Listed | Failed, settings: Settings) -> Check:
    """Whether what runs can be listed; without that, looks work all the same."""
    if isinstance(result, Listed):
        return ok(_LIST, "Confluence lists what runs")
    cost = "the command alone and `watch` show nothing"
    if isinstance(result, AccessDenied) and result.why is Denial.SCOPE:
        token = "CONFLUENCE_TOKEN" if settings.confluence_token else "CONFLUENCE_API_TOKEN"
        return note(_LIST, f"the token may not list what runs: {cost}", fix=f"make a {token} with the scope {_SCOPE}")
    detail, fix = _trouble(result, settings)
    return note(_LIST, f"Confluence {detail} where it is to list what runs: {cost}", fix=fix)


def _running_list(rights: AccountRights) -> Check:
    """Whether everybody in Slack may see more of what runs than is meant for them."""
    fix = "set RUNNING_LIST to admins or off, or use an account that administers nothing"
    match rights:
        case AccountRights.ADMINISTRATOR:
            seen = "the Confluence account is an administrator's, so everybody in Slack sees what runs in every space"
            return note(_RIGHTS, f"RUNNING_LIST is everyone and {seen}", fix=fix)
        case AccountRights.ORDINARY:
            return ok(_RIGHTS, "RUNNING_LIST is everyone; the Confluence account is no administrator's")
        case AccountRights.NOT_IN_GROUP:
            detail = "RUNNING_LIST is everyone; the Confluence account is not in confluence-administrators, but whether"
            unknown = "another group makes it an administrator cannot be found out: check it yourself"
            return note(_RIGHTS, f"{detail} {unknown}")
        case AccountRights.NOT_SAID:
            detail = "RUNNING_LIST is everyone; Confluence does not say whether its account is an administrator's"
            return note(_RIGHTS, detail, fix=f"check it yourself; if it is, {fix}")
        case _:
            assert_never(rights)
