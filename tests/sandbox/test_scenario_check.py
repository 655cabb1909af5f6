"""A thread that is as expected passes; all that is missing, doubled or wrong is named."""

from collections.abc import Callable

import msgspec
import pytest

from bot.domain.states import Outcome, Trouble
from bot.render.troubles import TROUBLES
from sandbox.confluence import Note
from sandbox.harness import CHANNEL, PERSON, TEAM, Sandbox
from sandbox.scenario_check import check_strays, check_thread
from sandbox.scenarios import Expected
from sandbox.slack.message_content import MessageContent
from sandbox.slack.records import PostedMessage

TASK = "3145728001"
DESTINATION = "/spaces/DEST/pages/98765433/Team+handbook"
RENAMED = "*2 copies were renamed because their titles were taken in the destination.*\n• The copy of “A” is called “B”"
ATTACHMENTS = (
    "*Attachments were not copied, because the person who started the copy is not allowed to add them in the "
    "destination space.*"
)
EXPECTED = Expected(
    outcome=Outcome.PROBLEMS,
    findings={"WARN_RENAME_PAGE": 2, "WARN_IGNORE_COPY_ATTACHMENT": 1},
    destination=DESTINATION,
    troubles=(Trouble.DOWN,),
    last_percent=100,
)
ROOT = f"*Finished with problems*: copying pages\nWas followed by <@{PERSON}> · Confluence task {TASK}"
CARD = "*Finished with problems*: copying pages · 100%\n3 warnings"


class Thread:
    """A thread written by hand, as the bot would."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.slack = sandbox.slack
        self.sandbox = sandbox
        self.link = f"<{sandbox.confluence.people_url}{DESTINATION}|DEST › Team handbook 2>"
        self.root = self.post(ROOT)
        self.replies: dict[str, PostedMessage] = {}

    def post(self, text: str, *, thread: bool = False) -> PostedMessage:
        return self.slack.post(
            self.slack.workspaces[TEAM],
            self.slack.channels[CHANNEL],
            MessageContent(text=text),
            thread_ts=self.root.ts if thread else None,
        )

    def write(self) -> "Thread":
        """Post all that is expected, each message under a name."""
        for name, text in (
            ("card", CARD),
            ("renamed", RENAMED),
            ("down", TROUBLES[Trouble.DOWN].starts),
            ("up", TROUBLES[Trouble.DOWN].ends + "\nThe interruption lasted 7 min"),
            ("attachments", ATTACHMENTS),
            (
                "completion",
                f"*Finished with problems*: copying pages → {self.link}\nConfluence task {TASK}\n<@{PERSON}>",
            ),
        ):
            self.replies[name] = self.post(text, thread=True)
        return self

    def edit(self, name: str, text: str) -> None:
        self.slack.edit(self.replies[name], MessageContent(text=text))

    def problems(self, expected: Expected = EXPECTED) -> list[str]:
        return check_thread(self.sandbox, TASK, expected)


@pytest.fixture
def thread(sandbox: Sandbox) -> Thread:
    return Thread(sandbox).write()


def test_a_thread_as_expected_has_no_problems(thread: Thread) -> None:
    assert (thread.problems(), check_strays(thread.sandbox, {TASK})) == ([], [])


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("renamed", ["WARN_RENAME_PAGE is reported 0 times instead of 2."]),
        ("attachments", ["WARN_IGNORE_COPY_ATTACHMENT is reported 0 times instead of 1."]),
        ("down", ["That “down” starts is reported 0 times instead of 1."]),
        ("up", ["That “down” ends is reported 0 times instead of 1."]),
        ("completion", ["0 replies mention the follower instead of 1."]),
    ],
)
def test_a_missing_reply_is_named(thread: Thread, name: str, said: list[str]) -> None:
    thread.slack.delete(thread.replies[name])
    assert thread.problems() == said


@pytest.mark.parametrize(
    ("name", "said"),
    [
        (
            "renamed",
            [
                "WARN_RENAME_PAGE is reported in 2 places instead of 1.",
                "A warning comes after the completion.",
            ],
        ),
        (
            "attachments",
            [
                "WARN_IGNORE_COPY_ATTACHMENT is reported in 2 places instead of 1.",
                "A warning comes after the completion.",
            ],
        ),
        ("down", ["That “down” starts is reported 2 times instead of 1."]),
        ("up", ["That “down” ends is reported 2 times instead of 1."]),
        ("completion", ["2 replies mention the follower instead of 1."]),
        ("card", [f"The thread holds something else: {CARD.replace(chr(10), ' / ')!r}."]),
    ],
)
def test_a_doubled_reply_is_named(thread: Thread, name: str, said: list[str]) -> None:
    thread.post(thread.replies[name].text, thread=True)
    assert thread.problems() == said


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
            "*Finished with problems*: copying pages · 97%",
            [
                f"The card's {where} do not say 100%: '*Finished with problems*: copying pages · 97%'."
                for where in ("text", "blocks")
            ],
        ),
        (
            "renamed",
            "*1 copy was renamed because its title was taken in the destination.*",
            ["WARN_RENAME_PAGE is reported 1 times instead of 2."],
        ),
        (
            "renamed",
            RENAMED.replace("*2 copies", "*So far: 2 copies"),
            [
                (
                    "An unexpected warning is reported: "
                    "'So far: 2 copies were renamed because their titles were taken in the destination.'."
                ),
                "WARN_RENAME_PAGE is reported 0 times instead of 2.",
            ],
        ),
        (
            "renamed",
            RENAMED + "\n*Something else.*",
            ["An unexpected warning is reported: 'Something else.'."],
        ),
    ],
)
def test_a_wrong_message_is_named(thread: Thread, name: str, text: str, said: list[str]) -> None:
    thread.edit(name, text)
    assert thread.problems() == said


def test_the_completion_may_report_what_no_reply_does(thread: Thread) -> None:
    thread.slack.delete(thread.replies["renamed"])
    completion = thread.replies["completion"].text
    thread.edit("completion", f"{completion}\n{RENAMED}\n• <https://wiki.example.com/pages/1|“A”>")
    assert thread.problems() == []
    thread.edit("completion", f"{completion}\n*1 copy was renamed because its title was taken in the destination.*")
    assert thread.problems() == ["WARN_RENAME_PAGE is reported 1 times instead of 2."]
    thread.edit("completion", f"{completion}\n{RENAMED}\n{ATTACHMENTS}")
    assert thread.problems() == ["WARN_IGNORE_COPY_ATTACHMENT is reported in 2 places instead of 1."]


def test_a_wrong_end_is_named(thread: Thread) -> None:
    thread.edit("completion", f"*Finished*: copying pages\nConfluence task {TASK}\n<@{PERSON}>")
    address = thread.sandbox.confluence.people_url + DESTINATION
    assert thread.problems() == [
        (
            "The last reply does not say '*Finished with problems*' of 3145728001: "
            f"'*Finished*: copying pages / Confluence task {TASK} / <@{PERSON}>'."
        ),
        f"The last reply links to [] instead of {address}.",
    ]


def test_a_link_where_none_is_expected_is_named(thread: Thread) -> None:
    address = thread.sandbox.confluence.people_url + DESTINATION
    nowhere = msgspec.structs.replace(EXPECTED, destination=None)
    assert thread.problems(nowhere) == [f"The last reply links to ['{address}'] instead of None."]


def test_a_root_with_another_outcome_is_named(thread: Thread) -> None:
    thread.slack.edit(thread.root, MessageContent(text=ROOT.replace("Finished with problems", "Finished")))
    assert [sentence.partition(":")[0] for sentence in thread.problems()] == [
        "The message in the channel about 3145728001 does not say '*Finished with problems*'"
    ]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda thread: thread.slack.delete(thread.root), "There are 0 messages about it in the channel instead of 1."),
        (lambda thread: thread.post(ROOT), "There are 2 messages about it in the channel instead of 1."),
    ],
)
def test_a_missing_or_doubled_root_is_named(thread: Thread, change: Callable[[Thread], object], said: str) -> None:
    change(thread)
    assert thread.problems() == [said]


def test_what_was_listed_for_a_while_may_be_reported_or_not(thread: Thread) -> None:
    fleeting = msgspec.structs.replace(
        EXPECTED, findings={"WARN_RENAME_PAGE": 2}, fleeting=(Note("WARN_IGNORE_COPY_ATTACHMENT"),)
    )
    assert thread.problems(fleeting) == []
    thread.slack.delete(thread.replies["attachments"])
    assert thread.problems(fleeting) == []


def test_what_belongs_to_nothing_is_named(thread: Thread) -> None:
    thread.post("Hello")
    thread.post("Hello below", thread=True)
    assert check_strays(thread.sandbox, {TASK}) == ["The channel holds something else: 'Hello'."]
    assert thread.problems() == ["The thread holds something else: 'Hello below'."]


def test_the_whole_list_may_follow_as_text(thread: Thread) -> None:
    thread.post("• A copy was renamed: The copy of “Plan” is called “Plan (2)”", thread=True)
    assert thread.problems() == []


@pytest.mark.parametrize(
    ("error", "said"), [("invalid_blocks", ["Slack refused chat.update: invalid_blocks."]), ("ratelimited", [])]
)
def test_what_slack_refused_is_named_and_a_pause_is_no_refusal(thread: Thread, error: str, said: list[str]) -> None:
    answer = {"ok": False, "error": error}
    thread.slack.log_call("chat.update", team_id=TEAM, arguments={}, status=200, answer=answer, fault=None)
    assert check_strays(thread.sandbox, {TASK}) == said


async def test_an_unanswered_command_is_named(thread: Thread) -> None:
    thread.slack.request_url = "http://127.0.0.1:1/"
    await thread.sandbox.type("help")
    assert check_strays(thread.sandbox, {TASK}) == ["“/longtask help” was not answered properly: dispatch_failed."]


def test_in_a_thread_that_nobody_asked_for_the_completion_is_known_beside_the_card(thread: Thread) -> None:
    thread.edit("card", CARD)
    assert check_thread(thread.sandbox, TASK, EXPECTED, follower=None) == []

    thread.slack.delete(thread.replies["completion"])
    said = check_thread(thread.sandbox, TASK, EXPECTED, follower=None)
    assert said == ["0 replies say how it ended instead of 1."]
