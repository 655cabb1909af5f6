"""Every answer to one person says what happened and what to do."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import msgspec
import pytest

from bot.domain.command import (
    ForeignSite,
    KindMismatch,
    Misread,
    NoSite,
    NotALongTask,
    NotUnderstood,
    OtherTask,
    Problem,
    SiteKind,
    TooMany,
    WhichSite,
)
from bot.domain.command_example import Example
from bot.domain.permissions import RunningList
from bot.domain.states import HookEnd, LostReason, Titles, WatchState
from bot.render import replies
from bot.render.blocks import paragraphs
from bot.render.i18n import Texts
from bot.render.message import Message
from bot.render.mrkdwn import Mrkdwn
from bot.render.replies.running import LINES
from bot.render.watch import WatchView
from sandbox.gallery.examples import answers
from tests.support.views import COPY, COPYING, PLACE

THREAD = "https://acme.slack.com/archives/C0DOCS/p1795424520000100"
EXAMPLE = Example(reference="docs:314", url="https://docs.example/wiki/rest/api/longtask/314")
ROW = replies.ListLine(subscription_id=1, view=COPYING, link=THREAD)


def test_every_answer_keeps_slacks_limits(texts: Texts, breaches: Callable[[Message], list[str]]) -> None:
    assert {name: breaches(message) for name, message in answers(texts) if breaches(message)} == {}


def test_every_refusal_says_what_happened_to_the_request(en: Texts) -> None:
    shown = {name: message.text for name, message in answers(en)}
    refusals = ("nothing started", "no such task", "Confluence unavailable", "access refused", "misconfigured")
    said = ("nothing was started", "not followed:")
    assert [name for name in refusals if not shown[name].casefold().startswith(said)] == []


@pytest.mark.parametrize(
    ("problem", "text"),
    [
        (
            NotUnderstood(reason=Misread.WORD, what="halp", suggestion="help"),
            "I don't know “halp”.\nDid you mean `/lt help`?",
        ),
        (
            NotUnderstood(reason=Misread.WORD, what="<!channel>"),
            "I don't know “&lt;!channel&gt;”.\nFor example: `/lt docs:314`",
        ),
        (
            NotUnderstood(reason=Misread.SURPLUS, what="mien", suggestion="list mine"),
            "This command doesn't take “mien”.\nDid you mean `/lt list mine`?",
        ),
        (
            NotUnderstood(reason=Misread.LABEL, what="Relaunch", suggestion="314 as Relaunch"),
            "“Relaunch” can be the name of one Confluence task only.\nDid you mean `/lt 314 as Relaunch`?",
        ),
        (
            TooMany(count=12, limit=10),
            (
                "That is 12 Confluence tasks, and one command takes at most 10, so nothing is followed. "
                "Please use several commands."
            ),
        ),
        (
            ForeignSite(host="evil.example"),
            "This bot isn't connected to evil.\u2060example. If it should be, ask this bot's administrator.",
        ),
        (
            WhichSite(remote_id="314", aliases=("docs", "sales"), choices=("stop docs:314", "stop sales:314")),
            ("Which Confluence site is that task on? Type one of these:\n`/lt stop docs:314`\n`/lt stop sales:314`"),
        ),
        (
            NoSite(remote_id="314"),
            "This bot isn't connected to a Confluence site yet. Ask its administrator to connect one.",
        ),
        (
            KindMismatch(remote_id="314", alias="docs", kind=SiteKind.DATACENTER),
            "“314” can't be a task on docs: that is Confluence Data Center, where the ID has 36 characters.",
        ),
    ],
)
def test_a_problem_is_explained_with_one_example(en: Texts, problem: Problem, text: str) -> None:
    assert replies.misread(en, "/lt", EXAMPLE, problem).text == text


def test_a_job_that_is_no_long_task_is_refused_with_the_reason(en: Texts) -> None:
    texts = [replies.misread(en, "/lt", EXAMPLE, NotALongTask(kind=kind)).text for kind in OtherTask]
    assert [text.split(".", maxsplit=1)[0] for text in texts] == [
        "This is a PDF export",
        "This is a change of space permissions",
    ]


def test_help_repeats_the_command_as_it_was_typed_and_names_the_configured_site(en: Texts) -> None:
    shown = replies.help(en, "/aufgabe", EXAMPLE).text
    assert "`/aufgabe status docs:314`  show its progress, only to you" in shown.splitlines()
    assert f"`{EXAMPLE.url}`" in shown
    assert "`/longtask list`" in replies.help(en, "no command", EXAMPLE).text


def test_the_lines_of_the_help_fit_a_phone(texts: Texts) -> None:
    shown = dict(answers(texts))["help"].text
    assert [line for line in shown.splitlines() if line.startswith("`") and len(line) > 80] == []


def test_help_is_grouped(en: Texts) -> None:
    shown = dict(answers(en))["help"].text
    assert [line for line in shown.splitlines() if line.startswith("*")][1:] == [
        "*Follow*",
        "*Look*",
        "*Stop following*",
    ]


def test_what_is_coming_names_each_long_task_once(en: Texts) -> None:
    assert replies.coming(en, ["314", "315"], not_found=["316"]).text.splitlines() == [
        "On their way: the threads for tasks 314 and 315 will appear here in a moment.",
        "Confluence doesn't find task 316 yet. Looking again for a few seconds.",
    ]


def test_one_answer_links_to_each_thread_that_was_said_to_be_coming(en: Texts) -> None:
    followed = [replies.Followed(remote_id="314", link=THREAD), replies.Followed(remote_id="315")]
    assert replies.arrived(en, followed).text.splitlines() == [
        f"Following task 314. <{THREAD}|Open the thread>",
        "Following task 315.",
    ]


def test_a_line_of_the_list_says_what_how_far_who_and_where(en: Texts) -> None:
    named = replace(COPYING, remote_id="314", label="Relaunch", titles=Titles.COUNTS, finding_counts={})
    other = replace(ROW, view=named, link=None, channel_id="C0DOCS")
    mark = ":hourglass_flowing_sand:"
    assert replies.followed_list(en, [ROW, other], 2, 3, command="/lt").text.splitlines() == [
        "*Followed in this channel or by you*",
        (
            f"{mark} *Copying pages* → {PLACE} · 38% · 1 error and 3 warnings · <@U0ANNA>"
            f" · <{THREAD}|Open the thread> · Confluence task 3145728001"
        ),
        f"{mark} *Relaunch* · Copying pages · 38% · <@U0ANNA> · <#C0DOCS> · Confluence task 314",
        "Page 2 of 3. Next: `/lt list 3`",
    ]


def test_a_page_of_the_list_with_long_names_fits_one_message(
    texts: Texts, breaches: Callable[[Message], list[str]]
) -> None:
    view = replace(COPYING, remote_id="x" * 36, label="x" * 40)
    row = replace(ROW, view=view, link="https://" + "x" * 120, channel_id="C" + "0" * 10)
    for message in (
        replies.followed_list(texts, [row] * 20, 1, 9_999),
        replies.which_to_stop(texts, [row] * 20, "/longtask"),
    ):
        assert breaches(message) == []
        assert message.text.count(":hourglass_flowing_sand:") == 8


def test_a_list_of_the_longest_names_keeps_slacks_limits(
    texts: Texts, breaches: Callable[[Message], list[str]]
) -> None:
    url = f"/spaces/{'%26' * 60}/pages/1/{'%26' * 200}"
    view = replace(COPYING, label="&" * 80, snapshot=msgspec.structs.replace(COPY, destination_url=url))
    assert breaches(replies.followed_list(texts, [replace(ROW, view=view)] * 8)) == []


def test_several_answers_are_joined_within_the_limits(en: Texts, breaches: Callable[[Message], list[str]]) -> None:
    few = replies.together(en, [replies.stopped_all(en, 1), replies.nothing_started(en)])
    many = replies.together(en, [paragraphs(Mrkdwn("x" * 900)) for _ in range(10)])
    assert few.text.count("\n") == 1
    assert (breaches(few), breaches(many)) == ([], [])
    assert many.text.endswith("There are more: `/longtask list`")


def test_an_invitation_may_offer_a_direct_message(en: Texts) -> None:
    without, with_button = (
        replies.invite(en, "longtask"),
        replies.invite(en, "@longtask", value="12"),
    )
    assert "`/invite @longtask`" in without.text
    assert [block["type"] for block in without.blocks] == ["section"]
    assert [(each["action_id"], each["value"]) for each in with_button.blocks[-1]["elements"]] == [("follow_dm", "12")]


@pytest.mark.parametrize("channel_id", ["D0ANNA", "U0ANNA", "W0ANNA"])
def test_what_is_not_in_a_channel_is_called_ones_messages_with_the_bot(en: Texts, channel_id: str) -> None:
    watch = WatchView(site="acme", kinds=frozenset(), maker_id="U0ANNA", state=WatchState.WATCHING)
    said = {
        "thread lost": replies.thread_lost(en, COPYING, LostReason.REFUSED, channel_id=channel_id),
        "watch over": replies.watch_over(en, watch, channel_id=channel_id, ended_by=None),
        "hook over": replies.hook_over(en, HookEnd.NOT_MEMBER, channel_id=channel_id),
        "pressed in": replies.pressed_in(en, channel_id),
    }

    assert [name for name, message in said.items() if "your messages with this bot" not in message.text] == []
    assert [name for name, message in said.items() if channel_id in message.text] == []


def test_a_status_answer_shows_the_card_without_following(en: Texts) -> None:
    shown = dict(answers(en))
    place = "<https://acme.atlassian.net/wiki/spaces/DEST/pages/98765433/Team+handbook+2|DEST › Team handbook 2>"
    assert shown["status"].text.splitlines()[0] == f"*Copying pages* → {place} · 38% · 778 of 2,000 pages"
    assert shown["ended"].text.splitlines()[:2] == [
        "This task has already ended, so it isn't followed:",
        f"*Finished*: copying pages → {place} · 100% · 42 of 42 pages",
    ]


def test_a_list_of_all_that_runs_with_the_longest_names_keeps_slacks_limits_and_every_button(
    texts: Texts, breaches: Callable[[Message], list[str]]
) -> None:
    snapshot = msgspec.structs.replace(
        COPY, destination_url=f"/spaces/{'K' * 255}/pages/98765433/{'%E3%83%9A' * 255}", percent=38.0
    )
    view = replace(COPYING, snapshot=snapshot, remote_id="a" * 128)
    lines = [
        replies.RunningLine(view=view, runs_for=timedelta(days=9, hours=2), value=f"{number}/{'a' * 128}")
        for number in range(LINES)
    ]

    message = replies.running(texts, lines, "/longtask", EXAMPLE, others=99, has_more=True, invite="longtask")

    assert breaches(message) == []
    assert [block["accessory"]["value"] for block in message.blocks if "accessory" in block] == [
        line.value for line in lines
    ]


@pytest.mark.parametrize("reason", LostReason)
def test_a_lost_thread_is_said_to_be_no_longer_followed_before_why_and_what_to_do(
    en: Texts, reason: LostReason
) -> None:
    first, why, what_to_do, small = replies.thread_lost(en, COPYING, reason, channel_id="C0DOCS").text.splitlines()

    assert first == f"*No longer followed*: copying pages → {PLACE}"
    assert "<#C0DOCS>" in why
    assert what_to_do == (
        "The task itself goes on in Confluence. To follow it again, type `/longtask 3145728001` in another channel."
    )
    assert small == "Confluence task 3145728001"


def test_help_offers_the_list_first_unless_the_person_may_not_see_it(en: Texts) -> None:
    shown = replies.help(en, "/lt", EXAMPLE).text
    hidden = replies.running_hidden(en, "/lt", EXAMPLE, setting=RunningList.OFF).text

    easiest = "Easiest: type `/lt` alone and press *Follow*. "
    assert (easiest in shown, "Easiest" in hidden) == (True, False)
    assert shown.replace(easiest, "") == hidden
