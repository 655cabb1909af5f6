"""Parse what a script sends to a hook: which long task is to be followed, under which name, how much is said."""

import json
from collections.abc import Collection, Mapping, Sequence
from enum import StrEnum

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from bot.domain.command import Follow, Misread, NotUnderstood, Problem, SiteName
from bot.domain.command_parser import parse_command
from bot.domain.command_words import word_of
from bot.domain.label import as_label
from bot.domain.response_reference import reference_in, text_of
from bot.domain.states import Verbosity
from bot.domain.task_url import GATEWAYS, shorten

#: fields of the body, or of the URL's query
TASK, LABEL, VERBOSITY = "task", "label", "verbosity"

_decoder: msgspec.json.Decoder[Follow] = msgspec.json.Decoder(Follow)


class CallFault(StrEnum):
    """What cannot be read in a call."""

    BODY = "body"  #: neither what Confluence answers nor an object with a task
    TASK = "task"  #: a task that is no reference
    LABEL = "label"  #: a label that is no text
    VERBOSITY = "verbosity"  #: none of quiet, normal and all


class BadCall(Struct, frozen=True, kw_only=True):
    """A call that could not be parsed."""

    fault: CallFault
    what: str = ""  #: the value that was not understood, at most 80 characters


def parse_call(
    body: bytes, query: Mapping[str, str], *, sites: Sequence[SiteName], gateways: Collection[str] = GATEWAYS
) -> Follow | BadCall | Problem:
    """Parse a call; never raises: what cannot be parsed says why.

    `body`: JSON in UTF-8: what Confluence answered when the long task was started, or an object whose `task` is a
    reference as people type it. `query`: label and verbosity may be here as well; those of the body count more.
    """
    given = _decoded(body)
    if given is None:
        return BadCall(fault=CallFault.BODY)
    options: Mapping[str, object] = dict(query)
    reference: str | None
    if TASK in given:
        options = {**options, **{name: given[name] for name in (LABEL, VERBOSITY) if given.get(name) is not None}}
        task = given[TASK]
        reference = reference_in(task) if isinstance(task, dict) else text_of(task)
    else:
        reference = reference_in(given)
    if not reference:
        return BadCall(fault=CallFault.BODY)
    found = _follow(reference, sites, gateways)
    return _with_options(found, options) if isinstance(found, Follow) else found


def encode(follow: Follow) -> str:
    """A parsed call as JSON text, to be stored."""
    return msgspec.json.encode(follow).decode()


def decode(text: str) -> Follow:
    """A call that was stored. Raises msgspec.MsgspecError if it is none."""
    return _decoder.decode(text)


def _decoded(body: bytes) -> dict[str, object] | None:
    """Return the JSON object in a body; None if there is none."""
    try:
        found = json.JSONDecoder(strict=False).decode(body.decode().removeprefix("\ufeff"))
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _follow(reference: str, sites: Sequence[SiteName], gateways: Collection[str]) -> Follow | BadCall | Problem:
    """Return the command that follows one long task, which is named as in a command that people type."""
    found = parse_command(reference, sites=sites, gateways=gateways)
    if isinstance(found, Follow):
        return found if len(found.refs) == 1 else NotUnderstood(reason=Misread.ONE_REFERENCE, what=TASK)
    if isinstance(found, NotUnderstood) and found.reason is Misread.WORD:
        return BadCall(fault=CallFault.TASK, what=found.what)
    if isinstance(found, Problem):
        return found
    return BadCall(fault=CallFault.TASK, what=shorten(reference))


def _with_options(found: Follow, options: Mapping[str, object]) -> Follow | BadCall:
    label, verbosity = options.get(LABEL), options.get(VERBOSITY)
    if label is not None:
        if isinstance(label, dict | list | bool | float):
            return BadCall(fault=CallFault.LABEL)
        found = replace(found, label=as_label(text_of(label)) or None)
    if verbosity is not None:
        chosen = _verbosity(text_of(verbosity))
        if chosen is None:
            return BadCall(fault=CallFault.VERBOSITY, what=shorten(text_of(verbosity)))
        found = replace(found, verbosity=chosen)
    return found


def _verbosity(text: str) -> Verbosity | None:
    word = word_of(text)
    return next((each for each in Verbosity if word is not None and each.value == word.value), None)
