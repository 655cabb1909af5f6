import base64

import pytest

from bot.clients.confluence import Credential, OperatorCredential
from tests.support.simulated_site import BASIC


def test_a_credential_becomes_a_header_and_shows_no_secret() -> None:
    basic, bearer = Credential.basic("ü@example.com", "geheim"), Credential.bearer("tok.en-1")
    assert base64.b64decode(basic.header.removeprefix("Basic ")).decode() == "ü@example.com:geheim"
    assert bearer.header == "Bearer tok.en-1"
    assert (repr(basic), repr(bearer)) == ("Credential(Basic …)", "Credential(Bearer …)")
    assert basic == Credential.basic("ü@example.com", "geheim")
    assert basic != bearer


@pytest.mark.parametrize("token", ["", "two words", "line\nbreak", "ключ"])
def test_a_token_that_fits_no_header_is_refused_without_being_shown(token: str) -> None:
    with pytest.raises(ValueError, match=r"^a bearer token is printable ASCII without spaces$"):
        Credential.bearer(token)


@pytest.mark.parametrize(("email", "token"), [("", "t"), ("a@b", ""), ("a:b", "t")])
def test_basic_credentials_need_both_parts(email: str, token: str) -> None:
    with pytest.raises(ValueError, match=r"^basic credentials need"):
        Credential.basic(email, token)


async def test_the_operators_credential_is_that_of_one_account() -> None:
    credentials = OperatorCredential(7, BASIC)
    assert [await credentials.credential(7), await credentials.credential(8)] == [BASIC, None]
