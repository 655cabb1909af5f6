"""Settings, read once from the environment."""

from bot.config.reading import ConfigError, ephemeral_host, load
from bot.config.settings import Settings
from bot.config.table import Row, settings_table

__all__ = ["ConfigError", "Row", "Settings", "ephemeral_host", "load", "settings_table"]
