"""A simulated Slack and a simulated Confluence, and what is built on them: demo, page, gallery, scenarios."""
