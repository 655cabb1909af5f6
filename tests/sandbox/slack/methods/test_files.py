import aiohttp
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.slack import SlackSimulator
from tests.sandbox.slack.support import error_of


async def test_a_file_goes_into_a_thread(slack: SlackSimulator, client: AsyncWebClient) -> None:
    root = await client.chat_postMessage(channel="C1", text="root")
    await client.files_upload_v2(
        content="a;b\n", filename="list.csv", title="List", channel="C1", thread_ts=root["ts"], initial_comment="all"
    )
    (message,) = slack.thread("C1", root["ts"])
    (file,) = slack.files.values()
    assert (message.text, message.file_ids) == ("all", (file.id,))
    assert (file.filename, file.title, file.content) == ("list.csv", "List", b"a;b\n")


async def test_without_the_scope_there_are_no_files(slack: SlackSimulator, client: AsyncWebClient) -> None:
    slack.workspaces["T1"].scopes -= {"files:write"}
    assert await error_of(client.files_getUploadURLExternal(filename="a", length=1)) == "missing_scope"


async def test_a_body_of_another_length_is_refused(client: AsyncWebClient, http: aiohttp.ClientSession) -> None:
    asked = await client.files_getUploadURLExternal(filename="a", length=3)
    async with http.post(asked["upload_url"], data=b"four") as answer:
        assert answer.status == 400
    async with http.post(asked["upload_url"], data=b"tri") as answer:
        assert (answer.status, await answer.text()) == (200, "OK - 3")
    async with http.post(asked["upload_url"], data=b"tri") as answer:
        assert answer.status == 404


async def test_only_what_was_uploaded_can_be_shared(client: AsyncWebClient) -> None:
    asked = await client.files_getUploadURLExternal(filename="a", length=3)
    for file_id in (asked["file_id"], "F404"):
        share = client.files_completeUploadExternal(files=[{"id": file_id, "title": "a"}], channel_id="C1")
        assert await error_of(share) == "file_not_found"


async def test_files_keep_to_the_rules_of_channels_and_threads(
    slack: SlackSimulator, client: AsyncWebClient, http: aiohttp.ClientSession
) -> None:
    asked = await client.files_getUploadURLExternal(filename="a", length=3)
    await http.post(asked["upload_url"], data=b"tri")
    files = [{"id": asked["file_id"], "title": "a"}]
    wrong = client.files_completeUploadExternal(files=files, channel_id="C3")
    assert await error_of(wrong) == "channel_not_found"
    nowhere = client.files_completeUploadExternal(files=files, channel_id="C1", thread_ts="1.000001")
    assert await error_of(nowhere) == "thread_not_found"
    assert slack.messages("C1") == []
