"""A simulated Confluence site, and a client that looks at it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bot.clients.confluence import ConfluenceClient, Credential, Site, open_session
from bot.domain.command import SiteKind
from sandbox.confluence import ConfluenceSimulator
from sandbox.scenarios import scenario
from tests.support.clock import Clock

STORY = scenario("copy_with_renames_and_restrictions").story
#: the credentials of the simulator's own account, on Cloud and on Data Center
BASIC = Credential.basic("bot@example.com", "sandbox-token")
BEARER = Credential.bearer("sandbox-token")


@asynccontextmanager
async def simulated(
    kind: str = "cloud", *, clock: Clock | None = None, total: float = 8.0, anonymous_access: bool = False
) -> AsyncIterator[tuple[ConfluenceSimulator, Site, ConfluenceClient]]:
    """Start a site; its clock does not move unless one is passed. A request may take `total` seconds."""
    simulator = ConfluenceSimulator(
        clock=(clock or Clock()).seconds,
        kind=kind,
        context="" if kind == "cloud" else "/confluence",
        anonymous_access=anonymous_access,
    )
    await simulator.start()
    site = Site(kind=SiteKind(kind), base_url=simulator.base_url)
    try:
        async with open_session(total=total) as session:
            yield simulator, site, ConfluenceClient(session)
    finally:
        await simulator.stop()
