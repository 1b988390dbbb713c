"""web/lib/protocol.gen.ts: interfaces and exact unions by `type`. Only what Node can strip: no enums, no namespaces."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterable, Iterator

from hubbub.domain import names, new_parts, texts
from hubbub.errors import CLOSINGS, ERRORS
from hubbub.protocol import events, replies
from tools.protocol_model import CHANNEL_EVENTS, UNIONS, USER_EVENTS, JsonObject, StructType, fields_of, schemas, tag_of

HEADER = """\
/* Generated from src/hubbub/protocol and src/hubbub/errors.py by tools/gen_protocol.py. Do not edit: `make protocol`.
   A field with `?` is left out when it has its default (false, empty or none), never null. */
"""

_REF = ""  # schema_components puts the name where {name} stands; a bare name is what TypeScript needs
_PLAIN = {"string": "string", "integer": "number", "number": "number", "boolean": "boolean", "null": "null"}

CONSTANTS: tuple[tuple[str, int, str], ...] = (
    ("UNREAD_KEPT", events.UNREAD_KEPT, "How many unread numbers a summary keeps."),
    ("ANSWERS_KEPT", replies.ANSWERS_KEPT, "How many of the user's votes in anonymous polls a snapshot has."),
    ("REPLY_PEOPLE", events.REPLY_PEOPLE, "How many of those who took part last a message shows of its thread."),
    ("LAST_TEXT", events.LAST_TEXT, "How many code points of the newest message a summary shows."),
    ("MAX_PARTS", new_parts.MAX_PARTS, "How many parts a message has at most."),
    ("MAX_FILE_NAME", new_parts.MAX_FILE_NAME, "In code points."),
    ("MAX_ALT", new_parts.MAX_ALT, "In code points."),
    ("MAX_WAVEFORM", new_parts.MAX_WAVEFORM, "How many levels a waveform has at most."),
    ("MAX_USER_NAME", names.MAX_USER_NAME, "In code points."),
    ("MAX_CHANNEL_NAME", names.MAX_CHANNEL_NAME, "In code points."),
    ("MAX_TOPIC", names.MAX_TOPIC, "In code points."),
    ("MIN_PASSWORD", texts.MIN_PASSWORD, "In code points."),
    ("MAX_PASSWORD", texts.MAX_PASSWORD, "In code points."),
)


def render_typescript() -> str:
    parts = [HEADER]
    parts += [_component(name, schema) for name, schema in schemas(_REF + "{name}").items()]
    parts += [_union(name, doc, structs) for name, (doc, structs) in UNIONS.items()]
    parts.append(_types("CHANNEL_EVENT_TYPES", "The types of all channel events.", CHANNEL_EVENTS))
    parts.append(_types("USER_EVENT_TYPES", "The types of all user events.", USER_EVENTS))
    parts += [f"{_doc(doc)}export const {name} = {value};\n" for name, value, doc in CONSTANTS]
    parts += [_errors(), _close_codes()]
    return "\n".join(parts)


def _doc(text: str, indent: str = "") -> str:
    lines = [line for part in text.splitlines() for line in (textwrap.wrap(part, 110) or [""])]
    if len(lines) == 1:
        return f"{indent}/** {lines[0]} */\n"
    body = "".join(f"{indent} * {line}".rstrip() + "\n" for line in lines)
    return f"{indent}/**\n{body}{indent} */\n"


def _component(name: str, schema: JsonObject) -> str:
    doc = _doc(schema["description"]) if "description" in schema else ""
    if "properties" not in schema:
        return f"{doc}export type {name} = {type_of(schema)};\n"
    return f"{doc}export interface {name} {{\n{''.join(_members(name, schema))}}}\n"


def _members(name: str, schema: JsonObject) -> Iterator[str]:
    if "type" in schema["properties"]:
        yield f"  type: {type_of(schema['properties']['type'])};\n"
    for field in fields_of(name, schema):
        yield _doc(field.meaning, "  ")
        yield f"  {field.name}{'' if field.required else '?'}: {type_of(field.schema)};\n"


def type_of(schema: JsonObject) -> str:
    """The TypeScript type of a JSON Schema, as far as msgspec makes them for our Structs; TypeError beyond that."""
    match schema:
        case {"$ref": str(name)}:
            return name
        case {"enum": list(values)}:
            return " | ".join(map(json.dumps, values))
        case {"anyOf": list(choices)}:
            return " | ".join(map(type_of, choices))
        case {"type": "array", "items": dict(items)}:
            inner = type_of(items)
            return f"({inner})[]" if " | " in inner else f"{inner}[]"
        case {"type": "object", "additionalProperties": dict(values)}:
            return f"Record<string, {type_of(values)}>"
        case {"type": str(plain)} if plain in _PLAIN:
            return _PLAIN[plain]
    raise TypeError(f"no TypeScript type for {schema}")


def _union(name: str, doc: str, structs: Iterable[StructType]) -> str:
    choices = "".join(f"\n  | {struct.__name__}" for struct in structs)
    return f"{_doc(doc)}export type {name} ={choices};\n"


def _types(name: str, doc: str, structs: Iterable[StructType]) -> str:
    listed = "".join(f"  {json.dumps(tag_of(struct))},\n" for struct in structs)
    return f"{_doc(doc)}export const {name} = [\n{listed}] as const;\n"


def _errors() -> str:
    rows = "".join(
        f"  {row.code}: {{\n    status: {row.status},\n    retry: {json.dumps(row.retry)},\n"
        f"    message: {_quoted(row.message)},\n    advice: {_quoted(row.advice)},\n  }},\n"
        for row in ERRORS.values()
    )
    doc = "Every error code: its HTTP status, whether the same again may succeed later, and what to tell a person."
    return (
        f"{_doc(doc)}export const ERRORS = {{\n{rows}}} as const;\n\nexport type ErrorCode = keyof typeof ERRORS;\n\n"
        f"{_doc('Whether a code is one of those above; a newer server may send others.')}"
        "export function isErrorCode(code: string): code is ErrorCode {\n  return Object.hasOwn(ERRORS, code);\n}\n"
    )


def _close_codes() -> str:
    rows = "".join(
        f"  {code.name}: {{\n    code: {code.value},\n    reconnect: {json.dumps(closing.reconnect)},\n"
        f"    meaning: {_quoted(closing.meaning)},\n  }},\n"
        for code, closing in CLOSINGS.items()
    )
    return (
        f"{_doc('Every WebSocket close code the server sends, and whether to connect again (and resume) after it.')}"
        f"export const CLOSE_CODES = {{\n{rows}}} as const;\n\nexport type CloseName = keyof typeof CLOSE_CODES;\n"
    )


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
