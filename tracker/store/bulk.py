"""Many rows in and out: values are turned into those of the driver and back by columns, not row by row."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy import Column, Dialect, Select, Table, insert
from sqlalchemy.orm import Session

AT_ONCE = 5_000
"""Rows that are fetched at once."""


def columns(session: Session, query: Select[*tuple[Any, ...]]) -> Iterator[list[Sequence[Any]]]:
    """What a query finds, by the thousand rows: the values of each column, as many of each."""
    connection = session.connection()
    processors = [
        column.type.dialect_impl(connection.dialect).result_processor(connection.dialect, None)
        for column in query.selected_columns
    ]
    result = connection.execute(query)
    cursor = result.cursor
    while cursor is not None and (rows := cursor.fetchmany(AT_ONCE)):
        yield [
            values if process is None else list(map(process, values))
            for process, values in zip(processors, zip(*rows, strict=True), strict=True)
        ]
    result.close()


def insert_all(session: Session, table: Table, names: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> None:
    """Insert ``rows``, each with the values of the columns ``names``."""
    if not rows:
        return
    connection = session.connection()
    statement = insert(table).compile(dialect=connection.dialect, column_keys=list(names))
    places = [names.index(name) for name in statement.positiontup or names]
    columns = list(zip(*rows, strict=True))
    ready = zip(
        *(_for_driver(table.c[names[at]], columns[at], connection.dialect) for at in places), strict=True
    )
    positional = statement.positiontup is not None
    connection.exec_driver_sql(
        str(statement), list(ready) if positional else [dict(zip(names, row, strict=True)) for row in ready]
    )


def _for_driver(column: Column[Any], values: Iterable[Any], dialect: Dialect) -> Iterable[Any]:
    process = column.type.dialect_impl(dialect).bind_processor(dialect)
    return values if process is None else map(process, values)
