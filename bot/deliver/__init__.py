"""Post and edit messages in Slack: the third of the three verbs."""

from bot.deliver.channel_list import ChannelList
from bot.deliver.deliverer import Deliverer
from bot.deliver.deps import Deps
from bot.deliver.person_check import PersonCheck

__all__ = ["ChannelList", "Deliverer", "Deps", "PersonCheck"]
