"""The generated files hold the whole protocol, are the same every time, and staleness is noticed."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from hubbub.domain import new_parts, notifications
from hubbub.errors import CLOSINGS, ERRORS, CloseCode
from hubbub.protocol import codec, commands, events, history, inbox, kept, parts, people, replies, search
from tools import gen_protocol, protocol_model
from tools.protocol_asyncapi import asyncapi
from tools.protocol_examples import EXAMPLES, example_of
from tools.protocol_markdown import render_markdown
from tools.protocol_typescript import render_typescript, type_of


def concrete_structs() -> set[type[msgspec.Struct]]:
    """Every Struct the protocol's modules declare that can be sent: tagged ones, and shapes nothing derives from."""
    declared = {
        value
        for module in (commands, events, history, inbox, kept, new_parts, notifications, parts, people, replies, search)
        for value in vars(module).values()
        if isinstance(value, type) and issubclass(value, msgspec.Struct) and value.__module__ == module.__name__
    }
    return {struct for struct in declared if not struct.__subclasses__()}


def references(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(value.get("$ref"), str):
            yield value["$ref"]
        for inner in value.values():
            yield from references(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from references(inner)


def resolve(document: object, reference: str) -> object:
    for part in reference.removeprefix("#/").split("/"):
        assert isinstance(document, dict), reference
        document = document[part]
    return document


def test_every_struct_of_the_protocol_is_generated() -> None:
    assert set(protocol_model.STRUCTS) == concrete_structs()


def test_every_struct_is_described() -> None:
    assert [struct.__name__ for struct in protocol_model.STRUCTS if not struct.__doc__] == []


def test_every_struct_is_in_the_typescript() -> None:
    found = set(re.findall(r"^export interface (\w+) \{", render_typescript(), flags=re.MULTILINE))
    assert found == {struct.__name__ for struct in protocol_model.STRUCTS}


def test_every_error_and_close_code_is_in_the_typescript() -> None:
    text = render_typescript()
    for code in [*ERRORS, *(code.name for code in CloseCode)]:
        assert f"\n  {code}: {{\n" in text


def test_every_close_code_says_whether_to_reconnect() -> None:
    assert list(CLOSINGS) == list(CloseCode)


def test_every_command_event_and_reply_is_in_the_reference() -> None:
    text = render_markdown()
    tagged = [struct for struct in protocol_model.STRUCTS if struct.__struct_config__.tag_field == "type"]
    for struct in tagged:
        assert f"### `{protocol_model.tag_of(struct)}`\n" in text
    for struct in protocol_model.SHAPES:
        assert f"### {struct.__name__}\n" in text


def test_the_typescript_has_nothing_that_node_cannot_strip() -> None:
    assert not re.search(r"^\s*(export )?(const )?(enum|namespace|declare|import .* = )\b", render_typescript(), re.M)


def test_a_field_with_a_default_is_optional_in_typescript_and_never_null() -> None:
    text = render_typescript()
    posted = text[text.index("export interface MessagePosted") :].split("}\n", 1)[0]
    assert "  key?: string;\n" in posted
    assert "  number: number;\n" in posted
    assert "null" not in posted


def test_a_schema_without_a_typescript_type_is_refused() -> None:
    with pytest.raises(TypeError, match="no TypeScript type"):
        type_of({"type": "object", "properties": {}})


def test_a_field_without_a_meaning_is_named() -> None:
    with pytest.raises(LookupError, match=r"Ok\.surprise"):
        protocol_model.meaning_of("Ok", "surprise")


def test_there_are_no_meanings_of_fields_that_do_not_exist() -> None:
    schemas = protocol_model.schemas("{name}")
    existing = {
        name
        for struct in protocol_model.STRUCTS
        for field in schemas[struct.__name__]["properties"]
        for name in (field, f"{struct.__name__}.{field}")
    }
    assert set(protocol_model.FIELD_MEANINGS) <= existing


@pytest.mark.parametrize("struct", protocol_model.STRUCTS, ids=lambda struct: struct.__name__)
def test_every_example_is_what_the_server_takes_or_sends(struct: type[msgspec.Struct]) -> None:
    (value,) = (example for example in EXAMPLES if type(example) is struct)
    assert msgspec.json.decode(codec.encode(value), type=struct) == value
    assert msgspec.json.decode(json.dumps(example_of(struct)), type=struct) == value


def test_every_reference_in_the_asyncapi_document_leads_somewhere() -> None:
    document = asyncapi()
    for reference in references(document):
        resolve(document, reference)


def test_the_asyncapi_document_has_the_structure_of_version_3() -> None:
    document = asyncapi()
    assert document["asyncapi"] == "3.0.0"
    assert {"title", "version"} <= set(document["info"])
    for server in document["servers"].values():
        assert {"host", "protocol"} <= set(server)
    listed = {f"#/channels/socket/messages/{name}" for name in document["channels"]["socket"]["messages"]}
    used = set()
    for operation in document["operations"].values():
        assert operation["action"] in {"send", "receive"}
        assert operation["channel"] == {"$ref": "#/channels/socket"}
        used |= {
            message["$ref"] for message in [*operation["messages"], *operation.get("reply", {}).get("messages", [])]
        }
    assert used == listed


def test_a_discriminator_in_the_asyncapi_document_is_a_name() -> None:
    room = asyncapi()["components"]["schemas"]["Room"]
    assert room["properties"]["lines"]["items"]["discriminator"] == "type"


def test_generating_twice_gives_the_same_bytes() -> None:
    for render in gen_protocol.GENERATED.values():
        assert render() == render()


def test_fresh_files_pass_the_check(tmp_path: Path) -> None:
    assert gen_protocol.main(["--root", str(tmp_path)]) == 0
    assert gen_protocol.main(["--root", str(tmp_path), "--check"]) == 0


@pytest.mark.parametrize("name", gen_protocol.GENERATED)
def test_a_stale_or_missing_file_is_named(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    gen_protocol.write_all(tmp_path)
    (tmp_path / name).write_text((tmp_path / name).read_text(encoding="utf-8") + " ", encoding="utf-8")
    assert gen_protocol.main(["--root", str(tmp_path), "--check"]) == 1
    (tmp_path / name).unlink()
    assert gen_protocol.main(["--root", str(tmp_path), "--check"]) == 1
    assert capsys.readouterr().err == f"{name} is stale: run `make protocol`\n" * 2
