"""The answers of Confluence that are not a long task: refusals, envelopes, pages."""

import json
from typing import Any

from msgspec import Struct

_JSON = "application/json"
_HTML = "text/html;charset=UTF-8"
_EXCEPTIONS = "com.atlassian.confluence.api.service.exceptions"


class Reply(Struct, frozen=True, kw_only=True):
    """One answer, ready to be sent."""

    status: int
    body: bytes = b""
    headers: dict[str, str] = {}


def as_json(status: int, value: Any) -> Reply:
    """Answer with JSON."""
    return Reply(status=status, body=json.dumps(value).encode(), headers={"Content-Type": _JSON})


def page(status: int, title: str, text: str = "") -> Reply:
    """Answer with an HTML page."""
    html = f"<!DOCTYPE html><html><head><title>{title}</title></head><body><h1>{title}</h1>{text}</body></html>"
    return Reply(status=status, body=html.encode(), headers={"Content-Type": _HTML})


def envelope(status: int, message: str, *, authorized: bool = False) -> Reply:
    """The error envelope of version 1 of the API."""
    data = {"authorized": authorized, "valid": True, "errors": [], "successful": False}
    return as_json(status, {"statusCode": status, "data": data, "message": message})


def no_task(remote_id: str) -> Reply:
    """No such long task, or not for this account, or forgotten: Cloud."""
    return envelope(404, f"{_EXCEPTIONS}.NotFoundException: No task found with id : {remote_id}")


def no_task_datacenter() -> Reply:
    """The same on Data Center, whose text holds an object's hash instead of the id."""
    text = "No task found with id : com.atlassian.confluence.api.model.longtasks.LongTaskId@5f2b1c"
    data = {
        "authorized": False,
        "valid": True,
        "allowedInReadOnlyMode": True,
        "errors": [],
        "successful": False,
    }
    return as_json(404, {"statusCode": 404, "data": data, "message": text, "reason": "Not Found"})


def not_permitted() -> Reply:
    """A wrong, revoked or absent credential, on version 1 of the API of Cloud."""
    return envelope(403, f"{_EXCEPTIONS}.PermissionException: Current user not permitted to use Confluence")


def gateway_401(message: str) -> Reply:
    """What the gateway says before it asks the site."""
    return as_json(401, {"code": 401, "message": message})


def tomcat_401() -> Reply:
    """A scoped or OAuth token at the site's own domain."""
    return page(401, "HTTP Status 401 – Unauthorized")


def datacenter_401() -> Reply:
    """A credential that Data Center does not know."""
    return page(401, "Unauthorized (401)")


def stale_session() -> Reply:
    """A cookie that the site has forgotten, whatever token comes with it."""
    return page(401, "Unauthorized (401)", "<p>The session has expired.</p>")


def passwords_deprecated() -> Reply:
    """A password where an API token is asked for."""
    text = "Basic authentication with passwords is deprecated. For more information, see the documentation."
    return Reply(status=401, body=text.encode(), headers={"Content-Type": "text/plain;charset=UTF-8"})


def gone() -> Reply:
    """An endpoint that was removed."""
    text = f"{_EXCEPTIONS}.pagesmodes.GoneException: This deprecated endpoint has been removed."
    return envelope(410, text, authorized=True)


def server_error(status: int) -> Reply:
    """The page of a gateway or proxy in front of the site."""
    return page(status, f"{status} Server Error")


def started(remote_id: str) -> Reply:
    """202 to a call that starts a long task; `links.status` lacks `/wiki`, as the real one does."""
    return as_json(202, {"id": remote_id, "links": {"status": f"/rest/api/longtask/{remote_id}"}})


#: the body of a status that a fault names without one
ENVELOPES = {
    401: lambda: gateway_401("Unauthorized"),
    403: not_permitted,
    404: lambda: no_task("0"),
    410: gone,
}
