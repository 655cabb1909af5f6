"""The methods of Slack's Web API, a module for each family."""
