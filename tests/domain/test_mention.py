"""What a mention means."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.command import SiteKind, SiteName
from bot.domain.mention import command_of_mention

SITE = SiteName(
    site_id=1, alias="acme", host="acme.atlassian.net", base_url="https://acme.atlassian.net", kind=SiteKind.CLOUD
)
ADDRESS = "https://acme.atlassian.net/rest/api/longtask"


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("<@U0BOT>", ""),
        ("<@U0BOT> 42", "42"),
        ("<@U0BOT|longtask> 42 quiet", "42 quiet"),
        ("hey <@U0BOT> stop", "stop"),
        ("42 <@U0BOT>", "42"),
        ("hey <@U0BOT>", "help"),
        ("<@U0BOT> thanks!", "help"),
        ("<@U0BOT> halp", "halp"),
        ("<@U0BOT> could you watch 3145728001?", f"{ADDRESS}/3145728001"),
        ("<@U0OTHER> asks: <@U0BOT> list", "list"),
        ("<@U0BOT> https://evil.example/wiki/rest/api/longtask/1", "https://evil.example/wiki/rest/api/longtask/1"),
        ("<@U0BOT> HILFE", "HILFE"),
        ("<@U0BOT> 42 please!", "42"),
        ("<@U0BOT> please", "help"),
        ("<@U0BOT> 3145728001 quiett", "3145728001 quiett"),
        ("<@U0BOT> hey can you stop following 3145728001?", "help"),
        ("<@U0BOT> what is the status of 3145728001?", "help"),
        ("<@U0BOT> folge bitte so bald wie möglich, also eher als später: 3145728001?", f"{ADDRESS}/3145728001"),
    ],
)
def test_what_a_mention_means(text: str, command: str) -> None:
    assert command_of_mention(text, bot_id="U0BOT", sites=[SITE]) == command


def test_whoever_is_mentioned_first_is_the_bot_where_slack_does_not_say() -> None:
    assert command_of_mention("<@U0BOT> 42 <@U0ANNA>", bot_id=None, sites=[SITE]) == "help"
    assert command_of_mention("<@U0BOT> 42", bot_id=None, sites=[SITE]) == "42"


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=200))
def test_no_text_makes_it_raise(text: str) -> None:
    assert isinstance(command_of_mention(f"<@U0BOT>{text}", bot_id="U0BOT", sites=[SITE]), str)
