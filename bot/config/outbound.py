"""Check what outbound calls read from the environment by themselves: proxies and certificates."""

import ssl
from collections.abc import MutableMapping
from pathlib import Path

from pydantic_settings import BaseSettings, SettingsConfigDict

from bot.clients.proxy import check_proxies


class _Named(BaseSettings):
    """The variables that urllib and OpenSSL know, from a file alone."""

    model_config = SettingsConfigDict(extra="ignore", env_ignore_empty=True, hide_input_in_errors=True)

    https_proxy: str | None = None
    http_proxy: str | None = None
    all_proxy: str | None = None
    no_proxy: str | None = None
    ssl_cert_file: str | None = None
    ssl_cert_dir: str | None = None


def adopt(environ: MutableMapping[str, str], file: str, *, encoding: str) -> None:
    """Put what the file says of proxies and certificates into the environment, where it does not say so itself.

    Raises OSError and UnicodeDecodeError if the file cannot be read.
    """
    found = _Named(_env_file=file, _env_file_encoding=encoding)  # type: ignore[call-arg]  # BaseSettings takes them
    for name, value in found.model_dump(exclude_none=True).items():
        if name not in environ and name.upper() not in environ:
            environ[name.upper()] = value


def check(environ: MutableMapping[str, str]) -> None:
    """See that the proxies and certificates of the process's environment can be used.

    Raises ValueError with a sentence that names the variable and holds nothing of its value.
    """
    check_proxies()
    file, folder = environ.get("SSL_CERT_FILE"), environ.get("SSL_CERT_DIR")
    if file:
        # OpenSSL itself passes over a file that it cannot read, and then trusts nobody
        try:
            ssl.create_default_context(cafile=file)
        except ssl.SSLError:
            raise ValueError("SSL_CERT_FILE holds no certificates that can be read (PEM).") from None
        except (OSError, ValueError):
            raise ValueError("SSL_CERT_FILE is not a file that can be read.") from None
    if folder and not any(Path(part).is_dir() for part in folder.split(":")):
        raise ValueError("SSL_CERT_DIR is not a folder.")
