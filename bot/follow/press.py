"""A button that was pressed, as Slack sends it."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Press:
    """Which button a person pressed, and where."""

    team_id: str
    enterprise_id: str | None
    #: None outside conversations
    channel_id: str | None
    user_id: str
    #: None if Slack gives none
    response_url: str | None
    #: of this press alone, however often Slack delivers it; None if Slack gives none
    trigger_id: str | None = None
    action: str
    #: as the button carries it: text from outside
    value: str | None = None
    #: the same as a number; None if that is no id
    subscription_id: int | None
    message_ts: str
    #: the root of the thread that the button is in
    thread_ts: str | None = None
    #: whether the button is on a message of ours that only this person sees
    is_private: bool = False
    #: whether the button is on the person's home, which has neither channel nor message
    on_home: bool = False
