"""Which message of a thread comes next."""

from bot.deliver.candidates import CONSIDERED
from bot.domain.message_facts import TroubleOver, TroubleStarted
from bot.domain.message_kinds import MessageKind
from bot.domain.message_plan import Draft
from bot.domain.states import Outcome, Trouble
from sandbox.slack import Fault
from tests.support.delivery import FRIEND, DeliveryRig, renamed
from tests.support.filled_database import CHANNEL, OWNER


async def test_a_thread_begins_with_its_root_and_its_card(both: DeliveryRig) -> None:
    thread = await both.add_posted_thread()
    assert [len(both.slack.messages(CHANNEL)), len(both.replies())] == [1, 1]
    assert await both.states(thread) == ["root posted", "card posted"]
    assert both.slack.limits.report() == {}
    assert both.calls("chat.update") == []


async def test_the_completion_comes_after_all_warnings(both: DeliveryRig) -> None:
    thread = await both.add_thread()
    for number in range(4):
        await both.add_warnings(thread, renamed(number))
    await both.end(thread, Outcome.PROBLEMS)
    await both.run(20)
    assert [reply.mentions for reply in both.replies()] == [(), (), (), (), (), (OWNER, FRIEND)]
    assert ["Page" in reply.text for reply in both.replies()[1:]] == [True, True, True, True, False]
    assert both.slack.limits.report() == {}


async def test_a_completion_waits_for_the_warning_before_it(rig: DeliveryRig) -> None:
    thread = await rig.add_posted_thread()
    rig.slack.faults.add("chat.postMessage", Fault.status(500), times=3)
    await rig.add_warnings(thread, renamed(1))
    await rig.end(thread, Outcome.PROBLEMS)
    await rig.run(4)
    assert len(rig.replies()) == 1
    await rig.run(20)
    assert [reply.mentions for reply in rig.replies()] == [(), (), (OWNER, FRIEND)]


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
