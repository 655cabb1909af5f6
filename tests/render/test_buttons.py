"""Buttons show only while they can do something, and say what that is."""

from dataclasses import replace

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.domain.snapshot import Kind, Snapshot
from bot.domain.states import Outcome, Titles
from bot.render.buttons import (
    LABELS,
    QUESTIONS,
    Action,
    button_row,
    completion_row,
    labelled_button,
    task_of_buttons,
)
from bot.render.i18n import Catalogs, Texts
from bot.render.message import Block
from bot.render.mrkdwn import Mrkdwn, data
from bot.render.thread import ThreadView
from tests.support.views import COPY, COPYING

URL = "https://acme.atlassian.net/wiki/spaces/DEST/pages/98765433/Team+handbook"
OPEN = ("open", None, URL)


def each_of(rows: list[Block]) -> list[tuple[str, str | None, str | None]]:
    """The action id, value and URL of each button."""
    return [(each["action_id"], each.get("value"), each.get("url")) for row in rows for each in row["elements"]]


def shown(
    texts: Texts, view: ThreadView, subscription_id: str | None = "7"
) -> list[tuple[str, str | None, str | None]]:
    """The action id, value and URL of each button of a card."""
    return each_of(button_row(texts, view, subscription_id=subscription_id))


def test_each_outcome_shows_the_buttons_that_do_something_then(en: Texts) -> None:
    assert {outcome: shown(en, replace(COPYING, outcome=outcome)) for outcome in Outcome} == {
        Outcome.FOLLOWING: [("stop", "7", None), ("notify_me", "7", None), ("check_now", "7", None), OPEN],
        Outcome.FINISHED: [OPEN],
        Outcome.PROBLEMS: [OPEN],
        Outcome.FAILED: [("what_runs_now", "7", None), OPEN],
        Outcome.UNKNOWN: [("follow_again", "7", None), OPEN],
        Outcome.STOPPED: [("follow_again", "7", None), OPEN],
    }


def test_a_card_without_a_subscription_shows_only_the_button_that_opens_a_page(en: Texts) -> None:
    assert [shown(en, replace(COPYING, outcome=outcome), None) for outcome in Outcome] == [[OPEN]] * len(Outcome)


def test_there_is_no_row_if_no_button_shows(en: Texts) -> None:
    outside = msgspec.structs.replace(COPY, destination_id=None, destination_url="https://evil.example/")
    assert button_row(en, replace(COPYING, snapshot=outside, outcome=Outcome.FINISHED), subscription_id="7") == []


def test_no_button_leads_to_the_place_if_titles_are_not_shown(en: Texts) -> None:
    view = replace(COPYING, titles=Titles.COUNTS)
    assert {outcome: shown(en, replace(view, outcome=outcome)) for outcome in Outcome} == {
        Outcome.FOLLOWING: [("stop", "7", None), ("notify_me", "7", None), ("check_now", "7", None)],
        Outcome.FINISHED: [],
        Outcome.PROBLEMS: [],
        Outcome.FAILED: [("what_runs_now", "7", None)],
        Outcome.UNKNOWN: [("follow_again", "7", None)],
        Outcome.STOPPED: [("follow_again", "7", None)],
    }


def test_a_page_can_be_opened_as_soon_as_its_place_is_known(en: Texts) -> None:
    begun = Snapshot(kind=Kind.COPY, percent=0.0)
    known = msgspec.structs.replace(begun, destination_url="/spaces/DEST/pages/98765433/Team+handbook")
    assert [OPEN in shown(en, replace(COPYING, snapshot=snapshot)) for snapshot in (begun, known)] == [False, True]


def test_the_completion_has_the_buttons_of_the_card_that_is_missing(en: Texts) -> None:
    of_completion = {
        (outcome, has_card): each_of(
            completion_row(en, replace(COPYING, outcome=outcome), subscription_id="7", has_card=has_card)
        )
        for outcome in (Outcome.FINISHED, Outcome.FAILED, Outcome.UNKNOWN)
        for has_card in (True, False)
    }
    assert of_completion == {
        (Outcome.FINISHED, True): [],
        (Outcome.FINISHED, False): [OPEN],
        (Outcome.FAILED, True): [("what_runs_now", "7", None)],
        (Outcome.FAILED, False): [("what_runs_now", "7", None), OPEN],
        (Outcome.UNKNOWN, True): [],
        (Outcome.UNKNOWN, False): [("follow_again", "7", None), OPEN],
    }
    failed = replace(COPYING, outcome=Outcome.FAILED)
    assert completion_row(en, failed, subscription_id=None, has_card=False) == []


def test_stop_asks_back_and_names_the_task(en: Texts) -> None:
    stop = button_row(en, COPYING, subscription_id="7")[0]["elements"][0]
    plain = {"type": "plain_text", "emoji": False}
    assert stop == {
        "type": "button",
        "action_id": "stop",
        "text": {**plain, "text": "Stop following"},
        "accessibility_label": "Stop following: Copying pages → DEST › Team handbook · 3145728001",
        "value": "7",
        "confirm": {
            "title": {**plain, "text": "Stop following?"},
            "text": {
                **plain,
                "text": (
                    "Copying pages → DEST › Team handbook · 3145728001: "
                    "this channel gets no more updates, not even about the end. The task itself goes on in Confluence."
                ),
            },
            "confirm": {**plain, "text": "Stop following"},
            "deny": {**plain, "text": "Keep following"},
        },
    }


def test_a_task_of_which_nothing_is_known_is_named_by_its_id(en: Texts) -> None:
    assert task_of_buttons(en, replace(COPYING, snapshot=None)) == "Confluence task 3145728001"


def test_a_label_is_plain_text(en: Texts) -> None:
    task = Mrkdwn(f"*{data('R&D <plans> of C*_*')}* <https://acme.atlassian.net/x|{data('go @channel')}>")
    button = labelled_button(en, Action.CHECK_NOW, task=task, value="7")
    assert button["accessibility_label"] == "Check now: R&D <plans> of C*_* go @channel"


@pytest.mark.parametrize("action", Action)
def test_labels_and_questions_keep_slacks_limits_in_every_language(texts: Texts, action: Action) -> None:
    button = labelled_button(texts, action, task=data("名" * 300), value="7")
    # Slack may cut the text of a button at about thirty characters.
    assert len(button["text"]["text"]) <= 40
    assert len(button["accessibility_label"]) == 75
    assert button["accessibility_label"].startswith(button["text"]["text"])
    if action in QUESTIONS:
        asked = {part: text["text"] for part, text in button["confirm"].items()}
        limits = {"title": 100, "text": 300, "confirm": 30, "deny": 30}
        assert {part: len(text) for part, text in asked.items() if len(text) > limits[part]} == {}
        assert [part for part, text in asked.items() if "…" in text] == ["text"]
        assert not asked["text"].endswith("…")


def test_no_two_buttons_have_the_same_label(texts: Texts) -> None:
    labels = {action: str(texts.say(label)) for action, label in LABELS.items()}
    assert set(labels) == set(Action)
    # The home, and the choice of what to stop, say of a thread what its card says.
    assert labels.pop(Action.HOME_STOP) == labels.pop(Action.STOP_CHOSEN) == labels[Action.STOP]
    assert len(set(labels.values())) == len(labels)


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    title=st.text(max_size=255),
    label=st.none() | st.text(min_size=1, max_size=80),
    remote_id=st.from_regex(
        r"[0-9]{1,20}|[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}", fullmatch=True
    ),
    language=st.sampled_from(["en", "de", "uk", "ja"]),
)
def test_what_a_screen_reader_says_ends_with_the_id_whatever_the_task_is_called(
    catalogs: Catalogs, title: str, label: str | None, remote_id: str, language: str
) -> None:
    texts = catalogs.languages[language]
    named = msgspec.structs.replace(COPY, kind=Kind.OTHER, name_text=title)
    for snapshot in (None, COPY, named):
        task = task_of_buttons(texts, replace(COPYING, snapshot=snapshot, label=label, remote_id=remote_id))
        for action in Action:
            button = labelled_button(texts, action, task=task, value="7")
            said = button["accessibility_label"]
            assert (len(said.encode("utf-16-le")) // 2 <= 75, said.endswith(remote_id)) == (True, True)
            if "confirm" in button:
                assert remote_id in button["confirm"]["text"]["text"]


def test_two_tasks_of_one_long_name_have_different_labels(en: Texts) -> None:
    views = [replace(COPYING, label="Relaunch of the handbook " * 3, remote_id=remote_id) for remote_id in ("11", "12")]
    said = [
        labelled_button(en, Action.CHECK_NOW, task=task_of_buttons(en, view), value="7")["accessibility_label"]
        for view in views
    ]
    assert said == [
        "Check now: Relaunch of the handbook Relaunch of the handbook Relaunch o… 11",
        "Check now: Relaunch of the handbook Relaunch of the handbook Relaunch o… 12",
    ]
