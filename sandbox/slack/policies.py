"""What nobody has verified on live Slack, as switches to play it either way."""

from dataclasses import dataclass


@dataclass(kw_only=True)
class Policies:
    """Each default is this project's guess, or the stricter reading; may be changed while the simulator runs."""

    #: a reply to a thread whose root was deleted is accepted (else thread_not_found)
    replies_under_deleted_root: bool = True
    #: a reply's ts as thread_ts leads into that reply's thread (else thread_not_found)
    reply_as_thread: bool = False
    #: a bot that left a public channel may still edit what it wrote there (else channel_not_found)
    edits_after_leaving: bool = True
    #: an envelope that is delivered again keeps its id (else it gets another)
    same_envelope_again: bool = False
    #: a modal that is sent comes with a trigger id, which Slack's page about these payloads does not show
    submissions_have_triggers: bool = True
    #: the app's Messages tab is on (else messages_tab_disabled)
    messages_tab: bool = True
    #: the app's Home tab is on (else not_enabled)
    home_tab: bool = True
