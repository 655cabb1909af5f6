"""The root says who follows what, and changes with the outcome only."""

from dataclasses import replace
from datetime import timedelta

import msgspec
import pytest

from bot.domain.snapshot import Snapshot
from bot.domain.states import Outcome, Titles, Trouble
from bot.render.i18n import Texts
from bot.render.message import Message
from bot.render.root import root
from tests.support.views import BEGAN, COPY, COPYING, ended


def test_the_root_says_who_follows_what_and_its_outcome(en: Texts) -> None:
    assert root(en, COPYING) == Message(
        text=(
            "*Following*: Copying pages (long task 3145728001)\nFollowed by <@U0ANNA>. Progress is shown in the thread."
        ),
        blocks=(
            {
                "type": "section",
                "text": {
                    "type": "mrkdwn",
                    "text": "*Following*: Copying pages (long task 3145728001)",
                    "verbatim": True,
                },
            },
            {
                "type": "context",
                "elements": [
                    {
                        "type": "mrkdwn",
                        "text": "Followed by <@U0ANNA>. Progress is shown in the thread.",
                        "verbatim": True,
                    }
                ],
            },
        ),
    )


@pytest.mark.parametrize(
    ("outcome", "headline"),
    [
        (Outcome.FINISHED, "*Finished*: Copying pages (long task 3145728001)"),
        (Outcome.PROBLEMS, "*Finished with problems*: Copying pages (long task 3145728001)"),
        (Outcome.FAILED, "*Failed*: Copying pages (long task 3145728001)"),
        (Outcome.UNKNOWN, "*Result unknown*: Copying pages (long task 3145728001)"),
        (Outcome.STOPPED, "*Stopped*: Copying pages (long task 3145728001)"),
    ],
)
def test_the_root_names_each_outcome(en: Texts, outcome: Outcome, headline: str) -> None:
    assert root(en, ended(COPYING, outcome)).text.splitlines()[0] == headline


def test_the_root_changes_with_the_outcome_only(en: Texts) -> None:
    later = replace(
        COPYING,
        snapshot=msgspec.structs.replace(COPY, percent=90.0),
        checked_at=BEGAN + timedelta(hours=1),
        trouble=Trouble.DOWN,
        finding_counts={},
    )
    assert root(en, later) == root(en, COPYING)


def test_a_long_task_of_unknown_kind_has_confluences_name_if_titles_may_be_shown(en: Texts) -> None:
    view = replace(COPYING, snapshot=Snapshot(name_text="Reindex <DOCS>"))
    headlines = [root(en, replace(view, titles=titles)).text.splitlines()[0] for titles in Titles]
    assert headlines == [
        "*Following*: “Reindex &lt;DOCS&gt;” (long task 3145728001)",
        "*Following*: long task 3145728001",
    ]
