"""Modals keep Slack's limits, whatever they show."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.snapshot import Kind, Snapshot
from bot.domain.states import Outcome
from bot.render import replies
from bot.render.blocks import actions, button, message, section
from bot.render.follow_modal import Asked, follow_modal
from bot.render.i18n import Texts
from bot.render.modal import ERROR_LIMIT, error, notice
from bot.render.mrkdwn import Mrkdwn, length
from bot.render.thread import ThreadView
from sandbox.gallery.modals import errors, modals
from sandbox.slack.block_kit.surfaces import Modal, view_problem

COPYING = ThreadView(
    remote_id="3145728001",
    outcome=Outcome.FOLLOWING,
    snapshot=Snapshot(kind=Kind.COPY, percent=38.0),
    owner_id="U0ANNA",
    site_url="https://acme.atlassian.net/wiki",
)
TEXT = st.text(min_size=1, max_size=300)


def test_every_modal_is_one_that_slack_opens(texts: Texts) -> None:
    assert {name: problem for name, view in modals(texts, COPYING) if (problem := view_problem(view, Modal))} == {}


def test_titles_buttons_and_options_are_whole(texts: Texts) -> None:
    def cut(part: object) -> list[str]:
        if isinstance(part, dict):
            text = part.get("text")
            own = [text] if isinstance(text, str) and part.get("type") == "plain_text" and text.endswith("…") else []
            return own + [each for inner in part.values() for each in cut(inner)]
        return [each for inner in part for each in cut(inner)] if isinstance(part, list) else []

    assert [each for _, view in modals(texts, COPYING) for each in cut(view)] == []


def test_what_is_said_under_a_field_is_plain_text(texts: Texts) -> None:
    said = dict(errors(texts))

    assert [name for name, text in said.items() if not 1 <= len(text) <= ERROR_LIMIT or set(text) & set("`*<>")] == []


@given(label=TEXT, site=TEXT, remote_id=st.from_regex(r"[A-Za-z0-9:_-]{1,128}", fullmatch=True))
def test_whatever_a_task_is_called_its_option_names_its_id(en: Texts, label: str, site: str, remote_id: str) -> None:
    view = replace(COPYING, label=label, remote_id=remote_id)
    line = replies.RunningLine(view=view, runs_for=None, value=f"1/{remote_id}", site=site)

    shown = follow_modal(en, Asked(running=[line], has_message=True))

    assert view_problem(shown, Modal) is None


def test_a_value_that_is_too_long_for_an_option_is_left_out(en: Texts) -> None:
    line = replies.RunningLine(view=COPYING, runs_for=None, value="1/" + "9" * 150)

    shown = follow_modal(en, Asked(running=[line], has_message=True))

    assert [block["type"] for block in shown["blocks"]] == ["section", "input"]


def test_a_notice_has_no_buttons(en: Texts) -> None:
    beside = button("go", "Go", read_out="Go")
    said = message([Mrkdwn("hello")], [section(Mrkdwn("hello"), beside=beside), actions([beside])])

    assert notice(en, said, title=Mrkdwn("x"))["blocks"] == [section(Mrkdwn("hello"))]


@pytest.mark.parametrize("text", ["x" * 5_000, "*bold*\nand `code` &lt;b&gt;"])
def test_errors_are_short_and_plain(text: str) -> None:
    shown = error(text)

    assert length(shown) <= ERROR_LIMIT
    assert not set(shown) & set("*`\n&")
