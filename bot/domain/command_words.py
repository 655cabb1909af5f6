"""The words that commands consist of, in English and in every language of the catalogs."""

import unicodedata
from collections.abc import Collection, Mapping
from enum import StrEnum


class Word(StrEnum):
    """A word that people type, by its English spelling."""

    HELP = "help"
    FOLLOW = "follow"
    STATUS = "status"
    LIST = "list"
    STOP = "stop"
    WATCH = "watch"
    UNWATCH = "unwatch"
    HOOK = "hook"
    OFF = "off"
    CONNECT = "connect"
    DISCONNECT = "disconnect"
    SETTINGS = "settings"
    DOCTOR = "doctor"
    QUIET = "quiet"
    NORMAL = "normal"
    ALL = "all"
    MINE = "mine"
    CHANNEL = "channel"
    PAGE = "page"
    COPY = "copy"
    DELETE = "delete"
    ARCHIVE = "archive"
    SPACE = "space"
    MOVE = "move"
    AS = "as"


#: what else is typed for a word, by language; a word may be spelled alike in several
TRANSLATIONS: Mapping[Word, Mapping[str, tuple[str, ...]]] = {
    Word.HELP: {
        "en": ("?", "--help"),
        "de": ("hilfe",),
        "uk": ("допомога", "довідка"),
        "ja": ("ヘルプ",),
    },
    Word.FOLLOW: {"de": ("folgen", "folge"), "uk": ("стежити",), "ja": ("フォロー",)},
    Word.STATUS: {"de": ("status", "stand"), "uk": ("стан", "статус"), "ja": ("状態", "ステータス")},
    Word.LIST: {"de": ("liste",), "uk": ("список",), "ja": ("一覧", "リスト")},
    Word.STOP: {"de": ("stopp", "stoppen"), "uk": ("стоп", "зупинити"), "ja": ("停止",)},
    Word.WATCH: {"de": ("beobachten", "beobachte"), "uk": ("спостерігати",), "ja": ("ウォッチ",)},
    Word.UNWATCH: {"de": ("nichtbeobachten",), "uk": ("неспостерігати",), "ja": ("ウォッチ解除",)},
    Word.HOOK: {"de": ("webhook",), "uk": ("хук", "вебхук"), "ja": ("フック",)},
    Word.OFF: {"de": ("aus",), "uk": ("вимкнути", "викл"), "ja": ("オフ",)},
    Word.CONNECT: {"de": ("verbinden",), "uk": ("підключити",), "ja": ("接続",)},
    Word.DISCONNECT: {"de": ("trennen",), "uk": ("відключити",), "ja": ("接続解除",)},
    Word.SETTINGS: {"de": ("einstellungen",), "uk": ("налаштування",), "ja": ("設定",)},
    Word.DOCTOR: {"de": ("doktor", "diagnose"), "uk": ("лікар", "діагностика"), "ja": ("診断", "ドクター")},
    Word.QUIET: {"de": ("leise",), "uk": ("тихо",), "ja": ("静か",)},
    Word.NORMAL: {"de": ("normal",), "uk": ("звичайно",), "ja": ("通常", "普通")},
    Word.ALL: {"de": ("alles", "alle"), "uk": ("усе", "все", "усі", "всі"), "ja": ("すべて", "全部")},
    Word.MINE: {"de": ("meine",), "uk": ("мої", "моє"), "ja": ("自分",)},
    Word.CHANNEL: {"de": ("channel", "kanal"), "uk": ("канал",), "ja": ("チャンネル",)},
    Word.PAGE: {"de": ("seite",), "uk": ("сторінка",), "ja": ("ページ",)},
    Word.COPY: {"en": ("copies", "copying"), "de": ("kopieren", "kopie"), "uk": ("копіювання",), "ja": ("コピー",)},
    Word.DELETE: {"en": ("deletions", "deleting"), "de": ("löschen",), "uk": ("видалення",), "ja": ("削除",)},
    Word.ARCHIVE: {"en": ("archiving",), "de": ("archivieren",), "uk": ("архівування",), "ja": ("アーカイブ",)},
    Word.SPACE: {"en": ("spaces",), "de": ("bereich", "bereiche"), "uk": ("простір",), "ja": ("スペース",)},
    Word.MOVE: {"en": ("moving",), "de": ("verschieben",), "uk": ("переміщення",), "ja": ("移動",)},
    Word.AS: {"de": ("als",), "uk": ("як",), "ja": ("名前",)},
}


def fold(text: str) -> str:
    """Return a text as words are compared: without case, and with full-width letters as ordinary ones."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())


def spellings(words: Collection[Word]) -> list[str]:
    """Return every way in which some words are typed, folded."""
    return [spelling for spelling, word in _WORDS.items() if word in words]


def word_of(text: str) -> Word | None:
    """Return the word that a text is, in any language; None if it is none."""
    return _WORDS.get(fold(text))


_WORDS: Mapping[str, Word] = {str(word): word for word in Word} | {
    fold(spelling): word
    for word, languages in TRANSLATIONS.items()
    for typed in languages.values()
    for spelling in typed
}
