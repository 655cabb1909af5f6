"""Text objects: plain text, and Slack's own markup.

Limits: https://docs.slack.dev/reference/block-kit/composition-objects/text-object
"""

from typing import Annotated, Generic, TypeVar

from msgspec import UNSET, Meta

from sandbox.slack.declarations import Declared, Omittable

#: text of at least one character and at most so many
Upto24 = Annotated[str, Meta(min_length=1, max_length=24)]
Upto30 = Annotated[str, Meta(min_length=1, max_length=30)]
Upto75 = Annotated[str, Meta(min_length=1, max_length=75)]
Upto100 = Annotated[str, Meta(min_length=1, max_length=100)]
Upto150 = Annotated[str, Meta(min_length=1, max_length=150)]
Upto300 = Annotated[str, Meta(min_length=1, max_length=300)]
Upto2000 = Annotated[str, Meta(min_length=1, max_length=2000)]
Upto3000 = Annotated[str, Meta(min_length=1, max_length=3000)]

Bounded = TypeVar("Bounded", bound=str)


class PlainText(Declared, Generic[Bounded], tag="plain_text"):
    """Text without markup."""

    text: Bounded
    emoji: Omittable[bool] = UNSET


class MrkdwnText(Declared, Generic[Bounded], tag="mrkdwn"):
    """Text with Slack's markup."""

    text: Bounded
    verbatim: Omittable[bool] = UNSET


AnyText = PlainText[Bounded] | MrkdwnText[Bounded]
