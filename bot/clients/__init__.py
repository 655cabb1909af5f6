"""Clients for Confluence and Slack: the only code that makes outbound HTTP requests."""
