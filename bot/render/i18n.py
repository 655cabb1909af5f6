"""Words, numbers and times in the reader's language."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
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

from bot.render.mrkdwn import Mrkdwn, data

#: the language of the sentences in the code
SOURCE = "en"

#: what a placeholder of a sentence can hold; a bare str is somebody else's words and is escaped
Value = str | int | timedelta | datetime

_Unit = Literal["day", "hour", "minute", "second"]
_UNITS: tuple[tuple[_Unit, int], ...] = (("day", 86_400), ("hour", 3_600), ("minute", 60), ("second", 1))


def wording(sentence: str) -> str:
    """Mark a sentence of a table for the catalogs; it is said later."""
    return sentence


def counted(one: str, many: str) -> tuple[str, str]:
    """Mark a counted sentence of a table for the catalogs; it is said later."""
    return one, many


@dataclass(frozen=True, kw_only=True)
class Texts:
    """One language: its sentences, and its way to write numbers, lists and times."""

    locale: Locale
    translations: NullTranslations = field(default_factory=NullTranslations)

    @property
    def language(self) -> str:
        """The language's code, e.g. `de`."""
        return str(self.locale)

    def say(self, sentence: str, /, **values: Value) -> Mrkdwn:
        """The sentence in this language, its named placeholders filled."""
        return self._filled(self.translations.gettext(sentence), sentence, values)

    def count(self, one: str, many: str, number: int, /, **values: Value) -> Mrkdwn:
        """The sentence in the plural form that `number` asks for; `{count}` is the number."""
        source = one if number == 1 else many
        return self._filled(self.translations.ngettext(one, many, number), source, {"count": number, **values})

    def _filled(self, sentence: str, source: str, values: Mapping[str, Value]) -> Mrkdwn:
        shown = {name: self.show(value) for name, value in values.items()}
        try:
            return Mrkdwn(sentence.format_map(shown))
        except (KeyError, IndexError, ValueError, AttributeError):
            # a translation with a wrong placeholder must not cost the message
            return Mrkdwn(source.format_map(shown))

    def show(self, value: Value) -> Mrkdwn:
        """One value as this language writes it."""
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
        """A percentage (0 to 100), rounded down: 100 % is said only of what is at 100."""
        return Mrkdwn(format_percent(floor(percent) / 100, locale=self.locale))

    def duration(self, delta: timedelta) -> Mrkdwn:
        """A length of time in its largest unit and the next: `1 hour, 12 minutes`."""
        left = max(0, round(delta.total_seconds()))
        first = next((place for place, (_, size) in enumerate(_UNITS) if left >= size), len(_UNITS) - 1)
        parts: list[str] = []
        for unit, size in _UNITS[first : first + 2]:
            amount, left = divmod(left, size)
            if amount or not parts:
                parts.append(self._unit(amount * size, unit))
        return Mrkdwn(format_list(parts, style="unit", locale=self.locale))

    def _unit(self, seconds: int, unit: _Unit) -> str:
        # format_unit knows no long names of units in Japanese, Korean and Chinese; format_timedelta does.
        length = timedelta(seconds=seconds)
        return format_timedelta(length, granularity=unit, threshold=float("inf"), locale=self.locale)

    def time(self, moment: datetime) -> Mrkdwn:
        """A moment to the minute, shown by Slack in the reader's own time zone and language; the fallback is in UTC.

        Source: docs.slack.dev/messaging/formatting-message-text#date-formatting.
        """
        utc = moment.astimezone(UTC).replace(second=0, microsecond=0)
        day = format_date(utc, "medium", locale=self.locale)
        fallback = f"{day}, {format_time(utc, 'short', locale=self.locale)} UTC"
        return Mrkdwn(f"<!date^{int(utc.timestamp())}^{{date_short_pretty}} {{time}}|{fallback}>")

    def listed(self, parts: Sequence[Mrkdwn]) -> Mrkdwn:
        """`A, B, and C`."""
        return Mrkdwn(format_list(list(parts), locale=self.locale))


@dataclass(frozen=True, kw_only=True)
class Catalogs:
    """All languages there are."""

    languages: Mapping[str, Texts]

    def texts(self, *wishes: str | None) -> Texts:
        """The first wished-for language there is (`de-AT` is served by `de`), else English."""
        for wish in wishes:
            code = (wish or "").replace("-", "_")
            for name in (code, code.partition("_")[0].lower()):
                if name in self.languages:
                    return self.languages[name]
        return self.languages[SOURCE]


def english() -> Texts:
    """The sentences as they stand in the code."""
    return Texts(locale=Locale.parse(SOURCE))


def read_catalog(text: bytes, language: str) -> Texts:
    """One language from the text of its .po file. What is not translated is said in English.

    Raises ValueError where the language is unknown or the text is no catalog.
    """
    try:
        locale = Locale.parse(language)
    except UnknownLocaleError as error:
        raise ValueError(f"there is no language {language!r}") from error
    catalog = read_po(BytesIO(text), locale=language)
    for message in list(catalog):
        if isinstance(message.string, tuple) and not all(message.string):
            catalog.delete(message.id)
    compiled = BytesIO()
    write_mo(compiled, catalog)
    compiled.seek(0)
    return Texts(locale=locale, translations=Translations(compiled))


def load_catalogs(directory: Path) -> Catalogs:
    """Read every `<language>.po` of a directory. Raises OSError, and ValueError where one does not read."""
    files = {path.stem: path.read_bytes() for path in sorted(directory.glob("*.po"))}
    return Catalogs(languages={SOURCE: english(), **{name: read_catalog(text, name) for name, text in files.items()}})
