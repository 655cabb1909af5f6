"""Serve a simulated Confluence site over HTTP: Cloud with its gateway, or Data Center."""

import asyncio
from datetime import UTC, datetime
from zlib import crc32

import msgspec
from aiohttp import web

from sandbox.confluence import site_responses
from sandbox.confluence.accounts import Account, Endpoint, session_of
from sandbox.confluence.faults import LISTS, FaultKind
from sandbox.confluence.response_writer import fault_response, write_response
from sandbox.confluence.running_tasks import is_uuid
from sandbox.confluence.site import ConfluenceSite
from sandbox.confluence.site_responses import SiteResponse
from sandbox.other_sites import refuse_other_sites
from sandbox.server_clock import dated

#: entries of one page of the list; clients of live sites report 1 to 100
MAX_LIMIT = 100


class ConfluenceSimulator(ConfluenceSite):
    """A site that answers on 127.0.0.1."""

    _runner: web.AppRunner | None = None

    async def start(self, port: int = 0) -> None:
        """Listen on this port; 0 takes a free one."""
        app = web.Application(middlewares=[refuse_other_sites])
        app.on_response_prepare.append(dated(lambda: self.clock_ahead))
        app.router.add_route("*", "/{path:.*}", self._serve)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", port).start()
        self.origin = f"http://127.0.0.1:{self._runner.addresses[0][1]}"

    async def stop(self) -> None:
        """Stop listening and close all connections."""
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        now = self.clock()
        claimed = self.accounts.claimed(request.headers)
        endpoint, rest = self._split(request.path)
        remote_id = rest.removeprefix("/longtask/") if rest.startswith("/longtask/") else None
        if remote_id in self.tasks:
            self.tasks[remote_id].looks += 1
        fault = self.faults.pick(LISTS if rest == "/longtask" else remote_id, claimed.name if claimed else None, now)
        if fault is not None and fault.kind is FaultKind.ANSWER:
            response = fault_response(fault)
            self.note(request, now, claimed, response.status, fault)
            # such a response comes from a proxy before the site, so it has only headers of its own
            return await write_response(request, response, fault, {})
        if fault is not None and fault.kind is FaultKind.SLOW:
            await asyncio.sleep(fault.seconds)
        response, account = self._respond(request, endpoint, rest)
        if fault is not None and fault.kind is FaultKind.OTHER_ID and remote_id:
            body = response.body.replace(remote_id.encode(), remote_id[::-1].encode() + b"7")
            response = msgspec.structs.replace(response, body=body)
        self.note(request, now, claimed, response.status, fault)
        return await write_response(request, response, fault, self._headers(request, endpoint, account, now))

    def _split(self, path: str) -> tuple[Endpoint | None, str]:
        """Return the endpoint that a path belongs to, and the rest of the path below its API."""
        roots = {
            f"/ex/confluence/{self.cloud_id}/wiki/rest/api": Endpoint.GATEWAY,
            "/wiki/rest/api": Endpoint.SITE,
        }
        if not self.is_cloud:
            roots = {f"{self.context}/rest/api": Endpoint.DATACENTER}
        for root, endpoint in roots.items():
            if path.startswith(root + "/"):
                return endpoint, path.removeprefix(root)
        return None, ""

    def _respond(
        self, request: web.Request, endpoint: Endpoint | None, rest: str
    ) -> tuple[SiteResponse, Account | None]:
        """Return the response, and the account it is for if its credential is valid."""
        if endpoint is None:
            return self._page(request.path), None
        caller = self.accounts.check(endpoint, request.headers)
        if isinstance(caller, SiteResponse):
            return caller, None
        if rest.startswith("/longtask/"):
            return self._one(rest.removeprefix("/longtask/"), caller), caller
        if rest == "/longtask":
            if caller is not None and not caller.may_list:
                return site_responses.gateway_401("Unauthorized; scope does not match"), None
            return self._list(request, caller), caller
        if rest in ("/user/current", "/user/memberof"):
            return self._user(request, rest, caller)
        return site_responses.html_page(404, "Not Found"), caller

    def _user(self, request: web.Request, rest: str, account: Account | None) -> tuple[SiteResponse, Account | None]:
        """Who the account is, and on Data Center the groups of an account."""
        if account is not None and not account.may_ask_about_itself:
            return site_responses.gateway_401("Unauthorized; scope does not match"), None
        if rest == "/user/memberof":
            asked = self.accounts.by_name(request.query.get("username", ""))
            if self.is_cloud or asked is None:
                return site_responses.envelope(404, "No such user"), account
            start, limit = int(request.query.get("start", "0")), int(request.query.get("limit", "200"))
            return site_responses.groups(asked.all_groups, start=start, limit=limit), account
        if not self.is_cloud:
            return site_responses.current_user_datacenter(account.name if account else None), account
        if account is None:
            return site_responses.not_permitted(), None
        wanted = "operations" in request.query.get("expand", "").split(",")
        answer = site_responses.current_user_cloud(account.name, admin=account.admin, with_operations=wanted)
        return answer, account

    def _one(self, remote_id: str, account: Account | None) -> SiteResponse:
        if not self.is_cloud and not is_uuid(remote_id):
            # UUID.fromString throws, and nothing catches it
            return site_responses.server_error(500)
        task = self.tasks.get(remote_id)
        if task is not None and task.visible_to(account):
            body = self.body(remote_id)
            if body is not None:
                return site_responses.as_json(200, body)
        return site_responses.no_task(remote_id) if self.is_cloud else site_responses.no_task_datacenter()

    def _list(self, request: web.Request, account: Account | None) -> SiteResponse:
        """List the long tasks that an account may see, in no order: Cloud the active ones, Data Center all it has not
        forgotten. `key` narrows by the key of their name (Cloud)."""
        query = request.query
        try:
            start, limit = int(query.get("start", "0")), int(query.get("limit", "100"))
        except ValueError:
            return site_responses.envelope(400, "start and limit are numbers")
        if start < 0 or not 1 <= limit <= MAX_LIMIT:
            return site_responses.envelope(400, f"start is at least 0, limit 1 to {MAX_LIMIT}")
        now = self.clock()
        found = []
        for remote_id in sorted(self.tasks, key=lambda one: crc32(one.encode())):
            task = self.tasks[remote_id]
            frame, body = task.frame(now), self.body(remote_id)
            if frame is None or body is None or (frame.over and self.is_cloud) or not task.visible_to(account):
                continue
            if not task.listed or (self.is_cloud and query.get("key") not in (None, body["name"].get("key"))):
                continue
            found.append({name: value for name, value in body.items() if name != "_links"})
        page = found[start : start + limit]
        links = {"base": self.people_url, "context": self.context, "self": f"{self.people_url}/rest/api/longtask"}
        return site_responses.as_json(
            200, {"results": page, "start": start, "limit": limit, "size": len(page), "_links": links}
        )

    def _page(self, path: str) -> SiteResponse:
        """Return a page for people, or what a Cloud site says to everybody."""
        if self.is_cloud and path == "/_edge/tenant_info":
            return site_responses.as_json(200, {"cloudId": self.cloud_id})
        if path.startswith(f"{self.context}/") and not path.startswith(f"{self.context}/rest/"):
            return site_responses.html_page(200, "A page of the simulated Confluence")
        if path.startswith("/ex/confluence/"):
            return site_responses.as_json(404, {"code": 404, "message": "Not Found"})
        return site_responses.html_page(404, "Not Found")

    def _headers(
        self, request: web.Request, endpoint: Endpoint | None, account: Account | None, now: float
    ) -> dict[str, str]:
        """Return the headers that come with every response of the API."""
        if endpoint is None:
            return {}
        headers = {}
        if session_of(request.headers) is None:
            session = self.accounts.sessions.open(account.name if account else None)
            path = "/" if self.is_cloud else self.context or "/"
            headers["Set-Cookie"] = f"JSESSIONID={session}; Path={path}; HttpOnly"
        if self.is_cloud:
            headers["X-RateLimit-Limit"] = "100"
            headers["X-RateLimit-Remaining"] = "99"
            headers["X-RateLimit-Reset"] = datetime.fromtimestamp(now + 60, UTC).strftime("%Y-%m-%dT%H:%MZ")
            return headers
        headers["X-AUSERNAME"] = account.name if account else "anonymous"
        headers["X-RateLimit-Limit"] = headers["X-RateLimit-Remaining"] = "50"
        headers["X-RateLimit-FillRate"] = "10"
        headers["X-RateLimit-Interval-Seconds"] = "1"
        # on every response, 0 while tokens are left
        headers["Retry-After"] = "0"
        return headers
