"""Reads the arguments of a Web API call: form, query or JSON, token from the header or among them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from aiohttp import web

from sandbox.slack.records import Json
from sandbox.slack.refusal import RefusalError

Kind = Literal["string", "bool", "int", "json"]

_FORM = {"application/x-www-form-urlencoded", "multipart/form-data"}
_TRUE = {"1", "true", "True"}
_FALSE = {"0", "false", "False", ""}


@dataclass(frozen=True, kw_only=True)
class Arrived:
    """A call as it came in."""

    token: str | None
    #: without the token
    arguments: Json
    warnings: tuple[str, ...] = ()
    #: the arguments came as JSON
    was_json: bool = False
    #: the error, where the body could not be read
    unreadable: str | None = None
    #: those of the query, which every method reads
    query: Json = field(default_factory=dict)


async def read(request: web.Request) -> Arrived:
    """Read the body and the query of a call; never raises for what they hold."""
    query: Json = dict(request.query)
    body: Json = {}
    error: str | None = None
    warnings: tuple[str, ...] = ()
    was_json = False
    if request.method == "POST" and request.can_read_body:
        if request.content_type == "application/json":
            was_json = True
            warnings = () if request.charset else ("missing_charset",)
            body, error = _json_object(await request.read())
        elif request.content_type in _FORM:
            body = {name: value for name, value in (await request.post()).items() if isinstance(value, str)}
        else:
            error = "invalid_post_type"
    arguments = {**query, **body}
    token = _token(request, arguments.pop("token", None))
    query.pop("token", None)
    return Arrived(
        token=token,
        arguments=arguments,
        warnings=warnings,
        was_json=was_json,
        unreadable=error,
        query=query,
    )


def checked(
    arrived: Arrived, kinds: Mapping[str, Kind], required: tuple[str, ...], *, json_body: bool, strict: bool
) -> Json:
    """The arguments in their types.

    Raises RefusalError (invalid_arguments and the like) for missing, unknown and mistyped ones.
    """
    if arrived.unreadable is not None:
        raise RefusalError(arrived.unreadable)
    given = arrived.query if arrived.was_json and not json_body else arrived.arguments
    problems = [f"missing required field: {name}" for name in required if given.get(name) in (None, "")]
    if strict:
        problems += [f"unexpected argument: {name}" for name in given if name not in kinds]
    arguments: Json = {}
    for name, value in given.items():
        if name not in kinds or value is None:
            continue
        try:
            arguments[name] = _typed(value, kinds[name])
        except ValueError as error:
            problems.append(f"{error} [json-pointer:/{name}]")
    if problems:
        raise RefusalError.with_messages("invalid_arguments", problems)
    return arguments


def _token(request: web.Request, argument: Any) -> str | None:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer" and token.strip():
        return token.strip()
    return argument if isinstance(argument, str) and argument else None


def _json_object(raw: bytes) -> tuple[Json, str | None]:
    try:
        value = json.loads(raw)
    except ValueError:
        return {}, "invalid_json"
    return (value, None) if isinstance(value, dict) else ({}, "json_not_object")


def _typed(value: Any, kind: Kind) -> Any:
    match kind:
        case "string":
            return _text(value)
        case "bool":
            return _boolean(value)
        case "int":
            return _whole(value)
        case "json":
            return _parsed(value)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError("must be a string")  # noqa: TRY004 - one kind of error for all wrong values
    return value


def _boolean(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    if str(value) in _TRUE:
        return True
    if str(value) in _FALSE:
        return False
    raise ValueError("must be a boolean")


def _whole(value: Any) -> int:
    if isinstance(value, bool):
        raise ValueError("must be a number")  # noqa: TRY004 - one kind of error for all wrong values
    try:
        return int(value)
    except (TypeError, ValueError):
        raise ValueError("must be a number") from None


def _parsed(value: Any) -> Any:
    """Structures come as JSON text in forms, and may in JSON bodies too. What does not parse is handed on as it is."""
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError:
        return value
