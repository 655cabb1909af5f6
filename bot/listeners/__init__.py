"""What Slack calls us for: thin, one call into a verb each."""
