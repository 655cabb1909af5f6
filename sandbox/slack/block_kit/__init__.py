"""Block Kit as types: what a message, a modal or a home tab may hold, and how long each part may be.

Declared are the blocks and elements this project sends; any other is refused as unknown.
Limits: https://docs.slack.dev/reference/block-kit
"""
