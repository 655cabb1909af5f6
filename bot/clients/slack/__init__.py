"""Slack's Web API as the bot uses it: one method is one call, and every failure is a SlackError."""
