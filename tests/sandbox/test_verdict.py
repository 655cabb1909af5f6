"""The verdict is silent about a thread that is as expected, and names whatever is missing, doubled or wrong."""

from collections.abc import Callable

import msgspec
import pytest

from bot.domain.states import Outcome, Trouble
from bot.render.troubles import TROUBLES
from sandbox.confluence import Note
from sandbox.environment import CHANNEL, PERSON, TEAM, Sandbox
from sandbox.scenarios import Expected
from sandbox.slack.content import Content
from sandbox.slack.records import Message
from sandbox.verdict import problems, strays

TASK = "3145728001"
DESTINATION = "/spaces/DEST/pages/98765433/Team+handbook"
RENAMED = "*2 pages were renamed because their titles were taken in the destination.*\n• “A” is now “B”"
ATTACHMENTS = (
    "*Attachments were not copied, because whoever started the copy may not add them in the destination space.*"
)
EXPECTED = Expected(
    outcome=Outcome.PROBLEMS,
    findings={"WARN_RENAME_PAGE": 2, "WARN_IGNORE_COPY_ATTACHMENT": 1},
    destination=DESTINATION,
    troubles=(Trouble.DOWN,),
    last_percent=100,
)
ROOT = f"*Finished with problems*: Copying pages (long task {TASK})\nFollowed by <@{PERSON}>."
CARD = "Finished with problems: Copying pages · 100%\n3 warnings"


class Stage:
    """Writes a thread by hand, as the bot would."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.slack = sandbox.slack
        self.sandbox = sandbox
        self.link = f"<{sandbox.confluence.people_url}{DESTINATION}|Open in Confluence>"
        self.root = self.post(ROOT)
        self.thread: dict[str, Message] = {}

    def post(self, text: str, *, thread: bool = False) -> Message:
        return self.slack.post(
            self.slack.workspaces[TEAM],
            self.slack.channels[CHANNEL],
            Content(text=text),
            thread_ts=self.root.ts if thread else None,
        )

    def tell(self) -> "Stage":
        """Everything that is expected, each message under a name."""
        for name, text in (
            ("card", CARD),
            ("renamed", RENAMED),
            ("down", TROUBLES[Trouble.DOWN].starts),
            ("up", TROUBLES[Trouble.DOWN].ends + "\nIt lasted 7 minutes"),
            ("attachments", ATTACHMENTS),
            ("completion", f"<@{PERSON}>\n*Finished with problems*: Copying pages (long task {TASK})\n{self.link}"),
        ):
            self.thread[name] = self.post(text, thread=True)
        return self

    def edit(self, name: str, text: str) -> None:
        self.slack.edit(self.thread[name], Content(text=text))

    def problems(self, expected: Expected = EXPECTED) -> list[str]:
        return problems(self.sandbox, TASK, expected)


@pytest.fixture
def stage(sandbox: Sandbox) -> Stage:
    return Stage(sandbox).tell()


def test_a_thread_as_expected_has_no_problems(stage: Stage) -> None:
    assert (stage.problems(), strays(stage.sandbox, {TASK})) == ([], [])


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("renamed", ["WARN_RENAME_PAGE is told 0 times instead of 2."]),
        ("attachments", ["WARN_IGNORE_COPY_ATTACHMENT is told 0 times instead of 1."]),
        ("down", ["That “down” starts is told 0 times instead of 1."]),
        ("up", ["That “down” ends is told 0 times instead of 1."]),
        ("completion", ["0 replies mention the follower instead of 1."]),
    ],
)
def test_a_missing_reply_is_named(stage: Stage, name: str, said: list[str]) -> None:
    stage.slack.delete(stage.thread[name])
    assert stage.problems() == said


@pytest.mark.parametrize(
    ("name", "said"),
    [
        (
            "renamed",
            [
                "WARN_RENAME_PAGE is told 4 times instead of 2.",
                "A warning stands after the reply that tells the end.",
            ],
        ),
        (
            "attachments",
            [
                "WARN_IGNORE_COPY_ATTACHMENT is told 2 times instead of 1.",
                "A warning stands after the reply that tells the end.",
            ],
        ),
        ("down", ["That “down” starts is told 2 times instead of 1."]),
        ("up", ["That “down” ends is told 2 times instead of 1."]),
        ("completion", ["2 replies mention the follower instead of 1."]),
        ("card", [f"The thread holds something else: {CARD.replace(chr(10), ' / ')!r}."]),
    ],
)
def test_a_doubled_reply_is_named(stage: Stage, name: str, said: list[str]) -> None:
    stage.post(stage.thread[name].text, thread=True)
    assert stage.problems() == said


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        (
            "card",
            "Copying pages · 100%",
            [
                f"The card's {where} do not say 'Finished with problems': 'Copying pages · 100%'."
                for where in ("text", "blocks")
            ],
        ),
        (
            "card",
            "Finished with problems: Copying pages · 97%",
            [
                f"The card's {where} do not say 100%: 'Finished with problems: Copying pages · 97%'."
                for where in ("text", "blocks")
            ],
        ),
        (
            "renamed",
            "*1 page was renamed because its title was taken in the destination.*",
            ["WARN_RENAME_PAGE is told 1 times instead of 2."],
        ),
        (
            "renamed",
            RENAMED + "\n*Something else.*",
            ["A warning is told that is none of the expected: 'Something else.'."],
        ),
    ],
)
def test_a_wrong_message_is_named(stage: Stage, name: str, text: str, said: list[str]) -> None:
    stage.edit(name, text)
    assert stage.problems() == said


def test_a_wrong_end_is_named(stage: Stage) -> None:
    stage.edit("completion", f"<@{PERSON}>\n*Finished*: Copying pages (long task {TASK})")
    address = stage.sandbox.confluence.people_url + DESTINATION
    assert stage.problems() == [
        (
            "The last reply does not say '*Finished with problems*' of 3145728001: "
            f"'<@{PERSON}> / *Finished*: Copying pages (long task {TASK})'."
        ),
        f"The last reply links to [] instead of {address}.",
    ]


def test_a_link_where_none_is_expected_is_named(stage: Stage) -> None:
    address = stage.sandbox.confluence.people_url + DESTINATION
    nowhere = msgspec.structs.replace(EXPECTED, destination=None)
    assert stage.problems(nowhere) == [f"The last reply links to ['{address}'] instead of None."]


def test_a_root_with_another_outcome_is_named(stage: Stage) -> None:
    stage.slack.edit(stage.root, Content(text=ROOT.replace("Finished with problems", "Following")))
    assert [sentence.partition(":")[0] for sentence in stage.problems()] == [
        "The message in the channel about 3145728001 does not say '*Finished with problems*"
    ]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda stage: stage.slack.delete(stage.root), "There are 0 messages about it in the channel instead of 1."),
        (lambda stage: stage.post(ROOT), "There are 2 messages about it in the channel instead of 1."),
    ],
)
def test_a_missing_or_doubled_root_is_named(stage: Stage, change: Callable[[Stage], object], said: str) -> None:
    change(stage)
    assert stage.problems() == [said]


def test_what_was_listed_for_a_while_may_be_told_or_not(stage: Stage) -> None:
    fleeting = msgspec.structs.replace(
        EXPECTED, findings={"WARN_RENAME_PAGE": 2}, fleeting=(Note("WARN_IGNORE_COPY_ATTACHMENT"),)
    )
    assert stage.problems(fleeting) == []
    stage.slack.delete(stage.thread["attachments"])
    assert stage.problems(fleeting) == []


def test_what_belongs_to_nothing_is_named(stage: Stage) -> None:
    stage.post("Hello")
    stage.post("Hello below", thread=True)
    assert strays(stage.sandbox, {TASK}) == ["The channel holds something else: 'Hello'."]
    assert stage.problems() == ["The thread holds something else: 'Hello below'."]


@pytest.mark.parametrize(
    ("error", "said"), [("invalid_blocks", ["Slack refused chat.update: invalid_blocks."]), ("ratelimited", [])]
)
def test_what_slack_refused_is_named_and_a_pause_is_no_refusal(stage: Stage, error: str, said: list[str]) -> None:
    answer = {"ok": False, "error": error}
    stage.slack.log_call("chat.update", team_id=TEAM, arguments={}, status=200, answer=answer, fault=None)
    assert strays(stage.sandbox, {TASK}) == said


async def test_an_unanswered_command_is_named(stage: Stage) -> None:
    stage.slack.request_url = "http://127.0.0.1:1/"
    await stage.sandbox.type("help")
    assert strays(stage.sandbox, {TASK}) == ["“/longtask help” was not answered properly: dispatch_failed."]
