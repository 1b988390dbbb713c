"""SQL compiled once from Core statements to strings for the driver's cursor.

Compiling at each call costs more than SQLite itself does. Invariant: parameters are positional, in the order named when
the statement is compiled; a wrong order is refused there, at import.
"""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import ClauseElement, Executable, Text
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

_DIALECT: Final = SQLiteDialect_pysqlite(paramstyle="qmark")


class number_list(FunctionElement[str]):
    """An aggregate: its numbers as a JSON array."""

    type = Text()
    inherit_cache = True
    name = "number_list"


@compiles(number_list, "sqlite")
def _number_list_sqlite(element: number_list, compiler: SQLCompiler, **options: Any) -> str:
    return f"json_group_array({compiler.process(element.clauses, **options)})"


@compiles(number_list, "postgresql")
def _number_list_postgresql(element: number_list, compiler: SQLCompiler, **options: Any) -> str:
    return f"coalesce(json_agg({compiler.process(element.clauses, **options)}), '[]')"


class pair_list(FunctionElement[str]):
    """An aggregate: its pairs of texts as a JSON array of arrays."""

    type = Text()
    inherit_cache = True
    name = "pair_list"


@compiles(pair_list, "sqlite")
def _pair_list_sqlite(element: pair_list, compiler: SQLCompiler, **options: Any) -> str:
    return f"json_group_array(json_array({compiler.process(element.clauses, **options)}))"


@compiles(pair_list, "postgresql")
def _pair_list_postgresql(element: pair_list, compiler: SQLCompiler, **options: Any) -> str:
    return f"coalesce(json_agg(json_build_array({compiler.process(element.clauses, **options)})), '[]')"


class each_of(FunctionElement[str]):
    """A table of one column, `value`: the strings of a JSON array. Lists of any length with one parameter."""

    type = Text()
    inherit_cache = True
    name = "each_of"


@compiles(each_of, "sqlite")
def _each_of_sqlite(element: each_of, compiler: SQLCompiler, **options: Any) -> str:
    return f"json_each({compiler.process(element.clauses, **options)})"


@compiles(each_of, "postgresql")
def _each_of_postgresql(element: each_of, compiler: SQLCompiler, **options: Any) -> str:
    return f"json_array_elements_text({compiler.process(element.clauses, **options)})"


def compile_sql(statement: Executable, *parameters: str) -> str:
    """The statement as a string with `?` for each of `parameters`, in this order.

    A parameter used twice is named twice. Constants must be written into the statement as literals.
    """
    assert isinstance(statement, ClauseElement)
    compiled = statement.compile(dialect=_DIALECT, compile_kwargs={"render_postcompile": True})
    assert isinstance(compiled, SQLCompiler)
    order = tuple(compiled.positiontup or ())
    if order != parameters:
        raise TypeError(f"the statement takes {order}, not {parameters}: {compiled}")
    return str(compiled)
