"""Update the gettext catalogs from the sentences in the code: python -m sandbox.update_catalogs."""

import sys
from io import BytesIO
from pathlib import Path

from babel import Locale
from babel.messages import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

SOURCES = Path(__file__).parents[1] / "bot" / "render"
CATALOGS = SOURCES / "catalogs"

#: the functions that take sentences, and which of their arguments these are
_KEYWORDS = {"say": None, "wording": None, "count": (1, 2), "counted": (1, 2)}
_COMMENT_TAGS = ("Translators:",)


def template() -> Catalog:
    """Extract every sentence from the code, with the files it occurs in."""
    catalog = Catalog(project="longtask", charset="utf-8", fuzzy=False)
    found = extract_from_dir(
        SOURCES, [("**.py", "python")], keywords=_KEYWORDS, comment_tags=_COMMENT_TAGS, strip_comment_tags=True
    )
    for file, _, sentence, comments, context in found:
        catalog.add(sentence, locations=[(file, 0)], auto_comments=comments, context=context)
    return catalog


def updated(text: bytes, language: str, sentences: Catalog) -> bytes:
    """Update the content of a .po file: new sentences are empty, changed ones fuzzy, removed ones left out."""
    catalog = read_po(BytesIO(text), locale=language)
    catalog.update(sentences, no_fuzzy_matching=False, update_header_comment=False, keep_user_comments=True)
    catalog.obsolete.clear()
    catalog.project = sentences.project
    return written(catalog)


def written(catalog: Catalog) -> bytes:
    """Write the content of a .po file, sorted by sentence and without dates, so that it only changes with them."""
    out = BytesIO()
    write_po(out, catalog, width=100, no_location=False, include_lineno=False, sort_output=True, omit_header=True)
    return header(catalog) + out.getvalue()


def header(catalog: Catalog) -> bytes:
    """Write the fields that the header of a .po file needs."""
    lines = ["Content-Type: text/plain; charset=utf-8\\n"]
    if catalog.locale is not None:
        lines = [f"Language: {catalog.locale}\\n", *lines, f"Plural-Forms: {catalog.plural_forms}\\n"]
    return "".join(['msgid ""\n', 'msgstr ""\n', *[f'"{line}"\n' for line in lines], "\n"]).encode()


def translated(message: Message) -> bool:
    """Whether a sentence is translated in every form, and is not fuzzy."""
    forms = message.string if isinstance(message.string, tuple | list) else [message.string]
    return not message.fuzzy and all(forms)


def main() -> int:
    """Write `messages.pot` and every `<language>.po`; an empty `<language>.po` starts a new language."""
    sentences = template()
    (CATALOGS / "messages.pot").write_bytes(written(sentences))
    for path in sorted(CATALOGS.glob("*.po")):
        Locale.parse(path.stem)
        path.write_bytes(updated(path.read_bytes(), path.stem, sentences))
        catalog = read_po(BytesIO(path.read_bytes()), locale=path.stem)
        left = sum(not translated(message) for message in catalog if message.id)
        sys.stdout.write(f"{path.name}: {left} of {len(catalog)} sentences to translate\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
