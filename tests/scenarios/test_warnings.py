"""What a thread says of warnings: one reply about each kind, edited while it grows; the completion names the rest."""

from itertools import pairwise

import pytest

from bot.domain.snapshot import Kind
from bot.domain.states import Outcome
from sandbox.confluence.story import Moment, Note, Story
from sandbox.harness import CHANNEL, PERSON, TEAM
from sandbox.scenario_check import check_thread
from sandbox.scenarios import Expected, Scenario
from tests.support.stepped_bot import SteppedBot

RENAMES = tuple(Note("WARN_RENAME_PAGE", (f"Page {number}", f"Copy of Page {number}")) for number in range(1, 301))
FIVE_KINDS = (
    *RENAMES[:2],
    Note("WARN_IGNORE_COPY_PERMISSION"),
    Note("WARN_IGNORE_COPY_ATTACHMENT"),
    Note("ERROR_COPY_PAGE", ("Budget", "12345679", "/display/SRC/Budget")),
    Note("ERROR_RELINK"),
)
COUNTS = {
    "WARN_RENAME_PAGE": 2,
    "WARN_IGNORE_COPY_PERMISSION": 1,
    "WARN_IGNORE_COPY_ATTACHMENT": 1,
    "ERROR_COPY_PAGE": 1,
    "ERROR_RELINK": 1,
}


def copying(*notes: tuple[Note, ...], step: float, last: tuple[Note, ...], findings: dict[str, int]) -> Scenario:
    """A copy that has listed so much at each step, and so much at its end."""
    moments = tuple(
        Moment(
            at=step * number,
            percent=number,
            key="STATUS_COPIED_PAGES",
            args=(str(20 * number), "2000"),
            notes=listed,
        )
        for number, listed in enumerate(notes)
    )
    story = Story(
        name="copying",
        operation=Kind.COPY,
        moments=moments,
        ends_at=step * len(notes),
        total=2000,
        last_key="STATUS_COPIED_PAGES",
        last_args=("2000",),
        notes=last,
    )
    expected = Expected(outcome=Outcome.PROBLEMS, findings=findings, last_percent=100)
    return Scenario(name=story.name, kind="cloud", story=story, expected=expected)


MANY = copying(
    *(RENAMES[: 10 * number] for number in range(30)), step=10, last=RENAMES, findings={"WARN_RENAME_PAGE": 300}
)


async def finish(stepped: SteppedBot, remote_id: str, played: Scenario) -> None:
    """Let time pass until nothing more is said."""
    await stepped.until(
        lambda: any(PERSON in reply.mentions for reply in stepped.thread(remote_id)), within=played.seconds + 60
    )
    await stepped.run(20)
    assert check_thread(stepped.sandbox, remote_id, played.expected) == []


@pytest.mark.parametrize("restarted", [False, True])
async def test_three_hundred_renames_over_many_looks_are_one_reply(stepped: SteppedBot, restarted: bool) -> None:
    stepped.slack.workspaces[TEAM].scopes |= {"files:write"}
    remote_id = await stepped.follow(MANY)
    if restarted:
        await stepped.run(100)
        await stepped.stop()
        await stepped.start()

    await finish(stepped, remote_id, MANY)

    card, renamed, completion, file = stepped.thread(remote_id)
    assert len(stepped.slack.messages(CHANNEL)) == 1
    assert (card.text.startswith("*Finished"), completion.mentions, len(file.file_ids)) == (True, (PERSON,), 1)
    assert renamed.text.startswith("*300 copies were renamed because ")
    assert "• 300 copies renamed" in completion.text
    *growing, last = renamed.versions
    assert all(later.at - earlier.at >= 60 for earlier, later in pairwise(growing))
    assert all(version.text.startswith("*So far: ") for version in growing)
    assert len(growing) >= 4
    assert last.at - float(completion.ts) <= 10


async def test_what_is_first_seen_at_the_end_is_named_by_the_completion_alone(stepped: SteppedBot) -> None:
    played = copying((), (), step=8, last=FIVE_KINDS, findings=COUNTS)
    remote_id = await stepped.follow(played)

    await finish(stepped, remote_id, played)

    card, completion = stepped.thread(remote_id)
    assert card.text.startswith("*Finished with problems*")
    lines = completion.text.splitlines()
    assert [line.split(",")[0].strip("*") for line in lines if line.startswith("*")][-5:] == [
        "1 page and its child pages could not be copied.",
        "The links between the copied pages could not be updated.",
        "2 copies were renamed because their titles were taken in the destination.",
        "Page restrictions were not copied",
        "Attachments were not copied",
    ]
    assert [line for line in lines if line.startswith("• The copy of “")] == [
        f"• The copy of “Page {number}” is called “Copy of Page {number}”" for number in (1, 2)
    ]


async def test_a_quiet_thread_has_them_named_at_its_end(stepped: SteppedBot) -> None:
    played = copying((), FIVE_KINDS[:1], step=8, last=FIVE_KINDS, findings=COUNTS)
    remote_id = stepped.sandbox.begin(played)
    await stepped.ask(f"{remote_id} quiet")

    await finish(stepped, remote_id, played)

    assert len(stepped.thread(remote_id)) == 2


async def test_a_thread_that_begins_late_has_what_was_found_before_in_the_same_reply(stepped: SteppedBot) -> None:
    remote_id = await stepped.follow(MANY)
    await stepped.run(60)
    stepped.slack.add_channel("C0LATE", members=[PERSON])
    await stepped.ask(remote_id, channel="C0LATE")
    await stepped.run(120)

    early, late = [stepped.thread(remote_id, channel)[1].text for channel in (CHANNEL, "C0LATE")]

    note = "This includes what was found before this thread began."
    assert (note in early, note in late) == (False, True)
    assert late.startswith("*So far: ")
    assert len(stepped.thread(remote_id, "C0LATE")) == 2


async def test_kinds_without_number_do_not_fill_a_thread(stepped: SteppedBot) -> None:
    kinds = tuple(Note(f"WARN_NUMBER_{number}", ("x",)) for number in range(40))
    played = copying((), kinds, kinds, kinds, kinds, step=15, last=kinds, findings={})
    remote_id = await stepped.follow(played)
    await stepped.until(lambda: any(PERSON in reply.mentions for reply in stepped.thread(remote_id)))
    await stepped.run(30)

    _card, *replies, completion, file = stepped.thread(remote_id)

    assert len(replies) == 12
    assert [line for line in completion.text.splitlines() if line.startswith("Other: ")] == ["Other: 16 warnings"]
    assert file.text != ""
