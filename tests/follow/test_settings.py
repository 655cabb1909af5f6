"""Settings: what a channel and a person choose in a modal, and what comes of it."""

import pytest
from structlog.typing import EventDict

from bot.db import channels, people
from bot.domain.channel_settings import ChannelSettings
from bot.domain.person import Person
from bot.domain.states import Editors, Outcome, Titles, Verbosity
from bot.follow.modal_for_person import Asker
from bot.follow.settings_submission import open_settings
from bot.render import replies, settings_modal
from bot.render.i18n import Catalogs, Texts
from bot.render.phrases import outcome_word
from sandbox.harness import CHANNEL, COLLEAGUE, PERSON, TEAM
from sandbox.scenarios import scenario
from sandbox.slack import Fault, interaction_payloads
from sandbox.slack.records import Json, View
from tests.support.modals import fields, modal, modals, options, said_in, send, submit
from tests.support.refusing_database import read_only_file
from tests.support.signed_requests import send_interaction
from tests.support.stepped_bot import SteppedBot

COPY = scenario("copy_with_renames_and_restrictions")
STALL = scenario("stall")
FAILURE = scenario("failure")
ADMIN = "U0ADMIN"


@pytest.fixture
def admin(stepped: SteppedBot) -> str:
    """A workspace admin in the channel."""
    stepped.slack.add_user(ADMIN, admin=True)
    stepped.slack.invite(CHANNEL, ADMIN)
    return ADMIN


async def settings(stepped: SteppedBot, user: str, *, channel: str = CHANNEL) -> View:
    """Type the command; the modal that opens."""
    assert await stepped.ask("settings", user=user, channel=channel) == []
    return modal(stepped, user)


async def stored(stepped: SteppedBot, channel: str = CHANNEL) -> ChannelSettings:
    """What is set for a channel."""
    async with stepped.database.read() as connection:
        return await channels.settings_of(connection, team_id=TEAM, channel_id=channel)


async def submit_odd(stepped: SteppedBot, view: View, user: str, values: Json, **changed: Json) -> str:
    """Send a modal with values that nobody could choose; what Slack gets as the answer."""
    payload = interaction_payloads.submission_payload(
        stepped.slack,
        stepped.slack.workspaces[TEAM],
        view,
        user,
        {name: {name: value} for name, value in values.items()},
    )
    payload["view"] |= changed
    status, body = await send_interaction(stepped, {**payload, "trigger_id": "1.2.made-up"})
    assert status == 200
    await stepped.turn()
    return body


# -- the modal


async def test_an_admin_sees_all_settings_as_they_are(stepped: SteppedBot, admin: str) -> None:
    view = await settings(stepped, admin)

    assert list(fields(view)) == ["language", "verbosity", "titles", "result", "editors", "own_language"]
    initial = {name: each.get("initial_option", {}).get("value") for name, each in fields(view).items()}
    assert initial == {
        "language": "-",
        "verbosity": "normal",
        "titles": "shown",
        "result": None,
        "editors": "admins",
        "own_language": "-",
    }
    assert [value for value, _ in options(view, "language")] == ["-", *stepped.deps.catalogs.languages]


async def test_a_member_sees_them_in_words_and_chooses_an_own_language(stepped: SteppedBot, en: Texts) -> None:
    view = await settings(stepped, PERSON)

    assert sorted(fields(view)) == ["own_language"]
    assert "Only workspace admins can change what holds for this channel." in said_in(view)
    assert "• Page titles: Shown" in said_in(view)


async def test_what_is_saved_is_shown_when_it_is_opened_again(stepped: SteppedBot, admin: str) -> None:
    await send(
        stepped,
        await settings(stepped, admin),
        language="ja",
        verbosity="quiet",
        titles="counts",
        result=["broadcast", "here"],
        editors="members",
        own_language="uk",
    )

    assert modals(stepped, admin) == []
    assert await stored(stepped) == ChannelSettings(
        language="ja",
        verbosity=Verbosity.QUIET,
        titles=Titles.COUNTS,
        broadcasts=True,
        mentions_here=True,
        editors=Editors.MEMBERS,
    )
    again = fields(await settings(stepped, admin))
    assert {name: each.get("initial_option", {}).get("value") for name, each in again.items()} == {
        "language": "ja",
        "verbosity": "quiet",
        "titles": "counts",
        "result": None,
        "editors": "members",
        "own_language": "uk",
    }
    assert [each["value"] for each in again["result"]["initial_options"]] == ["broadcast", "here"]


async def test_where_members_may_they_do(stepped: SteppedBot, admin: str) -> None:
    await send(stepped, await settings(stepped, admin), editors="members")

    await send(stepped, await settings(stepped, PERSON), verbosity="all")

    assert (await stored(stepped)).verbosity is Verbosity.ALL


async def test_settings_of_one_channel_are_not_those_of_another(stepped: SteppedBot, admin: str) -> None:
    stepped.slack.add_channel("C0OTHER", "other", members=[admin])

    await send(stepped, await settings(stepped, admin, channel="C0OTHER"), titles="counts")

    assert await stored(stepped) == ChannelSettings()


async def test_in_a_direct_message_everybody_may(stepped: SteppedBot) -> None:
    await stepped.follow(STALL)
    direct = stepped.slack.open_im(stepped.slack.workspaces[TEAM], PERSON)

    await send(stepped, await settings(stepped, PERSON, channel=direct.id), verbosity="quiet")

    assert (await stored(stepped, direct.id)).verbosity is Verbosity.QUIET


async def test_each_change_is_logged_with_who_and_where(stepped: SteppedBot, admin: str, logs: list[EventDict]) -> None:
    await send(stepped, await settings(stepped, admin), titles="counts")

    acts = [(log["action"], log["user"], log["channel"]) for log in logs if log["event"] == "acted"]
    assert acts == [("settings", admin, CHANNEL), ("channel_settings", admin, CHANNEL), ("settings", admin, CHANNEL)]


# -- refusals


async def test_guests_see_in_the_modal_that_guests_may_not(stepped: SteppedBot, en: Texts) -> None:
    stepped.slack.add_user("U0GUEST", guest=True)
    stepped.slack.invite(CHANNEL, "U0GUEST")

    view = await settings(stepped, "U0GUEST")

    assert said_in(view) == replies.may_not_use(en).text
    assert fields(view) == {}


async def test_who_became_a_guest_meanwhile_saves_nothing(stepped: SteppedBot, en: Texts) -> None:
    view = await settings(stepped, PERSON)
    stepped.slack.users[PERSON].is_restricted = True
    stepped.clock.move(3_700)

    await send(stepped, view, own_language="ja")

    assert said_in(modal(stepped)) == replies.may_not_use(en).text
    async with stepped.database.read() as connection:
        person = await people.find(connection, TEAM, PERSON)
    assert person is not None
    assert person.language is None


async def test_a_member_cannot_send_what_only_admins_may_change(stepped: SteppedBot, admin: str) -> None:
    view = await settings(stepped, admin)
    await settings(stepped, PERSON)
    chosen = {name: {"selected_option": {"value": value}} for name, value in ALL.items()}

    body = await submit_odd(stepped, view, PERSON, chosen)

    assert "Only workspace admins can change what holds for this channel." in body
    assert await stored(stepped) == ChannelSettings()


async def test_an_admin_who_is_none_any_more_changes_nothing(stepped: SteppedBot, admin: str) -> None:
    view = await settings(stepped, admin)
    stepped.slack.users[admin].is_admin = False
    stepped.clock.move(3_700)

    await send(stepped, view, titles="counts")

    assert list(modal(stepped, admin).errors) == ["editors"]
    assert await stored(stepped) == ChannelSettings()


async def test_here_is_only_mentioned_where_the_result_is_shown_in_the_channel(stepped: SteppedBot, admin: str) -> None:
    await send(stepped, await settings(stepped, admin), result=["here"])

    assert list(modal(stepped, admin).errors) == ["result"]
    assert await stored(stepped) == ChannelSettings()


ALL = {"language": "de", "verbosity": "all", "titles": "counts", "editors": "members", "own_language": "de"}


@pytest.mark.parametrize("field", ALL)
@pytest.mark.parametrize("value", ["", "xx", "\ud800", "9" * 4_000, None])
async def test_a_value_that_is_not_offered_is_an_error_under_its_field_and_saves_nothing(
    stepped: SteppedBot, admin: str, field: str, value: str | None
) -> None:
    view = await settings(stepped, admin)
    chosen = {name: {"selected_option": {"value": each}} for name, each in ALL.items()}
    chosen[field] = {"selected_option": None if value is None else {"value": value}}

    body = await submit_odd(stepped, view, admin, chosen)

    assert f'"{field}"' in body
    assert "errors" in body
    assert await stored(stepped) == ChannelSettings()


@pytest.mark.parametrize("metadata", ["C0RELEASES|x", "x" * 3_000, "{}", "\x00"])
async def test_metadata_that_names_no_channel_saves_nothing(
    stepped: SteppedBot, admin: str, en: Texts, metadata: str
) -> None:
    view = await settings(stepped, admin)
    chosen = {name: {"selected_option": {"value": each}} for name, each in ALL.items()}

    body = await submit_odd(stepped, view, admin, chosen, private_metadata=metadata)

    assert "Something went wrong in this bot" in body
    assert await stored(stepped) == ChannelSettings()


async def test_where_slack_opens_no_modal_the_private_answer_says_so(stepped: SteppedBot, en: Texts) -> None:
    stepped.slack.faults.add("views.open", Fault.error("expired_trigger_id"), times=1)

    assert await stepped.ask("settings") == [replies.modal_not_opened(en, "/longtask settings").text]


async def test_a_command_that_is_carried_out_too_late_opens_no_modal(stepped: SteppedBot, en: Texts) -> None:
    await stepped.sandbox.type("settings")
    stepped.clock.move(4)

    await stepped.turn()

    assert stepped.answers() == [replies.modal_not_opened(en, "/longtask settings").text]
    assert stepped.slack.views == {}


async def test_a_modal_that_the_person_has_closed_is_left_alone(stepped: SteppedBot) -> None:
    stepped.slack.faults.add("views.update", Fault.error("not_found"), times=1)

    assert await stepped.ask("settings") == []


async def test_what_cannot_be_saved_is_said_in_the_modal(stepped: SteppedBot, admin: str, en: Texts) -> None:
    view = await settings(stepped, admin)

    async with read_only_file("").refusing(stepped.database):
        await submit(stepped, view, user=admin, titles="counts")

    assert modal(stepped, admin).errors == {"own_language": replies.nothing_started(en).text}
    assert await stored(stepped) == ChannelSettings()


# -- what comes of it


async def test_a_new_thread_has_the_language_and_the_verbosity_of_the_channel(
    stepped: SteppedBot, admin: str, catalogs: Catalogs
) -> None:
    await send(stepped, await settings(stepped, admin), language="de", verbosity="quiet")

    remote_id = await stepped.follow(COPY)
    await stepped.until(lambda: any(PERSON in each.mentions for each in stepped.thread(remote_id)))

    german = catalogs.languages["de"]
    assert stepped.root(remote_id).text.startswith(f"*{outcome_word(german, Outcome.PROBLEMS)}*")
    assert len(stepped.thread(remote_id)) == 2  # card and completion


async def test_a_command_that_says_how_much_beats_the_channel(stepped: SteppedBot, admin: str) -> None:
    await send(stepped, await settings(stepped, admin), verbosity="quiet")
    remote_id = stepped.sandbox.begin(COPY)

    await stepped.ask(f"{remote_id} normal")
    await stepped.until(lambda: any(PERSON in each.mentions for each in stepped.thread(remote_id)))

    assert len(stepped.thread(remote_id)) > 2


async def test_titles_vanish_from_what_is_kept_true_as_soon_as_they_are_not_to_be_shown(
    stepped: SteppedBot, admin: str
) -> None:
    remote_id = await stepped.follow(COPY)

    def named() -> bool:
        return any("Team handbook" in reply.text for reply in stepped.thread(remote_id))

    await stepped.until(named)
    await send(stepped, await settings(stepped, admin), titles="counts")
    await stepped.until(lambda: not named(), within=15)

    await send(stepped, await settings(stepped, admin), titles="shown")
    await stepped.until(named, within=15)


async def test_with_numbers_only_the_follower_gets_the_names_as_a_direct_message(
    stepped: SteppedBot, admin: str
) -> None:
    await send(stepped, await settings(stepped, admin), titles="counts")

    remote_id = await stepped.follow(COPY)
    await stepped.until(lambda: stepped.slack.dms(PERSON))

    assert all("Team handbook" not in each.text for each in stepped.thread(remote_id))
    assert "Team handbook" in stepped.slack.dms(PERSON)[0].text


async def test_the_completion_is_shown_in_the_channel_only_where_that_is_set(stepped: SteppedBot, admin: str) -> None:
    quiet = await stepped.follow(COPY)
    await stepped.until(lambda: any(PERSON in each.mentions for each in stepped.thread(quiet)))
    assert [each.reply_broadcast for each in stepped.thread(quiet)] == [False] * len(stepped.thread(quiet))

    await send(stepped, await settings(stepped, admin), result=["broadcast"])
    loud = await stepped.follow(COPY)
    await stepped.until(lambda: any(PERSON in each.mentions for each in stepped.thread(loud)))

    shown = [each.text.split(":")[0] for each in stepped.thread(loud) if each.reply_broadcast]
    assert shown == ["*Finished with problems*"]


@pytest.mark.parametrize(
    ("result", "name", "mentioned"),
    [
        (["broadcast", "here"], "failure", True),
        (["broadcast", "here"], "copy_with_renames_and_restrictions", False),
        (["broadcast"], "failure", False),
    ],
)
async def test_here_is_mentioned_where_it_is_set_and_only_if_the_task_has_failed(
    stepped: SteppedBot, admin: str, result: list[str], name: str, mentioned: bool
) -> None:
    await send(stepped, await settings(stepped, admin), result=result)

    remote_id = await stepped.follow(scenario(name))
    (completion,) = await stepped.until(lambda: [each for each in stepped.thread(remote_id) if PERSON in each.mentions])

    assert [("<!here>" in each.text) for each in stepped.thread(remote_id) if each is not completion] == [False] * (
        len(stepped.thread(remote_id)) - 1
    )
    assert ("<!here>" in completion.text) is mentioned


async def test_an_own_language_beats_slacks_in_answers_to_commands_buttons_and_modals(
    stepped: SteppedBot, catalogs: Catalogs
) -> None:
    await send(stepped, await settings(stepped, PERSON), own_language="uk")
    ukrainian = catalogs.languages["uk"]

    assert await stepped.ask("list") == [replies.followed_list(ukrainian, []).text]
    assert (await settings(stepped, PERSON)).view["title"]["text"] == settings_modal.title(ukrainian)
    card = stepped.card(await stepped.follow(STALL, user=COLLEAGUE))
    (answer,) = await stepped.press(card, "notify_me")
    assert answer.startswith(ukrainian.say("You will be mentioned in the thread when this task ends."))


async def test_an_own_language_outlasts_a_day_and_a_restart(stepped: SteppedBot, catalogs: Catalogs) -> None:
    await send(stepped, await settings(stepped, PERSON), own_language="ja")
    await stepped.stop()
    stepped.clock.move(3 * 86_400)
    await stepped.start()

    assert await stepped.ask("list") == [replies.followed_list(catalogs.languages["ja"], []).text]
    async with stepped.database.begin() as connection:
        await people.forget(connection, asked_before=stepped.clock())
        await channels.forget(connection, asked_before=stepped.clock())
    assert await stepped.ask("list") == [replies.followed_list(catalogs.languages["ja"], []).text]


async def test_another_process_answers_in_the_new_language_at_once(stepped: SteppedBot, catalogs: Catalogs) -> None:
    await stepped.ask("list")
    other = stepped.new_worker()
    await other.people.find(TEAM, None, PERSON)

    await send(stepped, await settings(stepped, PERSON), own_language="ja")

    found = await other.people.find(TEAM, None, PERSON)
    assert isinstance(found, Person)
    assert other.texts_for(found).language == "ja"


async def test_without_a_channel_the_modal_holds_what_is_the_persons_own(stepped: SteppedBot) -> None:
    trigger_id = stepped.slack.new_trigger(PERSON)
    asker = Asker(team_id=TEAM, enterprise_id=None, user_id=PERSON)

    await open_settings(stepped.worker, asker, trigger_id=trigger_id)
    assert sorted(fields(modal(stepped))) == ["own_language"]
    await send(stepped, modal(stepped), own_language="de")

    async with stepped.database.read() as connection:
        person = await people.find(connection, TEAM, PERSON)
    assert person is not None
    assert person.language == "de"
