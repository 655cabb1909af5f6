"""Define a check of an installation: what was found, and what to do about it."""

from enum import StrEnum

from msgspec import Struct


class Verdict(StrEnum):
    """The result of a check."""

    OK = "ok"
    NOTE = "note"  #: works, but not as well as it could, or could not be found out
    FAILED = "failed"


class Check(Struct, frozen=True, kw_only=True):
    """One check of an installation, with its verdict."""

    name: str
    verdict: Verdict
    detail: str
    fix: str = ""  #: what to do about it; empty if there is nothing to do

    def __str__(self) -> str:
        """Format the check as one line."""
        word = self.verdict.upper() if self.verdict is Verdict.FAILED else self.verdict.value
        line = f"{word:<7}{self.name}: {self.detail}"
        return f"{line} → {self.fix}" if self.fix else line


def ok(name: str, detail: str) -> Check:
    """Nothing is wrong."""
    return Check(name=name, verdict=Verdict.OK, detail=detail)


def note(name: str, detail: str, *, fix: str = "") -> Check:
    """Worth knowing, and no failure."""
    return Check(name=name, verdict=Verdict.NOTE, detail=detail, fix=fix)


def failed(name: str, detail: str, *, fix: str) -> Check:
    """Something does not work, and this is what to do."""
    return Check(name=name, verdict=Verdict.FAILED, detail=detail, fix=fix)
