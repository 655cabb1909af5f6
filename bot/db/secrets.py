"""Encrypt what must not lie in the database in plain."""

import base64
from collections.abc import Sequence

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF


class SecretsError(Exception):
    """What was encrypted cannot be read with the keys there are."""


def _fernet(secret: str) -> Fernet:
    # Secrets come as people and platforms make them, not as Fernet keys; HKDF makes a key of any.
    key = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"longtask at rest").derive(secret.encode())
    return Fernet(base64.urlsafe_b64encode(key))


class Secrets:
    """Encrypts with the newest key, reads with any.

    Raises ValueError where no key is given.
    """

    def __init__(self, keys: Sequence[str]) -> None:
        if not keys:
            raise ValueError("at least one key is needed")
        self._ring = MultiFernet([_fernet(key) for key in keys])

    def seal(self, plain: str) -> bytes:
        """Encrypt."""
        return self._ring.encrypt(plain.encode())

    def open(self, sealed: bytes) -> str:
        """Decrypt. Raises SecretsError where no key fits."""
        try:
            return self._ring.decrypt(sealed).decode()
        except InvalidToken as error:
            raise SecretsError("no key in ENCRYPTION_KEYS reads this row") from error
