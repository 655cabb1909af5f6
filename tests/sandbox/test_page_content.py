"""What the page shows of Slack to one person: conversations, and messages with names, language and content."""

import re

from bot.render.headline import MARKS
from bot.render.watch import MARK
from sandbox.demo import furnish
from sandbox.harness import CHANNEL, COLLEAGUE, PERSON, Sandbox
from sandbox.page.channel import channel_messages
from sandbox.page.conversations import conversations
from sandbox.page.people import people
from sandbox.scenarios import scenario
from sandbox.slack_emoji import emoji
from tests.sandbox.page_support import mention, paragraph, post, share, whisper


def test_threads_and_what_only_one_person_sees(sandbox: Sandbox) -> None:
    root = post(sandbox, f"*Following* for <@{PERSON}>")
    reply = post(sandbox, "38%", root)
    for user in (PERSON, COLLEAGUE):
        whisper(sandbox, user, f"<@{user}>")
    bot = {"author": "longtask", "app": True, "edited": False, "lang": "en-US"}
    assert [message | {"ts": ""} for message in channel_messages(sandbox.slack, CHANNEL, PERSON)] == [
        {
            **bot,
            "ts": "",
            "root": None,
            "private": False,
            "content": paragraph(["b", {}, "Following"], " for ", mention("@marta")),
        },
        {**bot, "ts": "", "root": root, "private": False, "content": paragraph("38%")},
        {**bot, "ts": "", "root": None, "private": True, "content": paragraph(mention("@marta"))},
    ]
    assert reply == channel_messages(sandbox.slack, CHANNEL, PERSON)[1]["ts"]


def test_ids_are_shown_as_names_and_unknown_ones_not_at_all(sandbox: Sandbox) -> None:
    post(sandbox, f"<@{COLLEAGUE}> <@U0GONE> <#{CHANNEL}> <#C0SECRET> <#C0OTHER|given> <!here>")
    shown = ("@tomas", "@unknown", "#releases", "#unknown", "#given", "@here")
    nodes = [node for name in shown for node in (mention(name), " ")][:-1]
    assert [each["content"] for each in channel_messages(sandbox.slack, CHANNEL, PERSON)] == [paragraph(*nodes)]


def test_a_message_is_in_the_language_that_its_metadata_or_its_thread_names(sandbox: Sandbox) -> None:
    slack = sandbox.slack
    slack.users[PERSON].locale = "uk-UA"
    slack.users[COLLEAGUE].locale = "de-DE"
    metadata = {"event_type": "longtask_message", "event_payload": {"id": "1", "language": "ja"}}
    root = post(sandbox, "フォロー中", metadata=metadata)
    share(sandbox, b"a", root)
    post(sandbox, "без мови")
    slack.say(CHANNEL, COLLEAGUE, "Was ist das?")
    whisper(sandbox, PERSON, "Довідка")
    languages = [message["lang"] for message in channel_messages(slack, CHANNEL, PERSON)]
    assert languages == ["ja", "ja", "uk-UA", "de-DE", "uk-UA"]


async def test_the_bot_names_the_language_of_what_it_posts(sandbox: Sandbox) -> None:
    sandbox.slack.users[PERSON].locale = "de-DE"
    await sandbox.start_bot()
    await sandbox.type(sandbox.begin(scenario("lock_failure")))
    await sandbox.slack.wait_for(lambda: len(channel_messages(sandbox.slack, CHANNEL, COLLEAGUE)) > 1, timeout=60)
    assert {message["lang"] for message in channel_messages(sandbox.slack, CHANNEL, COLLEAGUE)} == {"de"}


def test_the_conversations_of_a_person(sandbox: Sandbox) -> None:
    slack = sandbox.slack
    slack.add_channel("C0DOCS", "docs", members=[PERSON])
    slack.add_channel("C0OLD", "old", members=[PERSON], archived=True)
    direct = slack.open_im(slack.first_workspace, PERSON)
    slack.open_im(slack.first_workspace, COLLEAGUE)
    newest = post(sandbox, "for you", channel=direct.id)
    assert conversations(slack, PERSON) == [
        {"id": CHANNEL, "name": "releases", "direct": False, "latest": "0"},
        {"id": "C0DOCS", "name": "docs", "direct": False, "latest": "0"},
        {"id": direct.id, "name": "longtask", "direct": True, "latest": newest},
    ]


def test_every_emoji_that_the_bot_uses_is_drawn() -> None:
    found = re.findall(r":([a-z_]+):", " ".join([*MARKS.values(), MARK]))

    assert [name for name in found if emoji(name).tag != "svg"] == []


def test_admins_are_known_on_the_page(sandbox: Sandbox) -> None:
    furnish(sandbox, "en")

    assert [each["id"] for each in people(sandbox.slack) if each["is_admin"]] == [COLLEAGUE]
