"""Trouble is reported when it starts and when it is over."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.states import Trouble
from bot.render.i18n import Texts
from bot.render.troubles import TROUBLES, trouble
from tests.support.views import BEGAN, RELINKING


def test_trouble_is_reported_when_it_starts_and_when_it_is_over(en: Texts) -> None:
    until = BEGAN + timedelta(seconds=1847)
    starts = trouble(en, RELINKING, Trouble.RATE_LIMITED, over=False, since=BEGAN, until=until)
    ends = trouble(en, RELINKING, Trouble.RATE_LIMITED, over=True, since=BEGAN, until=until)
    assert [message.text.splitlines()[1] for message in (starts, ends)] == [
        f"Since {en.time(BEGAN)} · Until {en.time(until)} · Last seen: 84%",
        "The interruption lasted 30 min 47 sec · Before that: 84%",
    ]
    assert ends.text.splitlines()[0] == "The pause that Confluence asked for is over."


@pytest.mark.parametrize("kind", Trouble)
def test_every_trouble_has_two_sentences(texts: Texts, kind: Trouble) -> None:
    sentences = TROUBLES[kind]
    shown = [trouble(texts, RELINKING, kind, over=over).text.splitlines()[0] for over in (False, True)]
    assert shown == [texts.say(sentences.starts), texts.say(sentences.ends)]
    assert len(set(shown)) == 2


def test_after_a_stall_the_thread_says_how_long_it_stood_still_and_how_far_it_was_before(en: Texts) -> None:
    over = BEGAN + timedelta(minutes=30)
    view = replace(RELINKING, samples=((60.0, 20.0), (600.0, 38.0), (1_800.0, 84.0)))
    ends = trouble(en, view, Trouble.STALLED, over=True, since=BEGAN + timedelta(minutes=10), until=over)
    assert ends.text.splitlines() == [
        "It is making progress again.",
        "It stood still for 20 min · Before that: 38%",
    ]


def test_what_the_bot_cannot_see_goes_on_probably(en: Texts) -> None:
    unseen = set(Trouble) - {Trouble.STALLED, Trouble.MISSING}
    assert {kind for kind in Trouble if "is probably going on" in TROUBLES[kind].starts} == unseen
