"""Files in three steps: https://docs.slack.dev/messaging/working-with-files#uploading_files."""

import email.parser
import email.policy
import json
import secrets
from dataclasses import replace
from typing import Any

from tocsin_local.slack.answers import Answer
from tocsin_local.slack.calls import Call, Done, Refused
from tocsin_local.slack.records import Channel, Upload
from tocsin_local.slack.validation import judge
from tocsin_local.slack.wire import Request, text_response
from tocsin_local.slack.workspace import BOT_USER, Draft, UnknownParent, Workspace

ALT_TEXT_MAX = 1_000


def announce(call: Call) -> Done:
    """files.getUploadURLExternal: where to bring the bytes."""
    name, length, alt_text = call.text("filename"), call.number("length", 0), call.maybe("alt_txt") or ""
    if length == 0:
        raise Refused("missing_argument", ("length must be more than 0",))
    if len(alt_text) > ALT_TEXT_MAX:
        raise Refused("alt_txt_too_large")
    workspace = call.workspace
    upload = Upload(f"F{len(workspace.uploads) + 1:010d}", name, length, alt_text=alt_text)
    key = secrets.token_urlsafe(24)
    workspace.uploads[upload.id] = upload
    workspace.upload_keys[key] = upload.id
    return Done({"upload_url": f"{call.origin}/upload/v1/{key}", "file_id": upload.id})


def answer_upload(workspace: Workspace, request: Request) -> Answer:
    """Answers POST /upload/v1/{key}: the bytes as they are, or one part of a multipart form. A key works once."""
    key = request.path.removeprefix("/upload/v1/")
    if request.verb != "POST" or key not in workspace.upload_keys:
        return Answer(text_response(404, "not_found"), "not_found")
    upload, content = workspace.uploads[workspace.upload_keys[key]], _content(request)
    if len(content) != upload.length:
        reason = f"announced {upload.length} bytes, got {len(content)}"
        return Answer(text_response(400, "length_mismatch"), "length_mismatch", (reason,))
    del workspace.upload_keys[key]
    workspace.uploads[upload.id] = replace(upload, content=content)
    return Answer(text_response(200, f"OK - {len(content)}"))


def complete(call: Call) -> Done:
    """files.completeUploadExternal: the files get their titles and, in a channel, a message that holds them."""
    uploads = [_completed(call, item) for item in _items(call)]
    channel = _channel(call)
    call.workspace.uploads.update({upload.id: upload for upload in uploads})
    files = [{"id": upload.id, "title": upload.title} for upload in uploads]
    if channel is None:
        return Done({"files": files})
    ts, warnings = _share(call, channel, tuple(upload.id for upload in uploads))
    return Done({"files": files}, (), warnings, ts)


def _content(request: Request) -> bytes:
    if request.content_type()[0] != "multipart/form-data":
        return request.body
    head = f"Content-Type: {request.headers['content-type']}\r\n\r\n".encode("latin-1")
    form = email.parser.BytesParser(policy=email.policy.HTTP).parsebytes(head + request.body)
    parts = [part.get_payload(decode=True) for part in form.iter_parts() if part.get_filename()]
    return parts[0] if parts and isinstance(parts[0], bytes) else b""


def _items(call: Call) -> list[Any]:
    raw = call.arguments.get("files")
    try:
        items = json.loads(raw) if isinstance(raw, str) else raw
    except (ValueError, RecursionError) as error:
        raise Refused("invalid_arguments", ("must provide an array [json-pointer:/files]",)) from error
    if not isinstance(items, list) or not items or not all(isinstance(item, dict) for item in items):
        raise Refused("invalid_arguments", ("must provide an array of objects [json-pointer:/files]",))
    return items


def _completed(call: Call, item: dict[str, Any]) -> Upload:
    upload = call.workspace.uploads.get(str(item.get("id")))
    if upload is None or upload.content is None or upload.shared:
        raise Refused("file_not_found")
    return replace(upload, title=str(item.get("title") or upload.name), shared=True)


def _channel(call: Call) -> Channel | None:
    name = call.maybe("channel_id") or (call.maybe("channels") or "").split(",")[0]
    if not name:
        return None
    channel = call.workspace.channels.get(name)
    if channel is None:
        raise Refused("channel_not_found")
    if not channel.member:
        raise Refused("not_in_channel")
    return channel


def _share(call: Call, channel: Channel, files: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
    payload = {"text": call.maybe("initial_comment") or "", "blocks": call.arguments.get("blocks")}
    settings = call.workspace.settings
    verdict = judge(payload, settings.images, settings.strict)
    if verdict.code not in (None, "no_text"):
        raise Refused(verdict.code or "", verdict.reasons())
    draft = Draft(verdict.content, BOT_USER, "files", call.maybe("thread_ts"), files=files)
    try:
        message, warnings = call.workspace.post(channel, draft)
    except UnknownParent as error:
        raise Refused("invalid_thread_ts") from error
    return message.ts, warnings
