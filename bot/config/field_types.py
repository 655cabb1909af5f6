"""Types of settings: how a value is cleaned and checked."""

import ipaddress
import re
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, PlainValidator, SecretStr, StringConstraints
from pydantic_settings import NoDecode

from bot.db.url import DatabaseAddress, DatabaseUrlError, parse


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _url(value: str) -> str:
    try:
        parts = urlsplit(value)
        host, _port = parts.hostname or "", parts.port
    except ValueError:
        raise ValueError("is not a URL") from None
    if parts.scheme not in ("http", "https") or not host or re.search(r"[\s\\<>\x00-\x1f]", value):
        raise ValueError("has to be a URL like https://example.com")
    if parts.scheme == "http" and not _is_loopback(host):
        raise ValueError("has to begin with https:// (plain http is only for loopback addresses)")
    if "@" in parts.netloc:
        raise ValueError("must not hold a user name or a password")
    if parts.query or parts.fragment:
        raise ValueError("must not have anything after ? or #")
    return value.rstrip("/")


def _stripped(value: Any) -> Any:
    return value.strip() if isinstance(value, str) else value


def _listed(value: Any) -> Any:
    return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value


def _not_empty(value: SecretStr) -> SecretStr:
    if not value.get_secret_value():
        raise ValueError("is empty")
    return value


def _for_a_header(value: SecretStr) -> SecretStr:
    if not re.fullmatch(r"[\x21-\x7e]+", value.get_secret_value()):
        raise ValueError("holds a space or a character that no token has")
    return value


def _database_url(value: Any) -> DatabaseAddress:
    try:
        return value if isinstance(value, DatabaseAddress) else parse(str(value))
    except DatabaseUrlError as error:
        raise ValueError(str(error)) from None


def _long_keys(value: tuple[SecretStr, ...]) -> tuple[SecretStr, ...]:
    if any(len(key.get_secret_value()) < 32 for key in value):
        raise ValueError("has a secret of fewer than 32 characters")
    return value


Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Url = Annotated[str, BeforeValidator(_stripped), AfterValidator(_url)]
Secret = Annotated[SecretStr, BeforeValidator(_stripped), AfterValidator(_not_empty)]
Token = Annotated[Secret, AfterValidator(_for_a_header)]
DatabaseUrl = Annotated[DatabaseAddress, NoDecode, PlainValidator(_database_url)]
Listed = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_listed)]
Keys = Annotated[tuple[SecretStr, ...], NoDecode, BeforeValidator(_listed), AfterValidator(_long_keys)]
Upper = BeforeValidator(lambda value: value.strip().upper() if isinstance(value, str) else value)
Lower = BeforeValidator(lambda value: value.strip().lower() if isinstance(value, str) else value)
