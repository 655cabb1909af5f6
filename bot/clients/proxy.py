"""Look up the proxy for a URL."""

from urllib.parse import urlsplit
from urllib.request import getproxies_environment, proxy_bypass


def proxy_for(url: str) -> str | None:
    """The proxy that HTTPS_PROXY, HTTP_PROXY and NO_PROXY name for this URL; None for a direct connection.

    aiohttp's own `trust_env` does the same, but also reads ~/.netrc at every request, and refuses a request with an
    Authorization header if it finds the host there.
    """
    parts = urlsplit(url)
    proxies = getproxies_environment()
    if not parts.hostname or proxy_bypass(parts.netloc.rpartition("@")[2], proxies):
        return None
    return proxies.get(parts.scheme) or proxies.get("all")
