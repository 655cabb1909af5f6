"""The state of a simulated Confluence site: long tasks, accounts, faults, and what was asked."""

import time
from collections import Counter, deque
from collections.abc import Callable
from uuid import UUID

import msgspec
from aiohttp import web
from msgspec import Struct

from bot.domain.snapshot import Kind
from sandbox.confluence.accounts import Account, Accounts, TokenKind
from sandbox.confluence.faults import Fault, Faults, reset
from sandbox.confluence.scripts import Body, Script, cloud, datacenter
from sandbox.confluence.story import STARTED, Story
from sandbox.confluence.tasks import Running

CLOUD_ID = "5f3c1a52-0b7e-4b21-9a77-0f5f1c0f9e11"
#: older requests are forgotten (count)
_LOG_LENGTH = 50_000


class Asked(Struct, frozen=True, kw_only=True):
    """One request as the site saw it."""

    at: float
    method: str
    path: str
    #: name of the account whose credential came along; None: none that is known
    account: str | None
    #: without the credential itself: of `Authorization` the scheme alone
    headers: dict[str, str]
    status: int
    fault: str | None = None


class ConfluenceSite:
    """One site. `clock` gives seconds and moves all stories."""

    def __init__(
        self,
        *,
        clock: Callable[[], float] = time.time,
        kind: str = "cloud",
        context: str = "",
        anonymous_access: bool = False,
        cloud_id: str = CLOUD_ID,
        seed: int = 0,
    ) -> None:
        """Prepare a site with one account. `kind` is `cloud` or `datacenter`; `context` a Data Center's path."""
        self.clock = clock
        self.is_cloud = kind == "cloud"
        self.kind = kind
        self.context = "/wiki" if self.is_cloud else context.rstrip("/")
        self.cloud_id = cloud_id
        self.faults = Faults(seed)
        self.accounts = Accounts(anonymous_access=anonymous_access)
        self.tasks: dict[str, Running] = {}
        self.log: deque[Asked] = deque(maxlen=_LOG_LENGTH)
        #: answers by status, since the start
        self.answered: Counter[int] = Counter()
        #: what a started operation plays
        self.stories: dict[Kind, Story] = dict(STARTED)
        self.origin = ""
        self._next_id = 3_145_728_000
        #: the account the site begins with
        self.account = self.add_account(
            "bot",
            email="bot@example.com",
            token="sandbox-token",  # noqa: S106 - a sandbox holds nothing of value
            kind=TokenKind.UNSCOPED if self.is_cloud else TokenKind.PERSONAL,
        )

    @property
    def base_url(self) -> str:
        """As for CONFLUENCE_URL."""
        return self.origin if self.is_cloud else self.origin + self.context

    @property
    def api_url(self) -> str:
        """As for ATLASSIAN_API_URL: the gateway."""
        return self.origin

    @property
    def people_url(self) -> str:
        """The base of the links that people follow."""
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
        """Let somebody sign in."""
        account = Account(name=name, email=email or f"{name}@example.com", token=token, kind=kind, admin=admin)
        if scopes is not None:
            account.scopes = scopes
        return self.accounts.add(account)

    def add(self, what: Story | Script, remote_id: str | None = None, *, owner: str | None = None) -> str:
        """Start a long task now; returns its id. `owner`: the name of the only account (besides admins) to see it."""
        remote_id = remote_id or self._new_id()
        now = self.clock()
        if isinstance(what, Story):
            for fault in what.faults:
                self.faults.add(msgspec.structs.replace(fault.shifted(now), task=remote_id))
            what = cloud(what) if self.is_cloud else datacenter(what)
        self.tasks[remote_id] = Running(remote_id=remote_id, script=what, started=now, owner=owner)
        return remote_id

    def remove(self, remote_id: str) -> None:
        """Forget a long task."""
        self.tasks.pop(remote_id, None)

    def down(self, since: float, until: float, *, fault: Fault | None = None) -> int:
        """Take the whole site away for a while of the clock; without `fault` it closes every connection."""
        fault = fault or msgspec.structs.replace(reset(), name="down")
        return self.faults.add(msgspec.structs.replace(fault, since=since, until=until))

    def looks(self, remote_id: str) -> int:
        """Count the requests for a long task so far, whatever they were answered."""
        task = self.tasks.get(remote_id)
        return task.looks if task else 0

    def body(self, remote_id: str) -> Body | None:
        """Return what would be answered about a long task now; None where it is gone."""
        task = self.tasks.get(remote_id)
        if task is None:
            return None
        url = f"{self.people_url}/rest/api/longtask/{remote_id}"
        return task.body(self.clock(), base=self.people_url, context=self.context, url=url, cloud=self.is_cloud)

    def _new_id(self) -> str:
        self._next_id += 1
        return str(self._next_id) if self.is_cloud else str(UUID(int=self._next_id << 64 | 0x8000 << 48, version=4))

    def note(self, request: web.Request, now: float, claimed: Account | None, status: int, fault: Fault | None) -> None:
        """Write down a request and how it was answered."""
        headers = dict(request.headers)
        if "Authorization" in headers:
            headers["Authorization"] = headers["Authorization"].partition(" ")[0]
        self.answered[status] += 1
        self.log.append(
            Asked(
                at=now,
                method=request.method,
                path=request.path_qs,
                account=claimed.name if claimed else None,
                headers=headers,
                status=status,
                fault=fault.name if fault else None,
            )
        )
