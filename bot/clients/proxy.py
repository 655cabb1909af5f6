"""Find the proxy for a URL: the only reader of HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and NO_PROXY."""

from urllib import request
from urllib.parse import urlsplit

from yarl import URL

#: the kinds of proxy that aiohttp speaks (docs.aiohttp.org/en/stable/client_advanced.html#proxy-support)
_SPOKEN = ("http", "https")
#: the scheme of the request by which a WebSocket begins (RFC 6455, 3)
HANDSHAKE = {"wss": "https", "ws": "http"}


class ProxyError(ValueError):
    """A proxy of the environment cannot be used. The sentence names the variable and holds nothing of its value."""


def proxy_for(url: str) -> URL | None:
    """The proxy that the environment names for this URL; None for a direct connection. Raises ProxyError.

    As in curl and urllib a name in lower case beats the same in upper case, and a proxy without a scheme is one of
    HTTP. aiohttp's own `trust_env` also reads ~/.netrc at every request, and slack_sdk's lookup ignores NO_PROXY.
    """
    parts = urlsplit(url)
    proxies = request.getproxies_environment()
    host = parts.netloc.rpartition("@")[2]
    # not proxy_bypass: on macOS and Windows it asks the system; the type stubs know only that one
    if not host or request.proxy_bypass_environment(host, proxies):  # type: ignore[attr-defined]  # see above
        return None
    return _proxy(proxies, HANDSHAKE.get(parts.scheme, parts.scheme))


def check_proxies() -> None:
    """See that every proxy that the environment names can be used. Raises ProxyError."""
    proxies = request.getproxies_environment()
    for scheme in ("https", "http"):
        _proxy(proxies, scheme)


def _proxy(proxies: dict[str, str], scheme: str) -> URL | None:
    name = scheme if proxies.get(scheme, "").strip() else "all"
    value = proxies.get(name, "").strip()
    if not value:
        return None
    variable = f"{name.upper()}_PROXY"
    try:
        proxy = URL(value if "://" in value else f"http://{value}")
        host, _port = proxy.host, proxy.port
    except ValueError:
        host, proxy = None, URL()
    if proxy.scheme.startswith("socks"):
        raise ProxyError(f"{variable} names a SOCKS proxy, which the bot does not speak: give an HTTP proxy or none.")
    if not host or proxy.scheme not in _SPOKEN:
        raise ProxyError(f"{variable} is not the address of an HTTP proxy, like http://proxy.example.com:8080.")
    return proxy
