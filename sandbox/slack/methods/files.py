"""The files.* methods: hand out an upload URL, take the bytes there, share the file in a thread."""

from typing import Annotated

from msgspec import Meta

from sandbox.slack.api_error import ApiError
from sandbox.slack.api_objects import file_json
from sandbox.slack.api_response import ApiResponse
from sandbox.slack.declarations import Declared, NonEmpty
from sandbox.slack.lookup import find_thread_root, find_writable_channel
from sandbox.slack.message_content import MessageContent
from sandbox.slack.records import File, Json, Workspace
from sandbox.slack.state import SlackState

UPLOAD_PATH = "/upload/v1/"


class GetUploadUrl(Declared):
    """Arguments of files.getUploadURLExternal; `length` in bytes."""

    filename: NonEmpty
    length: Annotated[int, Meta(gt=0)]


class UploadedFile(Declared):
    """A file to be shared."""

    id: str
    title: str | None = None


class CompleteUpload(Declared):
    """Arguments of files.completeUploadExternal."""

    files: Annotated[list[UploadedFile], Meta(min_length=1)]
    channel_id: NonEmpty
    thread_ts: str | None = None
    initial_comment: str = ""


def get_upload_url(state: SlackState, workspace: Workspace, args: GetUploadUrl) -> Json:
    """files.getUploadURLExternal."""
    file = File(id=state.new_id("F"), team_id=workspace.team_id, filename=args.filename, length=args.length)
    state.files[file.id] = file
    return {"file_id": file.id, "upload_url": f"{state.origin}{UPLOAD_PATH}{file.id}"}


def receive_bytes(state: SlackState, file_id: str, content: bytes) -> ApiResponse:
    """Take the bytes of a file, sent to its URL."""
    file = state.files.get(file_id)
    if file is None or file.content is not None:
        return ApiResponse(body="no such upload", status=404, content_type="text/plain")
    if len(content) != file.length:
        return ApiResponse(body="length mismatch", status=400, content_type="text/plain")
    file.content = content
    state.notify("file", file)
    return ApiResponse(body=f"OK - {len(content)}", content_type="text/plain")


def complete_upload(state: SlackState, workspace: Workspace, args: CompleteUpload) -> Json:
    """files.completeUploadExternal: one message with all files."""
    files = [_titled(state, workspace, named) for named in args.files]
    channel = find_writable_channel(state, workspace, args.channel_id)
    # chat:write.public is for text alone (https://github.com/getnao/nao/issues/1372).
    if workspace.bot_user_id not in channel.members:
        raise ApiError("not_in_channel")
    root = find_thread_root(state, channel, args.thread_ts)
    content = MessageContent(text=args.initial_comment)
    state.post(workspace, channel, content, thread_ts=root, file_ids=tuple(file.id for file in files))
    return {"files": [file_json(file) for file in files]}


def _titled(state: SlackState, workspace: Workspace, named: UploadedFile) -> File:
    file = state.files.get(named.id)
    if file is None or file.team_id != workspace.team_id or file.content is None:
        raise ApiError("file_not_found")
    file.title = named.title or file.title
    return file
