"""The state of a simulated Confluence site: long tasks, accounts, faults, and the log of requests."""

import time
from collections import Counter, deque
from collections.abc import Callable
from uuid import UUID

import msgspec
from aiohttp import web
from msgspec import Struct

from sandbox.confluence.accounts import Account, Accounts, TokenKind
from sandbox.confluence.faults import Fault, Faults, reset
from sandbox.confluence.running_tasks import RunningTask
from sandbox.confluence.scripts import TaskBody, cloud, datacenter
from sandbox.confluence.story import Story

CLOUD_ID = "5f3c1a52-0b7e-4b21-9a77-0f5f1c0f9e11"
#: requests that are kept
_LOG_LENGTH = 50_000


class LoggedRequest(Struct, frozen=True, kw_only=True):
    """One request, `at` in seconds of the site's clock."""

    at: float
    method: str
    path: str
    #: name of the account that the credential names; None if it is unknown
    account: str | None
    #: without the credential: of `Authorization` only the scheme
    headers: dict[str, str]
    status: int
    fault: str | None = None


class ConfluenceSite:
    """One site."""

    def __init__(
        self,
        *,
        clock: Callable[[], float] = time.time,
        kind: str = "cloud",
        context: str = "",
        anonymous_access: bool = False,
    ) -> None:
        """Create a site with one account.

        `clock` returns seconds since the epoch and moves all stories; `kind` is `cloud` or `datacenter`; `context` is
        a Data Center's path.
        """
        self.clock = clock
        self.is_cloud = kind == "cloud"
        self.kind = kind
        self.context = "/wiki" if self.is_cloud else context.rstrip("/")
        self.cloud_id = CLOUD_ID
        self.faults = Faults()
        self.accounts = Accounts(anonymous_access=anonymous_access)
        self.tasks: dict[str, RunningTask] = {}
        self.log: deque[LoggedRequest] = deque(maxlen=_LOG_LENGTH)
        #: responses by status, since the start
        self.answered: Counter[int] = Counter()
        self.origin = ""
        #: seconds by which the `Date` of its answers is ahead of the real time
        self.clock_ahead = 0.0
        self._next_id = 3_145_728_000
        #: the account of the bot
        self.account = self.add_account(
            "bot",
            email="bot@example.com",
            token="sandbox-token",  # noqa: S106 - a sandbox holds nothing of value
            kind=TokenKind.UNSCOPED if self.is_cloud else TokenKind.PERSONAL,
        )

    @property
    def base_url(self) -> str:
        """The address for CONFLUENCE_URL."""
        return self.origin if self.is_cloud else self.origin + self.context

    @property
    def api_url(self) -> str:
        """The address for ATLASSIAN_API_URL: the gateway."""
        return self.origin

    @property
    def people_url(self) -> str:
        """The base of links for people."""
        return self.origin + self.context

    def add_account(
        self,
        name: str,
        *,
        email: str = "",
        token: str,
        kind: TokenKind = TokenKind.UNSCOPED,
        scopes: frozenset[str] | None = None,
        admin: bool = False,
    ) -> Account:
        """Add an account."""
        account = Account(name=name, email=email or f"{name}@example.com", token=token, kind=kind, admin=admin)
        if scopes is not None:
            account.scopes = scopes
        return self.accounts.add(account)

    def add(self, story: Story, remote_id: str | None = None, *, owner: str | None = None, ago: float = 0.0) -> str:
        """Start a long task and return its id; only the account named `owner` and admins see it.

        `ago`: seconds for which it has been running.
        """
        remote_id = remote_id or self._new_id()
        now = self.clock()
        for fault in story.faults:
            self.faults.add(msgspec.structs.replace(fault.shifted(now - ago), task=remote_id))
        script = cloud(story) if self.is_cloud else datacenter(story)
        self.tasks[remote_id] = RunningTask(remote_id=remote_id, script=script, started=now - ago, owner=owner)
        return remote_id

    def remove(self, remote_id: str) -> None:
        """Forget a long task."""
        self.tasks.pop(remote_id, None)

    def down(self, since: float, until: float, *, fault: Fault | None = None) -> int:
        """Put a fault on all requests between two times of the clock; by default every connection is closed."""
        fault = fault or msgspec.structs.replace(reset(), name="down")
        return self.faults.add(msgspec.structs.replace(fault, since=since, until=until))

    def looks(self, remote_id: str) -> int:
        """Return the number of requests for a long task so far, however they were answered."""
        task = self.tasks.get(remote_id)
        return task.looks if task else 0

    def body(self, remote_id: str) -> TaskBody | None:
        """Return the response body of a long task now; None if it is gone."""
        task = self.tasks.get(remote_id)
        if task is None:
            return None
        url = f"{self.people_url}/rest/api/longtask/{remote_id}"
        return task.body(self.clock(), base=self.people_url, context=self.context, url=url, cloud=self.is_cloud)

    def _new_id(self) -> str:
        self._next_id += 1
        return str(self._next_id) if self.is_cloud else str(UUID(int=self._next_id << 64 | 0x8000 << 48, version=4))

    def note(self, request: web.Request, now: float, claimed: Account | None, status: int, fault: Fault | None) -> None:
        """Log a request and how it was answered."""
        headers = dict(request.headers)
        if "Authorization" in headers:
            headers["Authorization"] = headers["Authorization"].partition(" ")[0]
        self.answered[status] += 1
        self.log.append(
            LoggedRequest(
                at=now,
                method=request.method,
                path=request.path_qs,
                account=claimed.name if claimed else None,
                headers=headers,
                status=status,
                fault=fault.name if fault else None,
            )
        )
