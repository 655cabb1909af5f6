"""A channel that watches a site follows every new long task there, each in its own thread."""

import pytest
from sqlalchemy import insert, text

from bot.db.watch_models import listed_tasks
from bot.domain.snapshot import Kind
from bot.domain.watching import FLOOD_LIMIT
from bot.render import replies
from bot.render.i18n import Texts
from sandbox.confluence import faults
from sandbox.confluence.faults import LISTS
from sandbox.confluence.story import Moment, Story
from sandbox.harness import CHANNEL, COLLEAGUE, PERSON
from sandbox.scenarios import scenario
from sandbox.slack import Fault, PostedMessage
from tests.support.clock import Clock
from tests.support.stepped_bot import SteppedBot, open_stepped_bot

COPY = scenario("copy_with_renames_and_restrictions")
STALL = scenario("stall")
ARCHIVE = scenario("archive")
#: Confluence lists long tasks that the bot has no word for
EXPORT = Story(
    name="export",
    operation=Kind.OTHER,
    moments=(Moment(at=0, percent=10), Moment(at=100, percent=40)),
    ends_at=600,
    sentence="Exporting the space",
)


def roots(stepped: SteppedBot, channel: str = CHANNEL) -> list[PostedMessage]:
    """What stands in the channel."""
    return stepped.slack.messages(channel)


def followed(stepped: SteppedBot, remote_ids: list[str], channel: str = CHANNEL) -> list[int]:
    """How many roots there are for each long task."""
    return [sum(remote_id in root.text for root in roots(stepped, channel)) for remote_id in remote_ids]


def lists(stepped: SteppedBot) -> int:
    """How often the site was listed."""
    return sum("/longtask?" in request.path for request in stepped.confluence.log)


def singles(stepped: SteppedBot) -> int:
    """How many single looks there were."""
    return len(stepped.confluence.log) - lists(stepped)


async def watch(stepped: SteppedBot, text: str = "watch") -> list[str]:
    """Type the command and wait for its root."""
    answers = await stepped.ask(text)
    await stepped.until(lambda: roots(stepped))
    return answers


async def test_new_long_tasks_are_followed_and_what_ran_before_is_offered(on_both: SteppedBot) -> None:
    before = on_both.sandbox.begin(STALL)
    on_both.clock.move(60)

    (answer,) = await watch(on_both)
    new = [on_both.sandbox.begin(COPY), on_both.sandbox.begin(STALL)]
    await on_both.run(30)

    root = roots(on_both)[0]
    assert root.text.startswith("*Watching the Confluence site 127.0.0.1 for new tasks*\n")
    assert f"By <@{PERSON}>" in root.text
    assert "may go unseen" in root.text
    assert answer.startswith("These were running already, so the watch doesn't follow them by itself:")
    assert before in answer
    assert followed(on_both, [before, *new]) == [0, 1, 1]
    thread = on_both.root(new[0])
    assert "Found by this channel's watch" in thread.text
    assert [PERSON in reply.mentions for reply in on_both.thread(new[0])] == [False] * len(on_both.thread(new[0]))


async def test_where_nothing_runs_the_root_is_the_only_answer(stepped: SteppedBot) -> None:
    assert await watch(stepped) == []
    assert len(roots(stepped)) == 1


async def test_a_restart_follows_nothing_twice_and_nothing_is_missed(on_both: SteppedBot) -> None:
    await watch(on_both)
    first = on_both.sandbox.begin(STALL)
    await on_both.run(30)
    await on_both.stop()
    second = on_both.sandbox.begin(STALL)
    on_both.clock.move(120)
    await on_both.start()

    await on_both.run(60)

    assert followed(on_both, [first, second]) == [1, 1]


async def test_what_the_channel_stopped_is_not_followed_again(stepped: SteppedBot) -> None:
    await watch(stepped)
    remote_id = stepped.sandbox.begin(STALL)
    await stepped.until(lambda: followed(stepped, [remote_id]) == [1])
    await stepped.ask(f"stop {remote_id}")

    await stepped.run(120)

    assert followed(stepped, [remote_id]) == [1]


async def test_what_somebody_follows_already_gets_no_second_thread(stepped: SteppedBot) -> None:
    await watch(stepped)
    remote_id = stepped.sandbox.begin(STALL)
    await stepped.ask(remote_id)

    await stepped.run(60)

    assert followed(stepped, [remote_id]) == [1]


async def test_the_end_is_told_in_the_thread_and_notify_me_gives_it_an_owner(stepped: SteppedBot) -> None:
    await watch(stepped)
    remote_id = stepped.sandbox.begin(COPY)
    await stepped.until(lambda: stepped.thread(remote_id))
    await stepped.press(stepped.card(remote_id), "notify_me", user=COLLEAGUE)

    await stepped.run(120)

    assert f"Was followed by <@{COLLEAGUE}>" in stepped.root(remote_id).text
    assert stepped.root(remote_id).text.startswith("*Finished with problems*")
    assert [COLLEAGUE in reply.mentions for reply in stepped.thread(remote_id)][-1]


async def test_a_data_center_tells_what_began_and_ended_between_two_lists(database_url: str, clock: Clock) -> None:
    async with open_stepped_bot(database_url, clock, kind="datacenter") as stepped:
        over_before = stepped.sandbox.begin(scenario("archive", "datacenter"))
        clock.move(300)
        await watch(stepped)
        short = stepped.sandbox.begin(scenario("archive", "datacenter"))
        clock.move(200)

        await stepped.run(60)

        assert "may go unseen" not in roots(stepped)[0].text
        assert followed(stepped, [over_before, short]) == [0, 1]
        assert stepped.root(short).text.startswith("*Finished*")


async def test_a_watch_of_some_kinds_passes_over_the_others_and_counts_the_unknown(stepped: SteppedBot) -> None:
    await watch(stepped, "watch archive")
    ids = [stepped.sandbox.begin(COPY), stepped.sandbox.begin(ARCHIVE), stepped.confluence.add(EXPORT)]

    await stepped.run(30)
    (answer,) = await stepped.ask("list")

    assert followed(stepped, ids) == [0, 1, 0]
    passed_over = "1 task of unknown kind not followed"
    line = (
        f":eyes: *Watching the Confluence site 127.0.0.1 for new tasks*: archiving pages · <@{PERSON}> · {passed_over}"
    )
    assert answer.splitlines()[0] == line


async def test_a_watch_of_every_kind_follows_the_unknown_as_well(stepped: SteppedBot) -> None:
    await watch(stepped)
    unknown = stepped.confluence.add(EXPORT)

    await stepped.run(30)

    assert followed(stepped, [unknown]) == [1]


async def test_a_flood_is_gathered_in_one_message(on_both: SteppedBot) -> None:
    await watch(on_both)
    ids = [on_both.sandbox.begin(STALL) for _ in range(FLOOD_LIMIT + 5)]
    await on_both.run(60)
    later = on_both.sandbox.begin(STALL)
    await on_both.run(120)

    counts = followed(on_both, [*ids, later])
    assert sum(counts) == FLOOD_LIMIT
    gathered = [remote_id for remote_id, count in zip([*ids, later], counts, strict=True) if not count]
    (digest,) = on_both.slack.thread(CHANNEL, roots(on_both)[0].ts)
    assert "6 of them have no thread of their own" in digest.text
    assert [remote_id in digest.text for remote_id in gathered] == [True] * 6


async def test_after_a_flood_new_ones_get_their_threads_again(stepped: SteppedBot) -> None:
    await watch(stepped)
    for _ in range(FLOOD_LIMIT + 1):
        stepped.sandbox.begin(STALL)
    await stepped.run(60)
    await stepped.run(660)

    new = stepped.sandbox.begin(STALL)
    await stepped.run(60)

    assert followed(stepped, [new]) == [1]


async def test_a_listed_long_task_whose_stored_snapshot_does_not_read_holds_up_no_other(stepped: SteppedBot) -> None:
    await watch(stepped)
    broken, now = stepped.sandbox.begin(STALL), stepped.deps.now()
    times = {"first_listed_at": now, "last_listed_at": now}
    async with stepped.database.begin() as connection:
        await connection.execute(insert(listed_tasks).values(site_id=1, remote_id=broken, snapshot="{", **times))
    new = stepped.sandbox.begin(STALL)

    await stepped.run(60)

    assert followed(stepped, [broken, new]) == [1, 1]


async def test_unwatch_ends_it_and_whoever_began_it_gets_a_message(stepped: SteppedBot, en: Texts) -> None:
    await watch(stepped)
    running = stepped.sandbox.begin(STALL)
    await stepped.until(lambda: followed(stepped, [running]) == [1])

    answers = await stepped.ask("unwatch", user=COLLEAGUE)
    later = stepped.sandbox.begin(STALL)
    await stepped.run(60)

    assert answers == [replies.unwatched(en, ["127.0.0.1"]).text]
    assert followed(stepped, [later]) == [0]
    assert roots(stepped)[0].text.startswith("*No longer watching the Confluence site 127.0.0.1*\n")
    assert f"<@{COLLEAGUE}> ended it." in roots(stepped)[0].text
    (message,) = stepped.slack.dms(PERSON)
    assert message.text.startswith(f"<@{COLLEAGUE}> ended your watch of the Confluence site 127.0.0.1")
    assert await stepped.ask("unwatch") == [replies.nothing_watched(en).text]


async def test_watching_twice_changes_nothing(stepped: SteppedBot, en: Texts) -> None:
    await watch(stepped)

    assert await stepped.ask("watch copy") == [replies.already_watched(en, "127.0.0.1", "/longtask").text]
    await stepped.run(10)
    assert len(roots(stepped)) == 1


async def test_a_watch_ends_when_another_organization_reads_the_channel(stepped: SteppedBot) -> None:
    await watch(stepped)
    await stepped.slack.share(CHANNEL)
    new = stepped.sandbox.begin(STALL)

    await stepped.run(60)

    assert followed(stepped, [new]) == [0]
    assert "Another organization reads this channel now" in roots(stepped)[0].text
    assert len(stepped.slack.dms(PERSON)) == 1


async def test_a_watch_ends_where_nothing_can_be_posted_any_more(stepped: SteppedBot) -> None:
    await watch(stepped)
    stepped.slack.channels[CHANNEL].archived = True
    for _ in range(3):
        stepped.sandbox.begin(STALL)
        await stepped.run(60)

    (message,) = stepped.slack.dms(PERSON)
    assert message.text.startswith("Your watch of the Confluence site 127.0.0.1 in <#C0RELEASES> has ended")


@pytest.mark.parametrize(
    ("fault", "sentence"),
    [
        (faults.status(401, body='{"code":401,"message":"Unauthorized; scope does not match"}'), "lacks the scope"),
        (faults.status(503), "isn't answering right now"),
        (faults.html(), "can't be read"),
    ],
    ids=["scope", "down", "login page"],
)
async def test_a_site_that_does_not_list_is_not_watched(
    stepped: SteppedBot, fault: faults.Fault, sentence: str
) -> None:
    stepped.confluence.faults.add(fault)

    (answer,) = await stepped.ask("watch")
    await stepped.run(10)

    assert answer.startswith("The Confluence site 127.0.0.1 isn't watched here. ")
    assert sentence in answer
    assert roots(stepped) == []


async def test_a_channel_that_another_organization_reads_watches_nothing(stepped: SteppedBot, en: Texts) -> None:
    stepped.slack.add_channel("C0SHARED", "partners", members=[PERSON], ext=True)

    assert await stepped.ask("watch", channel="C0SHARED") == [replies.watch_not_in_shared(en).text]


async def test_a_private_channel_without_the_bot_is_answered_with_how_to_invite_it(stepped: SteppedBot) -> None:
    stepped.slack.add_channel("C0SECRET", "secret", members=[PERSON], bot=False, private=True)

    (answer,) = await stepped.ask("watch", channel="C0SECRET")

    assert "/invite @longtask" in answer


@pytest.mark.parametrize("setting", ["admins", "off"])
async def test_whom_the_running_list_is_hidden_from_may_not_watch(sqlite_url: str, clock: Clock, setting: str) -> None:
    async with open_stepped_bot(sqlite_url, clock, environ={"RUNNING_LIST": setting}) as stepped:
        (answer,) = await stepped.ask("watch")
        await stepped.run(10)

        assert answer.startswith(("Only workspace admins", "Watching is turned off"))
        assert roots(stepped) == []


async def test_guests_may_neither_watch_nor_end_a_watch(stepped: SteppedBot, en: Texts) -> None:
    stepped.slack.add_user("U0GUEST", guest=True)
    stepped.slack.channels[CHANNEL].members.add("U0GUEST")
    await watch(stepped)

    answers = [await stepped.ask(text, user="U0GUEST") for text in ("watch", "unwatch")]

    assert answers == [[replies.may_not_use(en).text]] * 2
    assert roots(stepped)[0].text.startswith("*Watching")


async def test_one_list_stands_for_the_looks_at_all_it_names(stepped: SteppedBot) -> None:
    await watch(stepped)
    ids = [stepped.sandbox.begin(STALL) for _ in range(10)]
    await stepped.until(lambda: followed(stepped, ids) == [1] * 10)
    await stepped.run(30)
    before = singles(stepped), lists(stepped)

    await stepped.run(120)

    assert singles(stepped) - before[0] <= 2
    assert 15 <= lists(stepped) - before[1] <= 40


async def test_what_a_list_does_not_name_is_looked_at_by_itself_and_has_not_ended(stepped: SteppedBot) -> None:
    await watch(stepped)
    remote_id = stepped.sandbox.begin(STALL)
    await stepped.until(lambda: followed(stepped, [remote_id]) == [1])
    stepped.confluence.tasks[remote_id].listed = False
    looks = stepped.confluence.looks(remote_id)

    await stepped.run(120)

    assert stepped.confluence.looks(remote_id) > looks
    assert stepped.root(remote_id).text.startswith("*Copying pages*")
    stepped.confluence.tasks[remote_id].listed = True
    await stepped.run(60)
    assert followed(stepped, [remote_id]) == [1]


async def test_a_list_that_cannot_be_written_down_leaves_the_looks_to_themselves(stepped: SteppedBot) -> None:
    await watch(stepped)
    remote_id = stepped.sandbox.begin(COPY)
    await stepped.until(lambda: stepped.thread(remote_id))
    async with stepped.database.begin() as connection:
        refused = "BEGIN SELECT RAISE(ABORT, 'on purpose'); END"
        await connection.execute(text(f"CREATE TRIGGER refuse BEFORE UPDATE OF listed_at ON site_lists {refused}"))

    await stepped.run(120)

    assert stepped.root(remote_id).text.startswith("*Finished with problems*")


async def test_a_list_that_fails_leaves_the_looks_to_themselves(stepped: SteppedBot) -> None:
    await watch(stepped)
    remote_id = stepped.sandbox.begin(COPY)
    await stepped.until(lambda: stepped.thread(remote_id))
    scope = faults.status(401, body='{"code":401,"message":"Unauthorized; scope does not match"}')
    stepped.confluence.faults.add(scope, task=LISTS)

    await stepped.run(120)

    assert stepped.root(remote_id).text.startswith("*Finished with problems*")


async def test_a_root_that_slack_refuses_at_first_is_posted_and_the_watch_works(stepped: SteppedBot) -> None:
    stepped.slack.faults.add("chat.postMessage", Fault.status(500), times=2)
    await stepped.ask("watch")
    new = stepped.sandbox.begin(STALL)

    await stepped.run(120)

    assert roots(stepped)[0].text.startswith("*Watching")
    assert followed(stepped, [new]) == [1]
