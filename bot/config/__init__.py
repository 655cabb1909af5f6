"""Settings, read once from the environment."""

from bot.config.environment import ConfigError, ephemeral_host, load
from bot.config.reference import Row, settings_table
from bot.config.settings import Settings

__all__ = ["ConfigError", "Row", "Settings", "ephemeral_host", "load", "settings_table"]
