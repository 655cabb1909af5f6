"""Who may ask a Confluence site, and what the others are told."""

import binascii
from base64 import b64decode
from collections.abc import Mapping
from enum import StrEnum
from http.cookies import CookieError, SimpleCookie

from msgspec import Struct

from sandbox.confluence import replies
from sandbox.confluence.replies import Reply

#: either scope lets an account read long tasks
READ_SCOPES = frozenset({"read:confluence-space.summary", "read:content.metadata:confluence"})


class TokenKind(StrEnum):
    """What a token is; each is taken at other doors."""

    #: an API token of old: at the site, and at the gateway
    UNSCOPED = "unscoped"
    #: an API token with scopes: at the gateway alone
    SCOPED = "scoped"
    #: an OAuth access token, bearer: at the gateway alone
    OAUTH = "oauth"
    #: a Data Center personal access token, bearer
    PERSONAL = "personal"


class Account(Struct, kw_only=True):
    """Somebody who may sign in. The one mutable part is whether the token is (still) good."""

    name: str
    email: str
    token: str
    kind: TokenKind = TokenKind.UNSCOPED
    password: str = "password-of-the-account"  # noqa: S105 - a sandbox holds nothing of value
    scopes: frozenset[str] = READ_SCOPES
    #: sees everybody's long tasks
    admin: bool = False
    revoked: bool = False


class Sessions:
    """The cookies a site gave out, one per account. An unknown one is refused before any token is looked at."""

    def __init__(self) -> None:
        """Start without any."""
        self._names: dict[str, str | None] = {}
        self._given = 0

    def open(self, name: str | None) -> str:
        """Return the session of an account name, or of nobody; it is the same until all are forgotten."""
        for session, owner in self._names.items():
            if owner == name:
                return session
        self._given += 1
        session = f"S{self._given:08d}"
        self._names[session] = name
        return session

    def expire(self) -> None:
        """Forget all: every cookie given out so far is stale."""
        self._names.clear()

    def __contains__(self, session: str) -> bool:
        """Tell whether a cookie is known."""
        return session in self._names

    def name(self, session: str) -> str | None:
        """Return whose session it is; None: nobody's."""
        return self._names[session]


def session_of(headers: Mapping[str, str]) -> str | None:
    """Return the session cookie a request carries."""
    cookies: SimpleCookie = SimpleCookie()
    try:
        cookies.load(headers.get("Cookie", ""))
    except CookieError:
        return None
    found = cookies.get("JSESSIONID")
    return found.value if found else None


class Door(StrEnum):
    """By which way a request came in."""

    SITE = "site"
    GATEWAY = "gateway"
    DATACENTER = "datacenter"


class Accounts:
    """The accounts of one site."""

    def __init__(self, *, anonymous_access: bool) -> None:
        """Start without any. With anonymous access, Data Center takes an unknown token as nobody's."""
        self.anonymous_access = anonymous_access
        self.sessions = Sessions()
        self._accounts: list[Account] = []

    def add(self, account: Account) -> Account:
        """Let somebody sign in; the latest of a name counts."""
        self._accounts.insert(0, account)
        return account

    def by_name(self, name: str) -> Account | None:
        """Return an account."""
        return next((account for account in self._accounts if account.name == name), None)

    def claimed(self, headers: Mapping[str, str]) -> Account | None:
        """Return whose credential this seems to be, good or not."""
        scheme, _, value = headers.get("Authorization", "").partition(" ")
        if scheme.lower() == "bearer":
            return next((account for account in self._accounts if account.token == value), None)
        user, _ = _basic(value)
        return next((account for account in self._accounts if user in (account.email, account.name)), None)

    def check(self, door: Door, headers: Mapping[str, str]) -> Account | Reply | None:
        """Return who asks, None for nobody (Data Center), or the refusal."""
        session = session_of(headers)
        if session is not None:
            if session not in self.sessions:
                return replies.stale_session()
            if (name := self.sessions.name(session)) is not None:
                return self.by_name(name)
        return _CHECKS[door](self, headers)

    def _site(self, headers: Mapping[str, str]) -> Account | Reply:
        account = self.claimed(headers)
        scheme, _, value = headers.get("Authorization", "").partition(" ")
        if scheme.lower() == "bearer":
            return replies.tomcat_401()
        if account is not None and scheme.lower() == "basic":
            given = _basic(value)[1]
            if given == account.password:
                return replies.passwords_deprecated()
            if given == account.token and not account.revoked:
                return account if account.kind is TokenKind.UNSCOPED else replies.tomcat_401()
        return replies.not_permitted()

    def _gateway(self, headers: Mapping[str, str]) -> Account | Reply:
        account = self.claimed(headers)
        scheme, _, value = headers.get("Authorization", "").partition(" ")
        bearer = scheme.lower() == "bearer"
        given = value if bearer else _basic(value)[1]
        good = account is not None and given == account.token and not account.revoked
        if account is None or not good or bearer != (account.kind is TokenKind.OAUTH):
            return replies.gateway_401("Unauthorized") if bearer else replies.not_permitted()
        if account.kind is not TokenKind.UNSCOPED and not account.scopes & READ_SCOPES:
            return replies.gateway_401("Unauthorized; scope does not match")
        return account

    def _datacenter(self, headers: Mapping[str, str]) -> Account | Reply | None:
        account = self.claimed(headers)
        scheme, _, value = headers.get("Authorization", "").partition(" ")
        if scheme.lower() == "basic":
            given = _basic(value)[1]
            if account is not None and not account.revoked and given in (account.password, account.token):
                return account
            return replies.datacenter_401()
        if account is not None and account.kind is TokenKind.PERSONAL and not account.revoked:
            return account
        return None if self.anonymous_access else replies.datacenter_401()


_CHECKS = {
    Door.SITE: Accounts._site,
    Door.GATEWAY: Accounts._gateway,
    Door.DATACENTER: Accounts._datacenter,
}


def _basic(value: str) -> tuple[str, str]:
    try:
        user, _, secret = b64decode(value, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError, ValueError):
        return "", ""
    return user, secret
