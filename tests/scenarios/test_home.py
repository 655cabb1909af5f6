"""The app's home: published when it is opened, and kept true for ten minutes."""

from collections.abc import Iterator
from itertools import pairwise, takewhile

import msgspec
import pytest
from msgspec.structs import replace
from sqlalchemy import select, update
from structlog.typing import EventDict

from bot.db.long_tasks import snapshot_of
from bot.db.models import long_tasks
from bot.domain.home import ROWS
from bot.render import replies
from bot.render.buttons import Action
from bot.render.i18n import Catalogs, Texts
from bot.render.mrkdwn import Mrkdwn
from sandbox.confluence import faults
from sandbox.harness import CHANNEL, COLLEAGUE, PERSON, TEAM
from sandbox.scenarios import scenario
from sandbox.slack import Fault
from sandbox.slack.records import Json, View
from tests.listeners import payloads
from tests.support.clock import Clock
from tests.support.modals import fields, modal, modals, said_in, send
from tests.support.signed_requests import send_interaction
from tests.support.stepped_bot import SteppedBot, open_stepped_bot

STALL = scenario("stall")
COPY = scenario("copy_with_renames_and_restrictions")
OTHER = "C0OTHER"
SECRET = "C0SECRET"
PUBLISH = "views.publish"
MEMBERSHIP = "users.conversations"
#: an id that no example on a home has
RUNNING = "900400"
#: of GET /longtask
LIST = "/wiki/rest/api/longtask?start=0&limit=100"


def home(stepped: SteppedBot, user: str = PERSON) -> View:
    view = stepped.slack.home(user)
    assert view is not None
    return view


def lines(stepped: SteppedBot, user: str = PERSON) -> list[str]:
    """What a person's home says, block by block, buttons left out."""
    return list(_lines(home(stepped, user)))


def _lines(view: View) -> Iterator[str]:
    for block in view.view["blocks"]:
        if block["type"] == "section":
            yield block["text"]["text"]
        elif block["type"] == "context":
            yield from (element["text"] for element in block["elements"])


def text(stepped: SteppedBot, user: str = PERSON) -> str:
    return "\n".join(lines(stepped, user))


def followed(stepped: SteppedBot, user: str = PERSON) -> str:
    """The part of a home that lists threads."""
    after = ("*Running in Confluence now*", "Nothing is running", "You can follow any task")
    return "\n".join(takewhile(lambda line: not line.startswith(after), lines(stepped, user)))


async def wait(stepped: SteppedBot, seconds: int) -> None:
    """Let so many seconds pass, in which nothing is due more often than every 15 seconds."""
    for _ in range(seconds // 15):
        stepped.clock.move(15)
        await stepped.turn()


def buttons(stepped: SteppedBot, user: str = PERSON) -> list[tuple[str, str]]:
    """The action id of each button on a home, and what it carries or opens."""
    found = []
    for block in home(stepped, user).view["blocks"]:
        elements: list[Json] = [block["accessory"]] if "accessory" in block else block.get("elements", [])
        found += [(one["action_id"], one.get("url") or one.get("value", "")) for one in elements if "action_id" in one]
    return found


def publications(stepped: SteppedBot, user: str = PERSON) -> list[float]:
    """When a person's home was published (seconds)."""
    return [call.at for call in stepped.slack.calls if call.method == PUBLISH and call.arguments["user_id"] == user]


def asked(stepped: SteppedBot, method: str) -> int:
    return sum(call.method == method for call in stepped.slack.calls)


async def open_home(stepped: SteppedBot, user: str = PERSON) -> None:
    """Open the home tab, and wait for what it shows."""
    before = len(publications(stepped, user))
    result = await stepped.slack.open_home(user)
    assert result.status == 200
    await stepped.until(lambda: len(publications(stepped, user)) > before, within=20)


async def press(stepped: SteppedBot, action: str, *, user: str = PERSON, value: str | None = None) -> None:
    result = await stepped.slack.click_view(home(stepped, user).id, action, user, value)
    assert result.status == 200
    await stepped.run(2)


# -- what it shows


async def test_a_home_lists_what_one_follows_what_ones_channels_follow_and_what_runs(stepped: SteppedBot) -> None:
    stepped.slack.add_channel(OTHER, "other", members=[PERSON, COLLEAGUE])
    mine = await stepped.follow(STALL)
    others = await stepped.follow(STALL, user=COLLEAGUE, channel=OTHER)
    running = stepped.sandbox.begin(STALL)

    await open_home(stepped)

    shown = lines(stepped)
    heading = shown.index("*Followed by others in your channels*")
    runs = shown.index("*Running in Confluence now*")
    assert shown[0] == "*Followed by you*"
    assert [mine in line for line in shown[1:heading]] == [True]
    assert [(others in line, f"<#{OTHER}>" in line) for line in shown[heading + 1 : runs]] == [(True, True)]
    assert [remote_id in line for remote_id, line in zip((running, others, mine), shown[runs + 1 :], strict=False)] == [
        True
    ] * 3
    assert shown[-2].startswith("Easiest: type `/longtask` alone and press *Follow*. ")
    assert shown[-3] == "You can follow any task whose ID you know: type `/longtask 3145728001` in a channel."
    assert shown[-1].endswith("with one Confluence account for everybody here.")
    links = [
        f"https://sandbox.slack.com/archives/{channel}/p{stepped.root(remote_id, channel).ts.replace('.', '')}"
        for remote_id, channel in ((mine, CHANNEL), (others, OTHER))
    ]
    assert buttons(stepped) == [
        ("home_stop:0", "1"),
        ("open_thread:0", links[0]),
        ("home_stop:1", "2"),
        ("open_thread:1", links[1]),
        ("follow_listed:0", f"1/{running}"),
        ("open_thread:1", links[1]),
        ("open_thread:2", links[0]),
        ("home_refresh", ""),
        ("home_settings", ""),
    ]


async def test_a_home_without_anything_says_so(stepped: SteppedBot) -> None:
    await open_home(stepped)

    assert lines(stepped)[:3] == [
        "*Followed by you*",
        "You follow nothing at the moment.",
        "Nothing is running in Confluence right now, as far as this bot's account can see.",
    ]


async def test_what_others_follow_is_listed_where_slack_says_that_the_person_is(stepped: SteppedBot) -> None:
    stepped.slack.add_channel(OTHER, "other", members=[COLLEAGUE])
    stepped.slack.add_channel(SECRET, "secret", members=[PERSON, COLLEAGUE], private=True)
    elsewhere = await stepped.follow(STALL, user=COLLEAGUE, channel=OTHER)
    in_private = await stepped.follow(STALL, user=COLLEAGUE, channel=SECRET)
    # Another person's direct messages are nobody else's.
    await stepped.slack.open_home(COLLEAGUE)
    await open_home(stepped)

    listed = followed(stepped)
    assert (elsewhere in listed, in_private in listed) == (False, True)
    asking = [call.arguments for call in stepped.slack.calls if call.method == MEMBERSHIP]
    assert [(one["user"], one["types"]) for one in asking if one["user"] == PERSON] == [
        (PERSON, "public_channel"),
        (PERSON, "private_channel"),
        (PERSON, "mpim"),
    ]


async def name_places(stepped: SteppedBot) -> None:
    """Let Confluence have said already where every long task puts its pages."""
    async with stepped.database.begin() as connection:
        for row in (await connection.execute(select(long_tasks.c.id, long_tasks.c.snapshot))).all():
            snapshot = snapshot_of(row.snapshot)
            assert snapshot is not None
            placed = replace(snapshot, destination_id="1", destination_url="/spaces/DEST/pages/1/Team+handbook+2")
            values = {"snapshot": msgspec.json.encode(placed).decode()}
            await connection.execute(update(long_tasks).where(long_tasks.c.id == row.id).values(**values))


async def test_a_shared_channel_shows_numbers_only_on_a_home_too(stepped: SteppedBot) -> None:
    stepped.slack.add_channel("C0SHARED", "partners", members=[PERSON, COLLEAGUE], ext=True)
    await stepped.follow(STALL, user=COLLEAGUE, channel="C0SHARED")
    own = await stepped.follow(STALL)
    # From now on nothing changes for an hour.
    stepped.clock.move(170)
    await stepped.run(10)
    await name_places(stepped)

    await open_home(stepped)

    mine, others = followed(stepped).split("*Followed by others in your channels*")
    assert (own in mine, "DEST › Team handbook 2" in mine) == (True, True)
    assert ("C0SHARED" in others, "Team handbook" in others) == (True, False)


async def test_a_home_speaks_the_language_of_its_person(stepped: SteppedBot) -> None:
    for user, locale, heading in (("U0HANNA", "de-DE", "Vorgänge, denen du folgst"), ("U0YUKI", "ja-JP", "自分が")):
        stepped.slack.add_user(user, locale=locale)
        await open_home(stepped, user)
        assert lines(stepped, user)[0].startswith(f"*{heading}")


async def test_a_language_that_a_person_has_chosen_is_that_of_the_home_too(stepped: SteppedBot) -> None:
    await stepped.ask("settings")
    await send(stepped, modal(stepped), own_language="de")

    await open_home(stepped)

    assert lines(stepped)[0] == "*Vorgänge, denen du folgst*"


@pytest.mark.parametrize("setting", ["admins", "off"])
async def test_what_runs_is_on_the_home_of_who_may_see_it(database_url: str, clock: Clock, setting: str) -> None:
    async with open_stepped_bot(database_url, clock, environ={"RUNNING_LIST": setting}) as stepped:
        stepped.confluence.add(STALL.story, RUNNING)
        stepped.slack.add_user("U0ADMIN", admin=True)
        for user in (PERSON, "U0ADMIN"):
            await open_home(stepped, user)

        sentence = "Only workspace admins can see what runs in Confluence."
        assert (sentence in lines(stepped)) is (setting == "admins")
        seen = [RUNNING in text(stepped, user) for user in (PERSON, "U0ADMIN")]
        assert seen == [False, setting == "admins"]
        assert [request.path for request in stepped.confluence.log] == [LIST] * (setting == "admins")


async def test_guests_see_a_sentence_and_nothing_is_asked_for_them(stepped: SteppedBot, en: Texts) -> None:
    await stepped.follow(STALL)
    stepped.slack.add_user("U0GUEST", guest=True)
    stepped.slack.invite(CHANNEL, "U0GUEST")
    requests = len(stepped.confluence.log)

    await open_home(stepped, "U0GUEST")

    assert lines(stepped, "U0GUEST") == ["Guests and people from other organizations can't use this bot."]
    assert (asked(stepped, MEMBERSHIP), len(stepped.confluence.log)) == (0, requests)


async def test_the_tab_with_the_direct_messages_publishes_nothing(stepped: SteppedBot) -> None:
    result = await stepped.slack.open_home(PERSON, tab="messages")
    await stepped.run(5)

    assert (result.status, publications(stepped)) == (200, [])


async def test_an_account_that_confluence_refuses_is_said_on_the_home(stepped: SteppedBot) -> None:
    await stepped.follow(STALL)
    stepped.confluence.faults.add(faults.status(401))
    await wait(stepped, 120)

    await open_home(stepped)

    assert "has been rejecting this bot's account since" in lines(stepped)[-1]


# -- kept true


async def test_a_home_follows_what_changes_at_most_every_15_seconds_for_ten_minutes(stepped: SteppedBot) -> None:
    remote_id = await stepped.follow(COPY)
    await open_home(stepped)

    await stepped.run(60)
    await wait(stepped, 900)

    times = publications(stepped)
    assert len(times) > 2
    assert min(later - earlier for earlier, later in pairwise(times)) >= 15
    assert times[-1] - times[0] <= 600
    assert remote_id not in followed(stepped)


async def test_a_home_on_which_nothing_changes_is_published_once(stepped: SteppedBot) -> None:
    await open_home(stepped)
    await wait(stepped, 900)
    assert len(publications(stepped)) == 1


async def test_after_ten_minutes_a_home_is_left_until_it_is_opened_again(stepped: SteppedBot) -> None:
    await open_home(stepped)
    await wait(stepped, 600)
    await stepped.follow(STALL)
    await wait(stepped, 60)
    assert followed(stepped) == "*Followed by you*\nYou follow nothing at the moment."

    await open_home(stepped)
    assert "*Copying pages*" in followed(stepped)


async def test_a_home_that_is_opened_again_and_again_is_published_every_15_seconds(stepped: SteppedBot) -> None:
    await open_home(stepped)
    for _ in range(20):
        await stepped.slack.open_home(PERSON)
        await stepped.run(1)
    await stepped.run(15)

    times = publications(stepped)
    assert min(later - earlier for earlier, later in pairwise(times)) >= 15
    assert len(times) <= 3
    assert asked(stepped, MEMBERSHIP) <= 6


async def test_a_home_is_still_kept_true_after_a_restart(stepped: SteppedBot) -> None:
    await open_home(stepped)
    await stepped.stop()
    await stepped.start()
    remote_id = await stepped.follow(STALL)

    await stepped.until(lambda: remote_id in followed(stepped), within=60)


async def test_who_leaves_a_channel_sees_it_for_ten_minutes_at_most(stepped: SteppedBot) -> None:
    stepped.slack.add_channel(OTHER, "other", members=[PERSON, COLLEAGUE])
    others = await stepped.follow(STALL, user=COLLEAGUE, channel=OTHER)
    await open_home(stepped)
    stepped.slack.channels[OTHER].members.discard(PERSON)
    await wait(stepped, 300)
    assert others in followed(stepped)

    await open_home(stepped)
    assert others not in followed(stepped)


# -- what Slack does not say, or refuses


@pytest.mark.parametrize("scope", ["channels:read", "groups:read"])
async def test_without_a_scope_the_home_shows_the_rest_and_says_so(stepped: SteppedBot, scope: str) -> None:
    stepped.slack.add_channel(SECRET, "secret", members=[PERSON, COLLEAGUE], private=True)
    stepped.slack.add_channel(OTHER, "other", members=[PERSON, COLLEAGUE])
    in_public = await stepped.follow(STALL, user=COLLEAGUE, channel=OTHER)
    in_private = await stepped.follow(STALL, user=COLLEAGUE, channel=SECRET)
    stepped.slack.workspaces[TEAM].scopes -= {scope}

    await open_home(stepped)

    listed = followed(stepped)
    assert (in_public in listed, in_private in listed) == (scope == "groups:read", scope == "channels:read")
    assert "because this bot lacks the Slack scope to see which channels you are in." in listed


async def test_while_slack_does_not_say_which_channels_only_ones_own_are_listed(stepped: SteppedBot) -> None:
    mine = await stepped.follow(STALL)
    others = await stepped.follow(STALL, user=COLLEAGUE)
    stepped.slack.faults.add(MEMBERSHIP, Fault.status(503), times=2)

    await open_home(stepped)
    listed = followed(stepped)
    assert (mine in listed, others in listed) == (True, False)
    assert "Slack isn't telling this bot which channels you are in." in listed

    stepped.clock.move(20)
    await open_home(stepped)
    assert others in followed(stepped)


async def test_what_slack_said_holds_for_ten_minutes_if_it_does_not_answer(stepped: SteppedBot) -> None:
    others = await stepped.follow(STALL, user=COLLEAGUE)
    await open_home(stepped)
    stepped.slack.faults.add(MEMBERSHIP, Fault.ratelimited(3000))
    stepped.clock.move(300)
    await open_home(stepped)
    assert others in followed(stepped)

    stepped.clock.move(301)
    calls = asked(stepped, MEMBERSHIP)
    await open_home(stepped)
    assert others not in followed(stepped)
    assert asked(stepped, MEMBERSHIP) == calls


async def test_a_list_that_confluence_refuses_is_said_on_the_home(stepped: SteppedBot) -> None:
    body = '{"code":401,"message":"Unauthorized; scope does not match"}'
    stepped.confluence.faults.add(faults.status(401, body=body))
    await open_home(stepped)
    assert "lacks the scope `read:content.metadata:confluence`" in text(stepped)


async def test_while_slack_does_not_say_who_opens_it_the_home_says_so(stepped: SteppedBot) -> None:
    await stepped.follow(STALL)
    stepped.slack.add_user("U0NEW")
    stepped.slack.faults.add("users.info", Fault.status(503), probability=1.0)

    await open_home(stepped, "U0NEW")

    assert lines(stepped, "U0NEW") == [
        "Slack isn't telling this bot who you are. Please open this tab again in a minute."
    ]


async def test_something_else_that_was_published_meanwhile_is_replaced(stepped: SteppedBot) -> None:
    await open_home(stepped)
    home(stepped).hash = "another"
    remote_id = await stepped.follow(STALL)

    await stepped.until(lambda: remote_id in followed(stepped), within=60)

    hashes = [call.arguments.get("hash") for call in stepped.slack.calls if call.method == PUBLISH]
    answers = [call.ok for call in stepped.slack.calls if call.method == PUBLISH]
    assert answers[:3] == [True, False, True]
    assert [one is None for one in hashes[:3]] == [True, False, True]


async def test_an_app_without_a_home_tab_tries_once_for_each_opening(
    stepped: SteppedBot, logs: list[EventDict]
) -> None:
    stepped.slack.policies.home_tab = False
    await stepped.slack.open_home(PERSON)
    await stepped.run(60)
    assert len(publications(stepped)) == 1
    assert [log["answer"] for log in logs if log["event"] == "edit_refused"] == ["not_enabled"]

    stepped.slack.policies.home_tab = True
    await open_home(stepped)
    assert lines(stepped)[0] == "*Followed by you*"


async def test_a_home_that_is_too_large_for_slack_is_published_in_words(stepped: SteppedBot) -> None:
    remote_id = await stepped.follow(STALL)
    stepped.slack.faults.add(PUBLISH, Fault.error("view_too_large"))

    await stepped.slack.open_home(PERSON)
    await stepped.until(lambda: stepped.slack.home(PERSON) is not None)

    assert remote_id in followed(stepped)
    assert buttons(stepped) == []


async def test_a_rate_limit_is_kept_and_the_latest_state_is_published_after_it(stepped: SteppedBot) -> None:
    stepped.slack.faults.add(PUBLISH, Fault.ratelimited(40))
    await stepped.slack.open_home(PERSON)
    await stepped.run(5)
    remote_id = await stepped.follow(STALL)
    await stepped.run(20)
    assert len(publications(stepped)) == 1

    await stepped.until(lambda: stepped.slack.home(PERSON) is not None, within=60)
    assert remote_id in followed(stepped)


async def test_a_publication_whose_end_was_not_seen_is_made_again_without_a_hash(stepped: SteppedBot) -> None:
    await open_home(stepped)
    stepped.slack.faults.add(PUBLISH, Fault.drop_after())
    remote_id = await stepped.follow(STALL)

    await stepped.until(lambda: len(publications(stepped)) > 2, within=60)
    await stepped.until(lambda: remote_id in followed(stepped), within=60)
    hashes = [call.arguments.get("hash") for call in stepped.slack.calls if call.method == PUBLISH]
    assert [one is None for one in hashes[:3]] == [True, False, True]


# -- its buttons


async def test_stop_on_a_home_stops_the_thread_and_the_home_says_so(stepped: SteppedBot) -> None:
    remote_id = await stepped.follow(STALL, user=COLLEAGUE)
    await open_home(stepped)

    await press(stepped, "home_stop:0")

    said = f"Task {remote_id} is no longer followed in <#{CHANNEL}>. Confluence carries on with it."
    assert lines(stepped)[:3] == [said, "*Followed by you*", "You follow nothing at the moment."]
    await stepped.until(lambda: f"<@{PERSON}> stopped following it here" in stepped.root(remote_id).text)
    (message,) = await stepped.until(lambda: stepped.slack.dms(COLLEAGUE))
    assert f"<@{PERSON}> stopped following it in <#{CHANNEL}>" in message.text
    assert stepped.slack.dms(PERSON) == []


async def test_stop_is_refused_where_the_person_is_not(stepped: SteppedBot) -> None:
    stepped.slack.add_channel(OTHER, "other", members=[COLLEAGUE])
    remote_id = await stepped.follow(STALL, user=COLLEAGUE, channel=OTHER)
    await open_home(stepped)

    await press(stepped, Action.HOME_STOP, value="1")

    assert lines(stepped)[0].startswith(
        f"Slack doesn't say that you are in <#{OTHER}>, so the task is still followed there."
    )
    assert "No longer followed" not in stepped.root(remote_id, OTHER).text


async def test_a_follower_who_has_left_the_channel_sees_the_thread_and_does_not_stop_it(stepped: SteppedBot) -> None:
    remote_id = await stepped.follow(STALL, user=COLLEAGUE)
    await stepped.press(stepped.card(remote_id), Action.NOTIFY_ME)
    stepped.slack.channels[CHANNEL].members.discard(PERSON)

    await open_home(stepped)
    assert remote_id in lines(stepped)[1]
    assert [action for action, _ in buttons(stepped) if action.startswith("home_stop")] == []

    await press(stepped, Action.HOME_STOP, value="1")
    assert "No longer followed" not in stepped.root(remote_id).text


@pytest.mark.parametrize("value", ["", "0", "99", "nonsense", "9" * 20])
async def test_a_value_that_names_no_thread_stops_nothing(stepped: SteppedBot, en: Texts, value: str) -> None:
    await stepped.follow(STALL)
    await open_home(stepped)

    await press(stepped, Action.HOME_STOP, value=value)

    assert lines(stepped)[0] == replies.gone_wrong(en).text


async def test_follow_on_a_home_begins_a_thread_in_the_direct_messages(stepped: SteppedBot) -> None:
    remote_id = stepped.sandbox.begin(STALL)
    await open_home(stepped)

    await press(stepped, "follow_listed:0")
    await stepped.until(lambda: len(stepped.slack.dms(PERSON)) == 2)
    await stepped.run(20)

    root, _card = stepped.slack.dms(PERSON)
    assert remote_id in root.text
    shown = lines(stepped)
    assert shown[:2] == ["Following it in your direct messages with me.", "*Followed by you*"]
    assert remote_id in shown[2]
    assert "direct messages" in shown[2]
    link = f"https://sandbox.slack.com/archives/{root.channel}/p{root.ts.replace('.', '')}"
    assert [carried for action, carried in buttons(stepped) if action.startswith("open_thread")] == [link, link]

    # The answer to a press is gone when the home is opened again.
    stepped.clock.move(20)
    await open_home(stepped)
    assert lines(stepped)[0] == "*Followed by you*"


@pytest.mark.parametrize("value", ["", "2/3145728001", "1/../space", "nonsense"])
async def test_a_value_that_names_no_long_task_follows_nothing(stepped: SteppedBot, en: Texts, value: str) -> None:
    await open_home(stepped)
    await press(stepped, Action.FOLLOW_LISTED, value=value)
    assert lines(stepped)[0] == replies.gone_wrong(en).text
    assert stepped.slack.dms(PERSON) == []


@pytest.mark.parametrize("action", [Action.STOP, Action.NOTIFY_ME, Action.TAKE_OVER, Action.STOP_CHOSEN])
async def test_a_button_that_a_home_does_not_have_does_nothing_there(
    stepped: SteppedBot, en: Texts, action: Action
) -> None:
    remote_id = await stepped.follow(STALL)
    await open_home(stepped, COLLEAGUE)

    await press(stepped, action, user=COLLEAGUE, value="1")

    assert lines(stepped, COLLEAGUE)[0] == replies.gone_wrong(en).text
    assert "No longer followed" not in stepped.root(remote_id).text


async def test_many_threads_are_turned_page_by_page(stepped: SteppedBot) -> None:
    ids = [stepped.sandbox.begin(STALL) for _ in range(ROWS + 3)]
    for first in range(0, len(ids), 10):
        await stepped.ask(" ".join(ids[first : first + 10]))
    await open_home(stepped)

    async def page(action: Action | None) -> tuple[list[bool], bool]:
        if action is not None:
            await press(stepped, action)
        shown = followed(stepped)
        return [f"task {remote_id}" in shown for remote_id in ids], "Page 1 of 2." in shown

    assert await page(None) == ([True] * ROWS + [False] * 3, True)
    assert len(home(stepped).view["blocks"]) <= 100
    assert await page(Action.HOME_NEXT) == ([False] * ROWS + [True] * 3, False)
    assert await page(Action.HOME_BACK) == ([True] * ROWS + [False] * 3, True)


async def test_refresh_asks_confluence_again(stepped: SteppedBot) -> None:
    await open_home(stepped)
    stepped.confluence.add(STALL.story, RUNNING)
    stepped.clock.move(16)
    assert RUNNING not in text(stepped)

    await press(stepped, Action.HOME_REFRESH)

    assert RUNNING in text(stepped)


async def test_a_press_on_a_home_that_is_not_kept_any_more_shows_it_anew(stepped: SteppedBot) -> None:
    remote_id = await stepped.follow(STALL)
    await open_home(stepped)
    await wait(stepped, 615)

    await press(stepped, "home_stop:0")

    assert lines(stepped)[0].startswith(f"Task {remote_id} is no longer followed")


async def test_a_label_is_data_on_a_home_too(stepped: SteppedBot) -> None:
    remote_id = stepped.sandbox.begin(STALL)
    await stepped.ask(f"{remote_id} as *R&D* <@U1>")
    await open_home(stepped)
    assert Mrkdwn("∗R&amp;D∗") in text(stepped)
    assert "<@U1>" not in text(stepped)


# -- settings


async def open_settings(stepped: SteppedBot, user: str = PERSON) -> View:
    """Press *Settings* on the home; the modal that opens."""
    result = await stepped.slack.click_view(home(stepped, user).id, Action.HOME_SETTINGS, user)
    assert result.status == 200
    await stepped.turn()
    return modal(stepped, user)


async def test_the_settings_of_a_home_are_the_persons_own_and_the_home_speaks_the_new_language_at_once(
    on_both: SteppedBot, catalogs: Catalogs
) -> None:
    stepped = on_both
    await stepped.slack.open_home(PERSON)
    await stepped.run(5)
    assert ("home_settings", "") in buttons(stepped)

    view = await open_settings(stepped)
    assert list(fields(view)) == ["own_language"]
    assert "`/longtask settings`" in said_in(view)
    await send(stepped, view, own_language="de")
    await stepped.run(3)

    assert catalogs.languages["de"].say("You follow nothing at the moment.") in lines(stepped)
    assert modals(stepped) == []
    assert await stepped.ask("list") == [replies.followed_list(catalogs.languages["de"], []).text]


async def test_settings_that_change_nothing_publish_nothing(stepped: SteppedBot) -> None:
    await stepped.slack.open_home(PERSON)
    await stepped.run(20)
    before = publications(stepped)

    await send(stepped, await open_settings(stepped), own_language="-")
    await stepped.run(5)

    assert publications(stepped) == before


async def test_a_press_on_settings_that_is_delivered_again_opens_one_modal(stepped: SteppedBot) -> None:
    await stepped.slack.open_home(PERSON)
    await stepped.run(5)
    pressed = payloads.press_on_home(stepped, Action.HOME_SETTINGS)
    pressed["trigger_id"] = stepped.slack.new_trigger(PERSON)

    for _ in range(3):
        assert (await send_interaction(stepped, pressed))[0] == 200
    await stepped.turn()

    assert len(modals(stepped)) == 1
    assert stepped.slack.dms(PERSON) == []


async def test_where_slack_opens_no_window_the_person_gets_the_command(stepped: SteppedBot, en: Texts) -> None:
    await stepped.slack.open_home(PERSON)
    await stepped.run(5)
    stepped.slack.faults.add("views.open", Fault.error("expired_trigger_id"), times=1)

    await stepped.slack.click_view(home(stepped).id, Action.HOME_SETTINGS, PERSON)
    await stepped.turn()

    assert modals(stepped) == []
    (message,) = stepped.slack.dms(PERSON)
    assert message.text == replies.modal_not_opened(en, "/longtask settings").text
