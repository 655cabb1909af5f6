"""Asks Confluence how a long task is: the one outbound client for it."""

import asyncio
import json
from collections import OrderedDict

import aiohttp
from yarl import URL

from bot.clients.confluence import responses
from bot.clients.confluence.connection import TOTAL_SECONDS, TooLarge, beginning, bounded
from bot.clients.confluence.site import Credential, Site, SiteKind, tenant_info
from bot.clients.proxy import proxy_for
from bot.domain.parsing.response import parse_response
from bot.domain.poll_result import AccessDenied, Denial, Misconfigured, NotFound, PollResult, Unavailable, Unreadable

#: one cookie jar per account; the least recently used goes (count)
_MAX_JARS = 1024
#: well-formed ids that no long task has, to ask about a credential alone
_NO_TASK = {SiteKind.CLOUD: "0", SiteKind.DATACENTER: "00000000-0000-0000-0000-000000000000"}

_Reply = tuple[aiohttp.ClientResponse, bytes]


class ConfluenceError(Exception):
    """A question other than a look that brought no result; `answer` says why."""

    def __init__(self, answer: Misconfigured | Unavailable | Unreadable) -> None:
        """Keep the answer that stands for the failure."""
        super().__init__(str(answer))
        self.answer = answer


class ConfluenceClient:
    """Looks at long tasks. Holds no more than connections, proxies and, for Data Center, cookies.

    aiohttp itself repeats a GET once where a kept connection turns out to be closed (RFC 9112 §9.3.1). Nothing else is
    repeated here: the next look is the retry.
    """

    def __init__(self, session: aiohttp.ClientSession) -> None:
        """Take a session of `open_session`."""
        self._session = session
        self._total = session.timeout.total or TOTAL_SECONDS
        self._proxies: dict[tuple[str, str, int | None], URL | None] = {}
        self._jars: OrderedDict[tuple[str, str], aiohttp.CookieJar] = OrderedDict()

    async def look(
        self,
        site: Site,
        credential: Credential,
        remote_id: str,
        *,
        known_digest: str = "",
        account_key: str = "",
    ) -> PollResult:
        """Ask once how a long task is; never raises for what the network or the site does.

        `known_digest` is the findings digest of the snapshot before: equal findings are not read again.
        `account_key` names the account whose cookies are kept on Data Center (sticky sessions); without it none are.
        """
        reply = await self._ask(site, credential, remote_id, account_key)
        if not isinstance(reply, tuple):
            return reply
        response, body = reply
        if response.status == 200:
            media_type = response.headers.get("Content-Type", "")
            if media_type and "json" not in media_type.lower():
                return Unreadable(reason=f"not JSON but {responses.plain(media_type)}")
            return parse_response(body, expected_id=remote_id, known_digest=known_digest)
        return self._other(site, response, body)

    async def probe(self, site: Site, credential: Credential, *, account_key: str = "") -> PollResult:
        """Ask about a long task that cannot be there: NotFound says that site and credential are fine.

        The gateway checks a token's scopes before it looks for the task, so a missing scope shows as Refused. A 404
        that is a page and not the API's own is Misconfigured: no such site, or not its base URL.
        """
        reply = await self._ask(site, credential, _NO_TASK[SiteKind(site.kind)], account_key)
        if not isinstance(reply, tuple):
            return reply
        response, body = reply
        if response.status == 200:
            return Unreadable(reason="an answer about a long task that cannot be")
        answer = self._other(site, response, body)
        if isinstance(answer, NotFound) and "json" not in response.headers.get("Content-Type", "").lower():
            return Misconfigured(status=404)
        return answer

    async def cloud_id(self, base_url: str) -> str:
        """The cloud id of a Cloud site, which the site tells anybody. Raises ConfluenceError."""
        site = Site(kind=SiteKind.CLOUD, base_url=base_url)
        try:
            response, body = await self._get(site, tenant_info(base_url), None, None)
        except TooLarge:
            raise ConfluenceError(Unreadable(reason="larger than 8 MiB")) from None
        except (aiohttp.ClientError, OSError) as error:
            raise ConfluenceError(responses.failure(error)) from error
        if response.status != 200:
            answer = self._other(site, response, body)
            raise ConfluenceError(
                answer if isinstance(answer, Unavailable | Misconfigured) else Misconfigured(status=response.status)
            )
        try:
            found = json.loads(body)["cloudId"]
        except (ValueError, KeyError, TypeError):
            found = None
        if not isinstance(found, str) or not 0 < len(found) <= 64:
            raise ConfluenceError(Unreadable(reason="no cloud id in the tenant's information"))
        return found

    async def _ask(
        self, site: Site, credential: Credential, remote_id: str, account_key: str
    ) -> _Reply | Unavailable | Unreadable:
        """One GET, and one more without cookies where those may be why it is refused."""
        url = site.long_task(remote_id)
        jar = self._jar(site, account_key)
        loop = asyncio.get_running_loop()
        started = loop.time()
        try:
            reply = await self._get(site, url, credential, jar)
            if reply[0].status == 401 and jar is not None and len(jar):
                # a session that Confluence has forgotten is refused before the token is looked at
                jar.clear()
                rest = max(0.5, self._total - (loop.time() - started))
                reply = await self._get(site, url, credential, None, total=rest)
        except TooLarge:
            return Unreadable(reason="larger than 8 MiB")
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
        """One GET and its body, bounded. Raises aiohttp's errors, OSError and TooLarge."""
        headers = {}
        if credential is not None:
            headers["Authorization"] = credential.header
        if jar is not None and len(jar):
            headers["Cookie"] = "; ".join(
                f"{name}={cookie.coded_value}" for name, cookie in jar.filter_cookies(url).items()
            )
        timeout = self._session.timeout if total is None else aiohttp.ClientTimeout(total=total)
        async with self._session.get(
            url, headers=headers, allow_redirects=False, proxy=self._proxy(site), timeout=timeout
        ) as response:
            if response.status == 200:
                body = await bounded(response)
            elif response.status in (401, 403):
                body = await beginning(response)
            else:
                body = b""
            if jar is not None and response.cookies:
                jar.update_cookies(response.cookies, url)
            return response, body

    def _other(self, site: Site, response: aiohttp.ClientResponse, body: bytes) -> PollResult:
        """What an answer other than 200 means."""
        status, headers = response.status, response.headers
        if status == 404:
            if site.kind == SiteKind.DATACENTER and headers.get("X-AUSERNAME", "").lower() == "anonymous":
                # where anonymous access is on, a bad token is not refused but not looked at (CONFSERVER-98199)
                return AccessDenied(status=status, why=Denial.ANONYMOUS)
            return NotFound()
        if status in (401, 403):
            on_cloud_site = site.kind == SiteKind.CLOUD and not site.cloud_id
            media_type = headers.get("Content-Type", "")
            return AccessDenied(
                status=status, why=responses.denial(status, media_type, body, on_cloud_site=on_cloud_site)
            )
        if status == 410 or 300 <= status < 400:
            return Misconfigured(status=status, location=_host(headers.get("Location", "")))
        if status == 429:
            return responses.rate_limited(headers)
        if status >= 500 or status == 408:
            return Unavailable(reason=f"status {status}", retry_after=responses.retry_after(headers))
        return Unreadable(reason=f"status {status}")

    def _jar(self, site: Site, account_key: str) -> aiohttp.CookieJar | None:
        if not account_key or site.kind != SiteKind.DATACENTER:
            return None
        key = (site.base_url, account_key)
        jar = self._jars.get(key)
        if jar is None:
            # unsafe: a site may be known by its address alone
            jar = self._jars[key] = aiohttp.CookieJar(unsafe=True)
            if len(self._jars) > _MAX_JARS:
                self._jars.popitem(last=False)
        self._jars.move_to_end(key)
        return jar

    def _proxy(self, site: Site) -> URL | None:
        """The proxy that the environment names for this site, looked up once; aiohttp speaks to no SOCKS proxy."""
        if site.origin not in self._proxies:
            found = proxy_for(str(site.long_tasks))
            url = URL(found if "://" in found else f"http://{found}") if found else None
            self._proxies[site.origin] = url if url is not None and url.scheme in ("http", "https") else None
        return self._proxies[site.origin]


def _host(location: str) -> str | None:
    """Where a redirect leads, without path and query, which may carry secrets."""
    try:
        host = URL(location[:2000]).host
    except ValueError:
        return None
    return host[:253] if host else None
