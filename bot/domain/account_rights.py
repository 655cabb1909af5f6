"""What is known of the rights of an account in Confluence: an administrator sees the long tasks of everybody."""

from enum import StrEnum


class AccountRights(StrEnum):
    """Whether an account is an administrator's."""

    ADMINISTRATOR = "administrator"
    ORDINARY = "ordinary"  #: Confluence says what it may do, and that is not among it
    #: not in the group that always administers; Confluence does not say whether another one makes it an administrator
    NOT_IN_GROUP = "not_in_group"
    NOT_SAID = "not_said"  #: Confluence did not answer, or not readably, or the token may not ask
