"""What nobody has verified on live Slack, as switches to play it either way."""

from dataclasses import dataclass


@dataclass(kw_only=True)
class Policies:
    """Each default is this project's guess, or the stricter reading; may be changed while the simulator runs."""

    #: a reply to a thread whose root was deleted is accepted (else thread_not_found)
    replies_under_deleted_root: bool = True
    #: a reply's ts as thread_ts lands in that reply's thread (else thread_not_found)
    reply_as_thread: bool = False
    #: seconds after which nobody may edit; None: any time. Workspaces set this; whether it binds bots is unknown
    edit_window: float | None = None
    #: what an edit outside that window gets: edit_window_closed or cant_update_message
    edit_refusal: str = "edit_window_closed"
    #: a bot that left a public channel may still edit what it wrote there (else channel_not_found)
    edits_after_leaving: bool = True
    #: the app's Messages tab is on (else messages_tab_disabled)
    messages_tab: bool = True
    #: the app's Home tab is on (else not_enabled)
    home_tab: bool = True
    #: action ids must differ within the whole message; Slack's pages ask for it within one block
    action_ids_unique_in_message: bool = True
    #: characters of the metadata as JSON; Slack has a limit (metadata_too_large) but does not say which
    metadata_limit: int = 8_000
    #: an argument the method does not know is refused (Slack ignores most of them)
    unknown_arguments_refused: bool = True
    #: lengths in UTF-16 units, in which most emoji count twice, instead of characters
    utf16_lengths: bool = False

    def length(self, text: str) -> int:
        """The length of a text as Slack's limits count it."""
        return len(text.encode("utf-16-le")) // 2 if self.utf16_lengths else len(text)
