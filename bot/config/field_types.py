"""Types of settings: how a value is cleaned and checked."""

import ipaddress
import re
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, PlainValidator, SecretStr
from pydantic_settings import NoDecode
from yarl import URL

from bot.db.url import DatabaseAddress, DatabaseUrlError, parse

#: characters; platforms and shells bear little more, and no header does
_LONGEST = 8_000
_QUOTES = ("''", '""', "``", "“”", "‘’")
_LABEL = re.compile(r"[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?")
_TEAM = re.compile(r"[TE][A-Z0-9]{1,20}")


def readable(value: Any) -> Any:
    """The value without spaces around it. Raises ValueError where no setting can mean it."""
    if not isinstance(value, str):
        return value
    value = value.strip()
    if not value:
        raise ValueError("is empty")
    if len(value) > _LONGEST:
        raise ValueError(f"is longer than {_LONGEST:,} characters")
    if not value.isprintable():
        raise ValueError("holds a line break or another character that cannot be seen")
    if len(value) > 1 and value[0] + value[-1] in _QUOTES:
        raise ValueError("is in quotation marks: leave them out")
    return value


def _is_host(host: str) -> bool:
    """Whether this can be an IP address or a host name, by the length and characters of its labels (RFC 1123)."""
    if ":" in host:
        try:
            return bool(ipaddress.ip_address(host))
        except ValueError:
            return False
    try:
        ascii_host = URL.build(scheme="http", host=host).raw_host or ""
    except ValueError:
        return False
    return len(ascii_host) <= 253 and all(map(_LABEL.fullmatch, ascii_host.removesuffix(".").split(".")))


def _host(value: str) -> str:
    if not _is_host(value):
        raise ValueError("has to be an address like 0.0.0.0, or a host name")
    return value


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
    if parts.scheme not in ("http", "https") or not _is_host(host) or re.search(r"[\s\\<>]", value):
        raise ValueError("has to be a URL like https://example.com")
    if parts.scheme == "http" and not _is_loopback(host):
        raise ValueError("has to begin with https:// (plain http is only for loopback addresses)")
    if "@" in parts.netloc:
        raise ValueError("must not hold a user name or a password")
    if parts.query or parts.fragment:
        raise ValueError("must not have anything after ? or #")
    return value.rstrip("/")


def _listed(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    parts = tuple(part.strip() for part in value.split(",") if part.strip())
    if not parts:
        raise ValueError("lists nothing")
    return parts


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
    if len(set(value)) < len(value):
        raise ValueError("has the same secret twice")
    return value


def _teams(value: tuple[str, ...]) -> tuple[str, ...]:
    if not all(map(_TEAM.fullmatch, value)):
        raise ValueError("has to list ids of teams or enterprises, like T0123456789")
    return value


def _user(value: str) -> str:
    # basic authentication ends the name at the first colon (RFC 7617 §2)
    if ":" in value:
        raise ValueError("must not hold a colon")
    return value


Host = Annotated[str, AfterValidator(_host)]
User = Annotated[str, AfterValidator(_user)]
Url = Annotated[str, AfterValidator(_url)]
CloudId = Annotated[str, AfterValidator(lambda value: "auto" if value.lower() == "auto" else value)]
Token = Annotated[SecretStr, AfterValidator(_for_a_header)]
DatabaseUrl = Annotated[DatabaseAddress, NoDecode, PlainValidator(_database_url)]
Teams = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_listed), AfterValidator(_teams)]
Keys = Annotated[tuple[SecretStr, ...], NoDecode, BeforeValidator(_listed), AfterValidator(_long_keys)]
Upper = BeforeValidator(lambda value: value.upper() if isinstance(value, str) else value)
Lower = BeforeValidator(lambda value: value.lower() if isinstance(value, str) else value)
