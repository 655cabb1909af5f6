import pytest

from sandbox.harness import CHANNEL, PERSON, Sandbox
from sandbox.scenarios import DEMO, scenario


@pytest.mark.parametrize("name", DEMO)
async def test_a_story_is_followed_to_its_end(sandbox: Sandbox, name: str) -> None:
    await sandbox.start_bot()
    # slow enough that a busy machine looks for the first time before the outage of a story begins
    story = scenario(name, "cloud").scaled(6)
    remote_id = sandbox.begin(story)

    answer = await sandbox.type(remote_id)

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

    await sandbox.slack.wait_for(complete, timeout=30)
    assert sandbox.slack.messages(CHANNEL) == [sandbox.root_of(remote_id)]
    assert len([message for message in sandbox.thread_of(remote_id) if f"<@{PERSON}>" in message.text]) == 1
