"""Buttons show only while they can do something."""

from dataclasses import replace

import msgspec

from bot.domain.states import Outcome, Titles
from bot.render.buttons import button_row
from bot.render.i18n import Texts
from bot.render.thread import ThreadView
from tests.support.views import COPY, COPYING

URL = "https://acme.atlassian.net/wiki/spaces/DEST/pages/98765433/Team+handbook"
OPEN = ("open", None, URL)


def shown(
    texts: Texts, view: ThreadView, subscription_id: str | None = "7"
) -> list[tuple[str, str | None, str | None]]:
    """The action id, value and URL of each button."""
    rows = button_row(texts, view, subscription_id=subscription_id)
    return [(each["action_id"], each.get("value"), each.get("url")) for row in rows for each in row["elements"]]


def test_each_outcome_shows_the_buttons_that_do_something_then(en: Texts) -> None:
    assert {outcome: shown(en, replace(COPYING, outcome=outcome)) for outcome in Outcome} == {
        Outcome.FOLLOWING: [("stop", "7", None), ("notify_me", "7", None), ("check_now", "7", None), OPEN],
        Outcome.FINISHED: [OPEN],
        Outcome.PROBLEMS: [OPEN],
        Outcome.FAILED: [OPEN],
        Outcome.UNKNOWN: [("follow_again", "7", None), OPEN],
        Outcome.STOPPED: [OPEN],
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
        Outcome.FAILED: [],
        Outcome.UNKNOWN: [("follow_again", "7", None)],
        Outcome.STOPPED: [],
    }
