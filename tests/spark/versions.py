"""The Spark on which tests run."""

from __future__ import annotations

import pyspark

_MAJOR, _MINOR, *_ = pyspark.__version__.split(".")
SPARK = (int(_MAJOR), int(_MINOR))
