"""Who may do what: a table of acts, and the one decision over it."""

from collections.abc import Mapping
from enum import StrEnum

from bot.domain.person import Person
from bot.domain.states import Editors, Membership


class Act(StrEnum):
    """What a person asks for."""

    FOLLOW = "follow"
    FOLLOW_AGAIN = "follow_again"
    NOTIFY_ME = "notify_me"
    DO_NOT_NOTIFY_ME = "do_not_notify_me"
    CHECK_NOW = "check_now"
    STATUS = "status"
    LIST = "list"
    #: what runs on the site, followed here or not
    RUNNING_LIST = "running_list"
    WATCH = "watch"
    UNWATCH = "unwatch"
    HOME = "home"
    #: a thread whose owner is no longer in Slack
    TAKE_OVER = "take_over"
    STOP = "stop"
    #: one's own threads in a channel
    STOP_ALL = "stop_all"
    #: the threads of others as well
    STOP_ALL_OF_OTHERS = "stop_all_of_others"
    #: have scripts follow in a channel: make its hook, replace it, and be the one in whose name scripts follow
    HOOK = "hook"
    #: end a channel's hook, also that of another person
    HOOK_OFF = "hook_off"
    #: see the settings, and choose one's own language
    SETTINGS = "settings"
    #: change those of a channel whose settings leave that to admins
    CHANNEL_SETTINGS = "channel_settings"
    #: see what is wrong with the installation
    DOCTOR = "doctor"


class Who(StrEnum):
    """Who may."""

    MEMBERS = "members"  #: people of the workspace, not guests
    ADMINS = "admins"  #: admins of the workspace


WHO_MAY: Mapping[Act, Who] = {
    Act.FOLLOW: Who.MEMBERS,
    Act.FOLLOW_AGAIN: Who.MEMBERS,
    Act.NOTIFY_ME: Who.MEMBERS,
    Act.DO_NOT_NOTIFY_ME: Who.MEMBERS,
    Act.CHECK_NOW: Who.MEMBERS,
    Act.STATUS: Who.MEMBERS,
    Act.LIST: Who.MEMBERS,
    Act.RUNNING_LIST: Who.MEMBERS,
    Act.WATCH: Who.MEMBERS,
    Act.UNWATCH: Who.MEMBERS,
    Act.HOME: Who.MEMBERS,
    Act.TAKE_OVER: Who.MEMBERS,
    Act.STOP: Who.MEMBERS,
    Act.STOP_ALL: Who.MEMBERS,
    Act.STOP_ALL_OF_OTHERS: Who.ADMINS,
    Act.HOOK: Who.MEMBERS,
    Act.HOOK_OFF: Who.MEMBERS,
    Act.SETTINGS: Who.MEMBERS,
    Act.CHANNEL_SETTINGS: Who.ADMINS,
    Act.DOCTOR: Who.ADMINS,
}


class RunningList(StrEnum):
    """Who may see what runs on the sites, followed or not: the operator's choice."""

    EVERYONE = "everyone"  #: people of the workspace, not guests
    ADMINS = "admins"  #: admins of the workspace
    OFF = "off"  #: nobody


def may(person: Person, act: Act) -> bool:
    """Whether a person may do something. Who is no member of the workspace may nothing, whatever else is true."""
    if person.membership is not Membership.MEMBER:
        return False
    return person.is_admin or WHO_MAY[act] is Who.MEMBERS


def may_list(person: Person, setting: RunningList) -> bool:
    """Whether a person may see what runs on the sites."""
    if setting is RunningList.OFF or not may(person, Act.RUNNING_LIST):
        return False
    return person.is_admin or setting is RunningList.EVERYONE


def may_set(person: Person, editors: Editors) -> bool:
    """Whether a person may change the settings of a channel that leaves it to these."""
    return may(person, Act.SETTINGS if editors is Editors.MEMBERS else Act.CHANNEL_SETTINGS)
