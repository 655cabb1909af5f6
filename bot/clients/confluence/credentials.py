"""Credentials for Confluence, and where they come from."""

import re
from base64 import b64encode
from typing import Protocol, Self

#: a bearer token's characters (RFC 6750 §2.1, and the colons and such that vendors add)
_TOKEN = re.compile(r"[\x21-\x7e]+", re.ASCII)


class Credential:
    """The value of an `Authorization` header. Never shows its secret; two are equal if their headers are."""

    __slots__ = ("header",)

    def __init__(self, header: str) -> None:
        self.header = header

    @classmethod
    def basic(cls, email: str, token: str) -> Self:
        """An e-mail address (on Data Center a user name) with an API token.

        Raises ValueError, without the secret in it, if no header can be made of them.
        """
        if not email or not token or ":" in email:
            raise ValueError("basic credentials need a user without a colon, and a token")
        return cls("Basic " + b64encode(f"{email}:{token}".encode()).decode("ascii"))

    @classmethod
    def bearer(cls, token: str) -> Self:
        """A Data Center personal access token, or an OAuth access token.

        Raises ValueError, without the secret in it, if no header can be made of it.
        """
        if not _TOKEN.fullmatch(token):
            raise ValueError("a bearer token is printable ASCII without spaces")
        return cls("Bearer " + token)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Credential) and self.header == other.header

    def __hash__(self) -> int:
        return hash(self.header)

    def __repr__(self) -> str:
        return f"Credential({self.header.partition(' ')[0]} …)"


class Credentials(Protocol):
    """The credentials of all accounts."""

    async def credential(self, account_id: int, /) -> Credential | None:
        """Return the credential of an account; None if it has none that can be used."""


class OperatorCredential:
    """The one credential from the operator's settings, under the id of the operator's account."""

    def __init__(self, account_id: int, credential: Credential) -> None:
        self._account_id = account_id
        self._credential = credential

    async def credential(self, account_id: int, /) -> Credential | None:
        """Return the operator's credential; None for any other account."""
        return self._credential if account_id == self._account_id else None
