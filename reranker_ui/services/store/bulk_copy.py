"""Many rows into a table of PostgreSQL by COPY, which is faster than INSERT."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa


def copy_rows(
    connection: sa.Connection,
    table: sa.Table,
    columns: Sequence[str],
    rows: Sequence[Sequence[Any]],
) -> None:
    """Append `rows`, the values of `columns` each, within the transaction of `connection`.

    Raises what SQLAlchemy raises for an INSERT.
    """
    import psycopg

    quote = connection.dialect.identifier_preparer.quote
    statement = f"COPY {quote(table.name)} ({', '.join(map(quote, columns))}) FROM STDIN"
    driver: Any = connection.connection.driver_connection
    try:
        with driver.cursor() as cursor, cursor.copy(statement) as copy:
            for row in rows:
                copy.write_row(row)
    except psycopg.Error as error:
        wrapped = sa.exc.DBAPIError.instance(statement, None, error, psycopg.Error)
        raise wrapped from error
