"""The small parts of blocks: texts, buttons, menus, inputs.

Limits: https://docs.slack.dev/reference/block-kit/block-elements and /composition-objects
"""

from sandbox.slack.shapes import (
    Check,
    also,
    any_field,
    anything,
    boolean,
    by_type,
    items,
    number,
    one_of,
    record,
    string,
    url,
)


def plain_text(longest: int) -> Check:
    """A plain_text object."""
    return record({"type": one_of("plain_text"), "text": string(longest, 1)}, {"emoji": boolean})


def text(longest: int) -> Check:
    """A plain_text or mrkdwn object."""
    mrkdwn = record({"type": one_of("mrkdwn"), "text": string(longest, 1)}, {"verbatim": boolean})
    return by_type({"plain_text": plain_text(longest), "mrkdwn": mrkdwn})


_confirm = record(
    {"text": text(300)},
    {
        "title": plain_text(100),
        "confirm": plain_text(30),
        "deny": plain_text(30),
        "style": one_of("primary", "danger"),
    },
)


def _element(kind: str, needed: dict[str, Check] | None = None, optional: dict[str, Check] | None = None) -> Check:
    return record(
        {"type": one_of(kind), **(needed or {})},
        {"action_id": string(255), "confirm": _confirm, "focus_on_load": boolean, **(optional or {})},
    )


button = record(
    {"type": one_of("button"), "text": plain_text(75)},
    {
        "action_id": string(255),
        "value": string(2000),
        "url": url(),
        "style": one_of("primary", "danger"),
        "confirm": _confirm,
        "accessibility_label": string(75),
    },
)

image_fields = also(
    record({"type": one_of("image"), "alt_text": string(2000, 1)}, {"image_url": url(), "slack_file": anything}),
    any_field("image_url", "slack_file"),
)

_option = record({"text": text(75), "value": string(150, 1)}, {"description": text(75), "url": url()})
_group = record({"label": plain_text(75), "options": items(_option, least=1, most=100)})
_placeholder = {"placeholder": plain_text(150)}
_ids = items(string(255, 1), most=100)

_choices: dict[str, Check] = {
    "static_select": also(
        _element(
            "static_select",
            None,
            {
                "options": items(_option, least=1, most=100),
                "option_groups": items(_group, least=1, most=100),
                "initial_option": _option,
                **_placeholder,
            },
        ),
        any_field("options", "option_groups"),
    ),
    "multi_static_select": _element(
        "multi_static_select",
        {"options": items(_option, least=1, most=100)},
        {"initial_options": items(_option, most=100), "max_selected_items": number, **_placeholder},
    ),
    "users_select": _element("users_select", None, {"initial_user": string(255), **_placeholder}),
    "multi_users_select": _element(
        "multi_users_select", None, {"initial_users": _ids, "max_selected_items": number, **_placeholder}
    ),
    "conversations_select": _element(
        "conversations_select",
        None,
        {
            "initial_conversation": string(255),
            "default_to_current_conversation": boolean,
            "response_url_enabled": boolean,
            "filter": anything,
            **_placeholder,
        },
    ),
    "radio_buttons": _element(
        "radio_buttons", {"options": items(_option, least=1, most=10)}, {"initial_option": _option}
    ),
    "checkboxes": _element(
        "checkboxes",
        {"options": items(_option, least=1, most=10)},
        {"initial_options": items(_option, least=1, most=10)},
    ),
    "datepicker": _element("datepicker", None, {"initial_date": string(10), **_placeholder}),
}
_overflow = _element("overflow", {"options": items(_option, least=1, most=5)})
_plain_text_input = _element(
    "plain_text_input",
    None,
    {
        "initial_value": string(3000),
        "multiline": boolean,
        "min_length": number,
        "max_length": number,
        "dispatch_action_config": anything,
        **_placeholder,
    },
)

#: what an actions block may hold
interactive = by_type({"button": button, "overflow": _overflow, **_choices})
#: what may stand beside a section
accessories = by_type({"button": button, "overflow": _overflow, "image": image_fields, **_choices})
#: what an input block may hold
inputs = by_type({"plain_text_input": _plain_text_input, **_choices})
