"""Ask Confluence whether an account is an administrator's.

Cloud lists what the current user may do (`expand=operations`, documented in
developer.atlassian.com/cloud/confluence/rest/v1/api-group-users; "administer" and "application" are among the values).
That the list of an administrator has the two together is read into that page: nobody has seen it on a live site. A
token with scopes needs read:content-details:confluence for it.

Data Center has nothing of the kind, so the account's groups are read. Members of confluence-administrators have
complete access to all content (confluence.atlassian.com/display/CONF91/Confluence+Groups+for+Administrators); another
group may have been given the permission to administer, which the account cannot find out for itself.
"""

from msgspec import Struct, ValidationError, convert
from yarl import URL

from bot.clients import http
from bot.clients.confluence.client import ConfluenceClient
from bot.clients.confluence.credentials import Credential
from bot.clients.confluence.site import Site
from bot.domain.account_rights import AccountRights
from bot.domain.command import SiteKind

#: on Data Center: what its members may do is not up to permissions
ADMINISTRATORS = "confluence-administrators"
#: entries of one page, and pages that are read
_GROUPS_LIMIT = 200
_GROUPS_PAGES = 5


class _Operation(Struct, frozen=True, rename="camel"):
    operation: str
    target_type: str


class _CloudUser(Struct, frozen=True):
    operations: list[_Operation]


class _DatacenterUser(Struct, frozen=True):
    username: str


class _Group(Struct, frozen=True):
    name: str


class _Groups(Struct, frozen=True):
    results: list[_Group]


async def ask_rights(client: ConfluenceClient, site: Site, credential: Credential) -> AccountRights:
    """Whether the account of a credential is an administrator's. Never raises for what Confluence answers."""
    try:
        if site.kind is SiteKind.CLOUD:
            return await _on_cloud(client, site, credential)
        return await _on_datacenter(client, site, credential)
    except (_NotSaid, http.BodyRefused, ValidationError, ValueError):
        return AccountRights.NOT_SAID


class _NotSaid(Exception):
    """Confluence did not answer with 200."""


async def _on_cloud(client: ConfluenceClient, site: Site, credential: Credential) -> AccountRights:
    answer = await _get(client, site, credential, site.current_user.with_query(expand="operations"))
    user = convert(answer, _CloudUser)
    administers = any((each.operation, each.target_type) == ("administer", "application") for each in user.operations)
    return AccountRights.ADMINISTRATOR if administers else AccountRights.ORDINARY


async def _on_datacenter(client: ConfluenceClient, site: Site, credential: Credential) -> AccountRights:
    username = convert(await _get(client, site, credential, site.current_user), _DatacenterUser).username
    for page in range(_GROUPS_PAGES):
        start = page * _GROUPS_LIMIT
        url = site.groups_of_user.with_query(username=username, start=start, limit=_GROUPS_LIMIT)
        groups = convert(await _get(client, site, credential, url), _Groups).results
        if any(group.name == ADMINISTRATORS for group in groups):
            return AccountRights.ADMINISTRATOR
        if len(groups) < _GROUPS_LIMIT:
            return AccountRights.NOT_IN_GROUP
    return AccountRights.NOT_SAID


async def _get(client: ConfluenceClient, site: Site, credential: Credential, url: URL) -> object:
    """The JSON at a URL of the site. Raises _NotSaid, and ValueError for what does not read."""
    body = await client.read(site, credential, url)
    if body is None:
        raise _NotSaid
    return http.decode_json(body)
