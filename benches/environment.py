"""What a measurement depends on: the interpreter of the rivals, the machine, the versions."""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
from pathlib import Path

BENCHES = Path(__file__).resolve().parent
REPOSITORY = BENCHES.parent
# What the scripts need beside a Spark.
WITHOUT_RIVALS = ("numpy", "pandas", "pyarrow")
CACHE = Path.home() / ".cache" / "spark-parity"


def rivals_python() -> Path:
    """The interpreter that has `requirements.txt` installed; makes its environment when it is missing."""
    return _python("requirements.txt")


def spark_python(line: str = "3.5") -> Path:
    """The interpreter that has `spark-requirements.txt` installed; makes its environment when it is missing. For 4 it
    has the newest Spark of the tests, and no rivals."""
    if line == "3.5":
        return _python("spark-requirements.txt")
    return _python("spark-requirements.txt", "--spark", "newest", "--only", "pyspark", *WITHOUT_RIVALS)


def _python(requirements: str, *options: str) -> Path:
    script = REPOSITORY / "build-support" / "python_env.py"
    command = [sys.executable, str(script), str(BENCHES / requirements), *options]
    return Path(subprocess.check_output(command, text=True).strip()) / "python"


def machine() -> dict[str, object]:
    """The machine, and how busy it is before the first run."""
    return {
        "cpu": _cpu_name(),
        "cores": len(os.sched_getaffinity(0)),
        "memory_bytes": os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"),
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        "load_before": round(os.getloadavg()[0], 2),
    }


def versions(python: Path, spark: Path | None) -> dict[str, str]:
    """Our commit and the versions of the rivals, which are loaded once: that brings them into memory."""
    found = _installed(python, ["duckdb", "polars", "compara", "venn-bin", "pyarrow"])
    subprocess.run([python, "-c", "import duckdb, polars"], check=True)
    for command in ("compara", "venn"):
        subprocess.run([python.parent / command, "--version"], check=True, stdout=subprocess.DEVNULL)
    if spark:
        found |= _installed(spark, ["pyspark", "pyspark-extension", "datacompy"])
        jars = (BENCHES / "comet-jars.txt").read_text().splitlines()
        found["comet"] = jars[-1].rpartition(":")[2]
        java = subprocess.run(["java", "-version"], capture_output=True, text=True, check=False).stderr.splitlines()
        found["java"] = java[0].split('"')[1] if java else "none"
    return {"spark-parity": _commit(), "python": platform.python_version(), **found}


def _installed(python: Path, names: list[str]) -> dict[str, str]:
    script = (
        "import json, sys, importlib.metadata as m; here = {d.name for d in m.distributions()};"
        "print(json.dumps({name: m.version(name) for name in sys.argv[1:] if name in here}))"
    )
    found: dict[str, str] = json.loads(subprocess.check_output([python, "-c", script, *names], text=True))
    return found


def _commit() -> str:
    described = subprocess.run(
        ["git", "describe", "--always", "--dirty", "--abbrev=12"],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=False,
    )
    return described.stdout.strip() or "unknown"


def _cpu_name() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or "unknown"
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or "unknown"
