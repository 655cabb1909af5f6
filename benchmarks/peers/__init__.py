"""What a user would write instead of the bot, as small programs to measure it against."""
