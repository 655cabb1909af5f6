import json

from bot.doctor.report import as_json, report
from bot.domain.check import failed, note, ok


def test_a_check_is_one_line_with_its_fix_if_it_has_one() -> None:
    assert [str(check) for check in (ok("X", "fine"), note("Y", "odd"), failed("Z", "broken", fix="mend it"))] == [
        "ok     X: fine",
        "note   Y: odd",
        "FAILED Z: broken → mend it",
    ]


def test_a_report_is_one_json_document() -> None:
    checks = [ok("X", "fine"), failed("Z", "“broken”", fix="mend it")]
    assert json.loads(as_json(report(checks))) == {
        "ok": False,
        "checks": [
            {"name": "X", "verdict": "ok", "detail": "fine", "fix": ""},
            {"name": "Z", "verdict": "failed", "detail": "“broken”", "fix": "mend it"},
        ],
    }


def test_notes_are_no_failure() -> None:
    assert report([ok("X", "fine"), note("Y", "odd")]).ok
