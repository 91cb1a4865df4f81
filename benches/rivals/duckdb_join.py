"""DuckDB as people write it: one full outer join of all columns, one count for every column."""

from __future__ import annotations

import duckdb

from rivals import duckdb_session as session
from rivals.answer import Answer, differences
from rivals.contest import Pair, Rival, run


def compare(connection: duckdb.DuckDBPyConnection, pair: Pair) -> Answer:
    """One query."""
    columns = session.value_columns(connection, pair)
    in_left, in_right = f'l."{pair.keys[0]}" IS NOT NULL', f'r."{pair.keys[0]}" IS NOT NULL'
    matched = f"{in_left} AND {in_right}"
    any_differs = " OR ".join(session.differs(column) for column in columns)
    query = f"""
        SELECT count(*) FILTER (WHERE NOT ({in_right})),
               count(*) FILTER (WHERE NOT ({in_left})),
               count(*) FILTER (WHERE {matched}),
               count(*) FILTER (WHERE {matched} AND ({any_differs})),
               {session.mismatch_counts(columns, matched)}
        FROM {session.table(pair, "left")} l
        FULL OUTER JOIN {session.table(pair, "right")} r ON {session.key_equality(pair.keys)}"""
    only_left, only_right, both, changed, *mismatches = session.one_row(connection, query)
    return differences(
        only_left=only_left,
        only_right=only_right,
        matched=both,
        changed=changed,
        mismatches=dict(zip(columns, mismatches, strict=True)),
    )


if __name__ == "__main__":
    run(Rival(session.connect, compare))
