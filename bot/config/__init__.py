"""The bot's settings, read once from the environment."""

from bot.config.environment import ConfigError, ephemeral_host, load
from bot.config.settings import Settings

__all__ = ["ConfigError", "Settings", "ephemeral_host", "load"]
