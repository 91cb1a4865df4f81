"""What a comparison found: the members of the result document, and lazy DataFrames over the rows behind it.

The document is kept as it was written; every member is read from it, so a result can never say something else than the
document does. Its renderings came with it, made where all of them are made (`native/report`), and need neither the run
nor the session any more. The lazy frames are served by the run, which the session holds until `close()`, or until
neither the result nor a frame of it is in use any more.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from functools import cached_property
from types import TracebackType
from typing import TYPE_CHECKING, Any, NoReturn, Optional, TypeVar

from . import query
from .errors import DatasetsDiffer, ParityError, raised_by_frames_too
from .files import write_text
from .options import Path
from .releasing import Holding, released_with
from .session import is_connect
from .terminal import colour, look, plain, sayable

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

_Member = TypeVar("_Member")

# A row's key (or, without keys, the row) as text; null is None.
Key = Mapping[str, Optional[str]]


@dataclass(frozen=True)
class Counts:
    """The rows, counted."""

    def __bool__(self) -> bool:
        raise ValueError("the truth value of Counts is ambiguous: use one of its members, such as .changed")

    left: int
    right: int
    matched: int
    identical: int
    changed: int
    only_left: int
    only_right: int
    duplicate_keys_left: int
    duplicate_keys_right: int
    null_keys_left: int
    null_keys_right: int


@dataclass(frozen=True)
class TypeChange:
    """A column on both sides whose type differs."""

    name: str
    left_type: str
    right_type: str


@dataclass(frozen=True)
class Schema:
    """How the columns of both sides meet."""

    def __bool__(self) -> bool:
        raise ValueError(
            "the truth value of a Schema is ambiguous: use .only_left, .only_right and .type_changes, which are empty "
            "where the schemas do not differ"
        )

    common: list[str]
    only_left: list[str]
    only_right: list[str]
    type_changes: list[TypeChange]


@dataclass(frozen=True)
class Sample:
    """A changed cell, values as Spark shows them."""

    key: Key
    left: str | None
    right: str | None
    # Where a value is not shown whole: the first character that is shown, and both lengths.
    cut: Mapping[str, int | None] | None = None
    # Samples of one row have the same number.
    row: int | None = None


@dataclass(frozen=True)
class Column:
    """A compared column. All digits of `max_difference` stand in the document; here it is a Python number.

    A masked column has counts and no values.
    """

    name: str
    left_type: str
    right_type: str
    mismatches: int
    rate: float
    null_left: int
    null_right: int
    max_difference: int | float | None
    relaxed: int
    causes: dict[str, int]
    samples: list[Sample]
    masked: bool = False
    distances: Mapping[str, Any] | None = None
    changes: Mapping[str, Any] | None = None
    texts: Mapping[str, Any] | None = None


def _known(cls: type[_Member], members: Mapping[str, Any]) -> _Member:
    """A member of a document. Later documents may say more than this version knows."""
    return cls(**{field.name: members[field.name] for field in fields(cls) if field.name in members})  # type: ignore[arg-type]


class ComparisonResult:
    """The result of `compare_datasets`. Close it, or use it in a `with` block, to free what the lazy members hold."""

    def __init__(self, spark: SparkSession, run_id: str, answer: query.Answer) -> None:
        self._spark = spark
        self._answer = answer
        self._holding = Holding(spark, run_id)
        self._release = released_with(self, self._holding)
        self._closed = False

    @property
    def equal(self) -> bool:
        """Whether there is no difference at all."""
        return bool(self._document["equal"])

    @property
    def passed(self) -> bool:
        """Whether the differences are within the thresholds; without any, whether there are none."""
        return bool(self._document["passed"])

    @cached_property
    def counts(self) -> Counts:
        """The rows, counted."""
        return Counts(**self._document["counts"])

    @cached_property
    def schema(self) -> Schema:
        """How the columns of both sides meet."""
        schema = self._document["schema"]
        changes = [TypeChange(**change) for change in schema["type_changes"]]
        return Schema(schema["common"], schema["only_left"], schema["only_right"], changes)

    @cached_property
    def columns(self) -> list[Column]:
        """The compared columns, in left schema order."""
        return [
            _known(Column, {**column, "samples": [_known(Sample, sample) for sample in column["samples"]]})
            for column in self._document["columns"]
        ]

    @property
    def mismatched_columns(self) -> list[str]:
        """Names of the columns with at least one mismatch, worst first."""
        return list(self._document["mismatched_columns"])

    @property
    def warnings(self) -> list[str]:
        """What the reader must know."""
        return list(self._document["warnings"])

    def only_left(self) -> DataFrame:
        """The rows on the left only, whole."""
        return self._frame("only_left")

    def only_right(self) -> DataFrame:
        """The rows on the right only, whole."""
        return self._frame("only_right")

    def changed(self) -> DataFrame:
        """The changed rows: keys, the names of the changed columns, and both rows as structs."""
        return self._frame("changed")

    def differences(self) -> DataFrame:
        """The changed cells: keys, column, both values as text, cause."""
        return self._frame("differences")

    def duplicates(self) -> DataFrame:
        """The keys with more than one row on a side, with their number of rows."""
        return self._frame("duplicates")

    def to_dict(self) -> dict[str, Any]:
        """The result document; the caller's to change."""
        document: dict[str, Any] = json.loads(self._answer.document)
        return document

    def to_json(self, path: Path | None = None) -> str:
        """The result document as JSON text, also written to `path`: a local one, or with a scheme a Hadoop one."""
        if path is not None:
            write_text(self._spark, path, self._answer.document + "\n")
        return self._answer.document

    def to_markdown(self) -> str:
        """The result for a pull request."""
        return self._answer.renderings["markdown"]

    def to_junit(self, path: Path) -> None:
        """Writes the result for a CI server, to a local path or, with a scheme, to a Hadoop one."""
        write_text(self._spark, path, self._answer.renderings["junit"])

    def report(self, path: Path) -> None:
        """Writes the page that people open: one HTML file that needs no network, to a local path or, with a scheme, to
        a Hadoop one. A file that is there is replaced. From then on the printed summary and the notebook's panel say
        where it is."""
        if self._closed:
            raise ParityError(
                "BAD_OPTION", "report() was called on a closed result", "call it before close(), or compare again"
            )
        page, renderings = query.page(self._spark, self._holding.run_id, look(os.fspath(path)))
        write_text(self._spark, path, page)
        self._answer = replace(self._answer, renderings=renderings)

    @cached_property
    def run(self) -> dict[str, Any]:
        """What is no part of the answer: versions, times, and what was read (docs/result-document.md). It differs from
        run to run."""
        run: dict[str, Any] = json.loads(self._answer.run)
        return run

    def assert_equal(self) -> None:
        """Raises `DatasetsDiffer` when the datasets differ (beyond the thresholds)."""
        if not self.passed:
            raise DatasetsDiffer(plain(self._answer.renderings["text"]))

    def close(self) -> None:
        """Frees what the lazy members hold; the members of the document stay. Closing twice does no harm."""
        if not self._closed:
            self._closed = True
            self._holding.end()
            self._release.detach()

    def __enter__(self) -> ComparisonResult:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def __reduce__(self) -> NoReturn:
        raise ParityError(
            "BAD_OPTION",
            "a result cannot be copied or pickled: its frames belong to the session that made it",
            "take to_dict() or to_json(), which hold all that it says",
        )

    def __bool__(self) -> bool:
        # An object is true unless it says otherwise: `assert compare_datasets(…)` would hold whatever was found.
        raise ValueError(
            "the truth value of a ComparisonResult is ambiguous: use .equal or .passed, or call assert_equal()"
        )

    def __str__(self) -> str:
        text = self._answer.renderings["text"].rstrip("\n")
        return sayable(text if colour() else plain(text))

    def __repr__(self) -> str:
        counts = self.counts
        verdict = "equal" if self.equal else "different, within the thresholds" if self.passed else "different"
        return (
            f"<ComparisonResult {verdict}: {counts.identical} identical, "
            f"{counts.changed} changed, {counts.only_left} only left, {counts.only_right} only right>"
        )

    def _repr_html_(self) -> str:
        return self._answer.renderings["notebook"]

    @cached_property
    def _document(self) -> dict[str, Any]:
        return self.to_dict()

    def _frame(self, name: str) -> DataFrame:
        if self._closed:
            raise ParityError(
                "BAD_OPTION", f"{name}() was called on a closed result", "call it before close(), or compare again"
            )
        self._holding.gave_frames = True
        raised_by_frames_too(connect=is_connect(self._spark))
        return query.table_function(self._spark, "parity_frame", run=self._holding.run_id, frame=name)
