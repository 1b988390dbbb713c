"""Every error Hubbub can answer with, in one table.

Invariant: a code is declared here once, with its HTTP status, whether trying the same again can help, and what the
client should do. Nothing outside this module invents a code, an HTTP status for one, or a WebSocket close code.

Errors are raised as `Refused` at the edge the bad input came in by, or deeper with `raise Refused(...) from error`, so
that the log shows the whole chain while the client sees only code and message.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from types import MappingProxyType
from typing import Final


class HubbubError(Exception):
    """Base of everything Hubbub raises on purpose."""


class ConfigError(HubbubError):
    """A setting is wrong; the message names the setting, where it came from and what is expected."""


class StoreError(HubbubError):
    """The database cannot be used as it is (newer than this program, damaged, locked by another server)."""


@dataclass(frozen=True, slots=True)
class ErrorKind:
    """One row of the table: `status` is HTTP (RFC 9110), `retry` says whether the same request may succeed later."""

    code: str
    status: int
    message: str
    advice: str
    retry: bool = False


_ROWS: Final = (
    # What was sent cannot be understood.
    ErrorKind("bad_json", 400, "This is not valid JSON.", "Send one JSON object."),
    ErrorKind("bad_command", 400, "This command is not known or has wrong fields.", "See the protocol reference."),
    ErrorKind("bad_request", 400, "The request has wrong or missing fields.", "See the API reference."),
    ErrorKind("hello_expected", 400, "The first frame must be hello.", "Send hello first, once."),
    ErrorKind("too_large", 413, "That is larger than the server accepts.", "Send less."),
    ErrorKind("unsupported_media_type", 415, "This address takes JSON only.", "Send application/json."),
    ErrorKind("method_not_allowed", 405, "This address does not take that method.", "See the API reference."),
    # Who are you.
    ErrorKind("not_logged_in", 401, "You are not logged in.", "Log in, then try again."),
    ErrorKind("wrong_credentials", 401, "The name or the password is wrong.", "Check both and try again."),
    ErrorKind("foreign_origin", 403, "The request comes from another site.", "Use this server's own pages."),
    ErrorKind("registration_closed", 403, "Registration is by invitation here.", "Ask an administrator."),
    ErrorKind("forbidden", 403, "Your role does not allow this.", "Ask an administrator."),
    # Names and texts.
    ErrorKind("bad_name", 422, "This name cannot be used.", "Use 1 to 40 letters, digits, . _ or -."),
    ErrorKind("name_taken", 409, "This name is taken.", "Choose another name."),
    ErrorKind("bad_password", 422, "This password is too short or too common.", "Use 8 characters or more."),
    ErrorKind("bad_channel_name", 422, "This channel name cannot be used.", "Use 1 to 60 characters on one line."),
    ErrorKind("bad_topic", 422, "This topic cannot be used.", "Use at most 250 characters on one line."),
    ErrorKind("bad_text", 422, "The message is empty or holds characters that cannot be stored.", "Write something."),
    ErrorKind("text_too_long", 422, "The message is too long.", "Split it."),
    ErrorKind("bad_emoji", 422, "This is not an emoji.", "Send one emoji."),
    ErrorKind("bad_key", 422, "The key is not valid.", "Use 1 to 64 letters, digits, _ or -."),
    # Things. Absent and forbidden are the same answer, so that private things do not leak.
    ErrorKind("no_such_channel", 404, "There is no such channel.", "Check the address."),
    ErrorKind("no_such_message", 404, "There is no such message.", "It may have been deleted."),
    ErrorKind("no_such_user", 404, "There is no such user.", "Check the name."),
    ErrorKind("not_found", 404, "There is nothing at this address.", "Check the address."),
    ErrorKind("not_a_member", 403, "You are not a member of this channel.", "Join it first."),
    ErrorKind("not_yours", 403, "Only its author may do this.", "Ask the author."),
    ErrorKind("already_deleted", 409, "This message was deleted.", "Nothing to do."),
    ErrorKind("history_off", 403, "This server does not show earlier texts.", "Ask an administrator."),
    ErrorKind("too_many_reactions", 409, "This message has as many reactions as it can hold.", "Use one of them."),
    ErrorKind("no_poll", 404, "This message has no poll.", "Check the number."),
    ErrorKind("poll_closed", 409, "This poll is closed.", "Nothing to do."),
    ErrorKind("bad_vote", 422, "This cannot be voted for here.", "Choose from the poll's options."),
    ErrorKind("too_many_votes", 409, "This poll has as many votes as it can hold.", "Ask its author."),
    ErrorKind("too_many_pins", 409, "This channel has as many pins as it can hold.", "Unpin a message first."),
    ErrorKind("too_many_saved", 409, "You have saved as many messages as you may.", "Remove one first."),
    ErrorKind("too_many_channels", 409, "You are in as many channels as allowed.", "Leave one first."),
    ErrorKind("too_many_people", 422, "A conversation has room for 10 people.", "Make a channel instead."),
    ErrorKind("direct_conversation", 409, "This stays between the two of you.", "Open a conversation with all of you."),
    ErrorKind("last_owner", 409, "The last owner cannot leave or be removed.", "Make someone else owner first."),
    # Bounds and trouble.
    ErrorKind("rate_limited", 429, "Too many requests.", "Wait as long as retry_after says.", retry=True),
    ErrorKind("busy", 503, "The server is busy.", "Try again in a moment.", retry=True),
    ErrorKind("too_many_connections", 503, "Too many connections.", "Close some, then try again.", retry=True),
    ErrorKind("store_failed", 503, "The server could not store this.", "Try again; use the same key.", retry=True),
    ErrorKind("shutting_down", 503, "The server is restarting.", "Try again in a moment.", retry=True),
    ErrorKind("pages_unavailable", 503, "The pages are starting.", "Reload in a moment.", retry=True),
    ErrorKind(
        "internal",
        500,
        "Something went wrong on the server.",
        "Try again; tell us the request id.",
        retry=True,
    ),
    ErrorKind(
        "archive_unavailable",
        503,
        "This is in the archive, which does not answer.",
        "Try again in a moment.",
        retry=True,
    ),
    # Parts and files.
    ErrorKind("bad_part", 422, "A part of the message cannot be posted as it is.", "See the protocol reference."),
    ErrorKind("bad_forward", 422, "A forwarded message brings its own text and parts.", "Send forward alone."),
    ErrorKind("no_such_file", 404, "There is no such file.", "It may have been deleted, or never finished."),
    ErrorKind("file_not_ready", 409, "The file is not there yet as a whole.", "Wait until it is ready.", retry=True),
    ErrorKind("bad_file_name", 422, "This file name cannot be used.", "Use at most 200 characters on one line."),
    ErrorKind("file_too_big", 413, "The file is larger than this server accepts.", "Send a smaller one."),
    ErrorKind("bad_image", 422, "This image is damaged, or of a kind that cannot be shown.", "Try another form."),
    ErrorKind("image_too_big", 422, "This image has more pixels than this server accepts.", "Make it smaller first."),
    ErrorKind("quota_exceeded", 409, "Your files take as much room as they may.", "Delete some first."),
    ErrorKind("too_many_uploads", 409, "You have as many unfinished uploads as you may.", "Finish or cancel one."),
    ErrorKind("wrong_offset", 409, "The upload does not go on there.", "Ask for its offset, and go on from that."),
    ErrorKind("bad_upload_version", 412, "Only tus 1.0.0 is spoken here.", "Send Tus-Resumable: 1.0.0."),
    ErrorKind("bad_range", 416, "The file has no such range.", "Ask for a range within its size."),
    ErrorKind("no_room", 507, "The server has no room for this file.", "Ask an administrator.", retry=True),
    ErrorKind("storage_failed", 503, "The place where files are kept does not answer.", "Try again.", retry=True),
    # Search.
    ErrorKind("bad_query", 400, "This search cannot be understood.", "See the list of operators."),
    ErrorKind("search_slow", 503, "The search took too long.", "Ask for something narrower, or again.", retry=True),
    ErrorKind("search_failed", 503, "The search does not answer.", "Try again in a moment.", retry=True),
    # The upgrade to a WebSocket.
    ErrorKind("bad_handshake", 400, "This is not a WebSocket handshake.", "See RFC 6455, section 4.1."),
    ErrorKind("bad_version", 426, "Only WebSocket version 13 is spoken here.", "Use version 13."),
    ErrorKind("head_too_large", 431, "The request's head is too large.", "Send fewer or shorter headers."),
    ErrorKind("head_too_slow", 408, "The request's head took too long.", "Try again.", retry=True),
)

ERRORS: Final = MappingProxyType({row.code: row for row in _ROWS})


class Refused(HubbubError):
    """A request refused for a reason of the table above; `code` must be in it.

    `message` replaces the table's when there is something more exact to say. `retry_after` is in seconds.
    """

    def __init__(self, code: str, message: str | None = None, *, retry_after: float | None = None) -> None:
        self.kind = ERRORS[code]
        self.code = code
        self.message = message or self.kind.message
        self.retry_after = retry_after
        super().__init__(f"{code}: {self.message}")

    @property
    def status(self) -> int:
        return self.kind.status

    @property
    def retry(self) -> bool:
        return self.kind.retry


class CloseCode(IntEnum):
    """WebSocket close codes we send (RFC 6455 section 7.4; 4000 and above are ours).

    Clients reconnect after 1001, 1011, 1012, 1013 and 4008; not after 1002, 1003, 1007, 1008, 1009 or 4001.
    """

    NORMAL = 1000
    GOING_AWAY = 1001
    PROTOCOL_ERROR = 1002
    UNSUPPORTED_DATA = 1003
    INVALID_DATA = 1007
    POLICY = 1008
    TOO_BIG = 1009
    INTERNAL = 1011
    RESTART = 1012
    TRY_AGAIN_LATER = 1013
    SESSION_ENDED = 4001
    TOO_SLOW = 4008


@dataclass(frozen=True, slots=True)
class Closing:
    """What a close code means to a client, and whether it should connect again (and resume)."""

    meaning: str
    reconnect: bool = False


CLOSINGS: Final = MappingProxyType(
    {
        CloseCode.NORMAL: Closing("The client closed the connection, and the server agreed."),
        CloseCode.GOING_AWAY: Closing("The server is stopping.", reconnect=True),
        CloseCode.PROTOCOL_ERROR: Closing("The client broke the rules of RFC 6455."),
        CloseCode.UNSUPPORTED_DATA: Closing("The client sent a binary frame; commands are text."),
        CloseCode.INVALID_DATA: Closing("The client sent text that is not UTF-8, or wrongly compressed data."),
        CloseCode.POLICY: Closing("The client broke a rule of this protocol, such as: hello is the first frame."),
        CloseCode.TOO_BIG: Closing("The client sent a message larger than `limits.message_bytes`."),
        CloseCode.INTERNAL: Closing("Something went wrong on the server.", reconnect=True),
        CloseCode.RESTART: Closing("The server is restarting.", reconnect=True),
        CloseCode.TRY_AGAIN_LATER: Closing("The server has too much to do.", reconnect=True),
        CloseCode.SESSION_ENDED: Closing("The session ended: log in again."),
        CloseCode.TOO_SLOW: Closing("The client did not read fast enough; nothing is lost: resume.", reconnect=True),
    }
)
