"""The text of a message alone carries everything: screen readers read only that."""

import re
import unicodedata
from collections.abc import Iterator

import pytest

from bot.domain.states import Outcome
from bot.domain.summary import summarize
from bot.render.chart import in_words
from bot.render.headline import MARKS, task_id
from bot.render.i18n import Texts
from bot.render.message import Message
from bot.render.phrases import how_far, outcome_word, pages, percentage, phase_sentence
from bot.render.results import done
from bot.render.watch import MARK
from sandbox.gallery.examples import answers, examples
from sandbox.gallery.home import homes
from sandbox.gallery.situations import Situation, messages

SITUATIONS = {situation.name: situation for situation in examples()}
#: characters that may occur with words; none of them says more than the words
ORNAMENTS = set("•·…▰▱→<>|^~=+`$")
#: what blocks have before the words
ORNAMENT = re.compile(f"^(?:{'|'.join([*MARKS.values(), MARK])}) |[▰▱]+ +")


def every_message(texts: Texts) -> Iterator[tuple[str, Message]]:
    for situation in SITUATIONS.values():
        for name, message in messages(texts, situation):
            yield f"{situation.name}: {name}", message
    yield from answers(texts)
    yield from homes(texts)


def lines_of_blocks(message: Message) -> Iterator[str]:
    for block in message.blocks:
        for element in [block["text"]] if block["type"] == "section" else block.get("elements", []):
            if element["type"] == "mrkdwn":
                yield from element["text"].splitlines()


@pytest.fixture(params=SITUATIONS)
def situation(request: pytest.FixtureRequest) -> Situation:
    return SITUATIONS[request.param]


def test_the_text_of_a_card_carries_state_percentage_and_counts(texts: Texts, situation: Situation) -> None:
    view, text = situation.view, dict(messages(texts, situation))["card"].text
    state = phase_sentence(texts, view) if view.outcome is Outcome.FOLLOWING else outcome_word(texts, view.outcome)
    facts = [state, percentage(texts, view), pages(texts, view), task_id(texts, view)]
    assert [fact for fact in facts if fact and fact not in text] == []


def test_the_text_of_a_completion_carries_the_outcome_and_what_was_done(texts: Texts, situation: Situation) -> None:
    view, said = situation.view, dict(messages(texts, situation))
    assert ("completion" in said) == (view.outcome not in {Outcome.FOLLOWING, Outcome.STOPPED})
    if "completion" in said:
        summary = summarize(view.snapshot, situation.findings, view.outcome)
        finished = view.outcome in {Outcome.FINISHED, Outcome.PROBLEMS}
        facts = [outcome_word(texts, view.outcome), *(done(texts, summary) if finished else [how_far(texts, view)])]
        assert [fact for fact in facts if fact and fact not in said["completion"].text] == []


def test_the_text_says_everything_that_the_blocks_say(texts: Texts) -> None:
    missing = {}
    for name, message in every_message(texts):
        text = message.text.replace("*", "")
        lines = [ORNAMENT.sub("", line).replace("*", "") for line in lines_of_blocks(message)]
        unsaid = [fact for line in lines for fact in line.split(" · ") if fact not in text]
        if unsaid:
            missing[name] = unsaid
    assert missing == {}


def test_a_chart_has_its_text(texts: Texts) -> None:
    charts = 0
    for situation in SITUATIONS.values():
        for _, message in messages(texts, situation):
            if any(block["type"] == "data_visualization" for block in message.blocks):
                charts += 1
                assert in_words(texts, situation.view.samples) in message.text.splitlines()
    assert charts > 0


def test_no_message_relies_on_a_picture(texts: Texts) -> None:
    pictures = {
        char
        for _, message in answers(texts)
        for char in message.text
        if unicodedata.category(char) in {"So", "Sk", "Sm"} and char not in ORNAMENTS
    }
    assert pictures == set()
