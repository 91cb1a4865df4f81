"""DuckDB hashing every column of every row of both sides: its counterpart of our fingerprint step."""

from __future__ import annotations

import duckdb

from rivals import duckdb_session as session
from rivals.answer import Answer, RowsRead
from rivals.contest import Pair, Rival, run


def compare(connection: duckdb.DuckDBPyConnection, pair: Pair) -> Answer:
    """One hash of each row, folded so that nothing is kept."""
    columns = session.named([*pair.keys, *session.value_columns(connection, pair)])
    rows = []
    for side in ("left", "right"):
        query = f"SELECT count(*), bit_xor(hash({columns})) FROM {session.table(pair, side)}"
        rows.append(session.one_row(connection, query)[0])
    return RowsRead(*rows)


if __name__ == "__main__":
    run(Rival(session.connect, compare))
