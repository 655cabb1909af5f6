import base64
import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.config import load
from bot.doctor.tokens import check_expiry, expires_at

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def jwt(claims: object) -> str:
    part = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
    return f"e30.{part}.c2ln"


@pytest.mark.parametrize(
    ("left", "line"),
    [
        (40 * 86400, "ok     Token: CONFLUENCE_TOKEN expires in 40 days, on 2026-04-10 12:00 UTC"),
        (
            13 * 86400,
            (
                "note   Token: CONFLUENCE_TOKEN expires in 13 days, on 2026-03-14 12:00 UTC → make a new "
                "CONFLUENCE_TOKEN before that, and restart the bot with it"
            ),
        ),
        (
            86400,
            (
                "note   Token: CONFLUENCE_TOKEN expires in a day, on 2026-03-02 12:00 UTC → make a new "
                "CONFLUENCE_TOKEN before that, and restart the bot with it"
            ),
        ),
        (
            3600,
            (
                "note   Token: CONFLUENCE_TOKEN expires within a day, on 2026-03-01 13:00 UTC → make a new "
                "CONFLUENCE_TOKEN before that, and restart the bot with it"
            ),
        ),
        (0, "FAILED Token: CONFLUENCE_TOKEN expired on 2026-03-01 12:00 UTC → make a new CONFLUENCE_TOKEN"),
    ],
)
def test_the_days_until_a_token_expires_are_counted_down(left: float, line: str) -> None:
    settings = {
        "SLACK_BOT_TOKEN": "xoxb-1",
        "SLACK_SIGNING_SECRET": "s",
        "CONFLUENCE_URL": "https://wiki.example.com",
        "CONFLUENCE_TOKEN": jwt({"exp": NOW.timestamp() + left}),
    }
    assert [str(check) for check in check_expiry(load(settings), now=NOW)] == [line]


@given(st.text() | st.builds(jwt, st.dictionaries(st.just("exp"), st.text() | st.floats() | st.none() | st.integers())))
def test_any_text_may_be_a_token(token: str) -> None:
    found = expires_at(token)
    assert found is None or found.tzinfo is UTC
