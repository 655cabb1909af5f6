"""What becomes of a watch when the operator, its channel or its people change, and where several channels watch."""

from collections.abc import AsyncIterator

import pytest

from bot import housekeeping
from bot.render import replies
from bot.render.i18n import Texts
from sandbox.harness import CHANNEL, COLLEAGUE, PERSON
from sandbox.scenarios import scenario
from sandbox.slack import Fault
from tests.support.clock import Clock
from tests.support.stepped_bot import SteppedBot, open_stepped_bot

STALL = scenario("stall")
ARCHIVE = scenario("archive")
OTHER = "C0OTHER"
ADMIN = "U0ADMIN"
SITE = "127.0.0.1"


def roots(stepped: SteppedBot, channel: str = CHANNEL) -> list[str]:
    """What stands in a channel."""
    return [message.text for message in stepped.slack.messages(channel)]


def followed(stepped: SteppedBot, remote_id: str) -> list[int]:
    """How many roots there are for a long task in each of the two channels."""
    return [sum(remote_id in root for root in roots(stepped, channel)) for channel in (CHANNEL, OTHER)]


def lists(stepped: SteppedBot) -> int:
    """How often the site was listed."""
    return sum("/longtask?" in request.path for request in stepped.confluence.log)


@pytest.fixture
async def stepped(sqlite_url: str, clock: Clock) -> AsyncIterator[SteppedBot]:
    """The real bot on SQLite, stepped by hand, with an admin and a second channel."""
    async with open_stepped_bot(sqlite_url, clock) as opened:
        opened.slack.add_user(ADMIN, admin=True)
        opened.slack.invite(CHANNEL, ADMIN)
        opened.slack.add_channel(OTHER, "other", members=[PERSON])
        yield opened


async def restart(stepped: SteppedBot, **environ: str) -> None:
    """Start the bot with other settings."""
    await stepped.stop()
    stepped.sandbox.environ.update(environ)
    await stepped.start()


# -- the operator


@pytest.mark.parametrize("setting", ["admins", "off"])
async def test_a_watch_ends_where_the_operator_does_not_have_what_runs_shown_any_more(
    stepped: SteppedBot, setting: str
) -> None:
    await stepped.ask("watch")
    await stepped.run(5)
    await restart(stepped, RUNNING_LIST=setting)

    new = stepped.sandbox.begin(STALL)
    await stepped.run(60)

    (root,) = roots(stepped)
    assert new not in root
    assert root.startswith(
        f"*No longer watching the Confluence site {SITE}*\nThe administrator of this bot has turned watching off."
    )
    (message,) = stepped.slack.dms(PERSON)
    assert message.text.startswith(
        f"Your watch of the Confluence site {SITE} in <#{CHANNEL}> has ended: the administrator of this bot"
    )


async def test_what_an_admin_has_watched_goes_on_where_only_admins_see_what_runs(stepped: SteppedBot) -> None:
    await stepped.ask("watch", user=ADMIN)
    await stepped.run(5)
    await restart(stepped, RUNNING_LIST="admins")

    new = stepped.sandbox.begin(STALL)
    await stepped.run(60)

    assert followed(stepped, new) == [1, 0]


async def test_while_slack_does_not_say_whether_an_admin_watches_nothing_is_shown_and_nothing_is_lost(
    stepped: SteppedBot,
) -> None:
    await stepped.ask("watch", user=ADMIN)
    await stepped.run(5)
    await restart(stepped, RUNNING_LIST="admins")
    stepped.clock.move(25 * 3600)
    stepped.slack.faults.add("users.info", Fault.status(503), probability=1.0)
    new = stepped.sandbox.begin(STALL)
    await stepped.run(120)
    assert followed(stepped, new) == [0, 0]

    stepped.slack.faults.clear()
    await stepped.run(120)

    assert followed(stepped, new) == [1, 0]


async def test_a_watch_of_a_site_that_is_not_configured_rests_and_can_be_ended_by_name(
    stepped: SteppedBot, en: Texts
) -> None:
    await stepped.ask("watch")
    await stepped.run(5)
    address = stepped.sandbox.environ["CONFLUENCE_URL"]
    await restart(stepped, CONFLUENCE_URL=address.replace(SITE, "localhost"))

    new = stepped.sandbox.begin(STALL)
    await stepped.run(60)
    answers = await stepped.ask("unwatch")

    assert followed(stepped, new) == [0, 0]
    assert answers == [replies.unwatched(en, [SITE]).text]


async def test_a_watch_goes_on_without_the_person_who_began_it(stepped: SteppedBot) -> None:
    await stepped.ask("watch")
    await stepped.run(5)
    stepped.slack.deactivate(PERSON)
    stepped.clock.move(25 * 3600)

    new = stepped.sandbox.begin(STALL)
    await stepped.run(60)

    assert followed(stepped, new) == [1, 0]


# -- several channels


async def test_two_channels_watch_a_site_by_the_same_lists_each_for_its_kinds(stepped: SteppedBot) -> None:
    await stepped.ask("watch")
    await stepped.run(120)
    alone = lists(stepped)
    await stepped.run(120)
    alone = lists(stepped) - alone
    await stepped.ask("watch archive", channel=OTHER, user=COLLEAGUE)
    await stepped.run(120)
    both = lists(stepped)
    await stepped.run(120)
    both = lists(stepped) - both

    copy, archive = stepped.sandbox.begin(STALL), stepped.sandbox.begin(ARCHIVE)
    await stepped.run(60)

    assert abs(both - alone) <= 1
    assert (followed(stepped, copy), followed(stepped, archive)) == ([1, 0], [1, 1])


async def test_unwatch_in_one_channel_leaves_the_watch_of_another(stepped: SteppedBot) -> None:
    await stepped.ask("watch")
    await stepped.ask("watch", channel=OTHER)
    await stepped.ask("unwatch")

    new = stepped.sandbox.begin(STALL)
    await stepped.run(60)

    assert followed(stepped, new) == [0, 1]


# -- what was stopped


async def test_what_was_stopped_is_not_followed_again_by_a_later_watch(stepped: SteppedBot) -> None:
    await stepped.ask("watch")
    stopped = stepped.sandbox.begin(STALL)
    await stepped.run(30)
    await stepped.ask(f"stop {stopped}")
    await stepped.ask("unwatch")

    await stepped.ask("watch")
    await stepped.run(60)

    assert followed(stepped, stopped) == [1, 0]


async def test_what_is_still_listed_is_remembered_longer_than_ended_threads_are_kept(stepped: SteppedBot) -> None:
    await stepped.ask("watch")
    stopped = stepped.sandbox.begin(STALL)
    await stepped.run(30)
    await stepped.ask(f"stop {stopped}")
    keep_in_order = housekeeping.step(stepped.database, retention_days=1, now=stepped.clock)

    for _ in range(12):
        stepped.clock.move(6 * 3600)
        await stepped.run(20)
        await keep_in_order()
    await restart(stepped)
    await stepped.run(60)

    assert followed(stepped, stopped) == [1, 0]


# -- direct messages


async def test_a_watch_in_direct_messages_with_the_bot_follows_there(stepped: SteppedBot) -> None:
    direct = stepped.slack.open_im(stepped.slack.first_workspace, PERSON).id
    await stepped.ask("watch", channel=direct)

    new = stepped.sandbox.begin(STALL)
    await stepped.run(60)

    assert sum(new in text for text in roots(stepped, direct)) == 1


# -- the app


async def test_nothing_is_watched_after_the_app_was_removed_and_installed_again(stepped: SteppedBot, en: Texts) -> None:
    await stepped.ask("watch")
    await stepped.run(5)
    await stepped.slack.uninstall()
    await stepped.run(10)
    stepped.slack.reinstall("xoxb-another-token")
    stepped.slack.invite(CHANNEL)
    await restart(stepped, SLACK_BOT_TOKEN="xoxb-another-token")

    new = stepped.sandbox.begin(STALL)
    await stepped.run(60)

    assert await stepped.ask("list") == [replies.followed_list(en, []).text]
    assert followed(stepped, new) == [0, 0]
    await stepped.ask("watch")
    later = stepped.sandbox.begin(STALL)
    await stepped.run(60)
    assert followed(stepped, later) == [1, 0]
