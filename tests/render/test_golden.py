"""Every message of each sample body and example is the same as in golden/; UPDATE_GOLDEN=1 rewrites the files."""

import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.domain.outcome import outcome_of
from bot.domain.parsing.response import parse_response
from bot.domain.poll_result import Seen
from bot.domain.states import Outcome
from bot.render.i18n import SOURCE, Texts
from bot.render.message import Block, Message
from bot.render.thread import ThreadView
from sandbox.gallery.examples import answers, examples
from sandbox.gallery.home import homes
from sandbox.gallery.samples import counts
from sandbox.gallery.situations import Situation, messages
from tests.render.conftest import LANGUAGES

HERE = Path(__file__).parent
BODIES = sorted((HERE.parent / "fixtures" / "longtasks").glob("*.json"))
BEGAN = datetime(2026, 11, 23, 9, 2, tzinfo=UTC)


def situation(body: Path) -> Situation:
    """Return the sample in a thread that has followed for eleven minutes."""
    packed = body.read_bytes()
    seen = parse_response(packed, expected_id=str(json.loads(packed).get("id", "3145728001")))
    assert isinstance(seen, Seen)
    findings = seen.findings or ()
    now = BEGAN + timedelta(minutes=11)
    outcome = outcome_of(seen.snapshot, problems=bool(findings), unchanged_seconds=600) or Outcome.FOLLOWING
    view = ThreadView(
        remote_id=seen.snapshot.remote_id or "3145728001",
        outcome=outcome,
        snapshot=seen.snapshot,
        owner_id="U0ANNA",
        followers=("U0ANNA",),
        site_url="https://wiki.example.com/confluence"
        if body.stem.startswith("dc-")
        else "https://example.atlassian.net/wiki",
        started_at=BEGAN,
        checked_at=now,
        ended_at=None if outcome is Outcome.FOLLOWING else now,
        finding_counts=counts(findings),
    )
    if outcome is Outcome.FOLLOWING:
        return Situation(name=body.stem, view=view, findings=findings)
    return Situation(name=body.stem, view=view, at_end=findings)


def layout(message: Message) -> str:
    """Write the blocks, then the text, which screen readers read."""
    lines = []
    for block in message.blocks:
        match block["type"]:
            case "section":
                lines.append(block["text"]["text"])
                lines += button(block["accessory"]) if "accessory" in block else []
            case "context":
                lines += [f"    {element['text']}" for element in block["elements"]]
            case "actions":
                lines += [line for element in block["elements"] for line in button(element)]
            case kind:
                lines.append(f"    ({kind}: {block['title']})")
    return "\n".join([*lines, "  text:", *(f"  | {line}" for line in message.text.splitlines())])


def button(element: Block) -> list[str]:
    """Write the label, what a screen reader says instead, and what is asked first."""
    lines = [f"    [{element['text']['text']}] {element.get('url', '')}".rstrip()]
    lines.append(f"      | {element['accessibility_label']}")
    if "confirm" in element:
        asked = {part: text["text"] for part, text in element["confirm"].items()}
        lines.append(f"      ? {asked['title']} {asked['text']} [{asked['deny']}] [{asked['confirm']}]")
    return lines


def page(named: list[tuple[str, Message]]) -> str:
    return "\n\n".join(f"== {name}\n{layout(message)}" for name, message in named) + "\n"


def compare(name: str, shown: str) -> None:
    golden = HERE / "golden" / f"{name}.txt"
    if os.environ.get("UPDATE_GOLDEN"):
        golden.parent.mkdir(exist_ok=True)
        golden.write_text(shown)
    assert shown == golden.read_text()


def file_of(name: str, language: str) -> str:
    return name if language == SOURCE else f"{name}-{language}"


@pytest.mark.parametrize("body", BODIES, ids=lambda body: body.stem)
def test_each_sample_body_looks_as_it_was_reviewed(en: Texts, body: Path) -> None:
    compare(body.stem, page(list(messages(en, situation(body)))))


def test_the_examples_look_as_they_were_reviewed(texts: Texts) -> None:
    shown = [f"#### {example.name}\n\n{page(list(messages(texts, example)))}" for example in examples()]
    compare(file_of("examples", texts.language), "\n".join(shown))


def test_the_answers_look_as_they_were_reviewed(texts: Texts) -> None:
    compare(file_of("answers", texts.language), page(list(answers(texts))))


def test_the_homes_look_as_they_were_reviewed(texts: Texts) -> None:
    compare(file_of("home", texts.language), page(list(homes(texts))))


def test_every_golden_file_belongs_to_a_test() -> None:
    languages = {file_of(name, language) for name in ("examples", "answers", "home") for language in LANGUAGES}
    wanted = {*languages, *(body.stem for body in BODIES)}
    assert {path.stem for path in (HERE / "golden").glob("*.txt")} == wanted
