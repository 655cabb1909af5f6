"""What messages in the simulated Slack show."""

from bot.render.buttons import Action
from sandbox.slack import EphemeralMessage, PostedMessage

#: buttons that open a page or the presser's own settings, whatever their value
VALUELESS = (Action.OPEN, Action.OPEN_THREAD, Action.HOME_SETTINGS)


def buttons(message: PostedMessage | EphemeralMessage) -> dict[str, str | None]:
    """The values of a message's buttons, by action."""
    return {
        element["action_id"]: element.get("value")
        for block in message.blocks
        if block["type"] == "actions"
        for element in block["elements"]
    }
