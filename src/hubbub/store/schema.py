"""The tables, once, for every SQL engine.

Invariants: `events`, with what of it is in the archive (`archived`), is the truth, and all other tables but `users`,
`sessions`, `files` and `meta` follow from it (verify.py proves it); `keys` rows are never deleted; a stream's head is
the `seq` of its channel or user row. Times are milliseconds since 1970, UTC.

What people wrote is in `events.body` and nowhere else, so that deletion has one place to wipe: the exact JSON that
travels, with spaces behind it perhaps. `lines` says what listings show and where that is.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    false,
    text,
)

METADATA: Final = MetaData()

meta: Final = Table(
    "meta",
    METADATA,
    Column("name", Text, primary_key=True),
    Column("value", Text, nullable=False),
    sqlite_with_rowid=False,
)

users: Final = Table(
    "users",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("name_key", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("password_hash", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("disabled_at", BigInteger),
    Column("seq", BigInteger, nullable=False),
    Index("users_by_name", "name_key", unique=True),
    sqlite_with_rowid=False,
)

sessions: Final = Table(
    "sessions",
    METADATA,
    Column("id", LargeBinary, primary_key=True),
    Column("user", Text, ForeignKey("users.id"), nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Index("sessions_of_user", "user"),
    sqlite_with_rowid=False,
)

channels: Final = Table(
    "channels",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("name_key", Text, nullable=False),
    Column("topic", Text, nullable=False),
    Column("private", Boolean, nullable=False),
    # All new accounts join it.
    Column("everyone", Boolean, nullable=False),
    Column("created_by", Text, ForeignKey("users.id"), nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("seq", BigInteger, nullable=False),
    # The newest message's number: also how many were ever posted.
    Column("number", BigInteger, nullable=False),
    Column("members", BigInteger, nullable=False),
    # The newest message's that is no reply in a thread.
    Column("newest", BigInteger, nullable=False, server_default="0"),
    # `channel`, or a conversation: `direct`, `group`. By their people those are found (domain/conversations.py).
    Column("kind", Text, nullable=False, server_default="channel"),
    Column("people_key", Text),
    Index(
        "channels_by_people",
        "people_key",
        unique=True,
        sqlite_where=text("people_key IS NOT NULL"),
        postgresql_where=text("people_key IS NOT NULL"),
    ),
    Index(
        "channels_public_name",
        "name_key",
        unique=True,
        sqlite_where=text("private = 0"),
        postgresql_where=text("NOT private"),
    ),
    sqlite_with_rowid=False,
)

members: Final = Table(
    "members",
    METADATA,
    Column("user", Text, ForeignKey("users.id"), nullable=False),
    Column("channel", Text, ForeignKey("channels.id"), nullable=False),
    Column("joined_seq", BigInteger, nullable=False),
    Column("joined_user_seq", BigInteger, nullable=False),
    Column("position", BigInteger, nullable=False),
    Column("position_seq", BigInteger, nullable=False),
    Column("muted", Boolean, nullable=False, server_default=false()),
    Column("pinned", Boolean, nullable=False, server_default=false()),
    # Out of the user's list until the channel has a message of this number.
    Column("hidden_below", BigInteger, nullable=False, server_default="0"),
    PrimaryKeyConstraint("user", "channel"),
    Index("members_in_order", "channel", "joined_seq", "user", unique=True),
    sqlite_with_rowid=False,
)

lines: Final = Table(
    "lines",
    METADATA,
    Column("channel", Text, ForeignKey("channels.id"), nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("number", BigInteger),
    Column("author", Text),
    Column("deleted", Boolean, nullable=False),
    # The event with the message's present text, once it was edited.
    Column("text_seq", BigInteger),
    # The event that says what its links lead to, once there is one.
    Column("preview_seq", BigInteger),
    # JSON, once there are any.
    Column("reactions", LargeBinary),
    # A reply in a thread: the number of the message that hangs on. Rooms do not show it.
    Column("thread", BigInteger),
    # Of the thread that hangs on it, once there is one: JSON.
    Column("replies", LargeBinary),
    # How its poll stands, once anybody voted: JSON.
    Column("poll", LargeBinary),
    PrimaryKeyConstraint("channel", "seq"),
    # Unread counting reads this index alone, and in threads the next one.
    Index("lines_by_number", "channel", "number", "author", "deleted", "thread"),
    Index(
        "lines_of_thread",
        "channel",
        "thread",
        "number",
        "author",
        "deleted",
        sqlite_where=text("thread IS NOT NULL"),
        postgresql_where=text("thread IS NOT NULL"),
    ),
    sqlite_with_rowid=False,
)

# With SQLite's rowid, so that it only ever grows at its end: see rest.py.
events: Final = Table(
    "events",
    METADATA,
    Column("stream", Text, nullable=False),
    Column("seq", BigInteger, nullable=False),
    # The message that an edit, deletion or reaction is about, the seq of the joining that a membership.started is
    # about: so that redaction finds them.
    Column("about", BigInteger),
    Column("body", LargeBinary, nullable=False),
    PrimaryKeyConstraint("stream", "seq"),
    Index(
        "events_about",
        "stream",
        "about",
        sqlite_where=text("about IS NOT NULL"),
        postgresql_where=text("about IS NOT NULL"),
    ),
)

# The threads that members follow. `since`: the channel's seq when they began to, `user_seq`: that of their own stream.
follows: Final = Table(
    "follows",
    METADATA,
    Column("user", Text, ForeignKey("users.id"), nullable=False),
    Column("channel", Text, ForeignKey("channels.id"), nullable=False),
    Column("thread", BigInteger, nullable=False),
    Column("since", BigInteger, nullable=False),
    Column("user_seq", BigInteger, nullable=False),
    Column("position", BigInteger, nullable=False),
    Column("position_seq", BigInteger, nullable=False),
    PrimaryKeyConstraint("user", "channel", "thread"),
    sqlite_with_rowid=False,
)

keys: Final = Table(
    "keys",
    METADATA,
    Column("user", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("number", BigInteger, nullable=False),
    PrimaryKeyConstraint("user", "key"),
    sqlite_with_rowid=False,
)

# Uploaded files: `open` while bytes are missing, `ready` to be posted, `gone` when only the content is left to be
# removed. `info`: JSON (domain/files.py). `size`: as announced, then as kept, with its copies.
# `created_at`: when its state began.
files: Final = Table(
    "files",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("owner", Text, ForeignKey("users.id"), nullable=False),
    Column("name", Text, nullable=False),
    Column("media_type", Text, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("state", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("info", LargeBinary),
    Index("files_of_owner", "owner", "state"),
    Index("files_by_state", "state", "created_at"),
    sqlite_with_rowid=False,
)

# Which messages have which files.
file_uses: Final = Table(
    "file_uses",
    METADATA,
    Column("file", Text, ForeignKey("files.id"), nullable=False),
    Column("channel", Text, ForeignKey("channels.id"), nullable=False),
    Column("number", BigInteger, nullable=False),
    PrimaryKeyConstraint("file", "channel", "number"),
    Index("file_uses_of_message", "channel", "number"),
    sqlite_with_rowid=False,
)

# The posts (by seq) that quote a message.
answers: Final = Table(
    "answers",
    METADATA,
    Column("channel", Text, ForeignKey("channels.id"), nullable=False),
    Column("number", BigInteger, nullable=False),
    Column("seq", BigInteger, nullable=False),
    PrimaryKeyConstraint("channel", "number", "seq"),
    sqlite_with_rowid=False,
)

# To whom undeleted messages are addressed, but for their authors: whom they name (`*` for everybody, and then nobody
# else), whose message they answer. `reason`: `mention`, `reply`.
mentions: Final = Table(
    "mentions",
    METADATA,
    Column("user", Text, nullable=False),
    Column("channel", Text, ForeignKey("channels.id"), nullable=False),
    Column("number", BigInteger, nullable=False),
    Column("reason", Text, nullable=False),
    Column("author", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    PrimaryKeyConstraint("user", "reason", "channel", "number"),
    Index("mentions_of_message", "channel", "number"),
    Index("mentions_by_time", "user", "at"),
    sqlite_with_rowid=False,
)

# The pinned messages of a channel; `seq`: of the message.pinned.
pins: Final = Table(
    "pins",
    METADATA,
    Column("channel", Text, ForeignKey("channels.id"), nullable=False),
    Column("number", BigInteger, nullable=False),
    Column("by", Text, ForeignKey("users.id"), nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("seq", BigInteger, nullable=False),
    PrimaryKeyConstraint("channel", "number"),
    sqlite_with_rowid=False,
)

# What people vote for in anonymous polls, `options` as JSON; `seq`: of the newest poll.answered in their own log. It
# stays when the vote is withdrawn (then without options), and when the message is deleted.
ballots: Final = Table(
    "ballots",
    METADATA,
    Column("channel", Text, ForeignKey("channels.id"), nullable=False),
    Column("number", BigInteger, nullable=False),
    Column("user", Text, ForeignKey("users.id"), nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("options", Text, nullable=False),
    PrimaryKeyConstraint("channel", "number", "user"),
    Index("ballots_of_user", "user", "seq"),
    sqlite_with_rowid=False,
)

# What people have saved for themselves; `seq`: of the message.saved in their own log. It stays when they leave the
# channel, and when the message is deleted.
saved: Final = Table(
    "saved",
    METADATA,
    Column("user", Text, ForeignKey("users.id"), nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("channel", Text, ForeignKey("channels.id"), nullable=False),
    Column("number", BigInteger, nullable=False),
    Column("at", BigInteger, nullable=False),
    PrimaryKeyConstraint("user", "seq"),
    Index("saved_message", "user", "channel", "number", unique=True),
    sqlite_with_rowid=False,
)

# What people want to be told of, as JSON (domain/notifications.py); no row: nothing was ever set.
notifications: Final = Table(
    "notifications",
    METADATA,
    Column("user", Text, ForeignKey("users.id"), primary_key=True),
    Column("settings", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)

# Ranges of a stream that were proven to be in the archive: first to last, without a gap from 1. Their events may be
# there alone. `digest`: see archive_ranges.py.
archived: Final = Table(
    "archived",
    METADATA,
    Column("stream", Text, nullable=False),
    Column("last", BigInteger, nullable=False),
    Column("first", BigInteger, nullable=False),
    Column("digest", LargeBinary, nullable=False),
    Column("sealed_at", BigInteger, nullable=False),
    PrimaryKeyConstraint("stream", "last"),
    sqlite_with_rowid=False,
)

# Events of such ranges that were redacted since, and are in `events`: what they added to their range's digest.
rewritten: Final = Table(
    "rewritten",
    METADATA,
    Column("stream", Text, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("digest", LargeBinary, nullable=False),
    PrimaryKeyConstraint("stream", "seq"),
    sqlite_with_rowid=False,
)
