"""Read and check what every outbound call takes from the environment: proxies and certificates."""

import os
import ssl
from collections.abc import Mapping, MutableMapping
from pathlib import Path

from pydantic import Field

from bot.clients.proxy import check_proxies
from bot.config.settings import Settings


class OutboundSettings(Settings):
    """The settings, and the variables that urllib and OpenSSL know by themselves, so that a file may name them, too."""

    https_proxy: str | None = Field(
        None, repr=False, description="an HTTP proxy for https, with or without `http://`; SOCKS is not spoken"
    )
    http_proxy: str | None = Field(None, repr=False, description="the same for http")
    all_proxy: str | None = Field(None, repr=False, description="the same for both, where they are not set")
    no_proxy: str | None = Field(
        None, description="hosts to reach without a proxy, comma-separated: `.example.com,localhost`"
    )
    ssl_cert_file: str | None = Field(None, description="certificates (PEM) to trust instead of the system's")
    ssl_cert_dir: str | None = Field(None, description="folders of such certificates, as OpenSSL names them")

    def adopt(self, environ: MutableMapping[str, str]) -> None:
        """Put what the file says of proxies and certificates into `environ`, where it does not say so itself."""
        for name in OutboundSettings.model_fields.keys() - Settings.model_fields.keys():
            value = getattr(self, name)
            if value is not None and name not in environ and name.upper() not in environ:
                environ[name.upper()] = value


def check_outbound(environ: Mapping[str, str]) -> None:
    """See that the proxies and certificates of the process's environment can be used.

    Raises ValueError with a sentence that names the variable and holds nothing of its value.
    """
    check_proxies()
    file, folders = environ.get("SSL_CERT_FILE"), environ.get("SSL_CERT_DIR")
    if file:
        # OpenSSL itself passes over a file that it cannot read, and then trusts nobody
        try:
            ssl.create_default_context(cafile=file)
        except ssl.SSLError:
            raise ValueError("SSL_CERT_FILE holds no certificates that can be read (PEM).") from None
        except (OSError, ValueError):
            raise ValueError("SSL_CERT_FILE is not a file that can be read.") from None
    if folders and not any(Path(folder).is_dir() for folder in folders.split(os.pathsep)):
        raise ValueError("SSL_CERT_DIR is not a folder.")
