"""Whatever Confluence answers about a long task: it is read, decided, rendered in every language and posted."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.deliver.thread import course, started_at
from bot.domain.decide import decide
from bot.domain.forecast import EarlierTask, forecast, rounded_end
from bot.domain.pace import pages_per_minute
from bot.domain.parsing.response import parse_response
from bot.domain.poll_interval import Bounds
from bot.domain.poll_result import Seen
from bot.domain.snapshot import Finding
from bot.domain.states import Outcome, Titles
from bot.domain.summary import summarize
from bot.domain.task_state import TaskState
from bot.render import replies
from bot.render.completion import completion
from bot.render.findings_csv import findings_csv
from bot.render.findings_text import findings_text
from bot.render.i18n import Catalogs, Texts
from bot.render.message import Message, plain
from bot.render.phases import milestone, phase
from bot.render.root import root
from bot.render.thread import ThreadView
from bot.render.warnings import warnings
from sandbox.confluence import faults
from sandbox.gallery.samples import counts
from sandbox.gallery.situations import Situation, messages
from sandbox.scenarios import scenario
from sandbox.slack.message_content import read_content
from tests.support.longtask_bodies import encoded, longtask_bodies
from tests.support.stepped_bot import SteppedBot

NOW = datetime(2026, 11, 26, 12, 0, tzinfo=UTC)
BOUNDS = Bounds(min_seconds=2, max_seconds=60)
SITE = "https://acme.atlassian.net/wiki"
THOROUGH = settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))


def looked_at(bodies: Sequence[dict[str, Any]]) -> tuple[TaskState, list[Finding], datetime]:
    """What looks that got these bodies, half a minute apart, lead to: the state, the findings, the time of the last."""
    state = TaskState(remote_id="1", created_at=NOW)
    found: dict[str, Finding] = {}
    now = NOW
    for body in bodies:
        result = parse_response(encoded(body, "1").encode(), expected_id="1")
        assert isinstance(result, Seen)
        known = {identity: finding.count for identity, finding in found.items()}
        state = decide(state, result, known=known, now=now, bounds=BOUNDS, jitter=0.5).after
        found |= {finding.identity: finding for finding in result.findings or ()}
        now += timedelta(seconds=30)
    return state, list(found.values()), now


def view_of(state: TaskState, found: Sequence[Finding], now: datetime, *, titles: Titles) -> ThreadView:
    """The view of a thread, as delivery reads it."""
    snapshot = state.snapshot
    earlier = [EarlierTask(seconds=(snapshot.elapsed_ms or 1) / 1000, samples=state.samples)] * 3 if snapshot else []
    expected = forecast(state.samples, now=now, earlier=earlier, moved_at=state.moved_at or now)
    began = started_at(state.created_at, state.checked_at, snapshot)
    return ThreadView(
        remote_id=state.remote_id,
        outcome=state.outcome,
        snapshot=snapshot,
        owner_id="U0ANNA",
        followers=("U0ANNA",),
        titles=titles,
        site_url=SITE,
        started_at=began,
        checked_at=state.checked_at,
        ended_at=None if state.outcome is Outcome.FOLLOWING else now,
        expected_end=None if expected is None else rounded_end(expected, now),
        finding_counts=counts(found),
        trouble=state.trouble,
        trouble_since=state.trouble_since,
        pages_per_minute=pages_per_minute(state.samples, now=now, moved_at=state.moved_at or now),
        reckoned_at=state.moved_at,
        samples=course(state.samples, began),
    )


def every_message(texts: Texts, view: ThreadView, found: Sequence[Finding]) -> Iterator[Message]:
    """Every message that a thread or a person may get about it."""
    yield from (message for _, message in messages(texts, Situation(name="drawn", view=view, findings=tuple(found))))
    yield phase(texts, view)
    yield milestone(texts, view)
    yield replies.status(texts, view)
    yield replies.ended(texts, view)
    for finding in found:
        yield warnings(texts, view, [finding], may_repeat=True, earlier=True)
    yield from findings_text(texts, found, view.site_url)
    for outcome in Outcome:
        ended = replace(view, outcome=outcome, ended_at=NOW)
        summary = summarize(view.snapshot, found, outcome)
        yield root(texts, ended, summary)
        yield completion(texts, ended, summary, found)
        yield completion(texts, ended, summarize(view.snapshot, (), outcome), found, named=found)


def is_plain(text: str) -> bool:
    """Whether text can be stored and sent: no NUL, no lone surrogate."""
    return "\x00" not in text and not any("\ud800" <= char <= "\udfff" for char in text)


@THOROUGH
@given(
    bodies=st.lists(longtask_bodies(finished=False), max_size=3),
    last=longtask_bodies(),
    titles=st.sampled_from(Titles),
    language=st.sampled_from(["en", "de", "uk", "ja"]),
)
def test_whatever_the_schema_allows_is_read_decided_and_rendered_in_every_language(
    catalogs: Catalogs, bodies: list[dict[str, Any]], last: dict[str, Any], titles: Titles, language: str
) -> None:
    state, found, now = looked_at([*bodies, last])
    view = view_of(state, found, now, titles=titles)
    texts = catalogs.languages[language]
    for message in every_message(texts, view, found):
        for form in (message, plain(message)):
            sent = json.dumps({"text": form.text, "blocks": form.blocks}, ensure_ascii=False)
            assert is_plain(sent)
            assert read_content(**json.loads(sent), editing=True).visible
    findings_csv(texts, found, SITE).decode()


#: int64 ends, lone surrogates, NUL, empty lists, nested arguments
EXTREMES: dict[str, dict[str, Any]] = {
    "int64": {"elapsedTime": 2**63 - 1, "percentageComplete": 2**31 - 1, "messages": []},
    "285,000 years": {"elapsedTime": 2**53 - 1, "percentageComplete": 50, "messages": []},
    "negative": {"elapsedTime": -(2**63), "percentageComplete": -(2**31), "messages": []},
    "ten years": {"elapsedTime": 10 * 366 * 86_400_000, "percentageComplete": 50, "messages": []},
    "not numbers": {"elapsedTime": float("nan"), "percentageComplete": float("inf"), "messages": None},
    "texts": {
        "elapsedTime": 1000,
        "percentageComplete": 5,
        "messages": [{"translation": "\ud800\x00<!channel>", "args": []}],
        "errors": [{"key": "WARN_RENAME_PAGE", "args": ["\ud800\x00", {"title": {"a": [[[]]]}}]}] * 300,
        "additionalDetails": {"totalPageNeedToCopy": 2**63 - 1, "destinationUrl": "/\x00\udfff"},
    },
}


@pytest.mark.parametrize("finished", [False, True])
@pytest.mark.parametrize("name", EXTREMES)
async def test_extreme_answers_are_followed_and_posted(stepped: SteppedBot, name: str, finished: bool) -> None:
    remote_id = await stepped.follow(scenario("copy_with_renames_and_restrictions", "cloud"))
    body = {"name": {"key": "copy", "args": []}, "successful": True, "_links": {}, "finished": finished}
    answer = faults.status(200, body=encoded(body | EXTREMES[name], remote_id))
    stepped.confluence.faults.add(answer, task=remote_id)
    await stepped.run(120)
    thread = stepped.thread(remote_id)
    ended = thread[0].text.startswith("*Finished")
    assert (ended, any("<@" in message.text for message in thread)) == (finished, finished)
    assert [message.text for message in thread if "has stopped checking this task" in message.text] == []
    assert [call for call in stepped.slack.calls if not call.ok and call.method.startswith("chat.")] == []
    assert b'longtask_rows_set_aside_total{step="poll"} 0.0' in stepped.bot.metrics.render()


@pytest.mark.parametrize("name", EXTREMES)
async def test_extreme_answers_are_shown_to_who_asks(stepped: SteppedBot, name: str) -> None:
    remote_id = stepped.sandbox.begin(scenario("copy_with_renames_and_restrictions", "cloud"))
    body = {"name": {"key": "copy", "args": []}, "successful": True, "_links": {}, "finished": False}
    stepped.confluence.faults.add(faults.status(200, body=encoded(body | EXTREMES[name], remote_id)), task=remote_id)
    (answer,) = await stepped.ask(f"status {remote_id}")
    assert answer.rstrip().endswith(f"Confluence task {remote_id}")
