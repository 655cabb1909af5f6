"""In a terminal the channel looks like Slack, and what is typed arrives."""

import asyncio
import io
import os
import pty
import re
import termios
from datetime import datetime

import pytest
from rich.console import Console
from rich.text import Text

from sandbox.harness import CHANNEL, COLLEAGUE, PERSON, TEAM, Sandbox
from sandbox.slack.message_content import MessageContent
from sandbox.slack.records import EphemeralMessage, Json, PostedMessage
from sandbox.slack_rich import RichRenderer
from sandbox.terminal import LineDisplay, ScreenDisplay, read_keys, read_lines

AT = 1_795_424_520
BLOCKS: tuple[Json, ...] = (
    {"type": "section", "text": {"type": "mrkdwn", "text": "*Copying pages*\n████  38%"}},
    {"type": "context", "elements": [{"type": "mrkdwn", "text": "no warnings"}]},
    {
        "type": "actions",
        "elements": [{"type": "button", "action_id": "stop", "text": {"type": "plain_text", "text": "Stop following"}}],
    },
)


def posted(
    sandbox: Sandbox, text: str, blocks: tuple[Json, ...] | None = None, root: str | None = None
) -> PostedMessage:
    slack = sandbox.slack
    content = MessageContent(text=text, blocks=blocks)
    return slack.post(slack.workspaces[TEAM], slack.channels[CHANNEL], content, thread_ts=root)


def console(*, terminal: bool = False, height: int = 20) -> Console:
    return Console(file=io.StringIO(), width=60, height=height, force_terminal=terminal, color_system=None)


def printed(to: Console) -> list[str]:
    """What was printed, times of day blanked."""
    assert isinstance(to.file, io.StringIO)
    text = re.sub(r"\d\d:\d\d:\d\d", "hh:mm:ss", to.file.getvalue())
    to.file.seek(0)
    to.file.truncate()
    return [line.rstrip() for line in text.splitlines()]


@pytest.mark.parametrize(
    ("mrkdwn", "plain"),
    [
        ("*bold* _italic_ ~struck~ `code`", "bold italic struck code"),
        ("<@U0MARTA> and <@U0NOBODY> in <#C0RELEASES>", "@marta and @unknown in #releases"),
        ("<https://example.com/a?b&amp;c|the page> &lt;b&gt;", "the page <b>"),
        ("2 * 3 * 4, snake_case_name, 5 &amp; 6", "2 * 3 * 4, snake_case_name, 5 & 6"),
        (
            f"Started <!date^{AT}^{{date_short_pretty}} {{time}}|Nov 23>",
            f"Started {datetime.fromtimestamp(AT).astimezone():%d %b %H:%M}",
        ),
        (
            f"at <!date^{AT + 3}^{{time_secs}}|09:02>",
            f"at {datetime.fromtimestamp(AT + 3).astimezone():%d %b %H:%M:%S}",
        ),
        (":white_check_mark: done", "\N{WHITE HEAVY CHECK MARK} done"),
        ("[red]not a style[/red]", "[red]not a style[/red]"),
    ],
)
def test_markup_is_shown_as_slack_shows_it(sandbox: Sandbox, mrkdwn: str, plain: str) -> None:
    assert RichRenderer(sandbox.slack).mrkdwn(mrkdwn).plain == plain


def test_markup_has_its_style(sandbox: Sandbox) -> None:
    shown = RichRenderer(sandbox.slack).mrkdwn("*bold* and `code`")
    assert shown == Text("bold and code", spans=[*Text.assemble(("bold", "bold"), " and ", ("code", "red")).spans])


def test_changes_are_appended_as_they_come(sandbox: Sandbox) -> None:
    to = console()
    seen = LineDisplay(to, sandbox.slack, channel=CHANNEL, person=PERSON)
    sandbox.slack.subscribe(seen.changed)
    root = posted(sandbox, "*Following*: long task 1")
    assert printed(to) == [" longtask APP  hh:mm:ss", " Following: long task 1", ""]
    card = posted(sandbox, "Copying pages", BLOCKS, root.ts)
    card_lines = ["      Copying pages", "      ████  38%", "      no warnings", "       Stop following", ""]
    assert printed(to) == ["      longtask APP  hh:mm:ss", *card_lines]
    sandbox.slack.edit(card, MessageContent(text="Copying pages", blocks=BLOCKS[:1]))
    assert printed(to) == ["      longtask APP  hh:mm:ss  (edited)", *card_lines[:2], ""]
    sandbox.slack.edit(card, MessageContent(text="Copying pages", blocks=BLOCKS[:1]))
    assert printed(to)[1:] == [*card_lines[:2], ""]


def test_what_only_others_see_is_not_shown(sandbox: Sandbox) -> None:
    to = console()
    sandbox.slack.subscribe(LineDisplay(to, sandbox.slack, channel=CHANNEL, person=PERSON).changed)
    for user in (COLLEAGUE, PERSON):
        sandbox.slack.show_to_one(
            EphemeralMessage(ts="1.0", at=AT, user=user, channel=CHANNEL, via="ack", text=f"To {user}")
        )
    assert printed(to) == [" longtask APP  hh:mm:ss  Only visible to you", f" To {PERSON}", ""]


async def test_the_screen_holds_title_channel_remark_and_input(sandbox: Sandbox) -> None:
    to = console(terminal=True, height=8)
    screen = ScreenDisplay(to, sandbox.slack, channel=CHANNEL, person=PERSON, title="#releases")
    posted(sandbox, "*Following*: long task 1")
    screen.remark("Type something")
    for key in "/longtask 1x":
        assert screen.press(key) is None
    screen.press("\x7f")
    to.print(screen.render(), end="")
    rule = "─" * 60
    assert printed(to) == [
        "#releases " + "─" * 50,
        " longtask APP  hh:mm:ss",
        " Following: long task 1",
        "",
        "",
        rule,
        "Type something",
        "> /longtask 1▏",
    ]


async def test_enter_gives_the_line_and_the_arrows_bring_it_back(sandbox: Sandbox) -> None:
    screen = ScreenDisplay(console(), sandbox.slack, channel=CHANNEL, person=PERSON, title="")
    given = [
        screen.press(key) for key in ["h", "é", "\x1b[C", "\n", "\x1b[A", "!", "\r", "\x1b[A", "\x1b[A", "\n", "\n"]
    ]
    assert given == [None, None, None, "hé", None, None, "hé!", None, None, "hé", ""]


async def test_the_screen_scrolls_and_never_further_than_the_channel(sandbox: Sandbox) -> None:
    to = console(terminal=True, height=8)
    screen = ScreenDisplay(to, sandbox.slack, channel=CHANNEL, person=PERSON, title="#releases")
    for number in range(4):
        posted(sandbox, f"Message {number}")

    def shown() -> list[str]:
        to.print(screen.render(), end="")
        return [line.strip() for line in printed(to) if "Message" in line]

    assert shown() == ["Message 3"]
    for _ in range(5):
        screen.press("\x1b[5~")
    assert shown() == ["Message 0"]
    for _ in range(5):
        screen.press("\x1b[6~")
    assert shown() == ["Message 3"]


async def test_keys_arrive_one_by_one_and_the_terminal_is_as_before() -> None:
    outside, inside = pty.openpty()
    with os.fdopen(inside) as stdin:
        came: asyncio.Queue[str] = asyncio.Queue()
        before = termios.tcgetattr(inside)
        with read_keys(stdin, came.put_nowait):
            os.write(outside, "é\x1b[5~\n".encode())
            assert [await came.get() for _ in range(3)] == ["é", "\x1b[5~", "\n"]
        assert termios.tcgetattr(inside) == before
    os.close(outside)


async def test_lines_of_a_pipe_arrive_and_its_end_is_nothing_special() -> None:
    out, into = os.pipe()
    came: asyncio.Queue[str] = asyncio.Queue()
    with os.fdopen(out) as stdin:
        reader = read_lines(stdin, came.put_nowait)
        os.write(into, b"/longtask help\nlast")
        os.close(into)
        assert [await came.get() for _ in range(2)] == ["/longtask help\n", "last"]
        await asyncio.to_thread(reader.join)
