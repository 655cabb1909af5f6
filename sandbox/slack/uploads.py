"""Files: asking for a URL, sending the bytes there, sharing them in a thread."""

from sandbox.slack.access import thread_root, writable_channel
from sandbox.slack.answers import Answer
from sandbox.slack.content import Content, read_content
from sandbox.slack.payloads import file_json
from sandbox.slack.records import File, Json, Workspace
from sandbox.slack.refusal import RefusalError
from sandbox.slack.world import World

UPLOAD_PATH = "/upload/v1/"


def get_upload_url(world: World, workspace: Workspace, args: Json) -> Json:
    """files.getUploadURLExternal."""
    if args["length"] <= 0:
        raise RefusalError("invalid_arguments")
    file = File(id=world.new_id("F"), team_id=workspace.team_id, filename=args["filename"], length=args["length"])
    world.files[file.id] = file
    return {"file_id": file.id, "upload_url": f"{world.origin}{UPLOAD_PATH}{file.id}"}


def receive(world: World, file_id: str, content: bytes) -> Answer:
    """The bytes of a file, sent to its URL."""
    file = world.files.get(file_id)
    if file is None or file.content is not None:
        return Answer(body="no such upload", status=404, content_type="text/plain")
    if len(content) != file.length:
        return Answer(body="length mismatch", status=400, content_type="text/plain")
    file.content = content
    world.changed("file", file)
    return Answer(body=f"OK - {len(content)}", content_type="text/plain")


def complete_upload(world: World, workspace: Workspace, args: Json) -> Json:
    """files.completeUploadExternal: one message for all files in each channel that is named."""
    files = _named_files(world, workspace, args["files"])
    refs = [ref for ref in str(args.get("channels", "")).split(",") if ref]
    if args.get("channel_id"):
        refs.append(args["channel_id"])
    channels = [writable_channel(world, workspace, ref) for ref in refs]
    if args.get("thread_ts") and len(channels) != 1:
        raise RefusalError("invalid_arguments")
    comment = read_content({"blocks": args.get("blocks")}, world.policies, editing=False)
    content = Content(text=args.get("initial_comment", ""), blocks=comment.blocks)
    roots = [thread_root(world, channel, args.get("thread_ts")) for channel in channels]
    for channel, root in zip(channels, roots, strict=True):
        message = world.post(workspace, channel, content, thread_ts=root, file_ids=tuple(file.id for file in files))
        for file in files:
            file.shares.append((channel.id, message.ts))
    return {"files": [file_json(file) for file in files]}


def _named_files(world: World, workspace: Workspace, value: object) -> list[File]:
    if not isinstance(value, list) or not value or not all(isinstance(item, dict) for item in value):
        raise RefusalError("invalid_arguments")
    files = []
    for item in value:
        file = world.files.get(str(item.get("id")))
        if file is None or file.team_id != workspace.team_id or file.content is None:
            raise RefusalError("file_not_found")
        file.title = item.get("title") or file.title
        files.append(file)
    return files
