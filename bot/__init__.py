"""A Slack bot that follows Confluence long tasks.

A request from Slack is written down, then acknowledged    listeners -> db
follow: a command becomes subscriptions                     db -> db
poll: what is due is looked at, changes are written down    Confluence -> db
deliver: messages are posted and edited                     db -> Slack

domain decides what happens and render how it reads; neither knows of time, network or database.
"""
