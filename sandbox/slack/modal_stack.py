"""The modals that a person has open, one on another: what sending or closing the uppermost leads to.

Documented: https://docs.slack.dev/surfaces/modals, on the lifecycle of views
"""

import json
from collections.abc import Iterator
from typing import Any

from sandbox.slack import modal_forms
from sandbox.slack.api_error import ApiError
from sandbox.slack.methods.views import push_modal
from sandbox.slack.records import DispatchResult, View
from sandbox.slack.state import SlackState

#: modals that may be open on one another
DEEPEST = 3


def top_modal(state: SlackState, user: str) -> View | None:
    """Return the modal that a person sees; None without one."""
    return next((view for view in _open(state, user)), None)


def conclude(state: SlackState, view: View, result: DispatchResult) -> None:
    """Show what the app answers to a modal that was sent: nothing more of it, errors, another view, or one on top."""
    match _action(result):
        case {"response_action": "push", "view": pushed}:
            _push(state, view, pushed)
        case {"response_action": "clear"}:
            view.errors = {}
            close_all(state, view)
        case _:
            modal_forms.conclude(state, view, result)


def close(state: SlackState, view: View) -> None:
    """Close a modal; the one below it is seen again."""
    view.closed = True
    state.notify("view", view)


def close_all(state: SlackState, view: View) -> None:
    """Close a modal and all those of its stack."""
    root = view.root_id or view.id
    for each in list(_open(state, view.user)):
        if root in (each.id, each.root_id):
            close(state, each)


def _open(state: SlackState, user: str) -> Iterator[View]:
    """Yield a person's open modals, the uppermost first."""
    for view in reversed(state.views.values()):
        if view.type == "modal" and view.user == user and not view.closed:
            yield view


def _push(state: SlackState, view: View, pushed: Any) -> None:
    view.errors = {}
    try:
        if len([each for each in _open(state, view.user) if each.root_id == (view.root_id or view.id)]) >= DEEPEST - 1:
            raise ApiError("push_limit_reached")
        push_modal(state, state.workspaces[view.team_id], view, pushed)
    except ApiError:
        view.errors = {"": modal_forms.TROUBLE}
        state.notify("view", view)


def _action(result: DispatchResult) -> Any:
    """Return the JSON of an acknowledgement; None if there is none."""
    if result.error is not None:
        return None
    try:
        return json.loads(result.body)
    except ValueError:
        return None
