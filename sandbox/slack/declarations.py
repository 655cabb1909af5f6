"""Check JSON against declared types and say what is wrong in Slack's way: a sentence and a JSON pointer."""

import re
from typing import Annotated, Any, TypeAlias, TypeVar

import msgspec
from msgspec import Meta, Struct, UnsetType

_T = TypeVar("_T")

#: a field that may be left out, but not be null
Omittable: TypeAlias = _T | UnsetType

NonEmpty = Annotated[str, Meta(min_length=1)]
#: ids of blocks, actions and callbacks
Id = Annotated[str, Meta(max_length=255)]
AbsoluteUrl = Annotated[str, Meta(max_length=3000, pattern=r"^[A-Za-z][A-Za-z0-9+.-]*:\S+\Z")]

_LOCATION = re.compile(r"(?P<problem>.*) - at `\$(?P<path>[^`]*)`", re.DOTALL)
_STEP = re.compile(r"\.(\w+)|\[(\d+)\]")


class Declared(Struct, forbid_unknown_fields=True):
    """An object with the fields of its class and no others; `tag` is the value of its field `type`."""


def find_problem(value: object, declared: Any, pointer: str) -> str | None:
    """Return the first thing in which `value`, at this JSON pointer, is not as declared; None if it is."""
    try:
        complete = msgspec.to_builtins(msgspec.convert(value, declared))
    except msgspec.ValidationError as error:
        return describe(error, pointer)
    # where only one type is declared, msgspec does without its tag; Slack does not
    untyped = _find_untyped(value, complete, pointer)
    return None if untyped is None else f"Object missing required field `type` [json-pointer:{untyped}]"


def _find_untyped(value: Any, complete: Any, pointer: str) -> str | None:
    """Return the pointer of the first object that lacks the field `type` it has in `complete`."""
    if isinstance(complete, list):
        pairs = [(number, item, value[number]) for number, item in enumerate(complete)]
    elif isinstance(complete, dict):
        if "type" in complete and "type" not in value:
            return pointer
        pairs = [(name, item, value[name]) for name, item in complete.items()]
    else:
        return None
    found = (_find_untyped(given, item, f"{pointer}/{step}") for step, item, given in pairs)
    return next((place for place in found if place is not None), None)


def describe(error: msgspec.ValidationError, pointer: str = "") -> str:
    """Describe the error in the value at this JSON pointer, with its place."""
    located = _LOCATION.fullmatch(str(error))
    problem, path = (located["problem"], located["path"]) if located else (str(error), "")
    below = _STEP.sub(r"/\1\2", path)
    return f"{problem} [json-pointer:{pointer}{below}]"
