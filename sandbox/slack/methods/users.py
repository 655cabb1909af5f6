"""auth.test and users.info: who the bot is, and who somebody else is."""

from sandbox.slack.api_objects import user_json
from sandbox.slack.declarations import Declared, NonEmpty
from sandbox.slack.lookup import find_user
from sandbox.slack.records import Json, Workspace
from sandbox.slack.state import SlackState


class AuthTest(Declared):
    """auth.test takes no arguments."""


class UserInfo(Declared):
    """Arguments of users.info."""

    user: NonEmpty
    include_locale: bool = False


def auth_test(state: SlackState, workspace: Workspace, _args: AuthTest) -> Json:
    """auth.test."""
    return {
        "url": f"https://{workspace.domain}.slack.com/",
        "team": workspace.name,
        "user": state.users[workspace.bot_user_id].name,
        "team_id": workspace.team_id,
        "user_id": workspace.bot_user_id,
        "bot_id": workspace.bot_id,
        "is_enterprise_install": workspace.org_wide,
        **({"enterprise_id": workspace.enterprise_id} if workspace.enterprise_id else {}),
    }


def user_info(state: SlackState, workspace: Workspace, args: UserInfo) -> Json:
    """users.info."""
    return {"user": user_json(find_user(state, workspace, args.user), workspace, locale=args.include_locale)}
