"""Small checks that add up to the shape of a block: each says what is wrong, and where."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:\S+")


@dataclass(kw_only=True)
class Problems:
    """What is wrong so far."""

    #: how Slack counts characters
    length: Callable[[str], int] = len
    found: list[str] = field(default_factory=list)

    def add(self, text: str, pointer: str) -> None:
        """Note what is wrong at a JSON pointer."""
        self.found.append(f"{text} [json-pointer:{pointer}]")


Check = Callable[[Any, str, Problems], None]


def boolean(value: Any, pointer: str, problems: Problems) -> None:
    """True or false."""
    if not isinstance(value, bool):
        problems.add("must be a boolean", pointer)


def number(value: Any, pointer: str, problems: Problems) -> None:
    """Any number."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        problems.add("must be a number", pointer)


def positive(value: Any, pointer: str, problems: Problems) -> None:
    """A number above 0."""
    number(value, pointer, problems)
    if isinstance(value, int | float) and value <= 0:
        problems.add("must be greater than 0", pointer)


def anything(value: Any, pointer: str, problems: Problems) -> None:
    """Not looked into."""


def string(longest: int, shortest: int = 0) -> Check:
    """Text of a bounded length."""

    def check(value: Any, pointer: str, problems: Problems) -> None:
        if not isinstance(value, str):
            problems.add("must be a string", pointer)
        elif problems.length(value) > longest:
            problems.add(f"must be less than {longest + 1} characters", pointer)
        elif problems.length(value) < shortest:
            problems.add(f"must be more than {shortest - 1} characters", pointer)

    return check


def url(longest: int = 3000) -> Check:
    """A URL of a bounded length."""
    bounded = string(longest, 1)

    def check(value: Any, pointer: str, problems: Problems) -> None:
        bounded(value, pointer, problems)
        if isinstance(value, str) and value and not _URL.fullmatch(value):
            problems.add("must be a valid url", pointer)

    return check


def one_of(*values: str) -> Check:
    """One of a few words."""

    def check(value: Any, pointer: str, problems: Problems) -> None:
        if value not in values:
            problems.add(f"must be one of {', '.join(values)}", pointer)

    return check


def items(of: Check, *, least: int = 0, most: int) -> Check:
    """A list of so many."""

    def check(value: Any, pointer: str, problems: Problems) -> None:
        if not isinstance(value, list):
            problems.add("must be an array", pointer)
            return
        if len(value) < least:
            problems.add(f"must have at least {least} items", pointer)
        if len(value) > most:
            problems.add(f"no more than {most} items allowed", pointer)
        for position, item in enumerate(value):
            of(item, f"{pointer}/{position}", problems)

    return check


def record(needed: Mapping[str, Check], optional: Mapping[str, Check] | None = None) -> Check:
    """An object with these fields and no others."""
    fields = {**needed, **(optional or {})}

    def check(value: Any, pointer: str, problems: Problems) -> None:
        if not isinstance(value, dict):
            problems.add("must be an object", pointer)
            return
        for name in needed:
            if name not in value:
                problems.add(f"missing required field: {name}", pointer)
        for name, inside in value.items():
            if name in fields:
                fields[name](inside, f"{pointer}/{name}", problems)
            else:
                problems.add(f"unexpected field: {name}", pointer)

    return check


def by_type(kinds: Mapping[str, Check]) -> Check:
    """An object whose `type` says which check is meant for it."""

    def check(value: Any, pointer: str, problems: Problems) -> None:
        kind = value.get("type") if isinstance(value, dict) else None
        if not isinstance(value, dict):
            problems.add("must be an object", pointer)
        elif not isinstance(kind, str) or kind not in kinds:
            problems.add(f"unsupported type: {kind}", f"{pointer}/type")
        else:
            kinds[kind](value, pointer, problems)

    return check


def also(first: Check, *more: Check) -> Check:
    """All of these."""

    def check(value: Any, pointer: str, problems: Problems) -> None:
        for each in (first, *more):
            each(value, pointer, problems)

    return check


def any_field(*names: str) -> Check:
    """At least one of these fields."""

    def check(value: Any, pointer: str, problems: Problems) -> None:
        if isinstance(value, dict) and not any(value.get(name) for name in names):
            problems.add(f"missing required field: one of {', '.join(names)}", pointer)

    return check


def repeated(values: Iterable[str]) -> list[str]:
    """Those that come more than once, each once."""
    seen: set[str] = set()
    again: dict[str, None] = {}
    for value in values:
        if value in seen:
            again[value] = None
        seen.add(value)
    return list(again)
