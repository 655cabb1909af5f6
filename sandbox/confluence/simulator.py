"""Serves a simulated Confluence site over HTTP: Cloud with its gateway, or Data Center."""

import asyncio
from datetime import UTC, datetime

import msgspec
from aiohttp import web

from sandbox.confluence import control, delivery, replies, starts, tasks
from sandbox.confluence.accounts import Account, Door, session_of
from sandbox.confluence.faults import Form
from sandbox.confluence.replies import Reply
from sandbox.confluence.site import ConfluenceSite


class ConfluenceSimulator(ConfluenceSite):
    """A site that answers on 127.0.0.1."""

    _runner: web.AppRunner | None = None

    async def start(self, port: int = 0) -> None:
        """Serve on this port, or on any free one."""
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self._serve)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", port).start()
        self.origin = f"http://127.0.0.1:{self._runner.addresses[0][1]}"

    async def stop(self) -> None:
        """Serve no more; connections are closed."""
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        if request.path.startswith("/sandbox/"):
            return await control.serve(self, request)
        now = self.clock()
        claimed = self.accounts.claimed(request.headers)
        door, rest = self._door(request.path)
        remote_id = rest.removeprefix("/longtask/") if rest and rest.startswith("/longtask/") else None
        if remote_id in self.tasks:
            self.tasks[remote_id].looks += 1
        fault = self.faults.pick(remote_id, claimed.name if claimed else None, now)
        if fault is not None and fault.form is Form.SLOW:
            await asyncio.sleep(fault.seconds)
        who: Account | Reply | None = None
        if fault is not None and fault.form is Form.ANSWER:
            reply = delivery.answer_of(fault)
        elif door is None or rest is None:
            reply = self._elsewhere(request.path)
        else:
            who = self.accounts.check(door, request.headers)
            reply = who if isinstance(who, Reply) else await self._api(request, rest, who)
        if fault is not None and fault.form is Form.OTHER_ID and remote_id:
            body = reply.body.replace(remote_id.encode(), remote_id[::-1].encode() + b"7")
            reply = msgspec.structs.replace(reply, body=body)
        self.note(request, now, claimed, reply.status, fault)
        if fault is not None and fault.form is Form.ANSWER:
            # such an answer comes from what stands before the site, with its own headers alone
            return await delivery.send(request, reply, fault, {})
        account = who if isinstance(who, Account) else None
        return await delivery.send(request, reply, fault, self._headers(request, door, account, now))

    def _door(self, path: str) -> tuple[Door | None, str | None]:
        """Tell by which way a request came in, and the rest of its path below the API."""
        if not self.is_cloud:
            root = f"{self.context}/rest"
            return (
                (Door.DATACENTER, path.removeprefix(root).removeprefix("/api"))
                if path.startswith(root + "/")
                else (None, None)
            )
        for root, door in (
            (f"/ex/confluence/{self.cloud_id}/wiki/rest/api", Door.GATEWAY),
            ("/wiki/rest/api", Door.SITE),
        ):
            if path.startswith(root + "/"):
                return door, path.removeprefix(root)
        return None, None

    async def _api(self, request: web.Request, rest: str, account: Account | None) -> Reply:
        if rest.startswith("/longtask/"):
            return self._one(rest.removeprefix("/longtask/"), account)
        if rest == "/longtask" and self.is_cloud:
            return self._list(request, account)
        started = await starts.start(self, request, rest, account.name if account else None)
        return started or replies.page(404, "Not Found")

    def _one(self, remote_id: str, account: Account | None) -> Reply:
        if not self.is_cloud and not tasks.is_uuid(remote_id):
            # UUID.fromString throws, and nothing catches it
            return replies.server_error(500)
        task = self.tasks.get(remote_id)
        if task is not None and task.visible_to(account):
            body = self.body(remote_id)
            if body is not None:
                headers = {"Content-Type": "application/json"}
                return Reply(status=200, body=tasks.encoded(body), headers=headers)
        return replies.no_task(remote_id) if self.is_cloud else replies.no_task_datacenter()

    def _list(self, request: web.Request, account: Account | None) -> Reply:
        """List the active long tasks an account may see; `key` narrows by the key of their name."""
        query = request.query
        try:
            start, limit = int(query.get("start", "0")), int(query.get("limit", "100"))
        except ValueError:
            return replies.envelope(400, "start and limit are numbers")
        now = self.clock()
        found = []
        for remote_id, task in self.tasks.items():
            frame = task.frame(now)
            body = self.body(remote_id)
            if frame is None or frame.over or body is None or not task.visible_to(account):
                continue
            if query.get("key") not in (None, body["name"].get("key")):
                continue
            found.append({name: value for name, value in body.items() if name != "_links"})
        page = found[start : start + limit]
        links = {"base": self.people_url, "context": self.context, "self": f"{self.people_url}/rest/api/longtask"}
        return replies.as_json(
            200, {"results": page, "start": start, "limit": limit, "size": len(page), "_links": links}
        )

    def _elsewhere(self, path: str) -> Reply:
        """Serve the pages for people, and what a Cloud site tells anybody."""
        if self.is_cloud and path == "/_edge/tenant_info":
            return replies.as_json(200, {"cloudId": self.cloud_id})
        if path.startswith(f"{self.context}/") and not path.startswith(f"{self.context}/rest/"):
            return replies.page(200, "A page of the simulated Confluence")
        if path.startswith("/ex/confluence/"):
            return replies.as_json(404, {"code": 404, "message": "Not Found"})
        return replies.page(404, "Not Found")

    def _headers(self, request: web.Request, door: Door | None, account: Account | None, now: float) -> dict[str, str]:
        """Return the headers that come with every answer of the API."""
        if door is None:
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
