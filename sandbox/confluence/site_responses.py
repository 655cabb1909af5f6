"""Responses of Confluence other than a long task: error envelopes, refusals, pages."""

from collections.abc import Sequence
from typing import Any

import msgspec
from msgspec import Struct

_JSON = "application/json"
_HTML = "text/html;charset=UTF-8"
_EXCEPTIONS = "com.atlassian.confluence.api.service.exceptions"


class SiteResponse(Struct, frozen=True, kw_only=True):
    """One response, ready to be sent."""

    status: int
    body: bytes = b""
    headers: dict[str, str] = {}


def as_json(status: int, value: Any) -> SiteResponse:
    """Return a JSON response."""
    return SiteResponse(status=status, body=msgspec.json.encode(value), headers={"Content-Type": _JSON})


def html_page(status: int, title: str, text: str = "") -> SiteResponse:
    """Return an HTML page."""
    html = f"<!DOCTYPE html><html><head><title>{title}</title></head><body><h1>{title}</h1>{text}</body></html>"
    return SiteResponse(status=status, body=html.encode(), headers={"Content-Type": _HTML})


def envelope(status: int, message: str, *, authorized: bool = False) -> SiteResponse:
    """Return the error envelope of version 1 of the API."""
    data = {"authorized": authorized, "valid": True, "errors": [], "successful": False}
    return as_json(status, {"statusCode": status, "data": data, "message": message})


def current_user_cloud(account_id: str, *, admin: bool, with_operations: bool) -> SiteResponse:
    """The account itself on Cloud, with what it may do if that is asked for."""
    user: dict[str, Any] = {"type": "known", "accountId": account_id, "accountType": "atlassian"}
    if with_operations:
        operations = ["use", *(["administer", "create_space"] if admin else [])]
        user["operations"] = [{"operation": each, "targetType": "application"} for each in operations]
    return as_json(200, user)


def current_user_datacenter(name: str | None) -> SiteResponse:
    """The account itself on Data Center; None: nobody."""
    if name is None:
        return as_json(200, {"type": "anonymous", "displayName": "Anonymous"})
    return as_json(200, {"type": "known", "username": name, "userKey": f"key-of-{name}", "displayName": name})


def groups(names: Sequence[str], *, start: int, limit: int) -> SiteResponse:
    """One page of the groups of a user of Data Center."""
    page = [{"type": "group", "name": name} for name in names[start : start + limit]]
    return as_json(200, {"results": page, "start": start, "limit": limit, "size": len(page)})


def no_task(remote_id: str) -> SiteResponse:
    """404 of Cloud: no such long task, or not visible to this account, or forgotten."""
    return envelope(404, f"{_EXCEPTIONS}.NotFoundException: No task found with id : {remote_id}")


def no_task_datacenter() -> SiteResponse:
    """404 of Data Center, whose text holds an object's hash instead of the id."""
    text = "No task found with id : com.atlassian.confluence.api.model.longtasks.LongTaskId@5f2b1c"
    data = {
        "authorized": False,
        "valid": True,
        "allowedInReadOnlyMode": True,
        "errors": [],
        "successful": False,
    }
    return as_json(404, {"statusCode": 404, "data": data, "message": text, "reason": "Not Found"})


def not_permitted() -> SiteResponse:
    """403 of Cloud to a wrong, revoked or absent credential, on version 1 of the API."""
    return envelope(403, f"{_EXCEPTIONS}.PermissionException: Current user not permitted to use Confluence")


def gateway_401(message: str) -> SiteResponse:
    """401 of the gateway, before it asks the site."""
    return as_json(401, {"code": 401, "message": message})


def tomcat_401() -> SiteResponse:
    """401 to a scoped or OAuth token at the site's own domain."""
    return html_page(401, "HTTP Status 401 – Unauthorized")


def datacenter_401() -> SiteResponse:
    """401 to a credential that Data Center does not know."""
    return html_page(401, "Unauthorized (401)")


def stale_session() -> SiteResponse:
    """401 to a cookie that the site has forgotten, whatever token comes with it."""
    return html_page(401, "Unauthorized (401)", "<p>The session has expired.</p>")


def passwords_deprecated() -> SiteResponse:
    """401 to a password instead of an API token."""
    text = "Basic authentication with passwords is deprecated. For more information, see the documentation."
    return SiteResponse(status=401, body=text.encode(), headers={"Content-Type": "text/plain;charset=UTF-8"})


def gone() -> SiteResponse:
    """410 of an endpoint that was removed."""
    text = f"{_EXCEPTIONS}.pagesmodes.GoneException: This deprecated endpoint has been removed."
    return envelope(410, text, authorized=True)


def server_error(status: int) -> SiteResponse:
    """5xx: the page of a gateway or proxy in front of the site."""
    return html_page(status, f"{status} Server Error")


#: by status, the response of a fault that names no body
ENVELOPES = {
    401: lambda: gateway_401("Unauthorized"),
    403: not_permitted,
    404: lambda: no_task("0"),
    410: gone,
}
