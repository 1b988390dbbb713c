"""docs/asyncapi.json: the protocol as an AsyncAPI 3.0 document (https://www.asyncapi.com/docs/reference/specification/v3.0.0).

Written from the server's side: it receives commands and sends replies and events, all on one channel, `/socket`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from hubbub import __version__
from tools.protocol_examples import example_of
from tools.protocol_model import (
    CHANNEL_EVENTS,
    COMMANDS,
    EPHEMERA,
    REPLIES,
    USER_EVENTS,
    JsonObject,
    StructType,
    schemas,
    tag_of,
)

_SOCKET = "#/channels/socket"
_MESSAGES = (*COMMANDS, *REPLIES, *CHANNEL_EVENTS, *USER_EVENTS, *EPHEMERA)


def render_asyncapi() -> str:
    return json.dumps(asyncapi(), ensure_ascii=False, indent=2) + "\n"


def asyncapi() -> JsonObject:
    return {
        "asyncapi": "3.0.0",
        "id": "urn:hubbub:socket",
        "info": {
            "title": "Hubbub's socket",
            "version": __version__,
            "description": "Commands, replies and events over one WebSocket, one JSON object a text frame.",
            "license": {"name": "Apache-2.0", "url": "https://www.apache.org/licenses/LICENSE-2.0"},
        },
        "defaultContentType": "application/json",
        "servers": {
            "local": {
                "host": "127.0.0.1:8000",
                "protocol": "ws",
                "description": "As `hubbub serve` starts; wss behind a proxy that ends TLS.",
                "security": [
                    {"$ref": "#/components/securitySchemes/cookie"},
                    {"$ref": "#/components/securitySchemes/token"},
                ],
            }
        },
        "channels": {
            "socket": {
                "address": "/socket",
                "messages": {
                    name_of(struct): {"$ref": f"#/components/messages/{name_of(struct)}"} for struct in _MESSAGES
                },
                "bindings": {"ws": {"method": "GET", "bindingVersion": "0.1.0"}},
            }
        },
        "operations": {
            "receiveHello": _operation("receive", "The first frame of a connection.", COMMANDS[:1], REPLIES[:1]),
            "receiveCommand": _operation("receive", "Commands, each answered once.", COMMANDS[1:], REPLIES[1:3]),
            "sendEvent": _operation(
                "send", "Durable events, in the order of their seq.", (*CHANNEL_EVENTS, *USER_EVENTS)
            ),
            "sendEphemeral": _operation("send", "Typing, presence and receipts: never stored, may be lost.", EPHEMERA),
            "sendReset": _operation("send", "A stream that cannot be resumed.", REPLIES[3:]),
        },
        "components": {
            "messages": {name_of(struct): _message(struct) for struct in _MESSAGES},
            "schemas": _named_discriminators(schemas("#/components/schemas/{name}")),
            "securitySchemes": {
                "cookie": {"type": "httpApiKey", "in": "cookie", "name": "session"},
                "token": {"type": "http", "scheme": "bearer"},
            },
        },
    }


def _named_discriminators(value: Any) -> Any:
    """JSON Schema as AsyncAPI takes it: a discriminator there is a property's name, not OpenAPI's object."""
    if isinstance(value, list):
        return [_named_discriminators(inner) for inner in value]
    if not isinstance(value, dict):
        return value
    return {
        key: inner["propertyName"] if key == "discriminator" else _named_discriminators(inner)
        for key, inner in value.items()
    }


def name_of(struct: StructType) -> str:
    """A key within the document; the Struct's name, since the tags of hello and its answer are the same."""
    return struct.__name__


def _message(struct: StructType) -> JsonObject:
    return {
        "name": tag_of(struct),
        "title": struct.__name__,
        "payload": {"$ref": f"#/components/schemas/{struct.__name__}"},
        "examples": [{"payload": example_of(struct)}],
    }


def _operation(
    action: str, summary: str, structs: Iterable[StructType], answers: Iterable[StructType] = ()
) -> JsonObject:
    operation: JsonObject = {
        "action": action,
        "channel": {"$ref": _SOCKET},
        "summary": summary,
        "messages": [_reference(struct) for struct in structs],
    }
    if answered := [_reference(struct) for struct in answers]:
        operation["reply"] = {"channel": {"$ref": _SOCKET}, "messages": answered}
    return operation


def _reference(struct: StructType) -> JsonObject:
    return {"$ref": f"{_SOCKET}/messages/{name_of(struct)}"}
