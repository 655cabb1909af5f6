"""Keep session cookies, apart for each account of a site."""

from collections import OrderedDict

from aiohttp import CookieJar


class CookieJars:
    """A cookie jar for each account of a site. Past `limit` jars, the least recently used one is dropped."""

    def __init__(self, *, limit: int) -> None:
        self._limit = limit
        self._jars: OrderedDict[tuple[str, int], CookieJar] = OrderedDict()

    def jar(self, base_url: str, account_id: int) -> CookieJar:
        """The jar of an account, empty at first. Call it within a running event loop."""
        key = (base_url, account_id)
        if key not in self._jars:
            # unsafe: a jar takes no cookies from a site addressed by IP otherwise
            self._jars[key] = CookieJar(unsafe=True)
            if len(self._jars) > self._limit:
                self._jars.popitem(last=False)
        self._jars.move_to_end(key)
        return self._jars[key]
