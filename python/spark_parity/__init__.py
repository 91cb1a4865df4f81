"""Compares two datasets exactly, on Spark.

>>> from spark_parity import compare_datasets
>>> result = compare_datasets("old/", "new/", keys=["id", "day"])  # doctest: +SKIP
>>> print(result)  # doctest: +SKIP

This package is thin: it checks and passes on what the caller said, runs one query over a table function, and wraps
what comes back. Every rule of the comparison lives in the native library inside the jar that the package carries.
"""

from ._version import __version__
from .comparison import compare_datasets
from .errors import DatasetsDiffer, ParityError
from .options import Tolerance
from .result import (
    Column,
    ComparisonResult,
    Counts,
    Sample,
    Schema,
    TypeChange,
)

__all__ = [
    "Column",
    "ComparisonResult",
    "Counts",
    "DatasetsDiffer",
    "ParityError",
    "Sample",
    "Schema",
    "Tolerance",
    "TypeChange",
    "__version__",
    "compare_datasets",
]
