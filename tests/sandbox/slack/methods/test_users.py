import aiohttp
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.slack import SlackSimulator
from tests.sandbox.slack.support import error_of


async def test_the_bot_learns_who_it_is_and_what_it_may(slack: SlackSimulator, http: aiohttp.ClientSession) -> None:
    async with http.post(slack.api_url + "auth.test", headers={"Authorization": "Bearer xoxb-first"}) as answer:
        body, scopes = await answer.json(), answer.headers["X-OAuth-Scopes"]
    assert body == {
        "ok": True,
        "url": "https://acme.slack.com/",
        "team": "acme",
        "user": "longtask",
        "team_id": "T1",
        "user_id": "U1BOT",
        "bot_id": "B1",
        "is_enterprise_install": False,
    }
    assert set(scopes.split(",")) == slack.workspaces["T1"].scopes


async def test_a_persons_language_is_named_if_asked_for(client: AsyncWebClient) -> None:
    plain = await client.users_info(user="U1")
    asked = await client.users_info(user="U1", include_locale=True)
    assert ("locale" in plain["user"], asked["user"]["locale"]) == (False, "de-DE")


async def test_guests_and_admins_are_known(slack: SlackSimulator, client: AsyncWebClient) -> None:
    slack.add_user("U5", admin=True)
    slack.add_user("U6", single_channel=True)
    seen = {}
    for user in ("U1", "U2", "U5", "U6"):
        body = (await client.users_info(user=user))["user"]
        seen[user] = (body["is_admin"], body["is_restricted"], body["is_ultra_restricted"])
    assert seen == {
        "U1": (False, False, False),
        "U2": (False, True, False),
        "U5": (True, False, False),
        "U6": (False, True, True),
    }


async def test_people_of_other_organisations_are_visible_in_shared_channels_only(
    slack: SlackSimulator, client: AsyncWebClient
) -> None:
    assert await error_of(client.users_info(user="U3")) == "user_not_visible"
    slack.add_channel("C6", members=["U3"], ext=True)
    body = (await client.users_info(user="U3"))["user"]
    assert (body["team_id"], body["is_stranger"], "is_admin" in body) == ("T9", True, False)
    assert await error_of(client.users_info(user="U404")) == "user_not_found"


async def test_a_revoked_token_is_no_good_any_more(slack: SlackSimulator, client: AsyncWebClient) -> None:
    slack.revoke_token()
    assert await error_of(client.auth_test()) == "token_revoked"
    slack.revoke_token("T1", "account_inactive")
    assert await error_of(client.auth_test()) == "account_inactive"
