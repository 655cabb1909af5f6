"""Render Slack messages as HTML that looks like Slack."""

import re
from collections.abc import Callable
from html import escape, unescape
from itertools import pairwise

from bot.render.message import Block, Message
from sandbox import emoji

_DATE = re.compile(r"<!date\^(\d+)\^[^|>]*\|([^>]*)>")
_ANGLED = re.compile(r"<([^<>|]+)(?:\|([^<>]*))?>")
_CODE = re.compile(r"`([^`\n]+)`")
_EDGE = r"(?<![^\s(“«>·])"
_STYLES = (
    (re.compile(_EDGE + r"\*([^\s*](?:[^*\n]*[^\s*])?)\*(?!\w)"), r"<b>\1</b>"),
    (re.compile(_EDGE + r"_([^\s_](?:[^_\n]*[^\s_])?)_(?!\w)"), r"<i>\1</i>"),
    (re.compile(_EDGE + r"~([^\s~](?:[^~\n]*[^\s~])?)~(?!\w)"), r"<s>\1</s>"),
)
_EMOJI = re.compile(r":[a-z0-9_+'-]+:")

#: schemes that Slack turns into links
_LINKED = ("http://", "https://", "mailto:", "slack://")

STYLE = """
.slack{font:15px/1.47 Lato,system-ui,sans-serif;color:#1d1c1d;max-width:640px;overflow-wrap:anywhere}
.slack a{color:#1264a3;text-decoration:none}
.slack .mention{color:#1264a3;background:#e8f5fa;border-radius:3px;padding:0 2px}
.slack code{font:12px Menlo,Consolas,monospace;color:#c01343;background:#f6f6f6;border:1px solid #ddd}
.slack .section{margin:4px 0;white-space:pre-wrap}
.slack .context{font-size:13px;color:#616061;margin:4px 0;white-space:pre-wrap}
.slack .actions{display:flex;flex-wrap:wrap;gap:8px;margin:8px 0}
.slack .button{font:inherit;font-size:13px;font-weight:700;color:#1d1c1d;background:#fff}
.slack .button{border:1px solid #bbb;border-radius:4px;padding:4px 12px}
.slack figure{margin:8px 0;border:1px solid #ddd;border-radius:8px;padding:12px;max-width:460px}
.slack figcaption{font-weight:700;font-size:13px}
.slack svg text{font-size:9px;fill:#616061}
.slack time{background:#f4ede4;border-radius:3px;padding:0 2px}
.slack .emoji{background:#fff3c4}
"""


def message_html(message: Message) -> str:
    """Render one message: its blocks, or its text if it has none."""
    if not message.blocks:
        return f'<div class="slack"><div class="section">{mrkdwn_html(message.text)}</div></div>'
    return f'<div class="slack">{"".join(_block(block) for block in message.blocks)}</div>'


def mrkdwn_html(text: str) -> str:
    """Render text in Slack's markup: dates, links, mentions, code, and the three styles."""
    kept: list[str] = []

    def keep(html: str) -> str:
        kept.append(html)
        return f"\ue000{len(kept) - 1}\ue001"

    text = text.replace("\ue000", "").replace("\ue001", "")
    text = _CODE.sub(lambda match: keep(f"<code>{_plain(match[1])}</code>"), text)
    text = _DATE.sub(lambda match: keep(f'<time data-epoch="{match[1]}">{_plain(match[2])}</time>'), text)
    text = _ANGLED.sub(lambda match: keep(_angled(match[1], match[2])), text)
    html = _plain(emoji.shown(text))
    for pattern, replacement in _STYLES:
        html = pattern.sub(replacement, html)
    html = _EMOJI.sub(lambda match: f'<span class="emoji">{match[0]}</span>', html)
    return re.sub("\ue000(\\d+)\ue001", lambda match: kept[int(match[1])], html)


def _plain(text: str) -> str:
    return escape(unescape(text), quote=False)


def _angled(target: str, label: str | None) -> str:
    if target[0] in "@#!":
        return f'<span class="mention">{_plain(label or target)}</span>'
    if not target.startswith(_LINKED):
        return _plain(label or target)
    return f'<a href="{escape(unescape(target))}">{_plain(label or target)}</a>'


def _section(block: Block) -> str:
    return f'<div class="section">{mrkdwn_html(block["text"]["text"])}</div>'


def _context(block: Block) -> str:
    lines = "".join(f"<div>{mrkdwn_html(element['text'])}</div>" for element in block["elements"])
    return f'<div class="context">{lines}</div>'


def _actions(block: Block) -> str:
    return f'<div class="actions">{"".join(map(_button, block["elements"]))}</div>'


def _button(button: Block) -> str:
    label, action = _plain(button["text"]["text"]), escape(button["action_id"])
    if "url" in button:
        address = escape(button["url"])
        return f'<a class="button" href="{address}" data-action="{action}" target="_blank" rel="noopener">{label}</a>'
    return f'<button type="button" class="button" data-action="{action}">{label}</button>'


def _line_chart(block: Block) -> str:
    axis, series = block["chart"]["axis_config"], block["chart"]["series"][0]
    values = [point["value"] for point in series["data"]]
    width = 400 / (len(values) - 1)
    places = [(30 + width * number, 110 - value) for number, value in enumerate(values)]
    lines = "".join(
        f'<line x1="{x:.1f}" y1="{y:.1f}" x2="{to_x:.1f}" y2="{to_y:.1f}" stroke="#1264a3" stroke-width="2"/>'
        for (x, y), (to_x, to_y) in pairwise(places)
    )
    first, last = (_plain(axis["categories"][place]) for place in (0, -1))
    return (
        f"<figure><figcaption>{_plain(block['title'])}</figcaption>"
        f'<svg viewBox="0 0 440 140" role="img" aria-label="{escape(block["title"])}">'
        f'<text x="4" y="14">100</text><text x="14" y="112">0</text>{lines}'
        f'<text x="30" y="124">{first}</text><text x="395" y="124">{last}</text>'
        f'<text x="150" y="136">{_plain(axis["x_label"])}</text></svg></figure>'
    )


_BLOCKS: dict[str, Callable[[Block], str]] = {
    "section": _section,
    "context": _context,
    "actions": _actions,
    "data_visualization": _line_chart,
}


def _block(block: Block) -> str:
    return _BLOCKS[block["type"]](block)
