"""The bot's settings, read once from the environment."""

from bot.config.environment import ENV_FILE, ConfigError, ephemeral_host, forget_proxies, load
from bot.config.installation import sealing_keys, unsupported
from bot.config.settings import Settings

__all__ = [
    "ENV_FILE",
    "ConfigError",
    "Settings",
    "ephemeral_host",
    "forget_proxies",
    "load",
    "sealing_keys",
    "unsupported",
]
