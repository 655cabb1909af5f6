"""Read a Web API call: form, query or JSON, with the token in the header or among the arguments."""

import json
from dataclasses import dataclass, field
from typing import Any, TypeVar

import msgspec
from aiohttp import web

from sandbox.slack.api_error import ApiError
from sandbox.slack.declarations import Declared, describe
from sandbox.slack.records import Json

A = TypeVar("A", bound=Declared)

_FORM = {"application/x-www-form-urlencoded", "multipart/form-data"}
#: arguments with a structure: JSON text in a form, and allowed to be JSON text in a JSON body too
_STRUCTURED = ("blocks", "files", "metadata", "view")


@dataclass(frozen=True, kw_only=True)
class ApiRequest:
    """A call as it came in."""

    token: str | None
    #: the token came in the header
    token_in_header: bool = False
    is_post: bool = True
    #: without the token
    arguments: Json
    warnings: tuple[str, ...] = ()
    #: the arguments came as JSON
    was_json: bool = False
    #: the error if the body could not be read
    unreadable: str | None = None
    #: arguments of the query, which every method reads
    query: Json = field(default_factory=dict)

    def read_as(self, declared: type[A], *, json_body: bool) -> A:
        """Return the arguments in their types; `json_body` says whether the method reads JSON.

        Raises ApiError invalid_arguments for a missing, unknown or mistyped one, or why the body could not be read.
        """
        if self.unreadable is not None:
            raise ApiError(self.unreadable)
        given = self.query if self.was_json and not json_body else self.arguments
        values = {name: _parsed(value) if name in _STRUCTURED else value for name, value in given.items()}
        present = {name: value for name, value in values.items() if value is not None}
        try:
            # not strict: in a form numbers and booleans are text
            return msgspec.convert(present, declared, strict=False)
        except msgspec.ValidationError as error:
            raise ApiError.with_problem("invalid_arguments", describe(error)) from None


async def read_request(request: web.Request) -> ApiRequest:
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
    bearer, argument = _bearer(request), arguments.pop("token", None)
    query.pop("token", None)
    return ApiRequest(
        token=bearer or (argument if isinstance(argument, str) and argument else None),
        token_in_header=bearer is not None,
        is_post=request.method == "POST",
        arguments=arguments,
        warnings=warnings,
        was_json=was_json,
        unreadable=error,
        query=query,
    )


def _bearer(request: web.Request) -> str | None:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return (token.strip() or None) if scheme.lower() == "bearer" else None


def _json_object(raw: bytes) -> tuple[Json, str | None]:
    try:
        value = json.loads(raw)
    except ValueError:
        return {}, "invalid_json"
    return (value, None) if isinstance(value, dict) else ({}, "json_not_object")


def _parsed(value: Any) -> Any:
    """The structure in a JSON text; what does not parse is left as it is, for the method to refuse."""
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError:
        return value
