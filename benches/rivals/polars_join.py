"""Polars as people write it: one full join of all columns on the streaming engine, one count for every column."""

from __future__ import annotations

from types import ModuleType

from rivals import polars_session as session
from rivals.answer import Answer, differences
from rivals.contest import Pair, Rival, run


def compare(pl: ModuleType, pair: Pair) -> Answer:
    """One lazy query."""
    left, right = session.scan(pl, pair)
    columns = session.value_columns(left, pair)
    joined = left.with_columns(in_left=pl.lit(True)).join(
        right.with_columns(in_right=pl.lit(True)), on=pair.keys, how="full", coalesce=True, suffix=":right"
    )
    matched = pl.col("in_left").is_not_null() & pl.col("in_right").is_not_null()
    flags = joined.select(
        pl.col("in_right").is_null().alias("only_left"),
        pl.col("in_left").is_null().alias("only_right"),
        matched.alias("matched"),
        *(pl.col(name).ne_missing(pl.col(f"{name}:right")) & matched for name in columns),
    )
    query = flags.select(
        pl.col("only_left", "only_right", "matched").sum(),
        pl.any_horizontal(columns).sum().alias("changed"),
        *(pl.col(name).sum() for name in columns),
    )
    row = query.collect(engine="streaming").row(0, named=True)
    return differences(
        only_left=row["only_left"],
        only_right=row["only_right"],
        matched=row["matched"],
        changed=row["changed"],
        mismatches={name: row[name] for name in columns},
    )


if __name__ == "__main__":
    run(Rival(session.load, compare))
