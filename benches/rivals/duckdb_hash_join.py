"""DuckDB joining one hash of every row on the keys: how many rows differ, and not in which columns."""

from __future__ import annotations

import duckdb

from rivals import duckdb_session as session
from rivals.answer import Answer, differences
from rivals.contest import Pair, Rival, run


def compare(connection: duckdb.DuckDBPyConnection, pair: Pair) -> Answer:
    """One query."""
    keys, columns = session.named(pair.keys), session.named(session.value_columns(connection, pair))
    left, right = (
        f"(SELECT {keys}, hash({columns}) AS row_hash FROM {session.table(pair, side)})" for side in ("left", "right")
    )
    only_left, only_right, matched, changed = session.one_row(
        connection,
        f"""SELECT count(*) FILTER (WHERE r.row_hash IS NULL),
                   count(*) FILTER (WHERE l.row_hash IS NULL),
                   count(*) FILTER (WHERE l.row_hash IS NOT NULL AND r.row_hash IS NOT NULL),
                   count(*) FILTER (WHERE l.row_hash <> r.row_hash)
            FROM {left} l FULL OUTER JOIN {right} r ON {session.key_equality(pair.keys)}""",
    )
    return differences(only_left=only_left, only_right=only_right, matched=matched, changed=changed, mismatches=None)


if __name__ == "__main__":
    run(Rival(session.connect, compare))
