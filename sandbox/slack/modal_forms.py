"""Fill in a modal as a person does.

Documented: https://docs.slack.dev/surfaces/modals and https://docs.slack.dev/reference/interaction-payloads/view-interactions-payload
"""

from collections.abc import Mapping

from sandbox.slack.records import Json, View


def filled_in(view: View, values: Mapping[str, Mapping[str, Json]]) -> dict[str, dict[str, Json]]:
    """Return the state of a modal in which these fields were filled in, and the others left as they are.

    `values`: by block id and action id, each as Slack's view state has it. Raises LookupError for a field or an option
    that is not there, and ValueError for a required one that is empty: Slack sends nothing then.
    """
    state: dict[str, dict[str, Json]] = {}
    fields = {block["block_id"]: block for block in view.view["blocks"] if block["type"] == "input"}
    unknown = values.keys() - fields.keys()
    if unknown:
        raise LookupError(f"no such fields: {sorted(unknown)}")
    for block_id, block in fields.items():
        element = block["element"]
        given = values.get(block_id, {})
        if given.keys() - {element["action_id"]}:
            raise LookupError(f"no such elements: {sorted(given)}")
        value = given.get(element["action_id"], _initial(element))
        _check(block, element, value)
        state[block_id] = {element["action_id"]: value}
    return state


def _initial(element: Json) -> Json:
    match element["type"]:
        case "plain_text_input":
            content: Json = {"value": element.get("initial_value")}
        case "checkboxes":
            content = {"selected_options": element.get("initial_options", [])}
        case "conversations_select":
            content = {"selected_conversation": element.get("initial_conversation")}
        case _:
            content = {"selected_option": element.get("initial_option")}
    return {"type": element["type"], **content}


def _check(block: Json, element: Json, value: Json) -> None:
    chosen = [content for name, content in value.items() if name != "type"]
    if not block.get("optional", False) and not any(chosen):
        raise ValueError(f"{block['block_id']} is required")
    offered = [option["value"] for option in element.get("options", ())]
    picked = [*value.get("selected_options", ()), *([value["selected_option"]] if value.get("selected_option") else [])]
    for option in picked:
        if option["value"] not in offered:
            raise LookupError(f"{option['value']!r} is not offered")
    limit = element.get("max_length")
    if limit is not None and len(value.get("value") or "") > limit:
        raise ValueError(f"{block['block_id']} is too long")
