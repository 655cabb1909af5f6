import pytest

from sandbox.harness import CHANNEL, PERSON, open_sandbox
from sandbox.scenarios import DEMO, scenario
from tests.support.sandbox_clock import SandboxClock


@pytest.mark.parametrize("name", DEMO)
async def test_a_story_is_followed_to_its_end(sqlite_url: str, name: str) -> None:
    clock, quick = SandboxClock(), {"POLL_MIN_SECONDS": "0.1", "POLL_MAX_SECONDS": "0.5"}
    async with open_sandbox(
        database_url=sqlite_url, clock=clock, environ=quick, ack_seconds=60.0, store_seconds=60.0
    ) as sandbox:
        await sandbox.start_bot()
        story = scenario(name, "cloud").scaled(6)
        # However long the first look takes, the story has not gone on.
        with clock.held():
            remote_id = sandbox.begin(story)
            answer = await sandbox.type(remote_id)
            await sandbox.slack.wait_for(lambda: sandbox.root_of(remote_id), timeout=60)

        assert answer.status == 200
        outcome = story.expected.outcome.value

        def complete() -> bool:
            thread = sandbox.thread_of(remote_id)
            root = sandbox.root_of(remote_id)
            return (
                len(thread) > 1
                and root is not None
                and outcome in root.text.lower()
                and f"<@{PERSON}>" in thread[-1].text
                and outcome in thread[0].text.lower()
            )

        await sandbox.slack.wait_for(complete, timeout=60)
        assert sandbox.slack.messages(CHANNEL) == [sandbox.root_of(remote_id)]
        assert len([message for message in sandbox.thread_of(remote_id) if f"<@{PERSON}>" in message.text]) == 1
