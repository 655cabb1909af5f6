"""No message says what users have misunderstood: sentences that are not to come back, in any language."""

import ast
from collections.abc import Iterator
from io import BytesIO

import pytest
from babel.messages.pofile import read_po

from sandbox.update_catalogs import CATALOGS, SOURCES

#: language -> sentences that were replaced by better ones; a part stands for all sentences that contain it
FORBIDDEN: dict[str, tuple[str, ...]] = {
    "en": (
        "Following long task {id}.",
        "{task}, long task {id}",
        "Asking Confluence about the long task …",
        "Asking Confluence about {count} long tasks …",
        "The id stands in Confluence's answer to whatever started the long task",
        "And more: look with the list command.",
        "the thread tells each new phase as well",
        "the thread tells the start and the end only",
        "this channel stops following it; with all instead of the id, all of yours",
        "one look, for you alone",
        "Long task {id}, for you alone:",
        "Long task {id} has ended already, so nothing was posted here.",
        "“{what}” is neither a command nor a long task.",
        "Confluence has had too many requests of this bot",
        "Confluence does not know the token of this bot and treats it as nobody in particular.",
        "Followed long tasks",
        "{outcome}: long task {id}",
        "{outcome}: {task} (long task {id})",
        "What happened is told in the thread.",
        "It went through, but some of it needs a look.",
        "Everything went through.",
        "Look there how far it came before you start it again.",
        "Look in Confluence how far it came before you start it again.",
        "Look in Confluence how it ended.",
        "Look in Confluence whether something needs to be done.",
        "Confluence refuses the account with which this bot looks",
        "This bot has set this long task aside because of a fault of its own.",
        "Running; Confluence does not say what it is doing",
        "Something that this bot does not know",
        "The message under which long task {id} was followed has been deleted.",
        "It is no longer followed there.",
        "Found before this thread began:",
        "Slack no longer lets this bot post where long task {id} was followed.",
        "whoever started the copy may not set them",
        "whoever started the copy may not add them",
        "nor the pages below it",
        "nor the pages below them",
        "Of other kinds: {counts}",
        "Status key",
        "It lasted {duration}",
        "The long task itself goes on in Confluence.",
    ),
    "de": (
        "Langzeitaufgabe {id} wird jetzt verfolgt.",
        "Confluence wird nach der Langzeitaufgabe gefragt …",
        "Confluence wird nach {count} Langzeitaufgaben gefragt …",
        "Verfolgte Langzeitaufgaben",
        "verfolgt seit {time} von {person}",
        "können die Verfolgung nicht beenden",
        "Bitte die Bot-Administration, Zugangsdaten und Berechtigungen zu prüfen.",
        "Dieser Channel verfolgt Langzeitaufgabe {id} nicht",
        "In einer DM verfolgen",
        "Bei „{what}“ geht immer nur eine Langzeitaufgabe auf einmal.",
        "Die Datei unten nennt die eine Warnung oder den einen Fehler.",
        "Langzeitaufgabe {id} ist schon beendet, deshalb wurde hier nichts gepostet.",
        "{outcome}: Langzeitaufgabe {id}",
        "{outcome}: {task} (Langzeitaufgabe {id})",
        "Verfolgt von {person}. Der Fortschritt steht im Thread.",
        "Verfolgt von {person}. Was passiert ist, steht im Thread.",
        "Nicht mehr verfolgt",
        "Nicht mehr verfolgen",
        "Wird verfolgt",
        "Seiten kopieren",
        "Seiten löschen",
        "Seiten archivieren",
        "Seiten verschieben",
        "Bereich löschen",
        "{person} hat die Verfolgung hier beendet.",
        "{person} hat deine Verfolgung von Langzeitaufgabe {id} beendet.",
        "bitte die Bot-Administration, Zugangsdaten und Berechtigungen zu prüfen.",
        "itte die Bot-Administration, den Zugang zu Confluence zu prüfen.",
        "itte die Bot-Administration, die Adresse zu prüfen.",
        "Bitte die Bereichsadministration um",
        "Durchgelaufen, aber einiges solltest du dir ansehen.",
        "Seiten ohne Löschberechtigung blieben erhalten",
        "Seiten ohne Leseberechtigung blieben erhalten",
        "keine Warnungen gesehen",
        "{duration} nach dem Start {percent}",
        "Beschränkungen von {count} Seite",
        "Seitenbeschränkungen wurden nicht kopiert",
    ),
    "uk": (
        "Тривале завдання {id} відстежується.",
        "Запитуємо Confluence про тривале завдання…",
        "Запитуємо Confluence про {count} тривалі завдання…",
        "від {time} відстежує {person}",
        "вас тут буде згадано",
        "Цей бот не знає сайту Confluence {host}",
        "Тривале завдання {id} вже завершилося, тому тут нічого не опубліковано.",
        "Зараз нічого не відстежується.",
        "{outcome}: тривале завдання {id}",
        "{outcome}: {task} (тривале завдання {id})",
        "За запитом користувача {person}. Що сталося, описано в гілці.",
        "Відстежує {person}. Хід виконання показано в гілці.",
        "Confluence зараз не знаходить цього тривалого завдання",
        "Останнє відоме значення: {percent}",
        "Побачити завершення не вдалося.",
        "Сповістити й мене",
        "Усе вдалося.",
        "Вкладення {count} сторінки не скопійовано",
        "Через власний збій бот відклав це тривале завдання.",
        "тому бот його відклав",
        "Через збіг назв у місці призначення перейменовано {count} сторінку.",
    ),
    "ja": (
        "長時間タスク {id} の追跡を開始しました。",
        "長時間タスク {count} 件を Confluence に問い合わせています…",
        "追跡を開始していません。",
        "何も開始していません。",
        "{pages} ページ中 {page} ページ目です。",
        "ほかのオーガナイゼーションのメンバー",
        "別のオーガナイゼーションのメンバー",
        "長時間タスク {id} はすでに終了しているため、ここには何も投稿していません。",
        "{outcome}: 長時間タスク {id}",
        "{outcome}: {task}（長時間タスク {id}）",
        "追跡中",
        "追跡を停止",
        "失われた情報はありません。",
        "{count} ページとその配下のページ",
        "{count} ページ中 {done} ページ",
        "確認できた範囲で警告なし",
        "一時停止を求められています",
    ),
}


def said(language: str) -> Iterator[str]:
    """Everything that is said in a language: the texts of the sources, or the translations of a catalog."""
    if language == "en":
        for path in SOURCES.rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Constant) and isinstance(node.value, str):
                    yield node.value
        return
    for message in read_po(BytesIO((CATALOGS / f"{language}.po").read_bytes()), locale=language):
        yield from message.string if isinstance(message.string, tuple | list) else [message.string]


@pytest.mark.parametrize("language", FORBIDDEN)
def test_no_forbidden_sentence_is_said(language: str) -> None:
    texts = [text for text in said(language) if text]
    assert [sentence for sentence in FORBIDDEN[language] if any(sentence in text for text in texts)] == []


def test_the_sentences_of_every_language_are_looked_through() -> None:
    assert set(FORBIDDEN) == {"en", *(path.stem for path in CATALOGS.glob("*.po"))}
    assert all(any(len(text) > 30 for text in said(language)) for language in FORBIDDEN)
