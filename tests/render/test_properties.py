"""For any input, every message keeps Slack's limits, and hides titles if they are not shown."""

import dataclasses
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote_plus

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from bot.domain.snapshot import Finding, Kind, Severity, Snapshot
from bot.domain.snapshot import StatusMessage as Status
from bot.domain.states import Outcome, Titles, Trouble
from bot.domain.status_keys import STATUS_KEYS
from bot.domain.summary import summarize
from bot.render import replies
from bot.render.card import card
from bot.render.completion import completion
from bot.render.i18n import Catalogs, Texts
from bot.render.message import Message, plain
from bot.render.phases import milestone, phase
from bot.render.thread import ThreadView
from bot.render.warnings import warnings
from sandbox.gallery.samples import counts
from sandbox.gallery.situations import Situation, messages

BEGAN = datetime(2026, 11, 23, 9, 2, tzinfo=UTC)
#: part of every title, and of nothing else (user ids and status keys are upper-case)
SECRET = "zqx"

TITLES = st.one_of(
    st.text(max_size=255),
    st.sampled_from(
        ["&" * 255, "<" * 255, "🗺️" * 120, "א" * 255, "e\u0301" * 127, "👩\u200d👩\u200d👧" * 40, "*_~`" * 60]
    ),
).map(lambda text: f"{text[:120]}{SECRET}{text[120:252]}")
KEYS = st.sampled_from([*STATUS_KEYS, "", "WARN_SOMETHING_NEW", "ERROR_SOMETHING_NEW"]) | st.from_regex(
    r"(WARN|ERROR)_[A-Y]{1,60}", fullmatch=True
)
FINDINGS = st.builds(
    Finding,
    key=KEYS,
    args=st.lists(TITLES, max_size=4).map(tuple),
    severity=st.sampled_from(Severity),
    count=st.none() | st.integers(min_value=0, max_value=10**9),
    text=st.none() | TITLES,
)
STATUSES = st.none() | st.builds(
    Status, key=st.none() | KEYS, args=st.lists(TITLES, max_size=3).map(tuple), text=st.none() | TITLES
)
NUMBERS = st.none() | st.integers(min_value=0, max_value=10**12)
SNAPSHOTS = st.none() | st.builds(
    Snapshot,
    name_text=st.none() | TITLES,
    kind=st.sampled_from(Kind),
    percent=st.none() | st.floats(min_value=0, max_value=100),
    status=STATUSES,
    done=NUMBERS,
    total=NUMBERS,
    destination_id=st.none() | st.just("98765433"),
    destination_url=st.none()
    | st.builds("/spaces/{0}/pages/{1}/{2}".format, TITLES.map(quote_plus), st.integers(1, 9), TITLES.map(quote_plus)),
)
MOMENTS = st.none() | st.integers(min_value=0, max_value=10**6).map(lambda second: BEGAN + timedelta(seconds=second))
PEOPLE = st.from_regex(r"[UW][A-Z0-9]{8,12}", fullmatch=True)
SAMPLES = st.lists(
    st.tuples(st.floats(min_value=0, max_value=10**6), st.floats(min_value=0, max_value=100)), max_size=64
).map(lambda samples: tuple(sorted(samples)))


@st.composite
def situations(draw: st.DrawFn, titles: Titles | None = None) -> Situation:
    findings = draw(st.lists(FINDINGS, max_size=40))
    view = ThreadView(
        remote_id=draw(st.from_regex(r"[A-Za-z0-9_-]{1,64}", fullmatch=True).filter(lambda text: SECRET not in text)),
        outcome=draw(st.sampled_from(Outcome)),
        snapshot=draw(SNAPSHOTS),
        owner_id=draw(PEOPLE),
        followers=tuple(draw(st.lists(PEOPLE, max_size=90))),
        stopped_by=draw(st.none() | PEOPLE),
        titles=titles or draw(st.sampled_from(Titles)),
        site_url="https://acme.atlassian.net/wiki",
        started_at=draw(MOMENTS),
        checked_at=draw(MOMENTS),
        ended_at=draw(MOMENTS),
        expected_end=draw(MOMENTS),
        finding_counts=counts(findings),
        trouble=draw(st.none() | st.sampled_from(Trouble)),
        trouble_since=draw(MOMENTS),
        next_check_at=draw(MOMENTS),
        reckoned_at=draw(MOMENTS),
        pages_per_minute=draw(st.none() | st.integers(min_value=1, max_value=10**9)),
        label=draw(st.none() | st.text(min_size=1, max_size=80)),
        samples=draw(SAMPLES),
    )
    return Situation(name="drawn", view=view, findings=tuple(findings))


def everything(texts: Texts, situation: Situation) -> Iterator[Message]:
    view, findings = situation.view, situation.findings
    yield from (message for _, message in messages(texts, situation))
    yield phase(texts, view)
    yield milestone(texts, view)
    yield replies.status(texts, view)
    yield replies.ended(texts, view)
    for finding in findings:
        yield warnings(texts, view, [finding], may_repeat=True, earlier=True)
    yield card(texts, view, subscription_id="9" * 30)
    summary = summarize(view.snapshot, findings, view.outcome)
    yield completion(texts, view, summary, findings)
    yield completion(texts, view, summary, findings, named=findings, subscription_id="9" * 30, has_card=False)


def shown(part: Any) -> Iterator[str]:
    if isinstance(part, str):
        yield part
    elif isinstance(part, dict):
        for each in part.values():
            yield from shown(each)
    elif isinstance(part, list | tuple):
        for each in part:
            yield from shown(each)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(situation=situations(), language=st.sampled_from(["en", "de", "uk", "ja"]))
def test_every_message_keeps_slacks_limits(
    catalogs: Catalogs, breaches: Any, situation: Situation, language: str
) -> None:
    for message in everything(catalogs.languages[language], situation):
        assert breaches(message) == []
        assert breaches(plain(message)) == []


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(situation=situations(titles=Titles.COUNTS), language=st.sampled_from(["en", "de", "uk", "ja"]))
def test_no_message_has_a_title_or_leads_to_the_place_if_titles_are_not_shown(
    catalogs: Catalogs, situation: Situation, language: str
) -> None:
    for message in everything(catalogs.languages[language], situation):
        texts = (message.text, *shown(message.blocks))
        assert [text for text in texts if SECRET in text or "acme.atlassian.net" in text] == []


@pytest.mark.parametrize("title", ["&" * 255, "🗺" * 127, "ש" * 255, "e\u0301" * 127, "x" * 255])
def test_ten_thousand_findings_with_the_longest_titles_fit_one_message(texts: Texts, breaches: Any, title: str) -> None:
    findings = [
        Finding(key=key, args=(title, title, title), severity=Severity.WARNING, identity=str(number))
        for key in [*STATUS_KEYS, *(f"WARN_NUMBER_{number}" for number in range(32))]
        for number in range(200)
    ]
    view = ThreadView(
        remote_id="1",
        outcome=Outcome.FOLLOWING,
        snapshot=None,
        owner_id="U1",
        site_url="https://acme.atlassian.net/wiki",
    )
    of_one_kind = [replace(finding, key="WARN_RENAME_PAGE") for finding in findings]
    assert breaches(warnings(texts, view, of_one_kind, may_repeat=True, earlier=True)) == []
    ended = dataclasses.replace(view, outcome=Outcome.PROBLEMS, followers=tuple(f"U{n:010}" for n in range(99)))
    assert breaches(completion(texts, ended, summarize(None, [], Outcome.PROBLEMS), named=findings)) == []


def test_an_unknown_key_with_the_longest_arguments_fits_one_section(texts: Texts, breaches: Any) -> None:
    finding = Finding(key="WARN_SOMETHING_NEW", args=("&" * 255,) * 3)
    view = ThreadView(remote_id="1", outcome=Outcome.FOLLOWING, snapshot=None, owner_id="U1")
    assert breaches(warnings(texts, view, [finding])) == []


def test_hundreds_of_followers_fit_one_completion(texts: Texts, breaches: Any) -> None:
    view = ThreadView(
        remote_id="1" * 64,
        outcome=Outcome.PROBLEMS,
        snapshot=Snapshot(
            kind=Kind.COPY, percent=100, done=1, destination_url="/" + "ß" * 300, status=Status(text="&" * 500)
        ),
        owner_id="U1",
        followers=tuple(f"U{number:012}" for number in range(500)),
        site_url="https://acme.atlassian.net/wiki",
    )
    message = completion(texts, view, summarize(view.snapshot, (), view.outcome))
    assert breaches(message) == []
    assert message.text.count("<@U") == 20
