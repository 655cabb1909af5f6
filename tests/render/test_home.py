from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.command_example import example
from bot.domain.home import NOTICE_BLOCKS, ROWS, Notice
from bot.domain.snapshot import Kind, Snapshot
from bot.domain.states import Outcome
from bot.render.blocks import section
from bot.render.home import BLOCKS_LIMIT, HomeView, RunningView, home
from bot.render.i18n import Texts, english
from bot.render.message import Message
from bot.render.mrkdwn import Mrkdwn
from bot.render.replies import ListLine, RunningLine
from bot.render.replies.running import LINES
from bot.render.thread import ThreadView
from sandbox.gallery.home import homes

NOW = datetime(2026, 11, 26, 12, 0, tzinfo=UTC)
#: of an address, as long as one is linked
LONG = "https://acme.slack.com/archives/C1/" + "p" * 150


def task(number: int, title: str = "Team handbook") -> ThreadView:
    snapshot = Snapshot(
        remote_id=str(number),
        kind=Kind.COPY,
        percent=12.0,
        destination_url=f"/spaces/DEST/pages/98765433/{title}",
        destination_id="98765433",
    )
    return ThreadView(
        remote_id=f"9{number:06}",
        outcome=Outcome.FOLLOWING,
        snapshot=snapshot,
        owner_id="U0ANNA",
        site_url="https://acme.atlassian.net/wiki",
    )


def line(number: int, title: str) -> ListLine:
    return ListLine(subscription_id=number, view=task(number, title), channel_id="C0DOCS", link=LONG)


def running(number: int, title: str) -> RunningLine:
    return RunningLine(view=task(5000 + number, title), runs_for=None, value=f"1/{number}")


def shown(message: Message) -> str:
    return "\n".join(block["text"]["text"] for block in message.blocks if block["type"] == "section")


def test_every_example_is_within_slacks_limits(texts: Texts, breaches: Callable[[Message], list[str]]) -> None:
    broken = {}
    for name, message in homes(texts):
        # A home may have a hundred blocks where a message has fifty.
        found = [*breaches(replace(message, blocks=message.blocks[:50])), *breaches(replace(message, blocks=()))]
        found += breaches(replace(message, blocks=message.blocks[50:]))
        if found or len(message.blocks) > BLOCKS_LIMIT:
            broken[name] = found
    assert broken == {}


@given(
    st.integers(0, ROWS),
    st.integers(0, LINES),
    st.integers(1, 255),
    st.integers(0, 3),
)
def test_a_full_page_loses_no_line_and_no_button(own: int, runs: int, length: int, sites: int) -> None:
    title = "\u00e9" * length
    view = HomeView(
        mine=[line(number, title) for number in range(own)],
        of_others=[line(number, title) for number in range(own, ROWS)],
        stoppable=frozenset(range(ROWS)),
        page=2,
        pages=3,
        running=RunningView(
            at=NOW,
            lines=[running(number, title) for number in range(runs)],
            others=3,
            has_more=True,
            refused=[Mrkdwn("refused")] * sites,
        ),
        notice=Notice(text="done", blocks=tuple(section(Mrkdwn("done")) for _ in range(20))),
        sites=["acme.atlassian.net"] * (sites + 1),
        shown=example(()),
    )
    message = home(english(), view)

    said = shown(message)
    assert [number for number in range(ROWS) if task(number).remote_id not in said] == []
    assert [number for number in range(runs) if task(5000 + number).remote_id not in said] == []
    assert len(message.blocks) <= BLOCKS_LIMIT
    assert said.count("done") == NOTICE_BLOCKS
    actions = [
        element["action_id"] for block in message.blocks if block["type"] == "actions" for element in block["elements"]
    ]
    assert [one for one in actions if one.startswith("home_stop")] == [f"home_stop:{n}" for n in range(ROWS)]
    assert actions[-4:] == ["home_back", "home_next", "home_refresh", "home_settings"]
    assert message.blocks[-2]["elements"][0]["text"].startswith("This bot looks at ")


@pytest.mark.parametrize(("page", "turns"), [(1, ["home_next"]), (2, ["home_back", "home_next"]), (3, ["home_back"])])
def test_pages_are_turned_where_there_are_any(en: Texts, page: int, turns: list[str]) -> None:
    message = home(en, HomeView(page=page, pages=3, shown=example(())))
    found = [
        (element["action_id"], element["value"])
        for block in message.blocks
        if block["type"] == "actions"
        for element in block["elements"]
    ]
    numbers = {"home_back": str(page - 1), "home_next": str(page + 1)}
    assert found == [*((turn, numbers[turn]) for turn in turns), ("home_settings", "")]


def test_an_answer_in_words_alone_is_shown_as_a_paragraph(en: Texts) -> None:
    message = home(en, HomeView(notice=Notice(text="Something was said."), shown=example(())))
    assert message.blocks[0] == section(Mrkdwn("Something was said."))
