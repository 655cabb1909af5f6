"""Write the gallery as one HTML page."""

from collections.abc import Iterable, Sequence
from html import escape

from bot.render.i18n import Texts
from bot.render.message import Message
from sandbox.gallery.examples import answers
from sandbox.gallery.situations import Situation, messages
from sandbox.slack_html import STYLE, message_html, mrkdwn_html

_PAGE_STYLE = """
body{margin:0 auto;padding:16px 24px;background:#fff;font-family:system-ui,sans-serif;color:#1d1c1d}
table{border-collapse:collapse;width:100%;table-layout:fixed}
td,th{vertical-align:top;text-align:start;padding:8px 12px;border-top:1px solid #e3e3e3}
th{font-weight:600;font-size:13px;color:#616061}thead th{position:sticky;top:0;background:#fff}
col.name{width:130px}h2{margin:32px 0 8px}details{font-size:12px;color:#616061;margin-top:8px;white-space:pre-wrap}
"""


def page(languages: Sequence[Texts], situations: Iterable[Situation]) -> str:
    """Return the HTML page: a table per situation, a row per message, a column per language."""
    tables = [
        _table(situation.name, languages, [list(messages(texts, situation)) for texts in languages])
        for situation in situations
    ]
    tables.append(_table("answers to one person", languages, [list(answers(texts)) for texts in languages]))
    return (
        "<!doctype html><html lang='en'><head><meta charset='utf-8'>"
        "<meta name='viewport' content='width=device-width,initial-scale=1'><title>Gallery of messages</title>"
        f"<style>{_PAGE_STYLE}{STYLE}</style></head><body><h1>Gallery of messages</h1>{''.join(tables)}</body></html>"
    )


def _table(name: str, languages: Sequence[Texts], columns: Sequence[Sequence[tuple[str, Message]]]) -> str:
    heads = "".join(f"<th scope='col'>{escape(texts.language)}</th>" for texts in languages)
    rows = "".join(
        f"<tr><th scope='row'>{escape(row[0][0])}</th>{''.join(map(_cell, languages, (each[1] for each in row)))}</tr>"
        for row in zip(*columns, strict=True)
    )
    columns_of_table = "<col class='name'>" + "<col>" * len(languages)
    return (
        f"<h2>{escape(name)}</h2><table><colgroup>{columns_of_table}</colgroup>"
        f"<thead><tr><th></th>{heads}</tr></thead><tbody>{rows}</tbody></table>"
    )


def _cell(texts: Texts, message: Message) -> str:
    direction = texts.locale.text_direction
    text = f"<details><summary>text</summary>{mrkdwn_html(message.text)}</details>" if message.blocks else ""
    return f"<td lang='{escape(texts.language)}' dir='{direction}'>{message_html(message)}{text}</td>"
