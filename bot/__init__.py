"""A Slack bot that follows Confluence long tasks.

A command comes in, is written down, then acknowledged      listeners -> db
follow: the command becomes rows: a thread follows a long task     db -> db
poll: what is due is looked at; what changed is written down       Confluence -> db
deliver: what a thread has still to be told is told                db -> Slack
domain decides, render says it; neither knows of time, network or database
"""
