"""Accounts of a simulated Confluence site: check credentials, and refuse as the real ones do."""

import binascii
from base64 import b64decode
from collections.abc import Mapping
from enum import StrEnum
from http.cookies import CookieError, SimpleCookie

from msgspec import Struct

from sandbox.confluence import site_responses
from sandbox.confluence.site_responses import SiteResponse

#: either scope lets an account read long tasks
READ_SCOPES = frozenset({"read:confluence-space.summary", "read:content.metadata:confluence"})

#: the one that lets an account ask about itself (the same)
USER_SCOPE = "read:content-details:confluence"

#: the only one that lets an account list them (OpenAPI: x-atlassian-oauth2-scopes)
LIST_SCOPE = "read:content.metadata:confluence"


class TokenKind(StrEnum):
    """What a token is; each kind is accepted at other endpoints."""

    #: a classic API token: at the site and at the gateway
    UNSCOPED = "unscoped"
    #: an API token with scopes: only at the gateway
    SCOPED = "scoped"
    #: an OAuth access token, bearer: only at the gateway
    OAUTH = "oauth"
    #: a Data Center personal access token, bearer
    PERSONAL = "personal"


class Account(Struct, kw_only=True):
    """Somebody who may sign in. Only `revoked` changes."""

    name: str
    email: str
    token: str
    kind: TokenKind = TokenKind.UNSCOPED
    password: str = "password-of-the-account"  # noqa: S105 - - a sandbox holds nothing of value
    scopes: frozenset[str] = READ_SCOPES
    #: sees all long tasks
    admin: bool = False
    #: of Data Center; that of the administrators is added where `admin`
    groups: tuple[str, ...] = ("confluence-users",)
    revoked: bool = False

    @property
    def may_list(self) -> bool:
        """Whether its token lets it list long tasks, too."""
        return self.kind not in (TokenKind.SCOPED, TokenKind.OAUTH) or LIST_SCOPE in self.scopes

    @property
    def may_ask_about_itself(self) -> bool:
        """Whether its token lets it ask who it is."""
        return self.kind not in (TokenKind.SCOPED, TokenKind.OAUTH) or USER_SCOPE in self.scopes

    @property
    def all_groups(self) -> tuple[str, ...]:
        """Its groups on Data Center."""
        return (*self.groups, "confluence-administrators") if self.admin else self.groups


class Sessions:
    """Session cookies of a site, one per account. An unknown one is refused before any token is checked."""

    def __init__(self) -> None:
        """Start without sessions."""
        self._names: dict[str, str | None] = {}
        self._given = 0

    def open(self, name: str | None) -> str:
        """Return the session of an account name, or of nobody; it stays the same until all expire."""
        for session, owner in self._names.items():
            if owner == name:
                return session
        self._given += 1
        session = f"S{self._given:08d}"
        self._names[session] = name
        return session

    def expire(self) -> None:
        """Forget all sessions: every cookie given out so far is stale."""
        self._names.clear()

    def __contains__(self, session: str) -> bool:
        """Return whether a cookie is known."""
        return session in self._names

    def name(self, session: str) -> str | None:
        """Return the account name of a session; None if it is nobody's."""
        return self._names[session]


def session_of(headers: Mapping[str, str]) -> str | None:
    """Return the session cookie of a request."""
    cookies: SimpleCookie = SimpleCookie()
    try:
        cookies.load(headers.get("Cookie", ""))
    except CookieError:
        return None
    found = cookies.get("JSESSIONID")
    return found.value if found else None


class Endpoint(StrEnum):
    """Where a request came in: the site's own domain, the API gateway, or a Data Center."""

    SITE = "site"
    GATEWAY = "gateway"
    DATACENTER = "datacenter"


class Accounts:
    """The accounts of one site."""

    def __init__(self, *, anonymous_access: bool) -> None:
        """Start without accounts. With anonymous access, Data Center takes an unknown token as nobody's."""
        self.anonymous_access = anonymous_access
        self.sessions = Sessions()
        self._accounts: list[Account] = []

    def add(self, account: Account) -> Account:
        """Add an account; the latest of a name counts."""
        self._accounts.insert(0, account)
        return account

    def by_name(self, name: str) -> Account | None:
        """Return the account of this name."""
        return next((account for account in self._accounts if account.name == name), None)

    def claimed(self, headers: Mapping[str, str]) -> Account | None:
        """Return the account that a credential names, whether or not it is valid."""
        scheme, _, value = headers.get("Authorization", "").partition(" ")
        if scheme.lower() == "bearer":
            return next((account for account in self._accounts if account.token == value), None)
        user, _ = _basic(value)
        return next((account for account in self._accounts if user in (account.email, account.name)), None)

    def check(self, endpoint: Endpoint, headers: Mapping[str, str]) -> Account | SiteResponse | None:
        """Return the caller, None for an anonymous one (Data Center), or the refusal."""
        session = session_of(headers)
        if session is not None:
            if session not in self.sessions:
                return site_responses.stale_session()
            if (name := self.sessions.name(session)) is not None:
                return self.by_name(name)
        return _CHECKS[endpoint](self, headers)

    def _site(self, headers: Mapping[str, str]) -> Account | SiteResponse:
        account = self.claimed(headers)
        scheme, _, value = headers.get("Authorization", "").partition(" ")
        if scheme.lower() == "bearer":
            return site_responses.tomcat_401()
        if account is not None and scheme.lower() == "basic":
            given = _basic(value)[1]
            if given == account.password:
                return site_responses.passwords_deprecated()
            if given == account.token and not account.revoked:
                return account if account.kind is TokenKind.UNSCOPED else site_responses.tomcat_401()
        return site_responses.not_permitted()

    def _gateway(self, headers: Mapping[str, str]) -> Account | SiteResponse:
        account = self.claimed(headers)
        scheme, _, value = headers.get("Authorization", "").partition(" ")
        bearer = scheme.lower() == "bearer"
        given = value if bearer else _basic(value)[1]
        good = account is not None and given == account.token and not account.revoked
        if account is None or not good or bearer != (account.kind is TokenKind.OAUTH):
            return site_responses.gateway_401("Unauthorized") if bearer else site_responses.not_permitted()
        if account.kind is not TokenKind.UNSCOPED and not account.scopes & READ_SCOPES:
            return site_responses.gateway_401("Unauthorized; scope does not match")
        return account

    def _datacenter(self, headers: Mapping[str, str]) -> Account | SiteResponse | None:
        account = self.claimed(headers)
        scheme, _, value = headers.get("Authorization", "").partition(" ")
        if scheme.lower() == "basic":
            given = _basic(value)[1]
            if account is not None and not account.revoked and given in (account.password, account.token):
                return account
            return site_responses.datacenter_401()
        if account is not None and account.kind is TokenKind.PERSONAL and not account.revoked:
            return account
        return None if self.anonymous_access else site_responses.datacenter_401()


_CHECKS = {
    Endpoint.SITE: Accounts._site,
    Endpoint.GATEWAY: Accounts._gateway,
    Endpoint.DATACENTER: Accounts._datacenter,
}


def _basic(value: str) -> tuple[str, str]:
    try:
        user, _, secret = b64decode(value, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError, ValueError):
        return "", ""
    return user, secret
