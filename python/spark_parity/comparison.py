"""`compare_datasets`: the one call."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Union

from .options import Dataset, Number, Path, Tolerance, names, run_options
from .query import run
from .result import ComparisonResult
from .session import session_for
from .terminal import look

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

AnyTolerance = Union[Number, timedelta, Tolerance]


def compare_datasets(
    left: Dataset,
    right: Dataset,
    keys: Sequence[str] | Mapping[str, str] | None = None,
    spark: SparkSession | None = None,
    columns: Sequence[str] | None = None,
    exclude: Sequence[str] | None = None,
    rename: Mapping[str, str] | None = None,
    where: str | None = None,
    left_where: str | None = None,
    right_where: str | None = None,
    tolerance: AnyTolerance | Mapping[str, AnyTolerance] | None = None,
    text: Mapping[str, Sequence[str]] | Sequence[str] | None = None,
    null_equals: Any = None,
    unordered: Sequence[str] | None = None,
    duplicates: str = "pair",
    thresholds: Mapping[str, Any] | None = None,
    samples: int = 20,
    report_rows: int = 1000,
    mask: Sequence[str] | None = None,
    output: Path | None = None,
) -> ComparisonResult:
    """Compares two datasets and returns what differs.

    A side is a path, a list of paths, or the name of a table; text with a slash or a scheme, or that names an existing
    file, is a path. `keys` are the columns that tell which rows belong together, as a list or, where the sides name
    them differently, as `{"left name": "right name"}`; without keys both sides are compared as multisets of rows.

    `columns` limits the comparison to these columns (and the keys), `exclude` leaves columns out, `rename` says which
    left column is which right column. `where` is a SQL predicate that says which rows of both sides are compared, in
    the names of each side; `left_where` and `right_where` are for one side.

    Values that differ count as equal within a `tolerance` (a number, a `Tolerance`, or either by column), after `text`
    rules (`trim`, `collapse_spaces`, `ignore_case`, `normalize`), or where null faces what `null_equals` says that it
    stands for. Each is given for a column, for a type (`"type:double"`) or for all (`"*"` or bare). `unordered` names
    arrays whose elements may stand in any order. `thresholds` are the shares of differing rows and cells with which the
    result still passes.

    `duplicates="fail"` refuses keys that occur more than once, instead of pairing
    their rows. `samples` examples are kept for each column and each kind of difference, and the page of the result
    shows `report_rows` rows of each kind. `output` is a folder on any Hadoop file system, for the page, the result
    document and the differences as Parquet.

    `mask` names columns that are compared like all others while their values are shown nowhere: not in the result, its
    frames and files, nor in messages.

    Without `spark`, the active session is used, or one is started. Raises `ParityError` when the datasets cannot be
    compared.
    """
    options = run_options(
        left=left,
        right=right,
        keys=keys,
        columns=columns,
        exclude=exclude,
        rename=rename,
        filters={"where": where, "left_where": left_where, "right_where": right_where},
        rules={
            "tolerance": Tolerance(time=tolerance) if isinstance(tolerance, timedelta) else tolerance,
            "text": text,
            "null_equals": null_equals,
            "unordered": unordered,
            "thresholds": thresholds,
            "mask": None if mask is None else names("mask", mask),
        },
        duplicates=duplicates,
        samples=samples,
        report_rows=report_rows,
        output=output,
    )
    run_id = str(uuid.uuid4())
    session = session_for(spark)
    answer = run(session, {"id": run_id, "look": look(), **options})
    return ComparisonResult(session, run_id, answer)
