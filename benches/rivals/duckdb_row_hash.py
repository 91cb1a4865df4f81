"""DuckDB with row hashes: join keys and a 64-bit hash of every row, then read the changed rows once more."""

from __future__ import annotations

import duckdb

from rivals import duckdb_session as session
from rivals.answer import Answer, differences
from rivals.contest import Pair, Rival, run


def compare(connection: duckdb.DuckDBPyConnection, pair: Pair) -> Answer:
    """Hash scan, join of hashes, second pass."""
    columns = session.value_columns(connection, pair)
    keys, on_keys = session.named(pair.keys), session.key_equality(pair.keys)
    with pair.phase("hash_scan"):
        for side in ("left", "right"):
            connection.execute(
                f"CREATE TEMP TABLE {side}_hashes AS "
                f"SELECT {keys}, hash({session.named(columns)}) AS row_hash FROM {session.table(pair, side)}"
            )
    with pair.phase("join"):
        only_left, only_right, matched = session.one_row(
            connection,
            f"""SELECT count(*) FILTER (WHERE r.row_hash IS NULL),
                       count(*) FILTER (WHERE l.row_hash IS NULL),
                       count(*) FILTER (WHERE l.row_hash IS NOT NULL AND r.row_hash IS NOT NULL)
                FROM left_hashes l FULL OUTER JOIN right_hashes r ON {on_keys}""",
        )
        connection.execute(
            f"""CREATE TEMP TABLE changed AS SELECT {session.named(pair.keys, "l.")}
                FROM left_hashes l JOIN right_hashes r ON {on_keys} WHERE l.row_hash <> r.row_hash"""
        )
    with pair.phase("second_pass"):
        left, right = (
            f"(SELECT x.* FROM {session.table(pair, side)} x SEMI JOIN changed USING ({keys}))"
            for side in ("left", "right")
        )
        changed, *mismatches = session.one_row(
            connection,
            f"SELECT count(*), {session.mismatch_counts(columns)} FROM {left} l JOIN {right} r ON {on_keys}",
        )
    return differences(
        only_left=only_left,
        only_right=only_right,
        matched=matched,
        changed=changed,
        mismatches=dict(zip(columns, mismatches, strict=True)),
    )


if __name__ == "__main__":
    run(Rival(session.connect, compare))
