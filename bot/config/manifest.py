"""Write the manifest of the Slack app for one installation, from the one file there is."""

import re
from pathlib import Path
from urllib.parse import urlsplit

MANIFEST = Path(__file__).parents[2] / "app_manifest.yml"

#: what stands for the address of the service in the file, and the line that says so
_PLACEHOLDER = "https://YOUR-APP.example.com"
_HINT = re.compile(r"^# Replace .*\n", re.MULTILINE)
#: lines by which Slack is given an address; Socket Mode has none
_ADDRESS = re.compile(rf"^ *(?:request_)?url: {re.escape(_PLACEHOLDER)}.*\n", re.MULTILINE)
_EVENTS = "/slack/events"
#: of a URL that YAML reads as it is written
_PLAIN = re.compile(r"https://[A-Za-z0-9.:-]+[A-Za-z0-9._~/-]*")


class ManifestError(Exception):
    """A manifest cannot be written; the text is one sentence for the operator."""


def manifest(url: str | None, *, socket: bool) -> str:
    """The manifest in YAML: with the address of the service, or for Socket Mode without one.

    Raises ManifestError.
    """
    template = _HINT.sub("", MANIFEST.read_text(encoding="utf-8"))
    if socket:
        return _ADDRESS.sub("", template).replace("socket_mode_enabled: false", "socket_mode_enabled: true")
    if url is None:
        raise ManifestError("Say where Slack reaches this service: --url https://…, or --socket for Socket Mode.")
    return template.replace(_PLACEHOLDER, _checked(url))


def _checked(url: str) -> str:
    """The address without what comes after it anyway. Slack calls https alone."""
    address = url.strip().rstrip("/").removesuffix(_EVENTS)
    try:
        host, _port = urlsplit(address).hostname, urlsplit(address).port
    except ValueError:
        host = None
    if not host or not _PLAIN.fullmatch(address):
        raise ManifestError("--url has to be an address like https://longtask.example.com.")
    return address
