from bot.clients.confluence import Credential
from bot.clients.confluence.cookies import CookieJars
from bot.domain.poll_result import AccessDenied, Denial, NotFound, Seen
from sandbox.confluence import TokenKind
from tests.support.simulated_site import BASIC, BEARER, STORY, simulated


async def test_no_cookie_is_kept_on_cloud() -> None:
    async with simulated() as (simulator, site, client):
        remote_id = simulator.add(STORY)
        for _ in range(2):
            await client.look(site, BASIC, remote_id, account_id=1)
        assert ["Cookie" in asked.headers for asked in simulator.log] == [False, False]


async def test_on_data_center_each_account_keeps_its_own_session() -> None:
    async with simulated("datacenter") as (simulator, site, client):
        simulator.add_account("ann", token="ann-token", kind=TokenKind.PERSONAL)
        of_bot, of_ann = simulator.add(STORY, owner="bot"), simulator.add(STORY, owner="ann")
        ann = Credential.bearer("ann-token")
        kinds = [
            type(await client.look(site, credential, remote_id, account_id=key))
            for credential, key, remote_id in (
                (BEARER, 1, of_bot),
                (ann, 2, of_ann),
                (BEARER, 1, of_ann),
                (ann, 2, of_bot),
                (BEARER, 1, of_bot),
                (ann, 2, of_ann),
            )
        ]
        cookies = [asked.headers.get("Cookie") for asked in simulator.log]
    assert kinds == [Seen, Seen, NotFound, NotFound, Seen, Seen]
    one, two = "JSESSIONID=S00000001", "JSESSIONID=S00000002"
    assert cookies == [None, None, one, two, one, two]


async def test_without_an_account_no_cookie_is_kept() -> None:
    async with simulated("datacenter") as (simulator, site, client):
        remote_id = simulator.add(STORY)
        for _ in range(2):
            await client.look(site, BEARER, remote_id)
        assert ["Cookie" in asked.headers for asked in simulator.log] == [False, False]


async def test_a_stale_cookie_does_not_turn_a_valid_token_into_a_refusal() -> None:
    async with simulated("datacenter") as (simulator, site, client):
        remote_id = simulator.add(STORY)
        await client.look(site, BEARER, remote_id, account_id=1)
        simulator.accounts.sessions.expire()
        second = await client.look(site, BEARER, remote_id, account_id=1)
        third = await client.look(site, BEARER, remote_id, account_id=1)
        log = [(asked.status, "Cookie" in asked.headers) for asked in simulator.log]
    assert (type(second), type(third)) == (Seen, Seen)
    assert log == [(200, False), (401, True), (200, False), (200, False)]


async def test_a_bad_token_is_refused_after_one_more_try_without_cookies() -> None:
    async with simulated("datacenter") as (simulator, site, client):
        remote_id = simulator.add(STORY)
        await client.look(site, BEARER, remote_id, account_id=1)
        simulator.accounts.sessions.expire()
        simulator.account.revoked = True
        assert await client.look(site, BEARER, remote_id, account_id=1) == AccessDenied(status=401)
        assert [asked.status for asked in simulator.log] == [200, 401, 401]


async def test_an_unknown_token_that_data_center_takes_for_nobody_is_a_refusal() -> None:
    async with simulated("datacenter", anonymous_access=True) as (simulator, site, client):
        remote_id = simulator.add(STORY, owner="bot")
        good = await client.look(site, BEARER, remote_id)
        bad = await client.look(site, Credential.bearer("revoked"), remote_id)
        other = await client.look(site, BEARER, "3f0c6a52-7d0e-4b21-9a77-0f5f1c0f9e11")
    assert (type(good), bad, other) == (Seen, AccessDenied(status=404, why=Denial.ANONYMOUS), NotFound())


async def test_past_the_limit_the_least_recently_used_jar_is_dropped() -> None:
    jars = CookieJars(limit=2)
    first, second = jars.jar("https://a", 1), jars.jar("https://a", 2)
    assert jars.jar("https://a", 1) is first
    third = jars.jar("https://b", 1)
    assert (jars.jar("https://a", 1), jars.jar("https://b", 1)) == (first, third)
    assert jars.jar("https://a", 2) is not second
