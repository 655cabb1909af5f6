"""Modals and the Home tab: views.open, views.update, views.publish."""

import json
from typing import Any

from sandbox.slack.access import visible_user
from sandbox.slack.blocks import view_problems
from sandbox.slack.elements import plain_text
from sandbox.slack.records import Json, View, Workspace
from sandbox.slack.refusal import RefusalError
from sandbox.slack.shapes import Problems, anything, boolean, one_of, record, string
from sandbox.slack.world import World

#: bytes; https://docs.slack.dev/reference/methods/views.publish
VIEW_LIMIT = 250_000
#: seconds a trigger id is good for, once
TRIGGER_LIFE = 3.0

_SHAPES = {
    "modal": record(
        {"type": one_of("modal"), "title": plain_text(24), "blocks": anything},
        {
            "submit": plain_text(24),
            "close": plain_text(24),
            "private_metadata": string(3000),
            "callback_id": string(255),
            "external_id": string(255),
            "clear_on_close": boolean,
            "notify_on_close": boolean,
        },
    ),
    "home": record(
        {"type": one_of("home"), "blocks": anything},
        {"private_metadata": string(3000), "callback_id": string(255), "external_id": string(255)},
    ),
}


def open_modal(world: World, workspace: Workspace, args: Json) -> Json:
    """views.open."""
    view = _checked(world, args["view"], "modal")
    user = _exchange(world, args.get("trigger_id") or args.get("interactivity_pointer"))
    return {"view": _keep(world, workspace, view, user, world.new_id("V"))}


def update_modal(world: World, workspace: Workspace, args: Json) -> Json:
    """views.update."""
    known = _known(world, args)
    _check_hash(args.get("hash"), known)
    view = _checked(world, args["view"], known.type)
    return {"view": _keep(world, workspace, view, known.user, known.id)}


def publish_home(world: World, workspace: Workspace, args: Json) -> Json:
    """views.publish."""
    if not world.policies.home_tab:
        raise RefusalError("not_enabled")
    user = visible_user(world, workspace, args["user_id"])
    view = _checked(world, args["view"], "home")
    view_id = f"VHOME{workspace.team_id}{user.id}"
    known = world.views.get(view_id)
    if known is not None:
        _check_hash(args.get("hash"), known)
    return {"view": _keep(world, workspace, view, user.id, view_id)}


def _exchange(world: World, trigger_id: str | None) -> str:
    """Who triggered it. A trigger id is good for three seconds and once."""
    if trigger_id is None or trigger_id not in world.triggers:
        raise RefusalError("invalid_trigger_id")
    if trigger_id in world.used_triggers:
        raise RefusalError("exchanged_trigger_id")
    since, user = world.triggers[trigger_id]
    if world.clock() - since > TRIGGER_LIFE:
        raise RefusalError("expired_trigger_id")
    world.used_triggers.add(trigger_id)
    return user


def _checked(world: World, view: Any, kind: str) -> Json:
    if not isinstance(view, dict):
        raise RefusalError("invalid_arguments")
    if len(json.dumps(view, ensure_ascii=False).encode()) > VIEW_LIMIT:
        raise RefusalError("view_too_large")
    problems = Problems(length=world.policies.length)
    _SHAPES[kind](view, "/view", problems)
    blocks = view.get("blocks")
    if isinstance(blocks, list) and all(isinstance(block, dict) for block in blocks):
        problems.found += view_problems(blocks, length=world.policies.length)
    else:
        problems.add("must be an array of objects", "/view/blocks")
    if problems.found:
        raise RefusalError.with_messages("invalid_arguments", problems.found)
    return view


def _known(world: World, args: Json) -> View:
    for view in world.views.values():
        if view.id == args.get("view_id") or (
            args.get("external_id") and view.view.get("external_id") == args["external_id"]
        ):
            return view
    raise RefusalError("not_found")


def _check_hash(expected: str | None, known: View) -> None:
    if expected is not None and expected != known.hash:
        raise RefusalError("hash_conflict")


def _keep(world: World, workspace: Workspace, view: Json, user: str, view_id: str) -> Json:
    kept = View(
        id=view_id,
        team_id=workspace.team_id,
        user=user,
        type=view["type"],
        view={**view, "blocks": list(world.with_ids(view["blocks"]))},
        hash=f"{world.clock():.0f}.{world.number():06d}",
    )
    world.views[view_id] = kept
    world.changed("view", kept)
    return view_json(kept, workspace)


def view_json(kept: View, workspace: Workspace) -> Json:
    """A view as Slack tells of it."""
    return {
        **kept.view,
        "id": kept.id,
        "team_id": workspace.team_id,
        "hash": kept.hash,
        "app_id": workspace.app_id,
        "bot_id": workspace.bot_id,
        "root_view_id": kept.id,
        "state": {"values": {}},
    }
