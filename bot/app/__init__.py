"""Build the parts of the bot once; start and stop them in order."""

from bot.app.application import Bot, StartError
from bot.app.bootstrap import build, migrate_only
from bot.app.lifecycle import live, run, serving
from bot.db.engine import DatabaseAway, DatabaseError, TakesNoWrites
from bot.web import CannotListen

__all__ = [
    "Bot",
    "CannotListen",
    "DatabaseAway",
    "DatabaseError",
    "StartError",
    "TakesNoWrites",
    "build",
    "live",
    "migrate_only",
    "run",
    "serving",
]
