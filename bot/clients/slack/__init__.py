"""Slack's Web API as the bot uses it: one method, one call, every failure one exception family."""
