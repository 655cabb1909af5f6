"""The marks of the messages are shown as Slack shows them."""

import re

from bot.render.headline import MARKS
from sandbox.emoji import shown


def test_every_mark_is_shown_and_any_other_name_stays() -> None:
    assert [mark for mark in MARKS.values() if re.search(r"[a-z:]", shown(mark))] == []
    assert shown("09:02:31 :smile: :x:") == "09:02:31 :smile: \u274c"
