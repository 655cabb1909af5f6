"""In a channel that another organisation reads there is no page title and no place; the followers get both."""

import json
import re
from html import unescape

import pytest

from sandbox.confluence.story import Note
from sandbox.harness import CHANNEL, COLLEAGUE, PERSON, TEAM
from sandbox.scenarios import SITE_KINDS, Scenario, listed_notes, scenario, scenario_names
from sandbox.slack import PostedMessage, SlackSimulator
from tests.support.stepped_bot import SteppedBot

CLOUD = [name for name in scenario_names("cloud") if name not in {"stall", "long_outage"}]
#: what the titles of the stories consist of, and nothing that the bot says by itself
WORD = re.compile(r"[A-Za-z]{4,}")
RENAMES = scenario("copy_with_renames_and_restrictions")
MANY = scenario("many_warnings")


def words(notes: tuple[Note, ...]) -> set[str]:
    """The words of the titles that a story reports, without the paths of pages."""
    return {word for note in notes for arg in note.args if "/" not in arg for word in WORD.findall(arg)}


def secrets(played: Scenario, people_url: str) -> set[str]:
    """What the other organisation must not read."""
    story = played.story
    places = {"DEST", "98765433", "handbook", "SRC", people_url}
    moments = [note for moment in story.moments for note in moment.notes]
    return words((*story.notes, *moments)) | places | ({story.sentence} if story.sentence else set())


def everything(slack: SlackSimulator, messages: list[PostedMessage]) -> str:
    """Everything that was ever to be read in some messages: texts, blocks, metadata and files."""
    parts = []
    for message in messages:
        for version in message.versions:
            parts += [version.text, json.dumps(version.blocks, ensure_ascii=False), json.dumps(version.metadata)]
        for file in (slack.files[file_id] for file_id in message.file_ids):
            parts += [file.filename, file.title or "", (file.content or b"").decode("utf-8-sig")]
    return unescape("\n".join(parts))


def leaked(text: str, hidden: set[str]) -> list[str]:
    return sorted(word for word in hidden if re.search(rf"(?<![A-Za-z]){re.escape(word)}(?![A-Za-z])", text))


def in_channel(stepped: SteppedBot) -> list[PostedMessage]:
    return list(stepped.slack.channels[CHANNEL].messages.values())


async def play(stepped: SteppedBot, played: Scenario) -> str:
    """Follow a story to its end and everything that is said after it; the id of its long task."""
    remote_id = await stepped.follow(played)
    await stepped.until(
        lambda: any(PERSON in reply.mentions for reply in stepped.thread(remote_id)), within=played.settled_after + 300
    )
    await stepped.run(60)
    return remote_id


@pytest.mark.parametrize("name", CLOUD)
async def test_no_scenario_names_a_page_in_a_shared_channel_and_the_follower_gets_the_names(
    stepped: SteppedBot, name: str
) -> None:
    stepped.slack.channels[CHANNEL].ext_shared = True
    stepped.slack.workspaces[TEAM].scopes |= {"files:write"}
    played = scenario(name)

    await play(stepped, played)

    hidden = secrets(played, stepped.confluence.people_url)
    assert leaked(everything(stepped.slack, in_channel(stepped)), hidden) == []
    direct = everything(stepped.slack, stepped.slack.dms(PERSON))
    named = words(listed_notes(played.story, "cloud"))
    if played.expected.destination is not None:
        named |= {stepped.confluence.people_url}
    assert leaked(direct, named) == sorted(named)


async def test_everything_is_named_where_only_the_own_organisation_reads(stepped: SteppedBot) -> None:
    await play(stepped, RENAMES)

    hidden = secrets(RENAMES, stepped.confluence.people_url) - {"SRC", "98765433"}
    assert leaked(everything(stepped.slack, in_channel(stepped)), hidden) == sorted(hidden)
    assert stepped.slack.dms(PERSON) == []


@pytest.mark.parametrize("kind", SITE_KINDS)
def test_the_words_that_are_looked_for_are_those_of_the_stories(kind: str) -> None:
    assert {name: words(listed_notes(scenario(name, kind).story, kind)) for name in scenario_names(kind)}[
        "copy_with_renames_and_restrictions"
    ] == {"Team", "handbook", "call", "rota", "escalation"}


async def test_the_whole_list_goes_to_each_follower_and_not_into_the_channel(stepped: SteppedBot) -> None:
    stepped.slack.channels[CHANNEL].pending_ext_shared = True
    stepped.slack.workspaces[TEAM].scopes |= {"files:write"}
    remote_id = await stepped.follow(MANY)
    await stepped.press(stepped.card(remote_id), "notify_me", user=COLLEAGUE)

    await stepped.until(lambda: any(PERSON in reply.mentions for reply in stepped.thread(remote_id)))
    await stepped.run(60)

    assert [message.file_ids for message in in_channel(stepped) if message.file_ids] == []
    for person in (PERSON, COLLEAGUE):
        completion, file = stepped.slack.dms(person)
        assert completion.text.startswith(f"The thread in <#{CHANNEL}> shows numbers only. For you alone:\n")
        assert "300 copies were renamed" in completion.text
        assert len((stepped.slack.files[file.file_ids[0]].content or b"").splitlines()) == 301


@pytest.mark.parametrize("change", ["guest", "other team", "gone"])
async def test_a_follower_who_is_no_longer_of_the_workspace_gets_numbers(stepped: SteppedBot, change: str) -> None:
    stepped.slack.channels[CHANNEL].ext_shared = True
    remote_id = await stepped.follow(MANY)
    person = stepped.slack.users[PERSON]
    match change:
        case "guest":
            person.is_restricted = True
        case "other team":
            person.team_id = "T0ELSEWHERE"
        case _:
            del stepped.slack.users[PERSON]

    await stepped.until(lambda: stepped.root(remote_id).text.startswith("*Finished with problems*"))
    await stepped.run(60)

    hidden = secrets(MANY, stepped.confluence.people_url)
    assert leaked(everything(stepped.slack, stepped.slack.dms(PERSON)), hidden) == []
    assert leaked(everything(stepped.slack, in_channel(stepped)), hidden) == []
