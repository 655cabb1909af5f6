"""The only outbound HTTP: Confluence and Slack."""
