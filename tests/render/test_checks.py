"""The checks of an installation as a message: within Slack's limits, the urgent ones first to stay."""

from collections.abc import Callable

from bot.domain.check import failed, note, ok
from bot.render.i18n import Texts
from bot.render.message import Message
from bot.render.replies import checks

FINE = [ok(f"Check {number}", "fine " * 20) for number in range(20)]
ODD = [note(f"Note {number}", "odd " * 20, fix="mend " * 10) for number in range(20)]
BROKEN = [failed(f"Fault {number}", "broken " * 20, fix="mend " * 20) for number in range(10)]


def test_where_not_all_lines_fit_those_that_are_fine_are_left_out_first(
    texts: Texts, breaches: Callable[[Message], list[str]]
) -> None:
    shown = checks(texts, [*FINE, *BROKEN, *ODD])

    assert breaches(shown) == []
    assert [check.name for check in BROKEN if f"{check.name}:" not in shown.text] == []
    assert [check.name for check in FINE if f"{check.name}:" in shown.text] == []
    kept = [check.name for check in ODD if f"{check.name}:" in shown.text]
    assert kept == [check.name for check in ODD][: len(kept)]
    assert (
        texts.count(
            "{count} more line is not shown.", "{count} more lines are not shown.", 50 - len(BROKEN) - len(kept)
        )
        in shown.text.splitlines()
    )


def test_a_line_of_any_length_fits(texts: Texts, breaches: Callable[[Message], list[str]]) -> None:
    assert breaches(checks(texts, [failed("Odd", "&" * 9_000, fix="<" * 9_000)] * 3)) == []


def test_what_another_system_said_formats_nothing(en: Texts) -> None:
    shown = checks(en, [failed("Odd", "says `x` *y* <@U1> <https://evil.example|here>", fix="mend it")])

    line = ":x: `FAILED Odd: says x *y* &lt;@U1&gt; &lt;https://evil.example|here&gt; → mend it`"
    assert shown.text.splitlines()[1] == line
