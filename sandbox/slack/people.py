"""auth.test, auth.revoke and users.info."""

from sandbox.slack.access import visible_user
from sandbox.slack.payloads import user_json
from sandbox.slack.records import Json, Workspace
from sandbox.slack.world import World


def auth_test(world: World, workspace: Workspace, _args: Json) -> Json:
    """auth.test."""
    return {
        "url": f"https://{workspace.domain}.slack.com/",
        "team": workspace.name,
        "user": world.users[workspace.bot_user_id].name,
        "team_id": workspace.team_id,
        "user_id": workspace.bot_user_id,
        "bot_id": workspace.bot_id,
        "is_enterprise_install": False,
    }


def auth_revoke(_world: World, workspace: Workspace, args: Json) -> Json:
    """auth.revoke."""
    if not args.get("test", False):
        workspace.token_error = "token_revoked"  # noqa: S105 - Slack's name of an error
    return {"revoked": not args.get("test", False)}


def users_info(world: World, workspace: Workspace, args: Json) -> Json:
    """users.info."""
    user = visible_user(world, workspace, args["user"])
    return {"user": user_json(user, workspace, locale=args.get("include_locale", False))}
