"""Slack's way of saying no."""

from typing import Any


class RefusalError(Exception):
    """The call is answered with `{"ok": false, "error": …}`."""

    def __init__(self, error: str, **extra: Any) -> None:
        super().__init__(error)
        self.error = error
        #: further fields of the answer
        self.extra = extra

    @classmethod
    def with_messages(cls, error: str, messages: list[str]) -> "RefusalError":
        """A refusal that says what is wrong where, as Slack does for arguments and blocks."""
        return cls(error, errors=messages, response_metadata={"messages": [f"[ERROR] {text}" for text in messages]})
