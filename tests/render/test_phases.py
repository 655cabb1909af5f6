"""Replies about progress."""

from dataclasses import replace

from bot.domain.states import Outcome
from bot.render.card import card
from bot.render.i18n import Texts
from bot.render.phases import milestone, phase
from tests.support.views import COPYING, RELINKING


def test_a_new_phase_comes_with_percentage_and_pages(en: Texts) -> None:
    assert phase(en, RELINKING).text == "Now: Updating the links between the copied pages\n84% · 42 of 42 pages"


def test_a_milestone_says_what_the_card_says_without_buttons(en: Texts) -> None:
    for view in (COPYING, replace(COPYING, outcome=Outcome.STOPPED)):
        shown = card(en, view, subscription_id="7")
        assert milestone(en, view) == replace(shown, blocks=shown.blocks[:-1])
        assert shown.blocks[-1]["type"] == "actions"
