"""The error of a Web API call, raised where it is found and answered as `{"ok": false, "error": …}`."""

from typing import Any


class ApiError(Exception):
    """Slack's name of an error, and further fields of the answer."""

    def __init__(self, error: str, **extra: Any) -> None:
        super().__init__(error)
        self.error = error
        self.extra = extra

    @classmethod
    def with_problem(cls, error: str, problem: str) -> "ApiError":
        """An error that says what is wrong where, as Slack does for arguments and blocks."""
        return cls(error, errors=[problem], response_metadata={"messages": [f"[ERROR] {problem}"]})
