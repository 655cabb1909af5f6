"""One line per thing that happened: set up, without secrets, and dampened where a line runs away."""

from bot.log.redaction import redact
from bot.log.setup import adopt_the_rest, report_errors_to, set_up

__all__ = ["adopt_the_rest", "redact", "report_errors_to", "set_up"]
