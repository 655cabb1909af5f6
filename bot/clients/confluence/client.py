"""Ask Confluence about long tasks."""

import asyncio
from collections.abc import Mapping

import aiohttp
from aiohttp import ClientMiddlewareType
from yarl import URL

from bot.clients import http
from bot.clients.confluence import responses
from bot.clients.confluence.access import Access
from bot.clients.confluence.cookies import CookieJars
from bot.clients.confluence.credentials import Credential
from bot.clients.confluence.session import TOTAL_SECONDS, read_error_body
from bot.clients.confluence.site import Site, tenant_info
from bot.clients.proxy import proxy_for
from bot.domain.command import SiteKind
from bot.domain.parsing.response import parse_response
from bot.domain.parsing.task_list import Page, parse_list
from bot.domain.poll_result import (
    AccessDenied,
    Denial,
    Failed,
    Listed,
    ListResult,
    Misconfigured,
    NotFound,
    PollResult,
    Seen,
    Unavailable,
    Unreadable,
)

#: entries of one page of a list, the most that Confluence takes
LIST_LIMIT = 100
#: pages of a list that are read at once
LIST_PAGES = 10
#: seconds for all pages of a list
LIST_SECONDS = 15.0
#: accounts whose cookies are kept at once
_MAX_JARS = 1024
#: well-formed ids that no long task has, for checking a credential
_NO_TASK = {SiteKind.CLOUD: "0", SiteKind.DATACENTER: "00000000-0000-0000-0000-000000000000"}

_Reply = tuple[aiohttp.ClientResponse, bytes]
#: the proxy for a site, and the rule by which it is called: no other host
_Route = tuple[URL | None, tuple[ClientMiddlewareType]]


class ConfluenceError(Exception):
    """A request other than a look failed; `result` says why."""

    def __init__(self, result: Misconfigured | Unavailable | Unreadable) -> None:
        super().__init__(str(result))
        self.result = result


class ConfluenceClient:
    """Looks at long tasks. Its only state is connections, proxies and, for Data Center, cookies.

    It retries nothing: the next look is the retry. aiohttp itself repeats a GET once if an idle connection turns out
    to be closed (RFC 9112 §9.3.1).
    """

    def __init__(self, session: aiohttp.ClientSession) -> None:
        """`session` comes from `open_session`."""
        self._session = session
        self._total = session.timeout.total or TOTAL_SECONDS
        self._routes: dict[tuple[str, str, int | None], _Route] = {}
        self._jars = CookieJars(limit=_MAX_JARS)

    async def look(
        self,
        site: Site,
        credential: Credential,
        remote_id: str,
        *,
        known_digest: str = "",
        account_id: int | None = None,
    ) -> PollResult:
        """Look at a long task once. Every failure of the network or the site is a result, never an exception.

        `known_digest` is the findings digest of the previous snapshot: equal findings are not read again.
        `account_id` is the account whose cookies are kept on Data Center (sticky sessions); None keeps none.
        """
        body = await self._json_body(site, site.long_task(remote_id), credential, account_id)
        if not isinstance(body, bytes):
            return body
        return parse_response(body, expected_id=remote_id, known_digest=known_digest)

    async def running(
        self,
        site: Site,
        credential: Credential,
        *,
        account_id: int | None = None,
        digests: Mapping[str, str] | None = None,
        within: float = LIST_SECONDS,
    ) -> ListResult:
        """Ask for every long task that Confluence lists to an account, page by page, for so many seconds at most.

        Cloud lists what is active, Data Center also what has ended until it forgets it; neither has an order. Pages
        may shift between two requests, so an entry may come twice (it is returned once) or not at all. What was read
        before a later page failed, or beyond LIST_PAGES, is returned as a list that has more. `digests`: by id, of
        findings that are known and are not read again.
        """
        until = asyncio.get_running_loop().time() + within
        found: dict[str, Seen] = {}
        start = 0
        for _ in range(LIST_PAGES):
            left = until - asyncio.get_running_loop().time()
            total = min(self._total, left)
            body = await self._list_page(site, credential, start, account_id=account_id, total=total)
            page = parse_list(body, limit=LIST_LIMIT, digests=digests or {}) if isinstance(body, bytes) else body
            if not isinstance(page, Page):
                return Listed(found=tuple(found.values()), has_more=True) if found else page
            for seen in page.found:
                found.setdefault(seen.snapshot.remote_id or "", seen)
            start += page.size
            if not page.has_next:
                return Listed(found=tuple(found.values()))
            if until - asyncio.get_running_loop().time() <= 0:
                break
        return Listed(found=tuple(found.values()), has_more=True)

    async def _list_page(
        self, site: Site, credential: Credential, start: int, *, account_id: int | None, total: float
    ) -> bytes | Failed:
        url = site.long_tasks.with_query(start=start, limit=LIST_LIMIT)
        body = await self._json_body(site, url, credential, account_id, total=total)
        # A collection is always there, so that a 404 is about the address.
        return Misconfigured(status=404) if isinstance(body, NotFound) else body

    async def _json_body(
        self, site: Site, url: URL, credential: Credential, account_id: int | None, *, total: float | None = None
    ) -> bytes | NotFound | Failed:
        """The body of a 200 that is JSON, as far as its head says."""
        reply = await self._get_with_cookies(site, url, credential, account_id, total=total)
        if not isinstance(reply, tuple):
            return reply
        response, body = reply
        if response.status != 200:
            return self._read_error(site, response, body)
        media_type = response.headers.get("Content-Type", "")
        if media_type and "json" not in media_type.lower():
            return Unreadable(reason=f"not JSON but {responses.plain(media_type)}")
        return body

    async def check_access(self, site: Site, credential: Credential) -> Access:
        """Look at a long task that cannot exist: NotFound means that site and credential work.

        The gateway checks a token's scopes before it looks for the task, so a missing scope gives AccessDenied.
        """
        reply = await self._get_with_cookies(site, site.long_task(_NO_TASK[site.kind]), credential, None)
        if not isinstance(reply, tuple):
            return Access(result=reply)
        response, body = reply
        media_type = response.headers.get("Content-Type", "")
        result: PollResult = Unreadable(reason="an answer about a long task that cannot be")
        if response.status != 200:
            result = self._read_error(site, response, body)
        elif "json" not in media_type.lower():
            result = Unreadable(reason=f"not JSON but {responses.plain(media_type)}")
        return Access(result=result, server_time=http.server_time(response.headers))

    async def read(self, site: Site, credential: Credential, url: URL) -> bytes | None:
        """The body at a URL of the site; None for every other answer than 200, and for none."""
        reply = await self._get_with_cookies(site, url, credential, None)
        return reply[1] if isinstance(reply, tuple) and reply[0].status == 200 else None

    async def cloud_id(self, base_url: str) -> str:
        """Ask a Cloud site for its cloud id, which is public. Raises ConfluenceError."""
        site = Site(kind=SiteKind.CLOUD, base_url=base_url)
        try:
            response, body = await self._get(site, tenant_info(base_url), None, None)
        except (aiohttp.ClientError, OSError) as error:
            raise ConfluenceError(responses.failure(error)) from error
        if response.status != 200:
            result = self._read_error(site, response, body)
            raise ConfluenceError(
                result if isinstance(result, Unavailable | Misconfigured) else Misconfigured(status=response.status)
            )
        try:
            found = http.decode_json(body)["cloudId"]
        except (http.BodyRefused, ValueError, KeyError, TypeError):
            found = None
        if not isinstance(found, str) or not 0 < len(found) <= 64:
            raise ConfluenceError(Unreadable(reason="no cloud id in the tenant's information"))
        return found

    async def _get_with_cookies(
        self, site: Site, url: URL, credential: Credential, account_id: int | None, *, total: float | None = None
    ) -> _Reply | Misconfigured | Unavailable | Unreadable:
        """GET a URL with the account's cookies, and once more without them if they may be why it is refused."""
        jar = None
        if account_id is not None and site.kind == SiteKind.DATACENTER:
            jar = self._jars.jar(site.base_url, account_id)
        loop = asyncio.get_running_loop()
        started = loop.time()
        try:
            reply = await self._get(site, url, credential, jar, total=total)
            if reply[0].status in (401, 403) and jar is not None and len(jar):
                # Confluence refuses an expired session before it checks the token
                jar.clear()
                left = max(0.5, (total or self._total) - (loop.time() - started))
                reply = await self._get(site, url, credential, None, total=left)
        except (aiohttp.ClientError, OSError) as error:
            return responses.failure(error)
        return reply

    async def _get(
        self,
        site: Site,
        url: URL,
        credential: Credential | None,
        jar: aiohttp.CookieJar | None,
        *,
        total: float | None = None,
    ) -> _Reply:
        """GET a URL of a site and read its body. Raises aiohttp's errors, those of `bot.clients.http` and OSError."""
        headers = {}
        if credential is not None:
            headers["Authorization"] = credential.header
        if jar is not None and len(jar):
            headers["Cookie"] = "; ".join(
                f"{name}={cookie.coded_value}" for name, cookie in jar.filter_cookies(url).items()
            )
        timeout = self._session.timeout if total is None else aiohttp.ClientTimeout(total=total)
        proxy, rule = self._route(site)
        async with self._session.get(url, headers=headers, proxy=proxy, timeout=timeout, middlewares=rule) as response:
            if response.status == 200:
                body = await response.read()
            elif response.status in (401, 403):
                body = await read_error_body(response)
            else:
                body = b""
            if jar is not None and response.cookies:
                jar.update_cookies(response.cookies, url)
            return response, body

    def _read_error(self, site: Site, response: aiohttp.ClientResponse, body: bytes) -> NotFound | Failed:
        """Read an answer with a status other than 200."""
        status, headers = response.status, response.headers
        if status == 404:
            if "json" not in headers.get("Content-Type", "").lower():
                # The API answers 404 in JSON; a web page says that there is no API here: no such site, or another path.
                return Misconfigured(status=status)
            if site.kind == SiteKind.DATACENTER and headers.get("X-AUSERNAME", "").lower() == "anonymous":
                # with anonymous access on, Data Center ignores a bad token instead of refusing it (CONFSERVER-98199)
                return AccessDenied(status=status, why=Denial.ANONYMOUS)
            return NotFound()
        if status in (401, 403):
            on_cloud_site = site.kind == SiteKind.CLOUD and not site.cloud_id
            media_type = headers.get("Content-Type", "")
            return AccessDenied(
                status=status, why=responses.denial(status, media_type, body, on_cloud_site=on_cloud_site)
            )
        if status == 410:
            return Misconfigured(status=status)
        if status == 429:
            return responses.rate_limited(headers)
        if status >= 500 or status == 408:
            return Unavailable(reason=f"status {status}", retry_after=responses.retry_after(headers))
        return Unreadable(reason=f"status {status}")

    def _route(self, site: Site) -> _Route:
        """How a site is called, found out once."""
        if site.origin not in self._routes:
            proxy = proxy_for(str(site.long_tasks))
            self._routes[site.origin] = proxy, http.rule(lambda url: http.origin(url) == site.origin)
        return self._routes[site.origin]
