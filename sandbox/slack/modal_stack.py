"""The modals that a person has open, one on another: what sending or closing the uppermost leads to.

Documented: https://docs.slack.dev/surfaces/modals, on the lifecycle of views
"""

import json
from collections.abc import Iterator
from typing import Any

from sandbox.slack.api_error import ApiError
from sandbox.slack.methods.views import push_modal, replace_modal
from sandbox.slack.records import DispatchResult, View
from sandbox.slack.state import SlackState

#: modals that may be open on one another
DEEPEST = 3
#: the error of a modal whose app gave no valid answer: Slack's own words below all fields
TROUBLE = "We had some trouble connecting. Try again?"


def top_modal(state: SlackState, user: str) -> View | None:
    """Return the modal that a person sees; None without one."""
    return next((view for view in _open(state, user)), None)


def conclude(state: SlackState, view: View, result: DispatchResult) -> None:
    """Show what the app answers to a modal that was sent: nothing more of it, errors, another view, or one on top."""
    view.errors = {}
    try:
        _apply(state, view, result)
    except (ApiError, ValueError, TypeError, AttributeError):
        view.errors = {"": TROUBLE}
    state.notify("view", view)


def _apply(state: SlackState, view: View, result: DispatchResult) -> None:
    """Raises ApiError, ValueError, TypeError or AttributeError for an answer that Slack would not take."""
    if result.error is not None:
        raise ValueError(result.error)
    if not result.body.strip():
        view.closed = True
        return
    answer: Any = json.loads(result.body)
    match answer:
        case {"response_action": "errors", "errors": errors}:
            view.errors = _checked_errors(view, errors)
        case {"response_action": "update", "view": shown}:
            replace_modal(state, state.workspaces[view.team_id], view, shown)
        case {"response_action": "push", "view": pushed}:
            _push(state, view, pushed)
        case {"response_action": "clear"}:
            close_all(state, view)
        case other:
            raise ValueError(other)


def _checked_errors(view: View, errors: Any) -> dict[str, str]:
    """Raises ValueError, TypeError or AttributeError unless each error is a text under a field of the modal."""
    fields = {block["block_id"] for block in view.view["blocks"] if block["type"] == "input"}
    if not errors or errors.keys() - fields or not all(isinstance(text, str) and text for text in errors.values()):
        raise ValueError("errors that belong to no field")
    return dict(errors)


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
    root = view.root_id or view.id
    if len([each for each in _open(state, view.user) if each.root_id == root]) >= DEEPEST - 1:
        raise ApiError("push_limit_reached")
    push_modal(state, state.workspaces[view.team_id], view, pushed)
