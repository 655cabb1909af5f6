"""The OAuth scopes that the app asks a workspace for."""

#: the app does not work without these: what each missing one costs
REQUIRED = {
    "commands": "nobody can type a command",
    "chat:write": "nothing can be posted",
    "users:read": "nobody may use it, because Slack does not say who asks",
}

#: what each of these adds; an administrator may leave any of them out
OPTIONAL = {
    "chat:write.public": "posting in a public channel without being a member",
    "channels:join": "joining a public channel where somebody asked for it",
    "channels:read": (
        "page titles in public channels (hidden otherwise, as other organizations may be reading), hooks, following "
        "there by the shortcut that asks for a channel, what is followed there on their members' homes, and noticing "
        "at once that one was archived"
    ),
    "groups:read": "in private channels what channels:read allows in public ones",
    "mpim:read": (
        "page titles in conversations of a few people, and what is followed there on their members' homes; hidden and "
        "left out otherwise"
    ),
    "im:read": (
        "seeing at once that a direct message is one between other people, where the bot cannot follow; the first post "
        "finds out otherwise"
    ),
    "app_mentions:read": "following in the thread in which the bot is mentioned",
    "files:write": "the full list of warnings as a file",
    "channels:history": "finding out, after a dropped connection, whether a message was posted in a public channel",
    "groups:history": "the same in private channels as channels:history in public ones",
}
