"""What a person types becomes the text that Slack gives a message."""

import pytest

from sandbox.slack import SlackSimulator
from sandbox.slack.typed_text import message_text


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        ("@longtask 123", "<@U1BOT> 123"),
        ("Hey @Olga, look: #general.", "Hey <@U1>, look: <#C1>."),
        ("@nobody #nowhere mail@olga", "@nobody #nowhere mail@olga"),
        ("a < b && c > d <@U1>", "a &lt; b &amp;&amp; c &gt; d &lt;<@U1>&gt;".replace("<@U1>", "@U1")),
        (
            "(see https://a.example/x?a=1&b=2#c). http://b.example!",
            "(see <https://a.example/x?a=1&amp;b=2#c>). <http://b.example>!",
        ),
        ("`@longtask <x> https://a.example`", "`@longtask &lt;x&gt; https://a.example`"),
        ("", ""),
    ],
)
def test_names_become_mentions_addresses_links_and_the_rest_is_escaped(
    slack: SlackSimulator, typed: str, text: str
) -> None:
    assert message_text(slack, typed) == text
