"""apps.connections.open: who may ask for the address of a WebSocket.

https://docs.slack.dev/reference/methods/apps.connections.open
"""

from sandbox.slack.api_error import ApiError
from sandbox.slack.api_request import ApiRequest
from sandbox.slack.rate_limits import TIER_3
from sandbox.slack.state import SlackState

OPEN = "apps.connections.open"
#: calls a minute and app
PER_MINUTE = TIER_3
_SCOPE = "connections:write"


def authenticate(state: SlackState, call: ApiRequest) -> None:
    """Raises ApiError unless a token of the app came in the header of a POST, with the scope.

    A token among the arguments counts for nothing (github.com/slackapi/python-slack-sdk/issues/1877).
    """
    if not call.is_post:
        raise ApiError("insecure_request")
    if call.token is None:
        raise ApiError("missing_args")
    if any(call.token == workspace.bot_token for workspace in state.workspaces.values()):
        raise ApiError("not_allowed_token_type")
    token = state.app_tokens.get(call.token)
    if token is None or not call.token_in_header:
        raise ApiError("invalid_auth")
    if token.error is not None:
        raise ApiError(token.error)
    if _SCOPE not in token.scopes:
        raise ApiError("missing_scope", needed=_SCOPE, provided=",".join(sorted(token.scopes)))
