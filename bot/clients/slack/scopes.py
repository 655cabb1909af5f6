"""The OAuth scopes that the app asks a workspace for."""

#: the app does not work without these
REQUIRED = ("commands", "chat:write", "users:read")

#: what each of these adds; an administrator may leave any of them out
OPTIONAL = {
    "chat:write.public": "posting in a public channel without being a member",
    "channels:join": "joining a public channel where somebody asked for it",
    "channels:read": (
        "page titles in public channels (hidden otherwise, as other organizations may be reading), hooks, following "
        "there by the shortcut that asks for a channel, what is followed there on their members' homes, and noticing "
        "at once that one was archived"
    ),
    "groups:read": "the same in private channels",
    "app_mentions:read": "following in the thread in which the bot is mentioned",
    "files:write": "the full list of warnings as a file",
    "channels:history": "finding out, after a dropped connection, whether a message was posted in a public channel",
    "groups:history": "the same in a private channel",
}
