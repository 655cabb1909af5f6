"""What follows from the settings as a whole: what this version cannot do with them, and which keys encrypt."""

from bot.config.settings import Settings


def unsupported(settings: Settings) -> str | None:
    """Return why this version cannot start with these settings, in a sentence; None if it can."""
    if settings.slack_oauth:
        return "SLACK_CLIENT_ID is set, but this version installs no workspaces yet: use SLACK_BOT_TOKEN."
    if settings.atlassian_oauth:
        return (
            "ATLASSIAN_CLIENT_ID is set, but this version links no Atlassian accounts yet: use CONFLUENCE_EMAIL and "
            "CONFLUENCE_API_TOKEN, or CONFLUENCE_TOKEN."
        )
    return None


def sealing_keys(settings: Settings) -> list[str]:
    """Return the secrets that encrypt at rest, the newest first: the operator's, else the signing secret or the bot
    token."""
    if settings.encryption_keys:
        return [key.get_secret_value() for key in settings.encryption_keys]
    own = settings.slack_signing_secret or settings.slack_bot_token
    return [own.get_secret_value()] if own is not None else []
