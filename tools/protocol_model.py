"""What the generators of the protocol's documents read: Structs, unions, errors and close codes, as JSON Schema.

The Structs are the only declaration; msgspec turns them into JSON Schema (2020-12), and everything generated comes from
that. Invariant: every field has a meaning (`FIELD_MEANINGS`), or generating fails and names it.
"""

from __future__ import annotations

import inspect
import typing
from dataclasses import dataclass
from typing import TypeAlias

import msgspec

from hubbub.domain import new_parts, notifications
from hubbub.protocol import commands, events, history, inbox, kept, parts, people, replies, search

JsonObject: TypeAlias = dict[str, typing.Any]
StructType: TypeAlias = type[msgspec.Struct]


def members_of(union: object) -> tuple[StructType, ...]:
    """The Structs of a union, nested ones flattened, in the order they are declared."""
    return typing.get_args(union)


CHANNEL_EVENTS = members_of(events.AnyChannelEvent)
USER_EVENTS = members_of(events.AnyUserEvent)
COMMANDS = members_of(commands.AnyCommand)
REPLIES = members_of(replies.AnyReply)
EPHEMERA = members_of(replies.AnyEphemeral)
PARTS = members_of(parts.Part)
NEW_PARTS = members_of(new_parts.NewPart)
SHAPES: tuple[StructType, ...] = (
    people.UserView,
    replies.Me,
    events.Reaction,
    events.Mention,
    events.Replies,
    notifications.QuietHours,
    notifications.NotificationSettings,
    notifications.Notifications,
    *NEW_PARTS,
    new_parts.Forwarded,
    *PARTS,
    parts.Picture,
    parts.Thumb,
    parts.Quote,
    parts.Origin,
    parts.Upload,
    events.LastMessage,
    events.ChannelSummary,
    events.FollowedThread,
    replies.Limits,
    events.Ballot,
    events.PollState,
    replies.PollAnswer,
    replies.Room,
    replies.RoomView,
    replies.Thread,
    replies.ThreadNews,
    replies.Snapshot,
    history.Version,
    history.MessageHistory,
    kept.Pin,
    kept.PinList,
    kept.SavedMessage,
    kept.SavedList,
    search.ExcerptPart,
    search.ChannelName,
    search.SearchHit,
    search.ChannelCount,
    search.AuthorCount,
    search.MonthCount,
    search.Facets,
    search.SearchResult,
    inbox.InboxItem,
    inbox.Inbox,
)
STRUCTS = (*CHANNEL_EVENTS, *USER_EVENTS, *COMMANDS, *REPLIES, *EPHEMERA, *SHAPES)

UNIONS: dict[str, tuple[str, tuple[StructType, ...]]] = {
    "Line": (
        "What a room shows one below the other, ordered by seq: messages, and system lines (which have no number).",
        members_of(events.Line),
    ),
    "AnyChannelEvent": ("Every event of a stream `channel:…`.", CHANNEL_EVENTS),
    "AnyUserEvent": ("Every event of a stream `user:…`.", USER_EVENTS),
    "AnyEvent": ("Every durable event.", (*CHANNEL_EVENTS, *USER_EVENTS)),
    "AnyNumbered": ("Every command that is answered.", members_of(commands.AnyNumbered)),
    "AnyCommand": ("Everything a client sends.", COMMANDS),
    "AnyReply": ("Answers to hello and to commands, and resets.", REPLIES),
    "AnyEphemeral": ("What is never stored, has no seq, and may be lost.", EPHEMERA),
    "NewPart": ("What a client posts besides the text, by `kind`.", NEW_PARTS),
    "Part": ("What a message has besides its text, by `kind`.", PARTS),
    "AnyFrame": ("Everything the server sends.", (*CHANNEL_EVENTS, *USER_EVENTS, *REPLIES, *EPHEMERA)),
}

# By field name; `Struct.field` where a name means something else there.
FIELD_MEANINGS: dict[str, str] = {
    "advice": "what the client should do, for a person",
    "alt": "what is to be seen, for those who do not see it",
    "animated": "true: it moves",
    "artist": "who made it, by its own tags",
    "after": "the last user of the page before",
    "at": "when, in milliseconds since 1970 (UTC)",
    "author": "who wrote the message",
    "authors": "by whom, the most frequent first",
    "blur": "a tiny WebP in base64, to be stretched over the place until the picture is there",
    "by": "who did it",
    "channel": "the channel",
    "channel_seq": "the channel's seq this refers to",
    "channels": "the channels the user is in, each as of its own `seq`",
    "code": "one of the codes under Errors",
    "count": "how many were found",
    "created_at": "when it was made, in milliseconds since 1970 (UTC)",
    "created_by": "who made it",
    "cursor": "opaque: with it the next page is fetched; absent on the last one",
    "deleted": "true: only a tombstone is left",
    "duration": "in milliseconds, 0 for unknown",
    "ballots": "who votes for what, whoever voted first being the first",
    "closed_at": "when its author has ended it, in milliseconds since 1970 (UTC)",
    "closes_at": "when it ends by itself, in milliseconds since 1970 (UTC)",
    "multiple": "whether several options may be chosen",
    "options": "places of the poll's options, from 0",
    "question": "what is asked",
    "anonymous": "whether nobody is told who votes for what",
    "answers": "what the user votes for in anonymous polls, the newest vote last",
    "poll": "how its poll stands; left out: nobody votes in it, and it is not closed",
    "voters": "how many people vote",
    "votes": "how many people vote for each option",
    "NewPoll.options": "what there is to choose from",
    "PollPart.options": "what there is to choose from",
    "edit_history": "whether members are shown what a message said before",
    "edited_at": "when the text was last edited, if ever",
    "emoji": "one emoji",
    "engine": "what has searched",
    "epoch": "the log's identity; positions of another epoch mean nothing",
    "exact": "false: there are at least `total`",
    "excerpt": "the part of its text that shows why it was found",
    "facets": "how what was found is spread",
    "file": "the file's id: it is at `/files/{file}/{name}`",
    "file_bytes": "the largest file, in bytes",
    "forward": "where a forwarded message is from",
    "conversation_people": "how many people a conversation has room for",
    "height": "in pixels, 0 for unknown",
    "hidden": "whether it is out of the user's list until its next message",
    "hidden_below": "it is out of the user's list while its newest message has a lower number",
    "hit": "true: this is what was searched for",
    "hits": "what was found, in the order asked for",
    "id": "the command's number, chosen by the client, repeated in the answer",
    "key": "idempotency key: 1 to 64 letters, digits, _ or -; a UUID does",
    "keywords": "words and phrases that are as good as one's name",
    "kind": "what kind of part it is",
    "last": "the newest message",
    "latitude": "in degrees, north is positive",
    "items": "the messages, newest first",
    "level": "what one is told of: `all`, `mentions` (what names or answers one, and conversations), `nothing`",
    "limits": "bounds a client should know before it runs into them",
    "lines": "messages and system lines, oldest first",
    "longitude": "in degrees, east is positive",
    "media_type": "as the content is (RFC 6838)",
    "member": "whether the user is in the channel",
    "members": "people, in the order they joined",
    "mentioned": "those numbers (at most 101) above `position` whose messages name the user or everybody",
    "mentions": "whom and what the text names",
    "message": "what is wrong, for a person",
    "minutes": "how long it takes, 0 for unknown",
    "message_bytes": "the largest frame a client may send, in bytes",
    "month": "year and month in the asker's zone, as in 2026-11",
    "months": "in which month, newest first",
    "muted": "whether its messages are counted and announced to the user no more",
    "name": "as it is shown",
    "newer": "whether there are lines after these",
    "number": "the message's number within its channel, from 1",
    "offset": "how many of its bytes the server has",
    "older": "whether there are lines before these",
    "page_size": "how many lines a page holds",
    "part": "as a message of its own kind would show it, once it is ready",
    "partial": "some of what was found is in the archive, which does not answer right now, and is left out",
    "parts": "what it has besides the text, in the order of the post",
    "people": "who is invited",
    "place": "where it stands among the replies of its thread, from 1",
    "pinned": "whether it stands at the top of the user's list",
    "pins": "what is pinned in the channel",
    "picture": "what a small view shows of it",
    "poster": "a picture of one frame",
    "position": "the number of the newest message the user has read, 0 for none",
    "positions": "for each person, the number of the newest message they have read",
    "presence": "for each person asked for, whether they are there",
    "presence_watch": "how many people one connection may watch",
    "position_seq": "the channel's seq at which the position was last set",
    "previews": "what its links lead to, as far as the server has looked",
    "private": "true: only members see that it exists",
    "reactions": "emoji under the message, in the order first used",
    "notifications": "what the user wants to be told of",
    "quiet_hours": "every day nothing is told then",
    "quiet_until": "nothing is told before this, in milliseconds since 1970 (UTC); 0 for none",
    "reasons": "why it is addressed to the user: it names them, it answers them",
    "receipt_members": "in channels with more members nobody is told how far others have read",
    "redacted": "true: the content was removed for ever",
    "replies": "of the thread that hangs on it, once there is one",
    "reply": "the message it answers",
    "retry": "true: the same command may succeed later",
    "retry_after": "seconds to wait before that",
    "role": "the user's role on the server",
    "room": "the opened channel",
    "seq": "the event's number within its stream, gapless from 1",
    "server": "the server's name",
    "site": "the site's name",
    "since": "the channel's seq at which the user began to follow it",
    "size": "in bytes",
    "state": "`open`: bytes are missing; `checking`: the content is looked at; `ready`: it can be posted",
    "status": "`away`: nobody sits before it",
    "settings": "what one wants to be told of",
    "sound": "whether notices may be heard",
    "start": "in minutes after midnight",
    "end": "in minutes after midnight",
    "zone": "an IANA time zone",
    "stream": "`channel:<id>` or `user:<id>`",
    "streams": "each stream's head: what is missed follows next, up to there",
    "subject": "one line on what it is about",
    "suggestion": "a query that finds something, where this one found nothing",
    "text": "the text; newlines are \\n",
    "text_characters": "the longest text, in Unicode code points",
    "thread": "the number of the message it is a reply to, in the thread of that",
    "threads": "the threads the user follows, in the order they began to",
    "thumbs": "smaller copies, the smallest first, at `/files/{file}/thumbs/{width}`",
    "title": "as it calls itself",
    "total": "how many were found on all pages",
    "typing_seconds": "who is writing is forgotten after so long, unless it is said again",
    "topic": "one line on what the channel is about",
    "next": "to be given as `before` for the page behind this one; absent on the last one",
    "saved": "what the user has saved for themselves",
    "InboxItem.unread": "true: it is above the user's read position",
    "unnamed": "true: its `name` is made of the others' names",
    "unpreviewed": "true: somebody took the previews away, and none come again",
    "unread": "the newest (at most 101) numbers of others' undeleted messages above `position`",
    "url": "an address (http or https)",
    "user": "the person",
    "users": "people, by id",
    "waveform": "loudness at equal distances, 0 to 100; at most 100 of them",
    "wide": "`channel`: everybody in the channel; `here`: those of them who are there",
    "width": "in pixels, 0 for unknown",
    "AuthorCount.id": "the author",
    "FollowedThread.number": "the number of the message the thread hangs on",
    "FollowedThread.position": "the number of the newest message the user has read there",
    "FollowedThread.unread": "the newest (at most 101) numbers of others' undeleted replies above `position`",
    "MessageEdited.thread": "it is a reply in the thread of the message of this number",
    "MessageDeleted.thread": "it was a reply in the thread of the message of this number",
    "MessagePost.thread": "the number of the message in whose thread it is a reply",
    "Replies.at": "when the newest was posted, in milliseconds since 1970 (UTC)",
    "Replies.count": "how many there are, without deleted ones",
    "Replies.last": "the place of the newest",
    "Replies.people": "who took part last, by id, the newest first; at most 3",
    "Snapshot.thread": "the opened thread, of the room's channel",
    "Thread.lines": "the replies in the window, oldest first",
    "Thread.root": "the message it hangs on",
    "ThreadFollowed.number": "the number of the message the thread hangs on",
    "ThreadFollowed.position": "the number of the newest message the user has read there",
    "ThreadFollowed.unread": "the newest (at most 101) numbers of others' undeleted replies above `position`",
    "ThreadNews.follow": "where the user is in it",
    "ThreadNews.lines": "its newest replies, oldest first",
    "ThreadNews.root": "the message it hangs on",
    "ThreadRead.number": "the number of the message the thread hangs on",
    "ThreadRead.position": "the number of the newest message the user has read there",
    "ThreadReadTo.position": "the number of the newest message the user has read there",
    "ThreadUnfollowed.number": "the number of the message the thread hangs on",
    "ChannelCount.id": "the channel",
    "ChannelName.id": "the channel",
    "ChannelName.kind": "`channel`, or a conversation: `direct` or `group`",
    "MessagePreviewed.by": "who took the previews away, if somebody did",
    "ChannelCreated.kind": "`channel`, or a conversation: `direct` between two people, `group` between a few more",
    "ChannelCreated.people": "who is in a conversation from its beginning, by id",
    "ChannelSummary.id": "the channel",
    "ChannelSummary.kind": "`channel`, or a conversation: `direct` between two people, `group` between a few more",
    "ChannelSummary.people": "who is in a conversation, in the order they joined",
    "ConversationOpen.users": "with whom; oneself may be left out",
    "ChannelSummary.members": "how many people are in it",
    "ChannelSummary.number": "the number of its newest message, 0 for none",
    "ChannelSummary.seq": "the event as of which this is shown",
    "ChannelUpdate.name": "the new name; left out: unchanged",
    "ChannelUpdate.topic": "the new topic, may be empty; left out: unchanged",
    "Notifications.channels": "levels of single channels, by id",
    "Mention.channel": "the public channel that is named",
    "Mention.text": "as it stands in the text, sign included",
    "Mention.user": "the person who is named",
    "ExcerptPart.text": "a piece of the text",
    "Facets.channels": "in which channels, the most frequent first",
    "Failure.id": "the command's number; absent when the frame could not be understood",
    "Hello.epoch": "the epoch the positions belong to",
    "Hello.streams": "the last seq the client has of each stream",
    "Pin.at": "when it was pinned, in milliseconds since 1970 (UTC)",
    "Pin.by": "who pinned it",
    "Pin.message": "the message in its present state, as in listings",
    "PinList.pins": "the pinned messages, the newest pin first",
    "PinList.users": "everyone they refer to",
    "Room.pins": "the numbers of the pinned messages, in the order they were pinned",
    "SavedList.saved": "what the user has saved, the newest first",
    "SavedList.users": "everyone these refer to",
    "SavedMessage.at": "when it was saved, in milliseconds since 1970 (UTC)",
    "SavedMessage.message": "the message in its present state, as in listings",
    "SavedMessage.name": "the channel, as long as the user may read it",
    "Snapshot.saved": "the numbers of the messages the user has saved, by channel, in the order they were saved",
    "MessageHistory.cut": "true: there were more between the first one and the others",
    "MessageHistory.versions": "its texts, the present one last",
    "Version.at": "since when, in milliseconds since 1970 (UTC)",
    "LastMessage.at": "when it was posted, in milliseconds since 1970 (UTC)",
    "LastMessage.text": "its first 140 characters (code points)",
    "Me.id": "the user",
    "LastMessage.kind": "the kind of its first part, if it has any",
    "Limits.parts": "how many parts one message may have",
    "MeetingPart.at": "when it begins, in milliseconds since 1970 (UTC)",
    "MembershipStarted.channel": "the channel as it was right after the user joined",
    "MessagePost.forward": "the message to forward",
    "MessagePost.reply": "the number of the message it answers",
    "NewMeeting.at": "when it begins, in milliseconds since 1970 (UTC); left out: now",
    "Forwarded.channel": "where the message is",
    "NewVideo.poster": "an uploaded picture: one of its frames",
    "Ok.channel": "the new channel",
    "Ok.number": "the message's number",
    "Ok.seq": "the seq of the command's event, or the head where nothing had to change",
    "PositionUpdate.number": "the newest message read; 0 for none",
    "Presence.users": "for each person of whom there is news, whether they are there",
    "PresenceWatch.users": "whom to watch; none: nobody any more",
    "Origin.at": "when it was first posted, in milliseconds since 1970 (UTC)",
    "Origin.channel": "where, if all who may read this could look there",
    "Origin.number": "its number there",
    "PreviewPart.text": "what the page says about itself",
    "Quote.deleted": "true: the message is gone, and its content from here too",
    "Quote.kind": "the kind of its first part, if it has any",
    "Quote.number": "the quoted message's number",
    "Quote.seq": "the seq of the message.deleted that emptied it",
    "Quote.text": "its first 140 characters (code points) when it was answered",
    "Reaction.users": "who chose it, in the order they did",
    "Room.channel": "the channel, as of its `seq`",
    "RoomView.room": "the channel, as of its `seq`",
    "RoomView.users": "everyone the room refers to",
    "SearchHit.channel": "where it is",
    "SearchHit.message": "the message in its present state, as in listings",
    "SearchResult.users": "everyone the messages refer to",
    "Snapshot.seq": "the position in the user's own stream",
    "Snapshot.user": "the logged-in user",
    "Snapshot.users": "everyone the rest refers to",
    "Typing.users": "who is writing, the first to begin first",
    "Upload.id": "the file",
    "UserView.id": "the person",
    "Welcome.user": "who you are",
}


@dataclass(frozen=True, slots=True)
class Field:
    """`required` means: always there; one that is not has a default and may be left out."""

    name: str
    schema: JsonObject
    required: bool
    meaning: str


def schemas(ref_template: str) -> dict[str, JsonObject]:
    """Component name → JSON Schema of every Struct, in the order of `STRUCTS`, docstrings cleaned of indentation."""
    _, components = msgspec.json.schema_components(STRUCTS, ref_template=ref_template)
    ordered = [struct.__name__ for struct in STRUCTS]
    names = [*ordered, *sorted(set(components) - set(ordered))]
    return {name: _cleaned(components[name]) for name in names}


def _cleaned(schema: JsonObject) -> JsonObject:
    if "description" in schema:
        schema["description"] = inspect.cleandoc(schema["description"])
    return schema


def fields_of(name: str, schema: JsonObject) -> list[Field]:
    """The fields of one component but its tag `type`; raises LookupError for one whose meaning is not written down."""
    required = set(schema.get("required", ()))
    return [
        Field(field, without_null(inner), field in required, meaning_of(name, field))
        for field, inner in schema["properties"].items()
        if field != "type"
    ]


def meaning_of(struct: str, field: str) -> str:
    meaning = FIELD_MEANINGS.get(f"{struct}.{field}") or FIELD_MEANINGS.get(field)
    if meaning is None:
        raise LookupError(f"{struct}.{field} has no meaning: add it to FIELD_MEANINGS in tools/protocol_model.py")
    return meaning


def without_null(schema: JsonObject) -> JsonObject:
    """An optional field is left out, never null: what remains of `anyOf: [X, null]` is X."""
    if schema.get("default", ...) is None and "anyOf" in schema:
        kept = [inner for inner in schema["anyOf"] if inner != {"type": "null"}]
        return kept[0] if len(kept) == 1 else {"anyOf": kept}
    return schema


def tag_of(struct: StructType) -> str:
    """The value of `type`; raises TypeError for a Struct without one."""
    tag = struct.__struct_config__.tag
    if not isinstance(tag, str):
        raise TypeError(f"{struct.__name__} has no tag")
    return tag
