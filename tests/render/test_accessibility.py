"""The text of a message alone carries everything: screen readers read only that."""

import re
import unicodedata
from collections.abc import Iterator

import pytest

from bot.domain.outcome import Outcome
from bot.render.chart import in_words
from bot.render.examples import answers, examples
from bot.render.facts import findings_so_far, outcome_word, pages, percentage, phase_sentence
from bot.render.message import Message
from bot.render.situations import Situation, messages
from bot.render.words import Words

SITUATIONS = {situation.name: situation for situation in examples()}
#: signs that may stand beside words; none of them says anything that the words do not
ORNAMENTS = set("•·…░█<>|^~=+`$")


def every_message(words: Words) -> Iterator[tuple[str, Message]]:
    for situation in SITUATIONS.values():
        for name, message in messages(words, situation):
            yield f"{situation.name}: {name}", message
    yield from answers(words)


def lines_of_blocks(message: Message) -> Iterator[str]:
    for block in message.blocks:
        for element in [block["text"]] if block["type"] == "section" else block.get("elements", []):
            if element["type"] == "mrkdwn":
                yield from element["text"].splitlines()


@pytest.fixture(params=SITUATIONS)
def situation(request: pytest.FixtureRequest) -> Situation:
    return SITUATIONS[request.param]


def test_the_text_of_a_card_carries_state_percentage_and_counts(words: Words, situation: Situation) -> None:
    view, text = situation.view, dict(messages(words, situation))["card"].text
    state = phase_sentence(words, view) if view.outcome is Outcome.FOLLOWING else outcome_word(words, view.outcome)
    facts = [state, percentage(words, view), pages(words, view), findings_so_far(words, view)]
    assert [fact for fact in facts if fact and fact not in text] == []


def test_the_text_of_a_completion_carries_outcome_percentage_and_counts(words: Words, situation: Situation) -> None:
    view, said = situation.view, dict(messages(words, situation))
    assert ("completion" in said) == (view.outcome is not Outcome.FOLLOWING)
    if "completion" in said:
        text = said["completion"].text
        facts = [outcome_word(words, view.outcome), percentage(words, view), findings_so_far(words, view)]
        assert [fact for fact in facts if fact and fact not in text] == []


def test_the_text_says_whatever_the_blocks_say(words: Words) -> None:
    missing = {}
    for name, message in every_message(words):
        text = message.text.replace("*", "")
        lines = [re.sub(r"[█░]+ +", "", line).replace("*", "") for line in lines_of_blocks(message)]
        unsaid = [line for line in lines if line not in text]
        if unsaid:
            missing[name] = unsaid
    assert missing == {}


def test_a_chart_has_its_text(words: Words) -> None:
    charts = 0
    for situation in SITUATIONS.values():
        for _, message in messages(words, situation):
            if any(block["type"] == "data_visualization" for block in message.blocks):
                charts += 1
                assert in_words(words, situation.view.samples) in message.text.splitlines()
    assert charts > 0


def test_nothing_is_said_by_a_picture(words: Words) -> None:
    pictures = {
        char
        for _, message in answers(words)
        for char in message.text
        if unicodedata.category(char) in {"So", "Sk", "Sm"} and char not in ORNAMENTS
    }
    assert pictures == set()
