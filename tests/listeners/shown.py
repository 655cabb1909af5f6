"""What messages in the simulated Slack show."""

from sandbox.slack import EphemeralMessage, PostedMessage


def buttons(message: PostedMessage | EphemeralMessage) -> dict[str, str | None]:
    """The values of a message's buttons, by action."""
    return {
        element["action_id"]: element.get("value")
        for block in message.blocks
        if block["type"] == "actions"
        for element in block["elements"]
    }
