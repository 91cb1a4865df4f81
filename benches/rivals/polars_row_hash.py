"""Polars with row hashes: join keys and a 64-bit hash of every row, then read the changed rows once more."""

from __future__ import annotations

from types import ModuleType

from rivals import polars_session as session
from rivals.answer import Answer, differences
from rivals.contest import Pair, Rival, run


def compare(pl: ModuleType, pair: Pair) -> Answer:
    """Hash scan, join of hashes, second pass."""
    left, right = session.scan(pl, pair)
    columns = session.value_columns(left, pair)
    with pair.phase("hash_scan"):
        left_hashes, right_hashes = (
            side.select(*pair.keys, row_hash=pl.struct(columns).hash(seed=1)).collect(engine="streaming")
            for side in (left, right)
        )
    with pair.phase("join"):
        joined = left_hashes.join(right_hashes, on=pair.keys, how="full", coalesce=True, suffix=":right")
        only_left = joined["row_hash:right"].null_count()
        only_right = joined["row_hash"].null_count()
        # A comparison with a null is null, which keeps the rows of one side only out.
        changed_keys = joined.filter(pl.col("row_hash") != pl.col("row_hash:right")).select(pair.keys)
    with pair.phase("second_pass"):
        left_changed, right_changed = (
            side.join(changed_keys.lazy(), on=pair.keys, how="semi") for side in (left, right)
        )
        query = left_changed.join(right_changed, on=pair.keys, suffix=":right").select(
            pl.len().alias("changed"),
            *(pl.col(name).ne_missing(pl.col(f"{name}:right")).sum() for name in columns),
        )
        row = query.collect(engine="streaming").row(0, named=True)
    return differences(
        only_left=only_left,
        only_right=only_right,
        matched=joined.height - only_left - only_right,
        changed=row["changed"],
        mismatches={name: row[name] for name in columns},
    )


if __name__ == "__main__":
    run(Rival(session.load, compare))
