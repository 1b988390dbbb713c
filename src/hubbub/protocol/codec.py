"""JSON coding of commands, events and replies (msgspec). Bad input raises `Refused`, never anything else."""

from __future__ import annotations

import msgspec

from hubbub.errors import Refused
from hubbub.protocol.commands import AnyCommand
from hubbub.protocol.events import AnyEvent
from hubbub.protocol.replies import AnyEphemeral, AnyReply, Failure

_commands = msgspec.json.Decoder(AnyCommand)
_events: msgspec.json.Decoder[AnyEvent] = msgspec.json.Decoder(AnyEvent)
_encoder = msgspec.json.Encoder()


class _IdOnly(msgspec.Struct):
    id: int | None = None


def decode_command(payload: bytes) -> AnyCommand:
    """The command in one text frame; raises `bad_json` or `bad_command`, saying which field is wrong."""
    try:
        command: AnyCommand = _commands.decode(payload)
    except msgspec.ValidationError as error:
        raise Refused("bad_command", f"{error}.") from error
    except (msgspec.DecodeError, RecursionError) as error:
        raise Refused("bad_json") from error
    return command


def decode_id(payload: bytes) -> int | None:
    """The `id` of a command that could not be decoded, so that its sender learns which one it was."""
    try:
        return msgspec.json.decode(payload, type=_IdOnly).id
    except (msgspec.DecodeError, RecursionError):
        return None


def decode_event(payload: bytes) -> AnyEvent:
    """A stored event; raises msgspec.DecodeError when the log is damaged."""
    return _events.decode(payload)


def encode(value: AnyEvent | AnyReply | AnyEphemeral | msgspec.Struct) -> bytes:
    return _encoder.encode(value)


def failure_of(refused: Refused, command_id: int | None) -> Failure:
    return Failure(
        id=command_id,
        code=refused.code,
        message=refused.message,
        advice=refused.kind.advice,
        retry=refused.retry,
        retry_after=refused.retry_after,
    )
