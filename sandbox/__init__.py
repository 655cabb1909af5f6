"""A Slack workspace and a Confluence site in memory, served over HTTP."""
