"""Which message of a thread comes next."""

from datetime import timedelta

from bot.deliver.candidates import CONSIDERED, candidates
from bot.domain.message_facts import TroubleOver, TroubleStarted
from bot.domain.message_kinds import MessageKind
from bot.domain.message_plan import Draft
from bot.domain.pacing import Method, Urgency
from bot.domain.states import Outcome, Trouble
from sandbox.slack import Fault
from tests.support.delivery import FRIEND, DeliveryRig, renamed
from tests.support.filled_database import CHANNEL, OWNER, TEAM, finding


async def test_a_thread_begins_with_its_root_and_its_card(both: DeliveryRig) -> None:
    thread = await both.add_posted_thread()
    assert [len(both.slack.messages(CHANNEL)), len(both.replies())] == [1, 1]
    assert await both.states(thread) == ["root posted", "card posted"]
    assert both.slack.limits.report() == {}
    assert both.calls("chat.update") == []


async def test_the_completion_comes_after_all_warnings(both: DeliveryRig) -> None:
    thread = await both.add_posted_thread()
    kinds = [finding(1), finding(1, key="WARN_SOMETHING"), finding(1, key="WARN_OTHER")]
    for one in kinds:
        await both.add_posted_warnings(thread, [one])
    await both.end(thread, Outcome.PROBLEMS)
    await both.run(20)
    assert [reply.mentions for reply in both.replies()] == [(), (), (), (), (OWNER, FRIEND)]
    assert ["Page 1" in reply.text for reply in both.replies()[1:]] == [True, True, True, False]
    assert both.slack.limits.report() == {}


async def test_a_reply_that_was_not_begun_when_the_end_came_is_named_by_the_completion(both: DeliveryRig) -> None:
    thread = await both.add_posted_thread()
    await both.add_posted_warnings(thread, [finding(1, key="WARN_SOMETHING")])
    await both.add_warnings(thread, renamed(1))
    await both.end(thread, Outcome.PROBLEMS)
    await both.finish()
    assert (await both.states(thread))[2:] == ["warnings posted", "warnings dropped", "completion posted"]
    completion = both.replies()[-1].text
    assert ["1 copy was renamed" in completion, "Something" in completion] == [True, False]
    assert both.replies()[1].text.startswith("*1 warning. Confluence says: “Something”*")


async def test_a_completion_waits_for_the_warning_before_it_that_may_be_in_slack(rig: DeliveryRig) -> None:
    thread = await rig.add_posted_thread()
    rig.slack.faults.add("chat.postMessage", Fault.status(500), times=3)
    await rig.add_warnings(thread, renamed(1))
    await rig.run(0.5)
    await rig.end(thread, Outcome.PROBLEMS)
    await rig.run(4)
    assert len(rig.replies()) == 1
    await rig.run(20)
    assert [reply.mentions for reply in rig.replies()] == [(), (), (OWNER, FRIEND)]
    assert ["renamed because" in reply.text for reply in rig.replies()] == [False, True, False]


async def test_trouble_that_is_over_before_it_is_posted_is_not_posted(rig: DeliveryRig) -> None:
    thread, since = await rig.add_posted_thread(), rig.clock()
    await rig.filled.add_messages(
        thread,
        Draft(kind=MessageKind.TROUBLE, facts=TroubleStarted(trouble=Trouble.DOWN, since=since)),
        Draft(kind=MessageKind.TROUBLE, facts=TroubleStarted(trouble=Trouble.STALLED, since=since)),
        Draft(kind=MessageKind.TROUBLE, facts=TroubleOver(trouble=Trouble.DOWN, since=since)),
    )
    await rig.run(8)
    assert (await rig.states(thread))[2:] == ["trouble dropped", "trouble posted", "trouble dropped"]
    assert [reply.text.startswith("No progress") for reply in rig.replies()] == [False, True]


async def test_the_end_of_a_trouble_whose_beginning_is_posted_is_posted(rig: DeliveryRig) -> None:
    thread, since = await rig.add_posted_thread(), rig.clock()
    began = TroubleStarted(trouble=Trouble.DOWN, since=since)
    await rig.filled.add_messages(thread, Draft(kind=MessageKind.TROUBLE, facts=began))
    await rig.run(4)
    over = TroubleOver(trouble=Trouble.DOWN, since=since)
    await rig.filled.add_messages(thread, Draft(kind=MessageKind.TROUBLE, facts=over))
    await rig.run(4)
    assert (await rig.states(thread))[2:] == ["trouble posted", "trouble posted"]


async def test_a_flood_in_one_channel_does_not_keep_another_from_its_root(rig: DeliveryRig) -> None:
    for _ in range(CONSIDERED + 1):
        await rig.add_thread()
    await rig.add_thread(channel="C2")
    await rig.run(3)
    assert len(rig.slack.messages("C2")) == 1


# -- the end came first


async def test_a_card_that_was_not_begun_when_the_end_came_is_not_posted(both: DeliveryRig) -> None:
    thread = await both.add_thread()
    await both.run_up_to(thread, MessageKind.CARD)
    await both.end(thread)
    await both.finish()
    assert await both.states(thread) == ["root posted", "card dropped", "completion posted"]
    assert [reply.mentions for reply in both.replies()] == [(OWNER, FRIEND)]


async def test_a_card_that_may_be_in_slack_is_posted_again_and_shows_the_end(rig: DeliveryRig) -> None:
    thread = await rig.add_thread()
    await rig.run_up_to(thread, MessageKind.CARD)
    rig.slack.faults.add("chat.postMessage", Fault.drop_after())
    await rig.run(1.5)
    await rig.end(thread)
    await rig.finish()
    assert await rig.states(thread) == ["root posted", "card posted", "completion posted"]
    assert [(reply.text.partition(":")[0], reply.mentions) for reply in rig.replies()[1:]] == [
        ("*Finished*", ()),
        ("*Finished*", (OWNER, FRIEND)),
    ]


async def test_a_completion_without_a_card_has_the_buttons_of_the_card(rig: DeliveryRig) -> None:
    thread = await rig.add_thread()
    await rig.end(thread, Outcome.UNKNOWN)
    await rig.finish()
    (completion,) = rig.replies()
    buttons = [element for block in completion.blocks if block["type"] == "actions" for element in block["elements"]]
    assert [(button["action_id"], button["value"]) for button in buttons] == [("follow_again", str(thread))]
    with_card = await rig.add_thread(channel="C2")
    await rig.run(6)
    await rig.end(with_card, Outcome.UNKNOWN)
    await rig.finish()
    assert [block["type"] for block in rig.replies("C2")[1].blocks].count("actions") == 0


# -- the order of threads


async def test_a_thread_is_as_urgent_and_as_old_as_its_most_urgent_message(rig: DeliveryRig) -> None:
    standing, started = await rig.add_posted_thread(channel="C2"), await rig.add_thread()
    ended_at = rig.clock()
    for thread in (started, standing):
        await rig.end(thread)
    async with rig.database.read() as connection:
        listed = await candidates(connection, TEAM, busy=frozenset(), now=rig.clock())
    posts = [work.candidate for work in listed.work if work.candidate.method is Method.POST]
    assert [(post.urgency, post.posts, post.since) for post in posts] == [
        (Urgency.COMPLETION, 1, ended_at),
        (Urgency.COMPLETION, 2, ended_at),
    ]


async def test_no_edit_is_considered_before_slack_allows_the_next_and_every_post_is(rig: DeliveryRig) -> None:
    edited, ended = await rig.add_posted_thread(), await rig.add_posted_thread(channel="C2")
    await rig.look(edited, 50.0)
    await rig.end(ended)
    now = rig.clock()
    later = now + timedelta(seconds=1.2)
    async with rig.database.read() as connection:
        before, after = [
            await candidates(connection, TEAM, busy=frozenset(), now=now, edits_at=at) for at in (later, now)
        ]

    assert [work.candidate.method for work in before.work] == [Method.POST]
    assert before.next_at == later
    assert {work.candidate.method for work in after.work} == {Method.POST, Method.UPDATE}
