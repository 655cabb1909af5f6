"""Every command and every button, with the ids of others: nothing changes, and nothing is shown."""

from collections.abc import Mapping
from typing import Any

import pytest
from sqlalchemy import select
from structlog.typing import EventDict

from bot.db.column_types import metadata
from bot.domain import command
from bot.follow.commands import HANDLERS, Worked
from bot.render import replies
from bot.render.buttons import Action
from bot.render.i18n import Texts
from sandbox.harness import CHANNEL, COLLEAGUE, PERSON, TEAM
from sandbox.scenarios import scenario
from sandbox.slack import Fault, PostedMessage
from tests.listeners import payloads
from tests.listeners.shown import VALUELESS
from tests.support.modals import modal, said_in
from tests.support.signed_requests import send_command, send_event, send_interaction
from tests.support.stepped_bot import SteppedBot

STALL = scenario("stall")
OTHER_TEAM, ORGANIZATION = "T0OTHER", "E0ORG"
OTHER_CHANNEL = "C0OTHER"
#: every command that does something, about the id of a long task
COMMANDS: Mapping[type[command.Command], str] = {
    command.Follow: "{}",
    command.ShowStatus: "status {}",
    command.ShowRunning: "",
    command.ListFollowed: "list",
    command.ShowSettings: "settings",
    command.Stop: "stop {}",
    command.StopAll: "stop all",
    command.Watch: "watch",
    command.Unwatch: "unwatch",
    command.MakeHook: "hook",
    command.EndHook: "hook off",
    command.ShowChecks: "doctor",
}
#: every button but those that only open a page
BUTTONS = [action for action in Action if action not in VALUELESS]
#: what a request leaves behind of itself
OWN_TABLES = frozenset({"commands", "people", "events"})
#: columns that change whenever a loop turns
CLAIMS = frozenset({"claim_id", "claimed_until"})


def test_every_command_and_button_is_tried_below() -> None:
    assert set(COMMANDS) == {kind for kind, handler in HANDLERS.items() if isinstance(handler, Worked)}


async def rows(stepped: SteppedBot, *, without: frozenset[str] = frozenset()) -> dict[str, list[Any]]:
    """Everything in the database but some tables, and but what is shown to one person because of a command."""
    found = {}
    async with stepped.database.read() as connection:
        for table in metadata.sorted_tables:
            if table.name in without:
                continue
            kept = [column for column in table.columns if column.name not in CLAIMS]
            query = select(*kept).order_by(*table.primary_key.columns)
            if table.name == "messages":
                query = query.where(table.c.command_id.is_(None))
            found[table.name] = [tuple(row) for row in await connection.execute(query)]
    return found


def shown(stepped: SteppedBot, *, but_for: str | None = None) -> dict[str, list[tuple[str, ...]]]:
    """Every message in Slack with all of its versions, but what one person was shown alone."""
    channels = {
        channel.id: [(message.ts, *(version.text for version in message.versions)) for message in messages]
        for channel in stepped.slack.channels.values()
        for messages in [channel.messages.values()]
    }
    private = [(one.user, one.text) for one in stepped.slack.private_messages if one.user != but_for]
    return {**channels, "private": private}


async def followed(stepped: SteppedBot) -> PostedMessage:
    """The card of a long task that is followed, in a state in which nothing is left to be done."""
    card = stepped.card(await stepped.follow(STALL))
    await stepped.turn()
    return card


def remote_id(stepped: SteppedBot) -> str:
    """The id of the only long task."""
    return next(iter(stepped.confluence.tasks))


def value(card: PostedMessage) -> str:
    """What the buttons of a card carry."""
    return next(
        element["value"] for block in card.blocks if block["type"] == "actions" for element in block["elements"]
    )


# -- another workspace


async def test_a_command_of_another_workspace_starts_nothing_and_posts_nothing(
    on_both: SteppedBot, en: Texts, logs: list[EventDict]
) -> None:
    await followed(on_both)
    on_both.slack.add_workspace(OTHER_TEAM, "xoxb-other")
    on_both.slack.add_user("U0OTHER", team=OTHER_TEAM, admin=True)
    database, slack, calls = await rows(on_both), shown(on_both, but_for="U0OTHER"), len(on_both.slack.calls)

    for text in (*COMMANDS.values(), "help", "settings"):
        typed = text.format(remote_id(on_both))
        result = await on_both.slack.command(typed, user="U0OTHER", channel=CHANNEL, team=OTHER_TEAM)
        await on_both.turn()
        assert result.status == 200
    # The ids of a person and a channel of this workspace do not help.
    for text in COMMANDS.values():
        form = payloads.command(on_both, text.format(remote_id(on_both)), team_id=OTHER_TEAM)
        assert (await send_command(on_both, form))[0] == 200
        await on_both.turn()

    assert (await rows(on_both), shown(on_both, but_for="U0OTHER")) == (database, slack)
    assert len(on_both.slack.calls) == calls
    assert {one.text for one in on_both.slack.ephemerals("U0OTHER")} == {replies.not_installed_there(en).text}
    refused = [log for log in logs if log["event"] == "request_of_another_workspace"]
    assert {log["team"] for log in refused} == {OTHER_TEAM}


@pytest.mark.parametrize(
    "ids",
    [
        {"team": {"id": OTHER_TEAM}},
        {"team": {"id": OTHER_TEAM}, "enterprise": {"id": ORGANIZATION}},
        {"team": None, "user": {"id": PERSON, "team_id": OTHER_TEAM}},
        {"team": {"id": OTHER_TEAM}, "user": {"id": "U0OTHER", "team_id": OTHER_TEAM}},
    ],
)
async def test_a_press_of_another_workspace_does_nothing(stepped: SteppedBot, ids: dict[str, Any]) -> None:
    card = await followed(stepped)
    database, slack, calls = await rows(stepped), shown(stepped), len(stepped.slack.calls)

    for action in BUTTONS:
        status, body = await send_interaction(stepped, payloads.press(stepped, card.ts, action, value(card), **ids))
        await stepped.turn()
        assert (status, body) == (200, "")

    assert (await rows(stepped), shown(stepped), len(stepped.slack.calls)) == (database, slack, calls)


async def test_an_event_of_another_workspace_changes_nothing(stepped: SteppedBot) -> None:
    await followed(stepped)
    database, slack, calls = await rows(stepped), shown(stepped), len(stepped.slack.calls)

    for kind in ("app_uninstalled", "tokens_revoked", "app_mention"):
        foreign = {"authorizations": [{"team_id": OTHER_TEAM, "enterprise_id": None}], "team_id": OTHER_TEAM}
        assert (await send_event(stepped, payloads.event(stepped, kind, **foreign)))[0] == 200  # type: ignore[arg-type] -- a list
        await stepped.turn()

    after = await rows(stepped)
    assert [len(after.pop("events")), database.pop("events")] == [2, []]
    assert (after, shown(stepped), len(stepped.slack.calls)) == (database, slack, calls)


async def test_a_command_of_another_workspace_that_came_before_the_token_was_identified_is_dropped(
    stepped: SteppedBot,
) -> None:
    await stepped.stop()
    stepped.slack.faults.add("auth.test", Fault.status(503), times=2)
    await stepped.start()
    task = stepped.sandbox.begin(STALL)

    status, _ = await send_command(stepped, payloads.command(stepped, task, team_id=OTHER_TEAM))
    assert (status, len(await stepped.commands())) == (200, 1)
    await stepped.run(30)

    assert await stepped.commands() == []
    assert stepped.slack.messages(CHANNEL) == []
    assert {call.method for call in stepped.slack.calls} - {"apps.connections.open"} == {"auth.test"}


# -- another channel


async def test_another_channel_reaches_nothing_of_this_one(stepped: SteppedBot, en: Texts) -> None:
    card = await followed(stepped)
    stepped.slack.add_channel(OTHER_CHANNEL, "other", members=[COLLEAGUE])
    there = stepped.slack.say(OTHER_CHANNEL, COLLEAGUE, "hello")
    database = await rows(stepped, without=OWN_TABLES)
    slack = shown(stepped, but_for=COLLEAGUE)

    said = []
    for text in ("stop {}", "stop", "stop all", "list", "list channel", "status", "hook off"):
        said += await stepped.ask(text.format(remote_id(stepped)), user=COLLEAGUE, channel=OTHER_CHANNEL)
    for action in BUTTONS:
        for ts in (there.ts, card.ts):
            said += await stepped.press_at(OTHER_CHANNEL, ts, action, user=COLLEAGUE, value=value(card))

    assert (await rows(stepped, without=OWN_TABLES), shown(stepped, but_for=COLLEAGUE)) == (database, slack)
    assert set(said) == {
        replies.not_followed_here(en, remote_id(stepped)).text,
        replies.nothing_to_stop(en).text,
        replies.stopped_all(en, 0).text,
        replies.followed_list(en, []).text,
        replies.followed_list(en, [], scope=command.Scope.CHANNEL).text,
        replies.gone_wrong(en).text,
        replies.no_hook(en, "/longtask").text,
    }


# -- people who are not of the workspace


def add_outsider(stepped: SteppedBot, who: str) -> str:
    """Somebody in the channel who is not of the workspace; the user id."""
    slack = stepped.slack
    if who == "nobody":
        # Slack knows no such person; the simulator has to, to send the request.
        slack.add_user("U0NOBODY")
        slack.faults.add("users.info", Fault.error("user_not_found"), times=1)
        return "U0NOBODY"
    user = slack.add_user(
        "U0OUTSIDER",
        admin=who == "admin of another workspace",
        guest=who == "guest",
        single_channel=who == "guest of one channel",
        team=OTHER_TEAM if "another" in who else None,
    )
    user.is_bot, user.deleted = who == "bot", who == "deactivated"
    if who in ("of another workspace of the organization", "admin of another workspace"):
        slack.workspaces[TEAM].enterprise_id = user.enterprise_id = ORGANIZATION
        user.enterprise_teams = (OTHER_TEAM,)
    slack.invite(CHANNEL, user.id)
    return user.id


@pytest.mark.parametrize(
    "who",
    [
        "guest",
        "guest of one channel",
        "of another organization",
        "of another workspace of the organization",
        "admin of another workspace",
        "bot",
        "deactivated",
        "nobody",
    ],
)
async def test_who_is_not_of_the_workspace_changes_nothing_and_sees_nothing(
    stepped: SteppedBot, en: Texts, logs: list[EventDict], who: str
) -> None:
    card = await followed(stepped)
    outsider = add_outsider(stepped, who)
    await stepped.stop()
    await stepped.start()
    database = await rows(stepped, without=OWN_TABLES)
    slack = shown(stepped, but_for=outsider)
    logs.clear()

    said = {text: await stepped.ask(text.format(remote_id(stepped)), user=outsider) for text in COMMANDS.values()}
    pressed = {action: await stepped.press(card, action, user=outsider, value=value(card)) for action in BUTTONS}

    after = await rows(stepped, without=OWN_TABLES)
    assert (after, shown(stepped, but_for=outsider)) == (database, slack)
    stop, other = [replies.may_not_stop(en).text], [replies.may_not_use(en).text]
    # Who may not see what runs gets help, and the checks are for admins.
    shown_instead = {"": replies.help(en, "/longtask", stepped.deps.example), "doctor": replies.checks_for_admins(en)}
    instead = {"stop {}": stop} | {text: [message.text] for text, message in shown_instead.items()}
    # What would be answered by a modal is refused in it.
    assert said == {**{text: instead.get(text, other) for text in COMMANDS.values()}, "settings": []}
    assert said_in(modal(stepped, outsider)) == replies.may_not_use(en).text
    assert pressed == {action: stop if action in (Action.STOP, Action.STOP_CHOSEN) else other for action in BUTTONS}
    refused = [(log["user"], log["channel"]) for log in logs if log["event"] == "refused"]
    assert refused == [(outsider, CHANNEL)] * (len(COMMANDS) + len(BUTTONS))
    assert [log for log in logs if log["event"] == "acted"] == []


async def test_while_slack_does_not_say_who_asks_nothing_is_done_and_that_is_said(
    stepped: SteppedBot, en: Texts
) -> None:
    card = await followed(stepped)
    stepped.slack.faults.add("users.info", Fault.status(503), probability=1.0)
    database = await rows(stepped, without=OWN_TABLES)
    slack = shown(stepped, but_for=COLLEAGUE)

    said = await stepped.press(card, Action.STOP, user=COLLEAGUE, value=value(card))
    database_after = await rows(stepped, without=OWN_TABLES)

    assert said == [replies.not_known(en).text]
    assert (database_after["subscriptions"], shown(stepped, but_for=COLLEAGUE)) == (database["subscriptions"], slack)


# -- people who are


async def test_each_act_is_one_line_of_the_log(stepped: SteppedBot, logs: list[EventDict]) -> None:
    card = await followed(stepped)
    await stepped.ask(remote_id(stepped), user=COLLEAGUE)
    await stepped.press(card, Action.NOTIFY_ME, user=COLLEAGUE)
    stepped.clock.move(10)
    await stepped.press(card, Action.CHECK_NOW, user=COLLEAGUE)
    await stepped.ask("list", user=COLLEAGUE)
    await stepped.ask(f"status {remote_id(stepped)}", user=COLLEAGUE)
    await stepped.press(card, Action.STOP, user=COLLEAGUE)

    fields = ("action", "user", "channel", "subscription")
    acts = [tuple(log[field] for field in fields) for log in logs if log["event"] == "acted"]
    assert acts == [
        ("follow", PERSON, CHANNEL, 1),
        ("notify_me", COLLEAGUE, CHANNEL, 1),
        ("notify_me", COLLEAGUE, CHANNEL, 1),
        ("check_now", COLLEAGUE, CHANNEL, 1),
        ("list", COLLEAGUE, CHANNEL, None),
        ("status", COLLEAGUE, CHANNEL, None),
        ("stop", COLLEAGUE, CHANNEL, 1),
    ]


async def test_an_app_of_a_whole_organization_is_used_from_all_of_its_workspaces(stepped: SteppedBot) -> None:
    workspace = stepped.slack.workspaces[TEAM]
    workspace.enterprise_id, workspace.org_wide = ORGANIZATION, True
    for user in (PERSON, COLLEAGUE):
        stepped.slack.users[user].enterprise_id = ORGANIZATION
        stepped.slack.users[user].enterprise_teams = (TEAM,)
    await stepped.stop()
    await stepped.start()

    card = await followed(stepped)
    # Its payloads name no team.
    await stepped.press(card, Action.STOP, user=COLLEAGUE)

    await stepped.until(lambda: f"<@{COLLEAGUE}>" in card.text)
