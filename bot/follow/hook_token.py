"""Make the token that is the secret part of a hook's address; only its hash is kept."""

import re
import secrets
from hashlib import sha256

#: of random bytes: 256 bits
_BYTES = 32
_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")


def new_token() -> str:
    """256 random bits, as 43 characters that need no escape in a URL."""
    return secrets.token_urlsafe(_BYTES)


def is_token(text: str) -> bool:
    """Whether a text can be a token."""
    return _TOKEN.fullmatch(text) is not None


def hash_of(token: str) -> str:
    """SHA-256, hexadecimal. Nobody can guess 256 bits, so that no salt and no slow hash is needed.

    Looking for a hash takes no time that depends on how much of a token is right.
    """
    return sha256(token.encode()).hexdigest()
