import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.db.secrets import Secrets, SecretsError

OLD, NEW, OTHER = "an old key, as people make it", "a new key, as people make it", "somebody else's"


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"])))
def test_what_is_sealed_opens_and_is_not_readable(plain: str) -> None:
    sealed = Secrets([NEW]).seal(plain)
    assert Secrets([NEW]).open(sealed) == plain
    assert len(plain) < 4 or plain.encode() not in sealed


def test_after_a_rotation_the_old_is_read_and_the_new_key_writes() -> None:
    both = Secrets([NEW, OLD])

    assert both.open(Secrets([OLD]).seal("https://hooks.example")) == "https://hooks.example"
    assert Secrets([NEW]).open(both.seal("token")) == "token"


def test_a_wrong_key_is_said_without_the_secret() -> None:
    with pytest.raises(SecretsError, match=r"^no key in ENCRYPTION_KEYS reads this row$"):
        Secrets([OTHER]).open(Secrets([NEW]).seal("token"))


def test_there_is_no_seal_without_a_key() -> None:
    with pytest.raises(ValueError, match="at least one key"):
        Secrets([])
