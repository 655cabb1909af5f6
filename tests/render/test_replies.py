"""Every answer to one person says what happened and what to do."""

from collections.abc import Callable
from dataclasses import replace

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
from bot.domain.states import Titles
from bot.render import replies
from bot.render.blocks import paragraphs
from bot.render.i18n import Texts
from bot.render.message import Message
from bot.render.mrkdwn import Mrkdwn
from sandbox.gallery.examples import answers
from tests.support.views import BEGAN, COPY, COPYING, PLACE

THREAD = "https://acme.slack.com/archives/C0DOCS/p1795424520000100"
ROW = replies.ListLine(view=COPYING, since=BEGAN, link=THREAD)


def test_every_answer_keeps_slacks_limits(texts: Texts, breaches: Callable[[Message], list[str]]) -> None:
    assert {name: breaches(message) for name, message in answers(texts) if breaches(message)} == {}


def test_every_refusal_says_what_happened_to_the_request(en: Texts) -> None:
    shown = {name: message.text for name, message in answers(en)}
    refusals = ("nothing started", "no such task", "Confluence unavailable", "access refused", "misconfigured")
    assert [name for name in refusals if "nothing" not in shown[name].casefold()] == []


@pytest.mark.parametrize(
    ("problem", "text"),
    [
        (
            NotUnderstood(reason=Misread.WORD, what="halp", suggestion="help"),
            "“halp” is neither a command nor a long task.\nDid you mean `/lt help`?",
        ),
        (
            NotUnderstood(reason=Misread.WORD, what="<!channel>"),
            "“&lt;!channel&gt;” is neither a command nor a long task.\nFor example: `/lt 3145728001`",
        ),
        (
            NotUnderstood(reason=Misread.SURPLUS, what="mien", suggestion="mine"),
            "“mien” is more than this command takes.\nDid you mean `mine`?",
        ),
        (
            NotUnderstood(reason=Misread.LABEL, what="Relaunch", suggestion="314 as Relaunch"),
            "“Relaunch” can be the name of one Confluence task only.\nDid you mean `/lt 314 as Relaunch`?",
        ),
        (
            TooMany(count=12, limit=10),
            (
                "That is 12 long tasks, and one command takes at most 10. "
                "Nothing was started; please use several commands."
            ),
        ),
        (
            ForeignSite(host="evil.example"),
            (
                "evil.\u2060example is not a Confluence site that this bot knows, so it did not ask there "
                "and nothing was started. If it should know it, ask the administrator of this bot."
            ),
        ),
        (
            WhichSite(remote_id="314", aliases=("docs", "sales")),
            (
                "Which Confluence is that long task in? Nothing was started yet. Type one of these:\n"
                "`/lt docs:314`\n`/lt sales:314`"
            ),
        ),
        (
            NoSite(remote_id="314"),
            "This bot does not know any Confluence site yet, so nothing was started. Ask its administrator.",
        ),
        (
            KindMismatch(remote_id="314", alias="docs", kind=SiteKind.DATACENTER),
            (
                "“314” cannot be a long task of docs: that is Confluence Data Center, where the id has 36 characters. "
                "Nothing was started."
            ),
        ),
    ],
)
def test_a_problem_is_explained_with_one_example(en: Texts, problem: Problem, text: str) -> None:
    assert replies.misread(en, "/lt", problem).text == text


def test_a_job_that_is_no_long_task_is_refused_with_the_reason(en: Texts) -> None:
    texts = [replies.misread(en, "/lt", NotALongTask(kind=kind)).text for kind in OtherTask]
    assert [text.split(",", maxsplit=1)[0] for text in texts] == [
        "This is a PDF export",
        "This is a change of space permissions",
    ]


def test_help_repeats_the_command_as_it_was_typed(en: Texts) -> None:
    assert "`/aufgabe status 3145728001`: one look, for you alone" in replies.help(en, "/aufgabe").text.splitlines()
    assert "`/longtask list`" in replies.help(en, "no command").text


def test_one_answer_links_to_each_thread_that_now_follows(en: Texts) -> None:
    followed = [replies.Followed(remote_id="314", link=THREAD), replies.Followed(remote_id="315")]
    assert replies.following(en, followed).text.splitlines() == [
        f"Following long task 314. <{THREAD}|Open the thread>",
        "Following long task 315.",
    ]


def test_the_list_shows_owner_age_percentage_and_thread(en: Texts) -> None:
    named = replace(COPYING, remote_id="314", label="Relaunch", titles=Titles.COUNTS)
    other = replace(ROW, view=named, link=None, channel_id="C0DOCS")
    since = f"since {en.time(BEGAN)} by <@U0ANNA>"
    assert replies.followed_list(en, [ROW, other], 2, 3, command="/lt").text.splitlines() == [
        "*Followed long tasks*",
        (f"• *Copying pages* → {PLACE} · 38% · {since} · Confluence task 3145728001 <{THREAD}|Open the thread>"),
        f"• *Relaunch* · Copying pages · 38% · {since} · <#C0DOCS> · Confluence task 314",
        "Page 2 of 3. Next: `/lt list 3`",
    ]


def test_a_page_of_the_list_with_long_names_fits_one_message(
    texts: Texts, breaches: Callable[[Message], list[str]]
) -> None:
    view = replace(COPYING, remote_id="x" * 36, label="x" * 40)
    row = replace(ROW, view=view, link="https://" + "x" * 120, channel_id="C" + "0" * 10)
    message = replies.followed_list(texts, [row] * 20, 1, 9_999)
    assert breaches(message) == []
    assert message.text.count("•") == 8


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
    assert many.text.endswith("And more: look with the list command.")


def test_an_invitation_may_offer_a_direct_message(en: Texts) -> None:
    without, with_button = replies.invite(en, "longtask"), replies.invite(en, "@longtask", value="12")
    assert "`/invite @longtask`" in without.text
    assert [block["type"] for block in without.blocks] == ["section"]
    assert with_button.blocks[-1]["elements"][0]["value"] == "12"


def test_a_status_answer_shows_the_card_without_following(en: Texts) -> None:
    shown = dict(answers(en))
    place = "<https://acme.atlassian.net/wiki/spaces/DEST/pages/98765433/Team+handbook+2|DEST › Team handbook 2>"
    assert shown["status"].text.splitlines()[:2] == [
        "Long task 3145728001, for you alone:",
        f"*Copying pages* → {place} · 38%",
    ]
    assert shown["ended"].text.splitlines()[:2] == [
        "Long task 3145728001 has ended already, so nothing was posted here.",
        f"*Finished*: copying pages → {place} · 100%",
    ]
