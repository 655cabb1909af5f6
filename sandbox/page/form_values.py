"""Say what the fields of a view hold, in the shape of Slack's view state.

Documented: https://docs.slack.dev/reference/interaction-payloads/view-interactions-payload
"""

from collections.abc import Mapping, Sequence

from sandbox.slack.records import Json

#: what was typed, or the values of the options that were chosen, by block id and action id
Filled = Mapping[str, Mapping[str, Sequence[str]]]


def state_values(view: Json, filled: Filled) -> dict[str, dict[str, Json]]:
    """Return the state of the fields that are named. Raises LookupError for an option that is not offered."""
    values: dict[str, dict[str, Json]] = {}
    for block in view["blocks"]:
        if block["type"] == "input" and block["block_id"] in filled:
            field = block["element"]
            chosen = filled[block["block_id"]].get(field["action_id"], ())
            values[block["block_id"]] = {field["action_id"]: {"type": field["type"], **_value(field, chosen)}}
    return values


def _value(field: Json, chosen: Sequence[str]) -> Json:
    first = chosen[0] if chosen else None
    match field["type"]:
        case "plain_text_input":
            return {"value": first}
        case "conversations_select":
            return {"selected_conversation": first}
        case "users_select":
            return {"selected_user": first}
    options = {option["value"]: option for option in field["options"]}
    picked = [options[value] for value in chosen]
    if field["type"] == "checkboxes":
        return {"selected_options": picked}
    return {"selected_option": picked[0] if picked else None}
