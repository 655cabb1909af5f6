from hypothesis import given
from hypothesis import strategies as st

from bot.domain.snapshot import Finding
from bot.render.findings_text import MAX_REPLIES, findings_text
from bot.render.i18n import Catalogs, Texts


def found(title: str, number: int) -> Finding:
    return Finding(key="WARN_RENAME_PAGE", args=(title, f"Copy of {title}"), identity=str(number))


def test_there_are_no_replies_without_findings(texts: Texts) -> None:
    assert findings_text(texts, [], "https://acme.example") == []


@given(titles=st.lists(st.text(max_size=300), min_size=1, max_size=400))
def test_every_reply_fits_and_every_finding_is_named_or_counted(catalogs: Catalogs, titles: list[str]) -> None:
    replies = findings_text(catalogs.texts("en"), [found(title, number) for number, title in enumerate(titles)], "")
    assert len(replies) <= MAX_REPLIES
    assert all(len(reply.text.encode("utf-16-le")) // 2 <= 4000 for reply in replies)
    lines = [line for reply in replies for line in reply.text.split("\n")]
    named = [line for line in lines if line.startswith("• ")]
    left = len(titles) - len(named)
    assert [line for line in lines if line not in named] == ([f"and {left} more"] if left else [])
