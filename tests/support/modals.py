"""Use shortcuts, mentions and modals as people do."""

from collections.abc import Sequence

from sandbox.harness import CHANNEL, PERSON, TEAM
from sandbox.slack import DispatchResult, PostedMessage
from sandbox.slack.records import Json, View
from tests.support.stepped_bot import SteppedBot

ON_MESSAGE = "follow_message"
ANYWHERE = "follow_anywhere"

#: what a person fills into a field: a text, the value of an option or of several, the id of a conversation
Filled = str | Sequence[str]


def mention_of_bot(stepped: SteppedBot) -> str:
    """The mention of the bot, as Slack writes it."""
    return f"<@{stepped.slack.workspaces[TEAM].bot_user_id}>"


async def mention(
    stepped: SteppedBot, text: str, *, user: str = PERSON, channel: str = CHANNEL, thread_ts: str | None = None
) -> list[str]:
    """Mention the bot before a text; returns the sentences by which the person is answered."""
    before = len(stepped.answers(user))
    said = stepped.slack.say(channel, user, f"{mention_of_bot(stepped)} {text}".rstrip(), thread_ts=thread_ts)
    result = await stepped.slack.mention(said)
    assert result is not None
    assert result.status == 200
    await stepped.turn()
    return stepped.answers(user)[before:]


async def use_shortcut(stepped: SteppedBot, message: PostedMessage, *, user: str = PERSON) -> list[str]:
    """Use the shortcut on a message; returns the sentences by which the person is answered."""
    before = len(stepped.answers(user))
    result = await stepped.slack.shortcut(ON_MESSAGE, user=user, channel=message.channel, ts=message.ts)
    assert result.status == 200
    await stepped.turn()
    return stepped.answers(user)[before:]


async def use_global_shortcut(stepped: SteppedBot, *, user: str = PERSON) -> None:
    """Use the shortcut that is about no message."""
    result = await stepped.slack.shortcut(ANYWHERE, user=user)
    assert result.status == 200
    await stepped.turn()


def modals(stepped: SteppedBot, user: str = PERSON) -> list[View]:
    """The modals that a person sees, in the order in which they were opened."""
    return [
        view for view in stepped.slack.views.values() if (view.user, view.type) == (user, "modal") and not view.closed
    ]


def modal(stepped: SteppedBot, user: str = PERSON) -> View:
    """The only modal that a person sees."""
    (view,) = modals(stepped, user)
    return view


def said_in(view: View) -> str:
    """What a modal says, fields left out."""
    texts = [block["text"]["text"] for block in view.view["blocks"] if block["type"] == "section"]
    small = [part["text"] for block in view.view["blocks"] if block["type"] == "context" for part in block["elements"]]
    return "\n".join([*texts, *small])


def fields(view: View) -> dict[str, Json]:
    """The elements of the fields of a modal, by block id."""
    return {block["block_id"]: block["element"] for block in view.view["blocks"] if block["type"] == "input"}


def options(view: View, field: str) -> list[tuple[str, str]]:
    """Value and text of what can be chosen in a field."""
    return [(option["value"], option["text"]["text"]) for option in fields(view)[field]["options"]]


async def submit(stepped: SteppedBot, view: View, *, user: str = PERSON, **filled: Filled) -> DispatchResult:
    """Fill in fields of a modal, leave the others as they are, and send it."""
    values = {name: {name: _value(fields(view)[name]["type"], content)} for name, content in filled.items()}
    result = await stepped.slack.submit(view.id, user, values)
    assert result.status == 200
    return result


async def send(stepped: SteppedBot, view: View, **filled: Filled) -> None:
    """The same by the person who sees it, and let the bot do what comes of it."""
    await submit(stepped, view, user=view.user, **filled)
    await stepped.turn()


def _value(kind: str, content: Filled) -> Json:
    match kind:
        case "plain_text_input":
            return {"type": kind, "value": content}
        case "conversations_select":
            return {"type": kind, "selected_conversation": content}
        case "checkboxes":
            return {"type": kind, "selected_options": [{"value": value} for value in content]}
        case _:
            return {"type": kind, "selected_option": {"value": content}}
