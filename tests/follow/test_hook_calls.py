"""A script calls a hook over HTTP, and what it starts is followed in the channel."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import timedelta

import aiohttp
import pytest
from structlog.typing import EventDict

from bot.db import hooks, subscriptions
from bot.domain.states import HookEnd
from bot.follow.hook_place import HOLDS
from bot.render import replies
from bot.render.i18n import Texts
from bot.render.message import Message, plain_line
from sandbox.confluence import faults
from sandbox.harness import CHANNEL, COLLEAGUE, PERSON, TEAM
from sandbox.scenarios import scenario
from sandbox.slack import Fault
from tests.support.clock import Clock
from tests.support.scripts import call, call_and_step, make_hook, stepped_until
from tests.support.stepped_bot import SteppedBot, open_stepped_bot

STALL = scenario("stall")
COPY = scenario("copy_with_renames_and_restrictions")


def error(message: Message) -> dict[str, str]:
    """The body of a refusal."""
    return {"error": plain_line(message)}


def link(stepped: SteppedBot, remote_id: str, channel: str = CHANNEL) -> str:
    """The address of a long task's root."""
    ts = stepped.root(remote_id, channel).ts.replace(".", "")
    return f"https://sandbox.slack.com/archives/{channel}/p{ts}"


def answered(remote_id: str) -> dict[str, object]:
    """What Confluence answers when a long task is started."""
    return {"id": remote_id, "links": {"status": f"/rest/api/longtask/{remote_id}"}}


@pytest.fixture
async def hasty(migrated_sqlite_url: str, clock: Clock) -> AsyncIterator[SteppedBot]:
    """A bot that keeps no script waiting."""
    async with open_stepped_bot(migrated_sqlite_url, clock, hook_seconds=0.0) as opened:
        yield opened


# -- followed


async def test_what_confluence_answered_is_followed_in_the_channel_and_the_thread_is_the_answer(
    on_both: SteppedBot,
) -> None:
    address, remote_id = await make_hook(on_both), on_both.sandbox.begin(STALL)

    reply = await call_and_step(on_both, address, answered(remote_id))

    assert (reply.status, reply.body) == (201, {"id": remote_id, "link": link(on_both, remote_id)})
    (root,) = on_both.slack.messages(CHANNEL)
    script = f"Followed by a script (hook made by <@{PERSON}>) · details in the thread"
    assert root.text.splitlines()[-1] == f"{script} · Confluence task {remote_id}"
    await on_both.until(lambda: on_both.thread(remote_id))
    assert (on_both.answers()[1:], on_both.slack.dms(PERSON)) == ([], [])


@pytest.mark.parametrize("content_type", ["application/json", "application/x-www-form-urlencoded", "text/html", ""])
async def test_the_content_type_does_not_matter(stepped: SteppedBot, content_type: str) -> None:
    address, remote_id = await make_hook(stepped), stepped.sandbox.begin(STALL)

    reply = await call_and_step(stepped, address, answered(remote_id), headers={"Content-Type": content_type})

    assert reply.status == 201


async def test_label_and_verbosity_come_in_the_body_or_in_the_query(stepped: SteppedBot) -> None:
    address = await make_hook(stepped)
    first, second = stepped.sandbox.begin(STALL), stepped.sandbox.begin(STALL)

    asked = {"task": first, "label": "Team <handbook>", "verbosity": "quiet"}
    both = [
        await call_and_step(stepped, address, asked),
        await call_and_step(stepped, f"{address}?label=Second%20copy&verbosity=leise", answered(second)),
    ]

    assert [reply.status for reply in both] == [201, 201]
    assert [root.text.splitlines()[0].split(" · ")[0] for root in stepped.slack.messages(CHANNEL)] == [
        "*Team &lt;handbook&gt;*",
        "*Second copy*",
    ]


async def test_the_end_mentions_the_maker_like_anybody_who_follows(stepped: SteppedBot) -> None:
    address, remote_id = await make_hook(stepped), stepped.sandbox.begin(COPY)
    await call_and_step(stepped, address, answered(remote_id))

    await stepped.until(lambda: any(PERSON in reply.mentions for reply in stepped.thread(remote_id)))


async def test_a_repeat_gets_the_same_thread_and_changes_nothing(on_both: SteppedBot) -> None:
    address, remote_id = await make_hook(on_both), on_both.sandbox.begin(STALL)
    first = await call_and_step(on_both, address, answered(remote_id))
    card = (await on_both.until(lambda: on_both.thread(remote_id)))[0]
    await on_both.press(card, "do_not_notify_me", value="1")

    again = await call_and_step(on_both, address, {"task": remote_id})

    assert (again.status, again.body) == (200, first.body)
    assert len(on_both.slack.messages(CHANNEL)) == 1
    async with on_both.database.read() as connection:
        assert await subscriptions.followers_of(connection, 1) == ()


async def test_calls_at_the_same_time_get_one_thread(on_both: SteppedBot) -> None:
    address, remote_id = await make_hook(on_both), on_both.sandbox.begin(STALL)

    both = await stepped_until(
        on_both, call(address, answered(remote_id)), call(address, {"task": remote_id, "label": "another"})
    )

    assert {reply.body["link"] for reply in both} == {link(on_both, remote_id)}
    assert len(on_both.slack.messages(CHANNEL)) == 1


async def test_after_a_stop_a_call_begins_another_thread(stepped: SteppedBot) -> None:
    address, remote_id = await make_hook(stepped), stepped.sandbox.begin(STALL)
    first = await call_and_step(stepped, address, answered(remote_id))
    await stepped.ask(f"stop {remote_id}", user=COLLEAGUE)

    second = await call_and_step(stepped, address, answered(remote_id))

    assert (second.status, second.body["link"] == first.body["link"]) == (201, False)
    assert len(stepped.slack.messages(CHANNEL)) == 2


async def test_what_a_person_follows_already_is_answered_with_that_thread(stepped: SteppedBot) -> None:
    address = await make_hook(stepped)
    remote_id = await stepped.follow(STALL, user=COLLEAGUE)

    reply = await call_and_step(stepped, address, answered(remote_id))

    assert (reply.status, reply.body) == (200, {"id": remote_id, "link": link(stepped, remote_id)})


async def test_two_channels_have_a_thread_each(stepped: SteppedBot) -> None:
    stepped.slack.add_channel("C0OTHER", "other", members=[PERSON])
    here, there = await make_hook(stepped), await make_hook(stepped, channel="C0OTHER")
    remote_id = stepped.sandbox.begin(STALL)

    both = [await call_and_step(stepped, address, answered(remote_id)) for address in (here, there)]

    assert [reply.status for reply in both] == [201, 201]
    assert both[1].body["link"] == link(stepped, remote_id, "C0OTHER")


# -- a script that does not wait


async def test_a_thread_that_takes_longer_than_a_script_waits_is_accepted(hasty: SteppedBot) -> None:
    address, remote_id = await make_hook(hasty), hasty.sandbox.begin(STALL)

    reply = await call(address, answered(remote_id))

    assert (reply.status, reply.body) == (202, {"id": remote_id})
    await hasty.until(lambda: hasty.thread(remote_id))
    assert hasty.slack.dms(PERSON) == []


async def test_a_kill_between_the_answer_and_the_thread_loses_nothing(hasty: SteppedBot) -> None:
    address, remote_id = await make_hook(hasty), hasty.sandbox.begin(STALL)
    await call(address, answered(remote_id))

    await hasty.stop()
    await hasty.start()

    await hasty.until(lambda: hasty.thread(remote_id))
    assert len(hasty.slack.messages(CHANNEL)) == 1


async def test_the_maker_is_informed_of_what_a_script_no_longer_waits_for(hasty: SteppedBot, en: Texts) -> None:
    address = await make_hook(hasty)

    assert (await call(address, {"task": "4711"})).status == 202
    (message,) = await hasty.until(lambda: hasty.slack.dms(PERSON))

    not_found = replies.not_followed(en, ["4711"], replies.no_such_task(en))
    assert message.text == replies.failed_calls(en, CHANNEL, [not_found]).text
    # A script that fails again and again is not a message each time: one message names the others.
    for remote_id in ("4712", "4713"):
        await call(address, {"task": remote_id})
        await hasty.run(30)
    assert len(hasty.slack.dms(PERSON)) == 1
    hasty.clock.move(600)
    *_, second = await hasty.until(lambda: hasty.slack.dms(PERSON)[1:])
    others = [replies.not_followed(en, [remote_id], replies.no_such_task(en)) for remote_id in ("4712", "4713")]
    assert second.text == replies.failed_calls(en, CHANNEL, others).text


async def test_a_report_names_the_task_where_its_reason_does_not(hasty: SteppedBot, en: Texts) -> None:
    address = await make_hook(hasty)
    hasty.slack.faults.add("users.info", Fault.status(503), probability=1.0)
    hasty.clock.move(HOLDS.total_seconds() + 1)

    assert (await call(address, {"task": "4711"})).status == 202
    (message,) = await hasty.until(lambda: hasty.slack.dms(PERSON))

    unnamed = replies.call_of(en, "4711", replies.call_not_checked(en))
    assert message.text == replies.failed_calls(en, CHANNEL, [unnamed]).text


async def test_a_hook_that_was_turned_off_meanwhile_follows_nothing(hasty: SteppedBot) -> None:
    address, remote_id = await make_hook(hasty), hasty.sandbox.begin(STALL)
    await call(address, answered(remote_id))

    async with hasty.database.begin() as connection:
        await hooks.end_in_channel(connection, team_id=TEAM, channel_id=CHANNEL)
    await hasty.run(30)

    assert (hasty.slack.messages(CHANNEL), await hasty.is_unanswered()) == ([], False)


# -- not followed


async def test_an_id_that_is_not_found_is_looked_for_three_times(stepped: SteppedBot, en: Texts) -> None:
    address = await make_hook(stepped)

    reply = await call_and_step(stepped, address, {"task": "4711"})

    assert (reply.status, reply.body) == (422, error(replies.not_followed(en, ["4711"], replies.no_such_task(en))))
    (*_, asked) = await stepped.commands()
    assert asked.looks == 2
    await stepped.run(120)
    # The script has its answer.
    assert stepped.slack.dms(PERSON) == []


async def test_an_id_that_is_found_at_the_third_look_is_followed(stepped: SteppedBot) -> None:
    address, remote_id = await make_hook(stepped), stepped.sandbox.begin(STALL)
    stepped.confluence.faults.add(faults.status(404), task=remote_id, times=2)

    reply = await call_and_step(stepped, address, answered(remote_id))

    assert reply.status == 201


async def test_what_has_ended_already_is_said_without_names_and_posts_nothing(stepped: SteppedBot, en: Texts) -> None:
    address, remote_id = await make_hook(stepped), stepped.sandbox.begin(COPY)
    stepped.clock.move(COPY.story.ends_at + 1)

    reply = await call_and_step(stepped, address, answered(remote_id))

    sentence = plain_line(replies.call_too_late(en, remote_id))
    assert (reply.status, reply.body) == (
        200,
        {"id": remote_id, "outcome": "finished with problems", "message": sentence},
    )
    assert stepped.slack.messages(CHANNEL) == []


async def test_the_limit_counts_the_maker(migrated_sqlite_url: str, clock: Clock, en: Texts) -> None:
    async with open_stepped_bot(migrated_sqlite_url, clock, environ={"FOLLOW_LIMIT": "1"}) as stepped:
        address = await make_hook(stepped)
        await stepped.follow(STALL)
        remote_id = stepped.sandbox.begin(STALL)

        reply = await call_and_step(stepped, address, answered(remote_id))

        reached = replies.limit_reached(en, replies.LimitOf.PERSON, 1, "/longtask")
        assert (reply.status, reply.body) == (422, error(replies.not_followed(en, [remote_id], reached)))


async def test_while_confluence_is_down_the_script_is_asked_to_come_again(stepped: SteppedBot, en: Texts) -> None:
    address, remote_id = await make_hook(stepped), stepped.sandbox.begin(STALL)
    stepped.confluence.faults.add(faults.status(503), task=remote_id, times=1)

    reply = await call_and_step(stepped, address, answered(remote_id))

    not_now = replies.not_followed(en, [remote_id], replies.confluence_unavailable(en))
    assert (reply.status, reply.body, reply.headers["Retry-After"]) == (503, error(not_now), "60")
    assert (await call_and_step(stepped, address, answered(remote_id))).status == 201


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"hello", 400),
        (b"[]", 400),
        (b"\xff\xfe", 400),
        (b"[" * 60_000, 400),
        ({"nothing": 1}, 400),
        ({"task": "halp"}, 400),
        ({"task": "https://evil.example.com/rest/api/longtask/1"}, 400),
        ({"task": "1 2"}, 400),
        ({"task": "1", "label": ["a"]}, 400),
        ({"task": "1", "verbosity": "loud"}, 400),
        (b" " * (64 * 1024 + 1), 413),
        (b'{"task": "halp"}' + b" " * (64 * 1024 - 16), 400),
    ],
)
async def test_a_call_that_cannot_be_read_is_refused_with_one_sentence_and_starts_nothing(
    stepped: SteppedBot, body: object, status: int
) -> None:
    address = await make_hook(stepped)
    before = len(await stepped.commands())

    reply = await call(address, body)

    assert (reply.status, list(reply.body)) == (status, ["error"])
    assert (reply.body["error"].count("\n"), len(await stepped.commands()) - before) == (0, 0)


async def test_refusals_are_in_the_language_of_the_maker(stepped: SteppedBot) -> None:
    stepped.slack.users[PERSON].locale = "de-DE"
    address = await make_hook(stepped)

    reply = await call(address, {"task": "halp"})

    assert reply.body["error"].startswith("„halp“ ist kein Confluence-Vorgang, ")


# -- how often


async def test_ten_calls_a_minute_are_taken(stepped: SteppedBot, en: Texts) -> None:
    address = await make_hook(stepped)
    stepped.slack.add_channel("C0OTHER", "other", members=[PERSON])
    other = await make_hook(stepped, channel="C0OTHER")
    began = stepped.clock()
    for _ in range(10):
        assert (await call(address, {})).status == 400
        stepped.clock.move(1)

    refused = await call(address, {})
    assert (refused.status, refused.body) == (429, error(replies.call_too_often(en)))
    assert refused.headers["Retry-After"] == "50"
    assert (await call(other, {})).status == 400
    stepped.clock.at = began + timedelta(seconds=59)
    assert (await call(address, {})).status == 429
    stepped.clock.move(1)
    assert [(await call(address, {})).status for _ in range(2)] == [400, 429]


async def test_the_limit_of_a_token_holds_over_a_restart(stepped: SteppedBot) -> None:
    address = await make_hook(stepped)
    for _ in range(10):
        await call(address, {})

    await stepped.stop()
    await stepped.start()

    assert (await call(address, {})).status == 429


async def test_an_unknown_token_gets_one_fixed_answer_and_its_address_a_limit(
    stepped: SteppedBot, en: Texts, logs: list[EventDict]
) -> None:
    address = await make_hook(stepped)
    assert (await call(address, {})).status == 400
    root = address.rpartition("/")[0]
    wrong = [f"{root}/{'A' * 43}", f"{root}/short", f"{root}/{'A' * 500}", f"{root}/%00", f"{address}x"]

    several = [await call(url, {"task": "1"}) for url in wrong]

    assert [(reply.status, reply.body) for reply in several] == [(404, error(replies.call_unknown(en)))] * len(wrong)
    for _ in range(20 - len(wrong)):
        assert (await call(wrong[0], {})).status == 404
    limited = await call(wrong[0], {})
    assert (limited.status, limited.body) == (429, error(replies.call_too_often(en)))
    assert limited.headers["Retry-After"] == "60"
    # A hook that has been called before is served, also from this address.
    assert (await call(address, {})).status == 400
    stepped.clock.move(60)
    assert [(await call(url, {})).status for url in (wrong[0], address)] == [404, 400]
    assert [log for log in logs if "/hook/" in str(log) or address[-43:] in str(log)] == []


# -- who may


def leave(stepped: SteppedBot) -> None:
    """The maker leaves the channel."""
    stepped.slack.channels[CHANNEL].members.discard(PERSON)


def become_guest(stepped: SteppedBot) -> None:
    """The maker becomes a guest."""
    stepped.slack.users[PERSON].is_restricted = True


def archive(stepped: SteppedBot) -> None:
    """Somebody archives the channel."""
    stepped.slack.archive(CHANNEL)


def kick(stepped: SteppedBot) -> None:
    """Somebody removes the bot."""
    stepped.slack.kick(CHANNEL)


def kick_from_private(stepped: SteppedBot) -> None:
    """The channel becomes a private one, and the bot is removed."""
    stepped.slack.channels[CHANNEL].private = True
    stepped.slack.kick(CHANNEL)


@pytest.mark.parametrize(
    ("happens", "reason"),
    [
        (leave, HookEnd.LEFT),
        (become_guest, HookEnd.NOT_MEMBER),
        (archive, HookEnd.CLOSED),
        (kick, HookEnd.CLOSED),
        (kick_from_private, HookEnd.CLOSED),
    ],
)
async def test_a_hook_that_may_be_used_no_longer_ends_at_the_next_call_and_its_maker_is_informed(
    stepped: SteppedBot, en: Texts, happens: Callable[[SteppedBot], None], reason: HookEnd, logs: list[EventDict]
) -> None:
    address, remote_id = await make_hook(stepped), stepped.sandbox.begin(STALL)
    happens(stepped)

    reply = await call_and_step(stepped, address, answered(remote_id))

    assert (reply.status, reply.body) == (410, error(replies.call_over(en)))
    (message,) = await stepped.until(lambda: stepped.slack.dms(PERSON))
    assert message.text == replies.hook_over(en, reason, channel_id=CHANNEL).text
    assert (await call(address, answered(remote_id))).status == 404
    await stepped.run(30)
    assert (stepped.slack.messages(CHANNEL), len(stepped.slack.dms(PERSON))) == ([], 1)
    ended = [(log["reason"], log["user"], log["channel"]) for log in logs if log["event"] == "hook_ended"]
    assert ended == [(reason.value, PERSON, CHANNEL)]


async def test_the_hook_of_somebody_deactivated_ends(stepped: SteppedBot) -> None:
    address, remote_id = await make_hook(stepped), stepped.sandbox.begin(STALL)
    stepped.slack.users[PERSON].deleted = True

    assert (await call_and_step(stepped, address, answered(remote_id))).status == 410
    await stepped.run(30)
    assert (await call(address, answered(remote_id))).status == 404
    assert stepped.slack.messages(CHANNEL) == []


async def test_nothing_is_followed_while_another_organization_reads_the_channel(stepped: SteppedBot, en: Texts) -> None:
    address, remote_id = await make_hook(stepped), stepped.sandbox.begin(STALL)
    await stepped.slack.share(CHANNEL)

    reply = await call_and_step(stepped, address, answered(remote_id))
    assert (reply.status, reply.body) == (403, error(replies.call_not_in_shared(en)))

    await stepped.slack.unshare(CHANNEL)
    assert (await call_and_step(stepped, address, answered(remote_id))).status == 201


@pytest.mark.parametrize("method", ["users.info", "conversations.info", "conversations.members"])
async def test_where_slack_does_not_answer_what_it_said_within_a_day_holds(
    stepped: SteppedBot, en: Texts, method: str
) -> None:
    address = await make_hook(stepped)
    stepped.slack.faults.add(method, Fault.status(503), probability=1.0)
    stepped.clock.move(HOLDS.total_seconds() - 600)
    first = stepped.sandbox.begin(STALL)
    assert (await call_and_step(stepped, address, answered(first))).status == 201

    stepped.clock.move(1_200)
    second = stepped.sandbox.begin(STALL)
    reply = await call_and_step(stepped, address, answered(second))

    assert (reply.status, reply.body) == (503, error(replies.call_not_checked(en)))
    stepped.slack.faults.clear()
    assert (await call_and_step(stepped, address, answered(second))).status == 201


async def test_a_channel_that_takes_no_posts_ends_its_hook_with_the_thread(stepped: SteppedBot, en: Texts) -> None:
    address, remote_id = await make_hook(stepped), stepped.sandbox.begin(STALL)
    stepped.slack.faults.add("chat.postMessage", Fault.error("is_archived"), times=1)

    reply = await call_and_step(stepped, address, answered(remote_id))

    assert (reply.status, reply.body) == (422, error(replies.call_not_posted(en)))
    await stepped.run(10)
    said = [message.text for message in stepped.slack.dms(PERSON)]
    assert [f"<#{CHANNEL}> was archived, so updates have stopped." in text for text in said] == [True, False]
    assert said[1] == replies.hook_over(en, HookEnd.CLOSED, channel_id=CHANNEL).text
    assert (await call(address, answered(remote_id))).status == 404


# -- the end of the process


async def test_a_script_that_waits_is_answered_when_the_process_ends(stepped: SteppedBot) -> None:
    address, remote_id = await make_hook(stepped), stepped.sandbox.begin(STALL)
    stepped.worker.wake.clear()
    calling = asyncio.create_task(call(address, answered(remote_id)))
    # It is stored.
    await stepped.worker.wake.wait()

    stepped.bot.stopping.set()

    reply = await calling
    assert (reply.status, reply.body) == (202, {"id": remote_id})


async def test_only_posts_are_taken(stepped: SteppedBot) -> None:
    address = await make_hook(stepped)

    async with aiohttp.ClientSession() as session, session.get(address) as response:
        assert (response.status, address[-43:] in await response.text()) == (405, False)
