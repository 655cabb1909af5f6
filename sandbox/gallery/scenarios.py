"""Play every scenario and pick its middle and its end, for the gallery."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import msgspec

from bot.domain.outcome import SETTLED_SECONDS, outcome_of
from bot.domain.parsing.response import parse_response
from bot.domain.poll_result import Seen
from bot.domain.snapshot import Finding
from bot.domain.states import Outcome
from bot.render.thread import ThreadView
from sandbox.confluence import ConfluenceSimulator
from sandbox.gallery.examples import examples
from sandbox.gallery.samples import counts
from sandbox.gallery.situations import Situation
from sandbox.harness import PERSON
from sandbox.scenarios import SITE_KINDS, Scenario, scenario, scenario_names

_BEGAN = datetime(2026, 11, 23, 9, 2, tzinfo=UTC)
_ORIGIN = "https://wiki.example.com"


def every_situation() -> Iterator[Situation]:
    """Yield the examples, then the middle and the end of each scenario on each kind of site."""
    yield from examples()
    for kind in SITE_KINDS:
        for name in scenario_names(kind):
            yield from _of(scenario(name, kind))


def _of(played: Scenario) -> Iterator[Situation]:
    clock = {"now": 0.0}
    simulator = ConfluenceSimulator(clock=lambda: clock["now"], kind=played.kind)
    simulator.origin = _ORIGIN
    remote_id = simulator.add(played.story)
    frames = simulator.tasks[remote_id].script.frames
    findings: dict[str, Finding] = {}
    before: tuple[Finding, ...] = ()
    samples: list[tuple[float, float]] = []
    middle = len(frames) // 2
    for number, frame in enumerate(frames):
        clock["now"] = frame.at
        seen = parse_response(msgspec.json.encode(simulator.body(remote_id)), expected_id=remote_id)
        if not isinstance(seen, Seen):
            continue
        before = tuple(findings.values())
        findings |= {finding.identity: finding for finding in seen.findings or ()}
        samples.append((frame.at, seen.snapshot.percent or 0.0))
        last = number == len(frames) - 1
        if number != middle and not last:
            continue
        view = _view(seen, tuple(findings.values()), samples, simulator.people_url)
        if last:
            view = _ended(played, view, seen)
        where = "the end" if last else "the middle"
        replied = {finding.kind for finding in (before if last else findings.values())}
        yield Situation(
            name=f"{played.kind}: {played.name}, {where}",
            view=view,
            findings=tuple(finding for finding in findings.values() if finding.kind in replied),
            at_end=tuple(finding for finding in findings.values() if finding.kind not in replied),
        )


def _view(seen: Seen, findings: tuple[Finding, ...], samples: list[tuple[float, float]], site_url: str) -> ThreadView:
    at = _BEGAN + timedelta(seconds=samples[-1][0])
    return ThreadView(
        remote_id=seen.snapshot.remote_id or "",
        outcome=Outcome.FOLLOWING,
        snapshot=seen.snapshot,
        owner_id=PERSON,
        followers=(PERSON,),
        site_url=site_url,
        started_at=_BEGAN,
        checked_at=at,
        finding_counts=counts(findings),
        samples=tuple(samples),
    )


def _ended(played: Scenario, view: ThreadView, seen: Seen) -> ThreadView:
    """Return the view after the end."""
    outcome = outcome_of(seen.snapshot, problems=bool(view.finding_counts), unchanged_seconds=SETTLED_SECONDS)
    return replace(view, outcome=outcome or played.expected.outcome, ended_at=view.checked_at)
