"""The views.* methods: open and update a modal, publish a home tab."""

import json
from typing import Any

from sandbox.slack.api_error import ApiError
from sandbox.slack.block_kit.surfaces import Home, Modal, view_problem
from sandbox.slack.declarations import Declared, NonEmpty
from sandbox.slack.lookup import find_user
from sandbox.slack.records import Json, View, Workspace
from sandbox.slack.state import SlackState

#: bytes; https://docs.slack.dev/reference/methods/views.publish
VIEW_LIMIT = 250_000


class OpenView(Declared):
    """Arguments of views.open."""

    view: Any
    trigger_id: NonEmpty


class UpdateView(Declared):
    """Arguments of views.update: one of the two ids, and the hash of the version to replace."""

    view: Any
    view_id: str | None = None
    external_id: str | None = None
    hash: str | None = None


class PublishView(Declared):
    """Arguments of views.publish: the person, and the hash of the version to replace."""

    view: Any
    user_id: NonEmpty
    hash: str | None = None


def open_modal(state: SlackState, workspace: Workspace, args: OpenView) -> Json:
    """views.open."""
    view = _checked(args.view, Modal)
    external_id = view.get("external_id")
    if external_id and any(known.view.get("external_id") == external_id for known in state.views.values()):
        raise ApiError("duplicate_external_id")
    return {"view": _keep(state, workspace, view, _exchange(state, args.trigger_id), state.new_id("V"))}


def update_modal(state: SlackState, workspace: Workspace, args: UpdateView) -> Json:
    """views.update."""
    known = _known(state, args)
    _check_hash(args.hash, known)
    view = _checked(args.view, Modal if known.type == "modal" else Home)
    return {"view": _keep(state, workspace, view, known.user, known.id)}


def publish_home(state: SlackState, workspace: Workspace, args: PublishView) -> Json:
    """views.publish."""
    if not state.policies.home_tab:
        raise ApiError("not_enabled")
    user = find_user(state, workspace, args.user_id)
    view = _checked(args.view, Home)
    view_id = f"VHOME{workspace.team_id}{user.id}"
    known = state.views.get(view_id)
    if known is not None:
        _check_hash(args.hash, known)
    return {"view": _keep(state, workspace, view, user.id, view_id)}


def _exchange(state: SlackState, trigger_id: str) -> str:
    """Return who caused a trigger id, which is good once and for a few seconds."""
    if trigger_id not in state.triggers:
        raise ApiError("invalid_trigger_id")
    if trigger_id in state.used_triggers:
        raise ApiError("exchanged_trigger_id")
    since, user = state.triggers[trigger_id]
    if state.clock() - since > state.trigger_seconds:
        raise ApiError("expired_trigger_id")
    state.used_triggers.add(trigger_id)
    return user


def replace_modal(state: SlackState, workspace: Workspace, known: View, view: Any) -> None:
    """Show another view in an open modal. Raises ApiError if Slack would not take it."""
    _keep(state, workspace, _checked(view, Modal), known.user, known.id)


def push_modal(state: SlackState, workspace: Workspace, below: View, view: Any) -> None:
    """Put another modal on an open one. Raises ApiError if Slack would not take it."""
    stack = (below.id, below.root_id or below.id)
    _keep(state, workspace, _checked(view, Modal), below.user, state.new_id("V"), stack=stack)


def _checked(view: Any, kind: type[Modal | Home]) -> Json:
    if not isinstance(view, dict):
        raise ApiError("invalid_arguments")
    if len(json.dumps(view, ensure_ascii=False).encode()) > VIEW_LIMIT:
        raise ApiError("view_too_large")
    problem = view_problem(view, kind)
    if problem is not None:
        raise ApiError.with_problem("invalid_arguments", problem)
    return view


def _known(state: SlackState, args: UpdateView) -> View:
    for view in state.views.values():
        if view.closed:
            continue
        if view.id == args.view_id or (args.external_id and view.view.get("external_id") == args.external_id):
            return view
    raise ApiError("not_found")


def _check_hash(expected: str | None, known: View) -> None:
    if expected is not None and expected != known.hash:
        raise ApiError("hash_conflict")


def _keep(
    state: SlackState,
    workspace: Workspace,
    view: Json,
    user: str,
    view_id: str,
    *,
    stack: tuple[str | None, str | None] = (None, None),
) -> Json:
    """Keep a view, in place of the one with its id if there is one; `stack`: the modal below it, and the lowest."""
    before = state.views.get(view_id)
    previous_id, root_id = stack if before is None else (before.previous_id, before.root_id)
    kept = View(
        id=view_id,
        team_id=workspace.team_id,
        user=user,
        type=view["type"],
        view={**view, "blocks": list(state.with_ids(view["blocks"]))},
        hash=f"{state.clock():.0f}.{state.number():06d}",
        previous_id=previous_id,
        root_id=root_id,
    )
    state.views[view_id] = kept
    state.notify("view", kept)
    return view_json(kept, workspace)


def view_json(kept: View, workspace: Workspace) -> Json:
    """Return a view in the JSON that Slack answers with."""
    return {
        **kept.view,
        "id": kept.id,
        "team_id": workspace.team_id,
        "hash": kept.hash,
        "app_id": workspace.app_id,
        "bot_id": workspace.bot_id,
        "root_view_id": kept.root_id or kept.id,
        "previous_view_id": kept.previous_id,
        "state": {"values": {}},
    }
