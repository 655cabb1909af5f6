"""The messages of a thread that are told once."""

from bot.render.notices.completion import completion
from bot.render.notices.found import warnings
from bot.render.notices.list_file import findings_csv
from bot.render.notices.list_text import findings_text
from bot.render.notices.progress import milestone, phase, trouble

__all__ = ["completion", "findings_csv", "findings_text", "milestone", "phase", "trouble", "warnings"]
