"""Every language has the same sentences, placeholders, plural forms and markup."""

import re
from collections import Counter
from io import BytesIO

import pytest
from babel.messages import Catalog, Message
from babel.messages.pofile import read_po

from sandbox.update_catalogs import CATALOGS, template, translated, updated, written

TRANSLATED = sorted(path.stem for path in CATALOGS.glob("*.po"))
#: sentences that may read the same as in English
SAME_AS_ENGLISH = {
    "“{title}”",
    "“{text}”",
    "“{name}”",
    "{outcome}: {task}",
    "{button}: {task}",
    "{setting}: {choice}",
    "{site}: {reason}",
    "{example}: {meaning}",
    "Details",
    "Link",
}
PLACEHOLDER = re.compile(r"\{[a-z_]*\}")
MARKUP = re.compile(r"[*_~`<>&|]")


@pytest.fixture(params=TRANSLATED)
def catalog(request: pytest.FixtureRequest) -> Catalog:
    return read_po(BytesIO((CATALOGS / f"{request.param}.po").read_bytes()), locale=request.param)


def sentences(catalog: Catalog) -> list[Message]:
    return [message for message in catalog if message.id]


def forms(message: Message) -> list[str]:
    """The translations that exist; another test checks that none is missing."""
    every = message.string if isinstance(message.string, list | tuple) else [message.string]
    return [form for form in every if form]


def sources(message: Message) -> list[str]:
    return list(message.id) if isinstance(message.id, list | tuple) else [message.id]


def test_catalogs_hold_the_sentences_of_the_code() -> None:
    current = template()
    assert (CATALOGS / "messages.pot").read_bytes() == written(current), "run make catalogs"
    for language in TRANSLATED:
        text = (CATALOGS / f"{language}.po").read_bytes()
        assert text == updated(text, language, current), "run make catalogs"


def test_every_sentence_is_translated_in_all_its_forms(catalog: Catalog) -> None:
    assert [message.id for message in sentences(catalog) if not translated(message)] == []
    plural = [len(forms(message)) for message in sentences(catalog) if message.pluralizable]
    assert set(plural) == {catalog.num_plurals}


def test_placeholders_are_those_of_the_source(catalog: Catalog) -> None:
    wrong = {}
    for message in sentences(catalog):
        wanted = Counter(PLACEHOLDER.findall(sources(message)[-1]))
        for form in forms(message):
            # a form for one may do without the figure
            found = Counter(PLACEHOLDER.findall(form))
            if found not in (wanted, wanted - Counter({"{count}": 1})):
                wrong[form] = wanted
    assert wrong == {}


def test_no_markup_is_lost_or_added(catalog: Catalog) -> None:
    wrong = [
        form
        for message in sentences(catalog)
        for form in forms(message)
        if Counter(MARKUP.findall(PLACEHOLDER.sub("", form)))
        != Counter(MARKUP.findall(PLACEHOLDER.sub("", sources(message)[-1])))
    ]
    assert wrong == []


def test_nothing_is_left_in_english(catalog: Catalog) -> None:
    left = {
        form
        for message in sentences(catalog)
        for form, source in zip(forms(message), [*sources(message), *sources(message)[-1:] * 9], strict=False)
        if form == source
    }
    assert left - SAME_AS_ENGLISH == set()


def test_sentences_begin_and_end_as_their_source_does(catalog: Catalog) -> None:
    ends = str.maketrans({"。": ".", "？": "?", "：": ":", "…": "…"})
    wrong = [
        form
        for message in sentences(catalog)
        for form in forms(message)
        if form and (form.strip() != form or (form.translate(ends)[-1] in ".?:") != (sources(message)[-1][-1] in ".?:"))
    ]
    assert wrong == []


def test_japanese_is_punctuated_in_full_width() -> None:
    half_width = re.compile(r"[ぁ-ゖァ-ヺー一-鿿々][:;,.!?()]|[:;,.!?()] ?[ぁ-ゖァ-ヺー一-鿿々]")
    catalog = read_po(BytesIO((CATALOGS / "ja.po").read_bytes()), locale="ja")
    assert [form for message in sentences(catalog) for form in forms(message) if half_width.search(form)] == []


def test_a_new_language_is_one_empty_file() -> None:
    begun = updated(b"", "fr", template())
    catalog = read_po(BytesIO(begun), locale="fr")
    assert {str(message.id) for message in catalog} == {str(message.id) for message in template()}
    assert b'"Language: fr\\n"' in begun


def test_a_removed_sentence_is_left_out_and_translations_stay() -> None:
    text = b'msgid ""\nmsgstr ""\n\nmsgid "Gone"\nmsgstr "Weg"\n\nmsgid "Failed"\nmsgstr "Gestoppt"\n'
    catalog = read_po(BytesIO(updated(text, "de", template())), locale="de")
    assert (catalog.get("Gone"), catalog.get("Failed").string) == (None, "Gestoppt")
