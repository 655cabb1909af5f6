"""Sentences, numbers and times are in the reader's language."""

from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.render.i18n import Catalogs, Texts, load_catalogs, read_catalog
from bot.render.mrkdwn import Mrkdwn

DE = """
msgid ""
msgstr "Content-Type: text/plain; charset=utf-8\\n"

msgid "Took {duration}"
msgstr "Dauer: {duration}"

msgid "{count} page"
msgid_plural "{count} pages"
msgstr[0] "{count} Seite"
msgstr[1] "{count} Seiten"

msgid "Ended {time}"
msgstr "Zu Ende {zeit}"

#, fuzzy
msgid "Check now"
msgstr "Vielleicht"

msgid "{count} error"
msgid_plural "{count} errors"
msgstr[0] "{count} Fehler"
msgstr[1] ""
"""


@pytest.fixture
def de() -> Texts:
    return read_catalog(DE.encode(), "de")


def test_a_sentence_is_translated_by_the_catalog(de: Texts) -> None:
    assert de.say("Took {duration}", duration=timedelta(minutes=72)) == "Dauer: 1 Std. 12 Min."


def test_a_count_takes_the_plural_form_of_the_language(de: Texts) -> None:
    assert [de.count("{count} page", "{count} pages", number) for number in (0, 1, 2, 12_000)] == [
        "0 Seiten",
        "1 Seite",
        "2 Seiten",
        "12.000 Seiten",
    ]


def test_a_missing_translation_falls_back_to_english(de: Texts) -> None:
    assert de.say("Stop following") == "Stop following"
    assert de.say("Check now") == "Check now"
    assert de.count("{count} error", "{count} errors", 2) == "2 errors"


def test_a_wrong_placeholder_in_a_translation_falls_back_to_english(de: Texts, en: Texts) -> None:
    moment = datetime(2026, 11, 23, 9, 2, tzinfo=UTC)
    assert de.say("Ended {time}", time=moment) == f"Ended {de.time(moment)}"


def test_a_plain_string_in_a_placeholder_is_escaped(en: Texts) -> None:
    assert en.say("“{name}”", name="<b> {count}") == "“&lt;b&gt; {count}”"
    assert en.say("“{name}”", name=Mrkdwn("*ours*")) == "“*ours*”"


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (0, "0 sec"),
        (-5, "0 sec"),
        (1, "1 sec"),
        (59.6, "1 min"),
        (90, "1 min 30 sec"),
        (3_600, "1 hr"),
        (3_661, "1 hr 1 min"),
        (86_400 * 2 + 3_600 * 5 + 59, "2 days 5 hr"),
        (86_400 + 59, "1 day"),
    ],
)
def test_a_duration_has_at_most_two_units(en: Texts, seconds: float, shown: str) -> None:
    assert en.duration(timedelta(seconds=seconds)) == shown


@pytest.mark.parametrize(("percent", "shown"), [(0, "0%"), (0.9, "0%"), (57.0, "57%"), (99.99, "99%"), (100, "100%")])
def test_a_percentage_is_rounded_down(en: Texts, percent: float, shown: str) -> None:
    assert en.percent(percent) == shown


@given(st.floats(min_value=0, max_value=100))
def test_only_a_hundred_is_shown_as_100_percent(percent: float) -> None:
    shown = Texts(locale=read_catalog(b"", "en").locale).percent(percent)
    assert (shown == "100%") == (percent == 100)


def test_a_moment_is_shown_in_the_readers_time_zone_with_a_fallback_in_utc(en: Texts) -> None:
    moment = datetime(2026, 11, 23, 10, 2, 31, tzinfo=timezone(timedelta(hours=1)))
    assert en.time(moment) == "<!date^1795424520^{date_short_pretty} {time}|Nov 23, 2026, 9:02\u202fAM UTC>"


def test_day_and_time_are_joined_as_the_language_joins_them(catalogs: Catalogs) -> None:
    moment = datetime(2026, 11, 23, 9, 2, tzinfo=UTC)
    shown = [catalogs.texts(language).time(moment).rpartition("|")[2] for language in ("de", "ja")]
    assert shown == ["23.11.2026, 09:02 UTC>", "2026/11/23 9:02 UTC>"]


def test_a_moment_can_be_shown_to_the_second_or_without_its_day(en: Texts) -> None:
    moment = datetime(2026, 11, 23, 10, 2, 31, tzinfo=timezone(timedelta(hours=1)))
    assert [en.time_with_seconds(moment), en.time_of_day(moment)] == [
        "<!date^1795424551^{date_short_pretty} {time_secs}|Nov 23, 2026, 9:02:31\u202fAM UTC>",
        "<!date^1795424520^{time}|9:02\u202fAM UTC>",
    ]


def test_two_moments_in_the_same_minute_are_shown_alike(en: Texts) -> None:
    moment = datetime(2026, 11, 23, 9, 2, tzinfo=UTC)
    assert en.time(moment) == en.time(moment + timedelta(seconds=59.9))


def test_the_first_available_language_is_chosen(catalogs: Catalogs) -> None:
    chosen = [
        catalogs.texts(*preferred).language
        for preferred in (("de",), ("de-AT",), ("DE",), ("xx", "uk"), (None, "ja-JP"), ("pt-BR",), ("",), ())
    ]
    assert chosen == ["de", "de", "de", "uk", "ja", "en", "en", "en"]


def test_an_unknown_language_or_a_broken_catalog_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="there is no language 'klingonisch'"):
        read_catalog(b"", "klingonisch")
    (tmp_path / "zz.po").write_text("")
    with pytest.raises(ValueError, match="there is no language 'zz'"):
        load_catalogs(tmp_path)


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("en", "24 min 30 sec"),
        ("de", "24 Min. 30 Sek."),
        ("uk", "24 хв 30 с"),
        ("ja", "24 分 30 秒"),
    ],
)
def test_a_duration_is_formatted_in_every_language(catalogs: Catalogs, language: str, expected: str) -> None:
    assert catalogs.texts(language).duration(timedelta(seconds=1470)) == expected
