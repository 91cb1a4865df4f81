"""DataFusion Comet set up for a contest."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

BENCHES = Path(__file__).resolve().parent.parent
sys.path.append(str(BENCHES.parent / "build-support"))

from maven_jars import jars  # noqa: E402


def settings() -> Mapping[str, str]:
    """What Comet's guide asks for."""
    (jar,) = jars(BENCHES / "comet-jars.txt").iterdir()
    return {
        "spark.jars": str(jar),
        "spark.driver.extraClassPath": str(jar),
        "spark.executor.extraClassPath": str(jar),
        "spark.plugins": "org.apache.spark.CometPlugin",
        "spark.shuffle.manager": "org.apache.spark.sql.comet.execution.shuffle.CometShuffleManager",
        "spark.memory.offHeap.enabled": "true",
        "spark.memory.offHeap.size": "6g",
    }
