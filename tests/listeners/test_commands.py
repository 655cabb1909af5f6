import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from bot.render import replies
from bot.render.i18n import english
from sandbox.confluence import faults
from sandbox.environment import CHANNEL, PERSON, SIGNING_SECRET, Sandbox
from sandbox.scenarios import scenario
from sandbox.slack import Signing

WORDS = english()


def said(sandbox: Sandbox, user: str = PERSON) -> list[str]:
    """What one person was told alone, in its order."""
    return [message.text for message in sandbox.slack.ephemerals(user)]


@pytest.fixture
async def listening(sandbox: Sandbox) -> Sandbox:
    await sandbox.start_bot()
    return sandbox


@pytest.mark.parametrize("text", ["", "help", "  HELP "])
async def test_help_is_given_at_once(listening: Sandbox, text: str) -> None:
    answer = await listening.type(text)

    assert answer.status == 200
    assert said(listening) == [replies.help(WORDS, "/longtask").text]


async def test_help_repeats_the_command_as_it_was_typed(listening: Sandbox) -> None:
    await listening.slack.command("", user=PERSON, channel=CHANNEL, command="/follow-task")

    assert said(listening) == [replies.help(WORDS, "/follow-task").text]


async def test_a_misspelt_word_is_answered_with_what_was_perhaps_meant(listening: Sandbox) -> None:
    await listening.type("halp")

    (answer,) = said(listening)
    assert "halp" in answer
    assert "help" in answer


async def test_a_url_of_another_host_is_refused_by_name_and_never_called(listening: Sandbox) -> None:
    await listening.type("https://evil.example.com/wiki/rest/api/longtask/1")

    assert said(listening) == [replies.foreign_site(WORDS, "evil.example.com").text]
    assert list(listening.confluence.log) == []


async def test_an_acknowledgement_does_not_wait_for_confluence(listening: Sandbox) -> None:
    remote_id = listening.begin(scenario("copy_with_renames_and_restrictions", "cloud"))
    listening.confluence.faults.add(faults.slow(4.0), task=remote_id, times=1)

    await listening.type(remote_id)

    assert said(listening) == [replies.looking(WORDS).text]
    assert list(listening.confluence.log) == []


@pytest.mark.parametrize(
    ("signing", "status"),
    [
        (Signing.WRONG_SECRET, 401),
        (Signing.GARBAGE_SIGNATURE, 401),
        (Signing.GARBAGE_TIMESTAMP, 401),
        (Signing.STALE, 401),
        (Signing.MISSING, 401),
    ],
)
async def test_a_request_that_slack_did_not_sign_is_refused(listening: Sandbox, signing: Signing, status: int) -> None:
    answer = await listening.slack.command("help", user=PERSON, channel=CHANNEL, signing=signing)

    assert answer.status == status
    assert SIGNING_SECRET not in str(answer.body)


async def test_a_command_that_cannot_be_written_down_in_a_second_starts_nothing(
    listening: Sandbox, tmp_path: Path
) -> None:
    remote_id = listening.begin(scenario("failure", "cloud"))
    writer = sqlite3.connect(tmp_path / "longtask.db", isolation_level=None)
    writer.execute("BEGIN IMMEDIATE")

    await listening.type(remote_id)
    writer.execute("ROLLBACK")
    writer.close()
    await listening.type("help")

    assert said(listening)[0] == replies.nothing_started(WORDS).text
    await listening.stop_bot()
    with closing(sqlite3.connect(tmp_path / "longtask.db")) as reader:
        assert reader.execute("SELECT count(*) FROM commands").fetchone() == (0,)
    assert listening.slack.messages(CHANNEL) == []
