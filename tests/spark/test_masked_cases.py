"""Cases with values that must come out nowhere: not in a document, a rendering, a message, a frame or a file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from pyspark.sql import SparkSession
from spark_parity import DatasetsDiffer, ParityError, compare_datasets

from acceptance.cases import Case, load_cases
from acceptance.expectations import shown_secrets
from differential.keywords import keyword_arguments
from test_cases import write

FRAMES = ("only_left", "only_right", "changed", "differences", "duplicates")


def outputs(spark: SparkSession, case: Case, left: Path, right: Path, folder: Path) -> Iterator[str]:
    """Everything that a comparison says, as text."""
    try:
        with compare_datasets(
            str(left), str(right), spark=spark, output=str(folder), **keyword_arguments(case.options)
        ) as result:
            yield from (result.to_json(), result.to_markdown(), str(result), repr(result), result._repr_html_())
            yield from (repr(getattr(result, name)().collect()) for name in FRAMES)
            result.to_junit(folder / "junit.xml")
            if not result.passed:
                with pytest.raises(DatasetsDiffer) as differ:
                    result.assert_equal()
                yield str(differ.value)
    except ParityError as error:
        yield f"{error} {error.message} {error.hint}"
    for path in folder.rglob("*"):
        if path.suffix == ".parquet" and not path.name.startswith((".", "_")):
            yield repr(pq.ParquetFile(path).read().to_pylist())
        elif path.is_file():
            yield path.read_bytes().decode("utf-8", errors="replace")


@pytest.mark.parametrize("case", [case for case in load_cases() if "not_in_outputs" in case.expect], ids=str)
def test_no_output_shows_a_masked_value(
    case: Case, spark: SparkSession, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    left = write(tmp_path / "left", case.left, "one_file")
    right = write(tmp_path / "right", case.right, "one_file")
    said = list(outputs(spark, case, left, right, tmp_path / "out"))
    assert len(said) > (0 if "error" in case.expect else len(FRAMES) + 5)
    assert shown_secrets(case.expect, *said, *capfd.readouterr()) == []
