"""The one site of the environment, and the operator's account there."""

from datetime import datetime
from urllib.parse import urlsplit

from bot.app.application import StartError
from bot.clients.confluence import ConfluenceClient, ConfluenceError, Credential, Site
from bot.config import Settings
from bot.db import accounts, sites
from bot.db.engine import Database
from bot.domain.command import SiteKind, SiteName
from bot.follow import SiteAccess


async def single_site(settings: Settings, database: Database, asking: ConfluenceClient, *, now: datetime) -> SiteAccess:
    """Store the one site of the environment and the operator's account there. Raises StartError."""
    if settings.site_url is None or settings.people_url is None:
        raise StartError("CONFLUENCE_URL is missing.")
    kind = SiteKind(settings.kind)
    async with database.read() as connection:
        known = {site.base_url: site.cloud_id for site in await sites.all_sites(connection)}
    cloud_id = settings.confluence_cloud_id
    if cloud_id == "auto":
        cloud_id = await _cloud_id(settings.site_url, asking, known=known.get(settings.site_url))
    host = urlsplit(settings.site_url).hostname or settings.site_url
    async with database.begin() as connection:
        site_id = await sites.put(
            connection, alias=_alias(host), kind=kind, base_url=settings.site_url, cloud_id=cloud_id
        )
        account_id = await accounts.operator_account(connection, site_id=site_id, now=now)
    return SiteAccess(
        name=SiteName(
            site_id=site_id,
            alias=_alias(host),
            host=host,
            base_url=settings.site_url,
            cloud_id=cloud_id,
            kind=kind,
        ),
        site=Site(kind=kind, base_url=settings.site_url, cloud_id=cloud_id, api_url=settings.atlassian_api_url),
        people_url=settings.people_url,
        account_id=account_id,
    )


def _alias(host: str) -> str:
    """What people call a site: the first part of its host's name, or the whole address."""
    return (host if host.replace(".", "").isdigit() else host.partition(".")[0])[:64]


def credential_of(settings: Settings) -> Credential:
    """The operator's credential. Raises StartError if it is missing."""
    if settings.confluence_token is not None:
        return Credential.bearer(settings.confluence_token.get_secret_value())
    if settings.confluence_email is None or settings.confluence_api_token is None:
        raise StartError("CONFLUENCE_EMAIL with CONFLUENCE_API_TOKEN, or CONFLUENCE_TOKEN, is missing.")
    return Credential.basic(settings.confluence_email, settings.confluence_api_token.get_secret_value())


async def _cloud_id(site_url: str, asking: ConfluenceClient, *, known: str | None) -> str:
    try:
        return await asking.cloud_id(site_url)
    except ConfluenceError as error:
        if known is None:
            raise StartError(
                f"CONFLUENCE_CLOUD_ID is auto, but {site_url} did not tell its cloud id ({error}): set the id itself."
            ) from error
        return known
