"""Translate sentences and format numbers and times, with gettext catalogs and Babel."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from gettext import NullTranslations
from io import BytesIO
from math import floor
from pathlib import Path
from typing import Literal

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_time, format_timedelta
from babel.lists import format_list
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal, format_percent
from babel.support import Translations

from bot.domain.person import Person
from bot.render.mrkdwn import Mrkdwn, data

#: the language of the sentences in the code
SOURCE = "en"
#: one `.po` file for each other language
CATALOGS = Path(__file__).parent / "catalogs"

#: what a placeholder of a sentence can hold; a plain str comes from elsewhere and is escaped
Value = str | int | timedelta | datetime

_Unit = Literal["day", "hour", "minute", "second"]
_UNITS: tuple[tuple[_Unit, int], ...] = (("day", 86_400), ("hour", 3_600), ("minute", 60), ("second", 1))


def spellings(language: str) -> tuple[str, str]:
    """The names of the catalogs that a language may have, the nearest first: `de_AT` and `de` for `de-AT`."""
    code = language.replace("-", "_")
    return code, code.partition("_")[0].lower()


def wording(sentence: str) -> str:
    """Mark a sentence in a table for the catalogs; it is translated when it is used."""
    return sentence


def counted(one: str, many: str) -> tuple[str, str]:
    """Mark a sentence with a plural in a table for the catalogs; it is translated when it is used."""
    return one, many


@dataclass(frozen=True, kw_only=True)
class Texts:
    """One language: its sentences and its formats of numbers, lists and times."""

    locale: Locale
    translations: NullTranslations = field(default_factory=NullTranslations)

    @property
    def language(self) -> str:
        """The language's code, e.g. `de`."""
        return str(self.locale)

    def say(self, sentence: str, /, **values: Value) -> Mrkdwn:
        """Translate a sentence and fill its named placeholders."""
        return self._filled(self.translations.gettext(sentence), sentence, values)

    def count(self, one: str, many: str, number: int, /, **values: Value) -> Mrkdwn:
        """Translate a sentence in the plural form for `number`, which is also its `{count}`."""
        source = one if number == 1 else many
        return self._filled(self.translations.ngettext(one, many, number), source, {"count": number, **values})

    def more(self, number: int) -> Mrkdwn:
        """Count what is not shown."""
        return self.count("and {count} more", "and {count} more", number)

    def _filled(self, sentence: str, source: str, values: Mapping[str, Value]) -> Mrkdwn:
        shown = {name: self.format(value) for name, value in values.items()}
        try:
            return Mrkdwn(sentence.format_map(shown))
        except (KeyError, IndexError, ValueError, AttributeError):
            # A wrong placeholder in a translation must not prevent the message.
            return Mrkdwn(source.format_map(shown))

    def format(self, value: Value) -> Mrkdwn:
        """Format one value; a str is escaped."""
        match value:
            case Mrkdwn():
                return value
            case str():
                return data(value)
            case int():
                return Mrkdwn(format_decimal(value, locale=self.locale))
            case timedelta():
                return self.duration(value)
            case datetime():
                return self.time(value)

    def percent(self, percent: float) -> Mrkdwn:
        """Format a percentage (0 to 100), rounded down so that only 100 is shown as 100 %."""
        return Mrkdwn(format_percent(floor(percent) / 100, locale=self.locale))

    def duration(self, delta: timedelta) -> Mrkdwn:
        """Format a duration in its largest unit and the next smaller one, briefly: `1 hr 12 min`."""
        left = max(0, round(delta.total_seconds()))
        first = next((index for index, (_, size) in enumerate(_UNITS) if left >= size), len(_UNITS) - 1)
        parts: list[str] = []
        for unit, size in _UNITS[first : first + 2]:
            amount, left = divmod(left, size)
            if amount or not parts:
                parts.append(self._unit(amount * size, unit))
        return Mrkdwn(" ".join(parts))

    def _unit(self, seconds: int, unit: _Unit) -> str:
        length = timedelta(seconds=seconds)
        return format_timedelta(length, granularity=unit, threshold=float("inf"), format="short", locale=self.locale)

    def time(self, moment: datetime) -> Mrkdwn:
        """Format a moment to the minute. Slack shows it in the reader's time zone and language; the fallback is UTC.

        Source: docs.slack.dev/messaging/formatting-message-text#date-formatting.
        """
        return self._moment(moment.replace(second=0), "{date_short_pretty} {time}", "short")

    def time_with_seconds(self, moment: datetime) -> Mrkdwn:
        """Format a moment to the second."""
        return self._moment(moment, "{date_short_pretty} {time_secs}", "medium")

    def time_of_day(self, moment: datetime) -> Mrkdwn:
        """Format a moment of today to the minute, without its day."""
        return self._moment(moment.replace(second=0), "{time}", "short")

    def _moment(self, moment: datetime, tokens: str, style: Literal["short", "medium"]) -> Mrkdwn:
        utc = moment.astimezone(UTC).replace(microsecond=0)
        shown = format_time(utc, style, locale=self.locale)
        if "{date" in tokens:
            day = format_date(utc, "medium", locale=self.locale)
            shown = str(self.locale.datetime_formats["medium"]).format(shown, day)
        return Mrkdwn(f"<!date^{int(utc.timestamp())}^{tokens}|{shown} UTC>")

    def listed(self, parts: Sequence[Mrkdwn]) -> Mrkdwn:
        """Format a list: `A, B, and C`."""
        return Mrkdwn(format_list(list(parts), locale=self.locale))

    def enumerated(self, parts: Sequence[Mrkdwn]) -> Mrkdwn:
        """Format a list without an *and*: `A, B, C`."""
        between = str(self.locale.list_patterns["standard"]["middle"]).format("", "")
        return Mrkdwn(between.join(parts))


@dataclass(frozen=True, kw_only=True)
class Catalogs:
    """All available languages, by code."""

    languages: Mapping[str, Texts]

    def texts(self, *preferred: str | None) -> Texts:
        """Return the first preferred language that is available (`de` for `de-AT`), else English."""
        for language in preferred:
            for name in spellings(language or ""):
                if name in self.languages:
                    return self.languages[name]
        return self.languages[SOURCE]

    def texts_for(self, person: Person | None, default: str) -> Texts:
        """Return the language that a person has chosen, else that of their Slack, else `default`."""
        return self.texts(*(person.languages if person is not None else ()), default)


@cache
def english() -> Texts:
    """Return the sentences as they are in the code."""
    return Texts(locale=Locale.parse(SOURCE))


@cache
def read_catalog(text: bytes, language: str) -> Texts:
    """Read one language from the content of its .po file; missing translations stay in English.

    The same content is read once. Raises ValueError if the language is unknown or the content is no catalog.
    """
    locale = _locale(language)
    catalog = read_po(BytesIO(text), locale=language)
    for message in list(catalog):
        if isinstance(message.string, tuple) and not all(message.string):
            catalog.delete(message.id)
    compiled = BytesIO()
    write_mo(compiled, catalog)
    compiled.seek(0)
    return Texts(locale=locale, translations=Translations(compiled))


def _locale(language: str) -> Locale:
    try:
        return Locale.parse(language)
    except UnknownLocaleError as error:
        raise ValueError(f"there is no language {language!r}") from error


class _Languages(Mapping[str, Texts]):
    """English, and the language of each .po file, by code.

    A catalog is read when it is first used: it takes a twentieth of a second, and few workspaces speak all of them.
    """

    def __init__(self, contents: Mapping[str, bytes]) -> None:
        self._contents = contents

    def __getitem__(self, language: str) -> Texts:
        return english() if language == SOURCE else read_catalog(self._contents[language], language)

    def __iter__(self) -> Iterator[str]:
        return iter((SOURCE, *self._contents))

    def __len__(self) -> int:
        return 1 + len(self._contents)


def load_catalogs(directory: Path) -> Catalogs:
    """Find every `<language>.po` in a directory. Raises OSError, and ValueError if there is no such language."""
    contents = {path.stem: path.read_bytes() for path in sorted(directory.glob("*.po"))}
    for language in contents:
        _locale(language)
    return Catalogs(languages=_Languages(contents))
