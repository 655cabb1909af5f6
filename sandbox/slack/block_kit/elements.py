"""Block elements: what people click, choose from and type into.

Limits: https://docs.slack.dev/reference/block-kit/block-elements
"""

from collections.abc import Sequence
from typing import Annotated, Literal

from msgspec import UNSET, Meta, UnsetType

from sandbox.slack.block_kit.texts import AnyText, PlainText, Upto30, Upto75, Upto100, Upto150, Upto300
from sandbox.slack.declarations import AbsoluteUrl, Declared, Id, Omittable

Style = Literal["primary", "danger"]


class ConfirmationDialog(Declared):
    """The question asked before an action is carried out.

    https://docs.slack.dev/reference/block-kit/composition-objects/confirmation-dialog-object asks for all four texts,
    though Slack's own types leave out three.
    """

    title: PlainText[Upto100]
    text: PlainText[Upto300]
    confirm: PlainText[Upto30]
    deny: PlainText[Upto30]
    style: Omittable[Style] = UNSET


class ElementFields(Declared):
    """What all elements have."""

    action_id: Omittable[Id] = UNSET
    confirm: Omittable[ConfirmationDialog] = UNSET


class Button(ElementFields, tag="button", kw_only=True):
    """A button; with `url` it also opens that address."""

    text: PlainText[Upto75]
    value: Omittable[Annotated[str, Meta(max_length=2000)]] = UNSET
    url: Omittable[AbsoluteUrl] = UNSET
    style: Omittable[Style] = UNSET
    accessibility_label: Omittable[Annotated[str, Meta(max_length=75)]] = UNSET


class InputFields(ElementFields):
    """What elements have that can be filled in."""

    focus_on_load: Omittable[bool] = UNSET


class Option(Declared):
    """One choice of a menu, of checkboxes or of radio buttons."""

    text: AnyText[Upto75]
    value: Upto150
    description: Omittable[AnyText[Upto75]] = UNSET


def _check_offered(options: Sequence[Option], chosen: Sequence[Option]) -> None:
    if any(option not in options for option in chosen):
        raise ValueError("An initial option is not one of the options")


class StaticSelect(InputFields, tag="static_select", kw_only=True):
    """A menu with its options."""

    options: Annotated[list[Option], Meta(min_length=1, max_length=100)]
    initial_option: Omittable[Option] = UNSET
    placeholder: Omittable[PlainText[Upto150]] = UNSET

    def __post_init__(self) -> None:
        """Raises ValueError if what is chosen at first is not offered."""
        _check_offered(self.options, () if isinstance(self.initial_option, UnsetType) else [self.initial_option])


class ConversationFilter(Declared):
    """Which conversations a menu offers."""

    include: Omittable[Annotated[list[Literal["im", "mpim", "private", "public"]], Meta(min_length=1)]] = UNSET
    exclude_external_shared_channels: Omittable[bool] = UNSET
    exclude_bot_users: Omittable[bool] = UNSET


class ConversationsSelect(InputFields, tag="conversations_select"):
    """A menu of conversations."""

    initial_conversation: Omittable[Id] = UNSET
    default_to_current_conversation: Omittable[bool] = UNSET
    response_url_enabled: Omittable[bool] = UNSET
    filter: Omittable[ConversationFilter] = UNSET
    placeholder: Omittable[PlainText[Upto150]] = UNSET


class UsersSelect(InputFields, tag="users_select"):
    """A menu of people."""

    initial_user: Omittable[Id] = UNSET
    placeholder: Omittable[PlainText[Upto150]] = UNSET


class RadioButtons(InputFields, tag="radio_buttons", kw_only=True):
    """One of a few options."""

    options: Annotated[list[Option], Meta(min_length=1, max_length=10)]
    initial_option: Omittable[Option] = UNSET

    def __post_init__(self) -> None:
        """Raises ValueError if what is chosen at first is not offered."""
        _check_offered(self.options, () if isinstance(self.initial_option, UnsetType) else [self.initial_option])


class Checkboxes(InputFields, tag="checkboxes", kw_only=True):
    """Any of a few options."""

    options: Annotated[list[Option], Meta(min_length=1, max_length=10)]
    initial_options: Omittable[Annotated[list[Option], Meta(min_length=1, max_length=10)]] = UNSET

    def __post_init__(self) -> None:
        """Raises ValueError if what is ticked at first is not offered."""
        _check_offered(self.options, () if isinstance(self.initial_options, UnsetType) else self.initial_options)


class PlainTextInput(InputFields, tag="plain_text_input"):
    """A field to type into."""

    initial_value: Omittable[Annotated[str, Meta(max_length=3000)]] = UNSET
    multiline: Omittable[bool] = UNSET
    min_length: Omittable[Annotated[int, Meta(ge=0, le=3000)]] = UNSET
    max_length: Omittable[Annotated[int, Meta(ge=1, le=3000)]] = UNSET
    placeholder: Omittable[PlainText[Upto150]] = UNSET


ChoiceElement = StaticSelect | ConversationsSelect | UsersSelect | RadioButtons | Checkboxes
