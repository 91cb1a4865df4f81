"""Frames of whole rows over columns that cannot be read or compared, and over deep ones."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from pyspark.sql import SparkSession
from spark_parity import compare_datasets

from acceptance.parquet_fixtures import write_table


def test_rows_hold_every_column_that_can_be_read_and_void_ones_as_text(spark: SparkSession, tmp_path: Path) -> None:
    void = pa.nulls(1)
    left, right = tmp_path / "left", tmp_path / "right"
    for number, conflict in enumerate((pa.array([1]), pa.array(["x"]))):
        columns = {"id": [number], "v": conflict, "w": [1], "n": void, "a": pa.array([[None]], pa.list_(pa.null()))}
        write_table(left / f"{number}.parquet", columns)
    write_table(right / "0.parquet", {"id": [0], "w": [2], "n": void, "a": pa.array([[None]], pa.list_(pa.null()))})
    output = tmp_path / "output"
    with compare_datasets(str(left), str(right), keys=["id"], exclude=["v"], output=str(output), spark=spark) as result:
        assert not result.equal
        (row,) = result.only_left().collect()
        assert row.asDict() == {"id": 1, "w": 1, "n": None, "a": [None]}
        (row,) = result.changed().collect()
        assert (row.left.w, row.right.w, row.left.n) == (1, 2, None)
    assert spark.read.parquet(str(output / "only_left")).count() == 1


def test_structs_a_thousand_levels_deep_compare_and_stay_out_of_frames(spark: SparkSession, tmp_path: Path) -> None:
    paths = []
    for side, leaf in (("left", 1), ("right", 2)):
        array: pa.Array = pa.array([leaf, leaf], pa.int32())
        for _ in range(1000):
            array = pa.StructArray.from_arrays([array], names=["s"])
        paths.append(str(tmp_path / f"{side}.parquet"))
        pq.write_table(pa.table({"id": [1, 2 + leaf], "v": array, "w": [leaf, leaf]}), paths[-1])
    with compare_datasets(*paths, keys=["id"], spark=spark) as result:
        assert result.counts.changed == 1
        assert sorted(result.mismatched_columns) == ["v" + ".s" * 1000, "w"]
        (row,) = result.only_left().collect()
        assert row.asDict() == {"id": 3, "w": 1}
        (row,) = result.changed().collect()
        assert len(row.columns) == 2
