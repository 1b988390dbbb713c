"""docs/protocol.md: the socket protocol for people, every example encoded by the server's own encoder."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator

from hubbub.errors import CLOSINGS, ERRORS
from hubbub.protocol.events import MessagePosted
from tools.protocol_event_stream import EVENT_STREAM
from tools.protocol_examples import example_of
from tools.protocol_model import (
    CHANNEL_EVENTS,
    COMMANDS,
    EPHEMERA,
    REPLIES,
    SHAPES,
    USER_EVENTS,
    JsonObject,
    StructType,
    fields_of,
    schemas,
    tag_of,
)

INTRODUCTION = """\
# The socket protocol

<!-- Generated from src/hubbub/protocol and src/hubbub/errors.py by tools/gen_protocol.py. Do not edit. -->

`GET /socket` upgrades to a WebSocket. Every frame is one JSON object of UTF-8 text; its `type` says what it is. The
same as a machine reads it: [asyncapi.json](asyncapi.json); as TypeScript: `web/lib/protocol.gen.ts`. Every command is
an HTTP route too, described at `/api/schema`, but `presence.set` and `presence.watch`, which are about the connection
itself: there `GET /api/presence` answers once.

## A conversation

The cookie `session` says who is connecting (programs may send `Authorization: Bearer` with the same token instead). A
browser's `Origin` has to be the server's own. The first frame is `hello`; each command after it carries an `id` of the
client's own and is answered once, by `ok` or `error` with that id.

```
→ {hello}
← {welcome}
→ {post}
← {ok}
← {posted}
```

`ok` means: what had to be stored is, for good. Only then does anybody see it. Answers and events travel beside each
other: the event of one's own command may come before or after its `ok`, and the `key` of a post tells which waiting
line it is.

## Streams, positions and resuming

Each channel is a log of events, and so is what belongs to each user alone; on the wire they are the streams
`channel:<id>` and `user:<id>`. An event's `seq` counts within its stream, from 1, without a gap, and never changes.

1. A page is a snapshot: `GET /api/snapshot` gives the state with an `epoch`, the position in the user's own stream
   (`seq`) and each channel's (`channels[].seq`).
2. `hello` names these positions. The server answers with `hello` and each stream's head, then sends everything after
   the positions, in order, then what happens from now on. Between the two there is no gap, and nothing comes twice.
   Streams that are not named are heard from their head.
3. Applying every event with a `seq` above the state's own gives the same state a fresh snapshot would.
4. After a lost connection the client connects again and says `hello` with the last seq it has applied of each stream.
   Waiting a little longer after each failure, with some chance in it, keeps a thousand clients from coming at once.
5. `reset` means that a position is too old to be resumed from or of another epoch: fetch that stream's state afresh.
   There is never a partial recovery shown as whole.

A message's `number` counts the messages of its channel and is its permalink: never reused, also when the message is
deleted. System lines (somebody joined, the topic changed) have a `seq` and no `number`.

## What holds for a moment

Typing, presence and receipts are told and forgotten: their frames have no `seq`, are never stored, and are the first to
be left out for a slow reader or a busy server. Each is whole in itself, so that a lost one does no harm.

- **Who is writing.** A client says `typing.start` when somebody begins, again every `typing_seconds` / 2 while they go
  on, and `typing.stop` when they give up; posting ends it too. Everybody in the channel is sent `typing` with all who
  are writing, and shows them until the next one, or for `typing_seconds`. Where very many members are online nobody is
  told.
- **Who is there.** However many tabs and devices somebody has, they are one person: `online`, `away` when nobody sits
  before any of them, `offline` some seconds after the last one has gone, so that a reload does not show. A client names
  the people it shows with `presence.watch`, and is told of these alone. Whoever shares no channel with them sees them
  offline. An open event stream is being there as an open socket is.
- **How far others have read.** In conversations of at most `receipt_members`, members are sent `receipts` when somebody
  has read on, by `position.set` or by posting. `receipt.list` gives all positions to begin with.

## Parts, answers and forwarded messages

A message is a text, which may be empty when it has `parts`, and up to ten of these: photos, files, videos, audio,
voice, places, meetings. What a client posts names uploaded files by their ids; what it gets back, as everybody does,
has all that is needed to draw the part: measures, sizes, a blurred placeholder, thumbnails. Events without parts look
as they always did.

- **Uploading** (tus 1.0.0, its core and termination): `POST /api/files` with `{"name", "size", "type"?}` answers with
  an Upload (below) and its address in `Location`. `PATCH` that address with `Upload-Offset`, `Content-Type:
  application/offset+octet-stream` and the bytes from there on; any number of times. After a cut `HEAD` tells the
  `Upload-Offset` to go on from. `DELETE` cancels. The PATCH that brings the last byte is answered when the content has
  been looked at, or with why it was refused; `GET` then shows the part it makes. What is not posted within a day is
  collected.
- **Looking**: `GET /files/{file}/{name}` (ranges, ETag), `GET /files/{file}/thumbs/{width}`. A file can be read by
  whoever may read a message it is in; before it is posted, by its uploader. When the last message it is in is deleted,
  it is gone for everybody. What is not a picture, video or sound is only ever downloaded.
- **Answering**: `reply` names a message of the same channel; the event quotes it as it was. When the quoted message is
  deleted, the quote is emptied in the log; a client that hears of the deletion empties it as well.
- **Forwarding**: `forward` names a message that the poster may read; text and parts are copied, and stay when the first
  one is deleted. Where it is from is told only if it is public, or from the same channel.

Unknown fields in a command are refused. Clients ignore unknown fields and unknown types in what they receive, so that
servers and clients can be upgraded one after the other.
"""


def render_markdown() -> str:
    components = schemas("{name}")
    parts = [_introduction(), EVENT_STREAM]
    for title, structs in _chapters():
        parts.append(f"## {title}\n")
        parts += [_entry(struct, components[struct.__name__]) for struct in structs]
    parts += ["\n".join(_errors()), "\n".join(_close_codes())]
    return "\n".join(parts)


def _introduction() -> str:
    by_name = {struct.__name__: struct for struct in (*COMMANDS, *REPLIES, *CHANNEL_EVENTS)}
    shown = {"hello": "Hello", "welcome": "Welcome", "post": "MessagePost", "ok": "Ok", "posted": "MessagePosted"}
    return re.sub(
        r"(?<= )\{(\w+)\}$",
        lambda match: _compact(example_of(by_name[shown[match[1]]])),
        INTRODUCTION,
        flags=re.MULTILINE,
    )


def _chapters() -> Iterator[tuple[str, tuple[StructType, ...]]]:
    yield "Commands", COMMANDS
    yield "Replies", REPLIES
    yield "Events of a channel", CHANNEL_EVENTS
    yield "Events of a user", USER_EVENTS
    yield "Ephemera", EPHEMERA
    yield "Shapes inside them", SHAPES


def _entry(struct: StructType, schema: JsonObject) -> str:
    name = struct.__name__
    heading = name if struct in SHAPES else f"`{tag_of(struct)}`"
    lines = [f"### {heading}\n", schema["description"] + "\n"]
    fields = fields_of(name, schema)
    if fields:
        lines += ["| field | type | meaning |", "|---|---|---|"]
        lines += [
            f"| `{field.name}`{'' if field.required else ' (optional)'} | {_type(field.schema)} | {field.meaning} |"
            for field in fields
        ]
        lines.append("")
    lines += ["```json", _pretty(example_of(struct)), "```\n"]
    return "\n".join(lines)


def _type(schema: JsonObject) -> str:
    match schema:
        case {"$ref": str(name)} if name == MessagePosted.__name__:
            return f"[`{tag_of(MessagePosted)}`](#messageposted)"
        case {"$ref": str(name)}:
            return f"[{name}](#{name.lower()})" if name in {shape.__name__ for shape in SHAPES} else _role(name)
        case {"enum": list(values)}:
            return "one of " + ", ".join(f"`{value}`" for value in values)
        case {"anyOf": [*_], "discriminator": {"propertyName": "type"}}:
            return "Line"
        case {"anyOf": list(choices)}:
            return " or ".join(map(_type, choices))
        case {"type": "array", "items": dict(items)}:
            inner = _type(items)
            return "messages and system lines" if inner == "Line" else f"list of {inner}"
        case {"type": "object", "additionalProperties": dict(values)}:
            return f"object of {_type(values)}"
        case {"type": str(plain)}:
            return " ".join([plain, *_bounds(schema)])
    raise TypeError(f"no words for {schema}")


def _role(name: str) -> str:
    values = schemas("{name}")[name]["enum"]
    return "one of " + ", ".join(f"`{value}`" for value in values)


def _bounds(schema: JsonObject) -> Iterator[str]:
    if schema.get("minLength") is not None and schema.get("minLength") == schema.get("maxLength"):
        yield f"of {schema['minLength']} characters"
    if "minimum" in schema:
        yield f"≥ {schema['minimum']}"


def _errors() -> Iterable[str]:
    yield "## Errors\n"
    yield "The same codes answer commands (`error`) and HTTP requests (problem details, RFC 9457). `retry`: the same"
    yield "request may succeed later.\n"
    yield "| code | HTTP | message | what to do | retry |"
    yield "|---|---|---|---|---|"
    for row in ERRORS.values():
        yield f"| `{row.code}` | {row.status} | {row.message} | {row.advice} | {'yes' if row.retry else ''} |"
    yield ""


def _close_codes() -> Iterable[str]:
    yield "## Close codes\n"
    yield "| code | name | meaning | connect again |"
    yield "|---|---|---|---|"
    for code, closing in CLOSINGS.items():
        name = code.name.lower().replace("_", " ")
        yield f"| {code.value} | {name} | {closing.meaning} | {'yes, and resume' if closing.reconnect else 'no'} |"
    yield ""


def _compact(value: JsonObject) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _pretty(value: JsonObject) -> str:
    """One line where it fits, else one line a field: short examples read best as they travel."""
    compact = json.dumps(value, ensure_ascii=False)
    return compact if len(compact) <= 118 else json.dumps(value, ensure_ascii=False, indent=2)
