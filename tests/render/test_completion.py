"""The completion says how it ended, to those who follow it."""

from dataclasses import replace
from datetime import timedelta

from bot.domain.snapshot import Finding, Kind, Severity, Snapshot
from bot.domain.snapshot import StatusMessage as Status
from bot.domain.states import Outcome
from bot.domain.summary import summarize
from bot.render.completion import completion
from bot.render.i18n import Texts
from tests.support.views import BEGAN, RELINKING


def test_the_completion_mentions_the_followers_and_lists_the_results(en: Texts) -> None:
    findings = [
        Finding(key="WARN_RENAME_PAGE", args=("A1", "B1")),
        Finding(key="WARN_RENAME_PAGE", args=("A2", "B2")),
        Finding(key="WARN_IGNORE_COPY_PERMISSION"),
        Finding(key="ERROR_COPY_PAGE", args=("Budget", "1", "/x"), severity=Severity.ERROR),
    ]
    snapshot = Snapshot(
        kind=Kind.COPY, percent=100, status=Status(key="STATUS_COPIED_PAGES", args=("41",)), done=41, total=42
    )
    view = replace(
        RELINKING,
        snapshot=snapshot,
        outcome=Outcome.PROBLEMS,
        ended_at=BEGAN + timedelta(minutes=38),
        finding_counts={"WARN_RENAME_PAGE": 2, "WARN_IGNORE_COPY_PERMISSION": 1, "ERROR_COPY_PAGE": 1},
        samples=tuple((60.0 * minute, 100 * minute / 38) for minute in range(39)),
    )
    summary = summarize(snapshot, findings, Outcome.PROBLEMS)
    message = completion(en, view, summary)
    assert message.text.splitlines() == [
        "<@U0ANNA> <@U0PAULA>",
        "*Finished with problems*: Copying pages (long task 3145728001)",
        "It went through, but some of it needs a look.",
        "• 41 pages copied",
        "• 2 pages renamed",
        "• Page restrictions not copied",
        "• 1 page not copied, nor the pages below it",
        "100% · 41 of 42 pages · 1 error and 3 warnings",
        f"Started {en.time(BEGAN)} · Ended {en.time(BEGAN + timedelta(minutes=38))} · Took 38 minutes",
        "Progress: 26% after 10 minutes; 50% after 19 minutes; 76% after 29 minutes; 100% after 38 minutes",
    ]
    assert [block["type"] for block in message.blocks] == ["section", "section", "data_visualization", "context"]


def test_without_a_card_the_completion_has_its_buttons_and_says_the_link_once(en: Texts) -> None:
    snapshot = Snapshot(kind=Kind.COPY, percent=100, destination_url="/spaces/DEST/pages/1/Handbook")
    view = replace(
        RELINKING, snapshot=snapshot, outcome=Outcome.FINISHED, site_url="https://example.atlassian.net/wiki"
    )
    summary = summarize(snapshot, [], Outcome.FINISHED)
    with_card, without = (
        completion(en, view, summary),
        completion(en, view, summary, subscription_id="7", has_card=False),
    )
    assert without.text == with_card.text
    shown = [block["text"]["text"] for block in without.blocks if block["type"] == "section"]
    assert [("Open in Confluence" in text) for text in shown] == [False]
    (actions,) = (block for block in without.blocks if block["type"] == "actions")
    assert [button["action_id"] for button in actions["elements"]] == ["open"]
