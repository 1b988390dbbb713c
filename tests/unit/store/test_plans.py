"""How SQLite carries out the store's statements: by index, whatever the size of a log."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator

import pytest
from sqlalchemy import bindparam, select

from hubbub.store import (
    accounts,
    archive_proof,
    archiver,
    channels,
    engine,
    feed,
    history,
    inbox,
    kept,
    log,
    names,
    notifications,
    polls,
    schema,
    search_filling,
    search_index,
    search_reads,
    statements,
    summaries,
    thread_reads,
    threads,
    verify,
    windows,
    writes,
)
from hubbub.store.sqlite import migrate

MODULES = (
    writes,
    log,
    accounts,
    channels,
    summaries,
    windows,
    names,
    search_reads,
    feed,
    archiver,
    search_index,
    search_filling,
    history,
    inbox,
    kept,
    notifications,
    polls,
    thread_reads,
    threads,
)
STATEMENTS = {
    f"{module.__name__}.{name}": sql
    for module in MODULES
    for name, sql in vars(module).items()
    if isinstance(sql, str) and name.isupper() and sql.startswith(("SELECT", "UPDATE", "DELETE", "INSERT"))
    # Of another file, or of a table that is made for one command.
    if not re.search(r"\b(docs|texts|found|filled|temp)\b", sql)
}


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[sqlite3.Connection]:
    directory = tmp_path_factory.mktemp("plans")
    migrate(directory)
    connection = sqlite3.connect(directory / engine.DATABASE)
    yield connection
    connection.close()


def plan(database: sqlite3.Connection, sql: str) -> list[str]:
    numbered = [int(number) for number in re.findall(r"\?(\d+)", sql)]
    rows = database.execute(f"EXPLAIN QUERY PLAN {sql}", [None] * max([*numbered, 0 if numbered else sql.count("?")]))
    return [row[3] for row in rows]


@pytest.mark.parametrize("name", STATEMENTS)
def test_no_statement_walks_a_whole_log(database: sqlite3.Connection, name: str) -> None:
    for step in plan(database, STATEMENTS[name]):
        assert "SCAN lines" not in step
        assert "SCAN events" not in step
        assert "SCAN members" not in step
        assert "SCAN written" not in step
        # A whole channel by the beginning of its key is a walk too, unless it is read in order up to a limit.
        # Of archived ranges and of pins a channel has few.
        if step.endswith(("(channel=?)", "(stream=?)")) and not re.search("archived|pins", step):
            assert "LIMIT" in STATEMENTS[name], step


def test_unread_is_counted_in_an_index_alone(database: sqlite3.Connection) -> None:
    steps = plan(database, STATEMENTS["hubbub.store.summaries._OF_USER"])
    assert "SEARCH unread_lines USING COVERING INDEX lines_by_number (channel=? AND number>?)" in steps


@pytest.mark.parametrize("name", ["_OF_USER", "_ONE", "_PUBLIC"])
def test_whether_a_mention_is_of_a_thread_is_looked_up_by_its_number(database: sqlite3.Connection, name: str) -> None:
    steps = [step for step in plan(database, STATEMENTS[f"hubbub.store.summaries.{name}"]) if "mentioning" in step]
    assert steps == ["SEARCH mentioning USING COVERING INDEX lines_by_number (channel=? AND number=?)"]


def test_of_a_messages_edits_no_more_are_read_than_are_shown(database: sqlite3.Connection) -> None:
    steps = plan(database, history._EDITS)
    assert "SEARCH events USING INDEX sqlite_autoindex_events_1 (stream=? AND seq=?)" in steps
    assert not [step for step in steps if "TEMP B-TREE" in step]


def test_verify_finds_what_is_about_a_message_by_index(database: sqlite3.Connection) -> None:
    steps = [row[3] for row in database.execute(f"EXPLAIN QUERY PLAN {verify._ABOUT}", ("s", 1))]
    assert any("events_about (stream=? AND about=?)" in step for step in steps)


def test_joined_with_the_archive_verify_walks_no_stream_for_each_message(database: sqlite3.Connection) -> None:
    archive_proof.join_archived(database, lambda *_: [], lambda _: None)
    for step in [*plan(database, archive_proof.ABOUT), *plan(database, archive_proof.NEXT_STREAM)]:
        assert not step.endswith("(stream=?)"), step
        assert "SCAN main" not in step
        assert "SCAN temp" not in step


def test_a_statement_with_parameters_in_another_order_is_refused() -> None:
    statement = select(schema.users.c.id).where(
        schema.users.c.name == bindparam("name"), schema.users.c.role == bindparam("role")
    )
    assert statements.compile_sql(statement, "name", "role").count("?") == 2
    with pytest.raises(TypeError, match="takes"):
        statements.compile_sql(statement, "role", "name")
