#!/usr/bin/env python3
"""Writes a pair of Parquet datasets that differ in known ways, and the ground truth beside them.

    python benches/generate.py --rows 1000000 --out FOLDER
    python benches/generate.py --shape tall --columns 8 --rows 10000000 --out FOLDER

gives FOLDER/left/*.parquet, FOLDER/right/*.parquet and FOLDER/truth.json (written last). The same parameters give the
same data, whatever the number of workers; a folder that already holds it is left as it is. A worker holds one row
group at a time, so memory does not grow with the rows: about 0.5 GiB a worker at 200 columns.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import shutil
import sys
import time
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from columns import Column
from difference_plan import DifferencePlan, Part, plan_differences
from shapes import SHAPES

# To be raised whenever the same parameters give other data.
FORMAT = 2


@dataclass(frozen=True)
class Parameters:
    """Everything the data depends on."""

    shape: str
    rows: int
    columns: int
    changed: float
    only: float
    files: int
    row_group: int
    codec: str
    seed: int
    one_key: bool = False

    def __post_init__(self) -> None:
        if self.rows < 0 or self.files < 1 or self.row_group < 1:
            raise ValueError("rows must not be negative; files and row groups hold at least one")
        if self.columns <= len(self.keys):
            raise ValueError(f"--columns counts the keys: at least {len(self.keys) + 1} for {self.shape}")
        if not (0 <= self.changed <= 1 and 0 <= self.only <= 1):
            raise ValueError("--changed and --only are shares between 0 and 1")

    @property
    def keys(self) -> tuple[str, ...]:
        """The names of the keys."""
        return SHAPES[self.shape].keys

    def value_columns(self) -> list[Column]:
        """Columns that are not keys."""
        return SHAPES[self.shape].value_columns(self.columns - len(self.keys))


@dataclass(frozen=True)
class WrittenFile:
    """Sizes of one file."""

    side: str
    bytes: int
    arrow_bytes: int


def generate(parameters: Parameters, out: Path, workers: int) -> dict[str, Any]:
    """Writes the pair unless it is there, and returns the truth."""
    if (truth := existing_truth(parameters, out)) is not None:
        return truth
    (out / "truth.json").unlink(missing_ok=True)
    for side in ("left", "right"):
        shutil.rmtree(out / side, ignore_errors=True)
        (out / side).mkdir(parents=True)
    columns = len(parameters.value_columns())
    plan = plan_differences(parameters.rows, columns, parameters.only, parameters.changed, parameters.seed)
    # Not forked: Arrow's threads do not survive a fork.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, mp_context=context) as pool:
        writes = [pool.submit(write_part, parameters, part, out) for part in plan.parts(parameters.files)]
        written = [write.result() for write in writes]
    truth = ground_truth(parameters, plan, written)
    unfinished = out / "truth.json.unfinished"
    unfinished.write_text(json.dumps(truth, indent=1) + "\n")
    unfinished.rename(out / "truth.json")
    return truth


def existing_truth(parameters: Parameters, out: Path) -> dict[str, Any] | None:
    """The truth of a folder that already holds this pair, all of it."""
    try:
        truth: dict[str, Any] = json.loads((out / "truth.json").read_text())
    except (FileNotFoundError, json.JSONDecodeError):
        return None
    same = truth.get("format") == FORMAT and truth["parameters"] == asdict(parameters)
    if not same or any(_folder_bytes(out / side) != truth["bytes"][side] for side in ("left", "right")):
        return None
    return truth


def write_part(parameters: Parameters, part: Part, out: Path) -> WrittenFile:
    """Writes one file, a row group at a time."""
    path = out / part.side / f"part-{part.number:05d}.parquet"
    columns = parameters.value_columns()
    names = [*parameters.keys, *(column.name for column in columns)]
    writer: pq.ParquetWriter | None = None
    arrow_bytes = 0
    # An empty file has one row group of no rows, so that it has a schema.
    for start in range(0, max(len(part.rows), 1), parameters.row_group):
        rows = part.rows[start : start + parameters.row_group]
        changed = part.changed.between(start, start + len(rows)).by_column(len(columns))
        values = [column.array(parameters.seed, rows, places) for column, places in zip(columns, changed, strict=True)]
        keys = SHAPES[parameters.shape].key_arrays(np.zeros_like(rows) if parameters.one_key else rows)
        table = pa.table([*keys, *values], names=names)
        arrow_bytes += table.nbytes
        if writer is None:
            writer = pq.ParquetWriter(path, table.schema, compression=parameters.codec, store_decimal_as_integer=True)
        writer.write_table(table, row_group_size=parameters.row_group)
    if writer is not None:
        writer.close()
    return WrittenFile(part.side, path.stat().st_size, arrow_bytes)


def ground_truth(parameters: Parameters, plan: DifferencePlan, written: Iterable[WrittenFile]) -> dict[str, Any]:
    """What a comparison must find; `counts` as in the result document."""
    columns = parameters.value_columns()
    mismatches: dict[str, int] = {}
    leaf_mismatches: dict[str, int] = {}
    for column, places in zip(columns, plan.changed.by_column(len(columns)), strict=True):
        mismatches[column.name] = len(places)
        leaf_mismatches |= column.leaf_mismatches(parameters.seed, plan.right_rows[places])
    matched, changed, only = parameters.rows - plan.only, plan.changed_rows, plan.only
    identical = matched - changed
    duplicates = {}
    if parameters.one_key:
        # Every row that has no identical one is paired with some other one.
        matched, changed, only = parameters.rows, changed + only, 0
        duplicates = {"duplicate_keys_left": 1, "duplicate_keys_right": 1}
    files = list(written)
    sides = ("left", "right")
    return {
        "format": FORMAT,
        "parameters": asdict(parameters),
        "keys": list(parameters.keys),
        "counts": {
            "left": parameters.rows,
            "right": parameters.rows,
            "matched": matched,
            "identical": identical,
            "changed": changed,
            "only_left": only,
            "only_right": only,
            **duplicates,
        },
        "changed_cells": len(plan.changed.places),
        # Which rows of one key are paired, and so which cells differ, is for the comparison to say.
        "mismatches": None if parameters.one_key else mismatches,
        # The same by leaves: the fields of structs are columns of their own.
        "leaf_mismatches": None if parameters.one_key else leaf_mismatches,
        "bytes": {side: sum(file.bytes for file in files if file.side == side) for side in sides},
        "arrow_bytes": {side: sum(file.arrow_bytes for file in files if file.side == side) for side in sides},
    }


def _folder_bytes(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.glob("*.parquet"))


def parse_arguments(arguments: list[str] | None = None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shape", default="wide", choices=SHAPES)
    parser.add_argument("--rows", type=int, default=1_000_000, help="rows of a side")
    parser.add_argument("--columns", type=int, default=200, help="columns, the keys among them")
    parser.add_argument("--changed", type=float, default=0.01, help="share of matching rows with 1-3 changed cells")
    parser.add_argument("--only", type=float, default=0.005, help="share of a side's rows that the other side lacks")
    parser.add_argument("--one-key", action="store_true", help="all rows under one key; its changed rows pair anew")
    parser.add_argument("--files", type=int, default=8, help="files of a side")
    parser.add_argument("--row-group", type=int, help="most rows of a row group (default: by shape)")
    parser.add_argument("--codec", default="snappy", choices=["snappy", "zstd", "gzip", "lz4", "brotli", "none"])
    parser.add_argument("--seed", type=int, default=42)
    parser.add_argument("--workers", type=int, default=len(os.sched_getaffinity(0)), help="processes that write")
    parser.add_argument("--out", type=Path, required=True)
    return parser.parse_args(arguments)


def main() -> int:
    """Generates and says what there is."""
    options = parse_arguments()
    try:
        parameters = Parameters(
            shape=options.shape,
            rows=options.rows,
            columns=options.columns,
            changed=options.changed,
            only=options.only,
            files=options.files,
            row_group=options.row_group or SHAPES[options.shape].row_group,
            codec=options.codec,
            seed=options.seed,
            one_key=options.one_key,
        )
    except ValueError as problem:
        print(f"generate: {problem}", file=sys.stderr)
        return 2
    start = time.perf_counter()
    truth = generate(parameters, options.out, options.workers)
    megabytes = sum(truth["bytes"].values()) / 1e6
    seconds = time.perf_counter() - start
    print(f"{options.out}: {truth['counts']}, {megabytes:.0f} MB on disk, {seconds:.1f} s", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
