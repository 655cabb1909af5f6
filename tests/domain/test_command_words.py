"""Every word of a command has a translation in every language, and one meaning in all of them together."""

from collections import defaultdict

import pytest

from bot.domain.command import (
    Command,
    Follow,
    ListFollowed,
    Reference,
    Scope,
    ShowChecks,
    ShowHelp,
    SiteName,
    Stop,
    StopAll,
)
from bot.domain.command_parser import parse_command
from bot.domain.command_words import TRANSLATIONS, Word, fold, spellings, word_of
from bot.domain.states import Verbosity
from bot.render.i18n import SOURCE, Catalogs

ACME = SiteName(site_id=1, alias="acme", host="acme.example", base_url="https://acme.example")
REF = Reference(site_id=1, remote_id="4711")


def test_no_word_is_missing_in_a_language_of_the_catalogs(catalogs: Catalogs) -> None:
    missing = [
        (word.value, language)
        for word in Word
        for language in catalogs.languages
        if language != SOURCE and not TRANSLATIONS.get(word, {}).get(language)
    ]
    assert missing == []


def test_no_word_has_two_meanings() -> None:
    meanings: dict[str, set[Word]] = defaultdict(set)
    for word in Word:
        for typed in (word.value, *(each for words in TRANSLATIONS[word].values() for each in words)):
            meanings[fold(typed)].add(word)
    assert {typed: words for typed, words in meanings.items() if len(words) > 1} == {}


def test_every_spelling_is_understood_in_any_case() -> None:
    wrong = [
        typed
        for word in Word
        for typed in spellings([word])
        if not (word_of(typed) is word_of(typed.upper()) is word_of(typed.title()) is word)
    ]
    assert wrong == []


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("Hilfe", ShowHelp()),
        ("ДОВІДКА", ShowHelp()),
        ("ﾍﾙﾌﾟ", ShowHelp()),
        ("ｈｅｌｐ", ShowHelp()),
        ("STOPP alles", StopAll()),
        ("зупинити 4711", Stop(ref=REF)),
        ("停止　すべて", StopAll()),
        ("一覧 自分 2", ListFollowed(scope=Scope.MINE, page=2)),
        ("Liste Kanal Seite 3", ListFollowed(scope=Scope.CHANNEL, page=3)),
        ("4711 leise", Follow(refs=(REF,), verbosity=Verbosity.QUIET)),
        ("4711 Усе", Follow(refs=(REF,), verbosity=Verbosity.ALL)),
        ("フォロー 4711、4711 静か。", Follow(refs=(REF,), verbosity=Verbosity.QUIET)),
        ("4711 leise als Handbuch", Follow(refs=(REF,), verbosity=Verbosity.QUIET, label="Handbuch")),
        ("stop alles", StopAll()),
        ("Діагностика", ShowChecks()),
        ("診断", ShowChecks()),
    ],
)
def test_words_of_every_language_are_understood_together(text: str, command: Command) -> None:
    assert parse_command(text, sites=[ACME]) == command
