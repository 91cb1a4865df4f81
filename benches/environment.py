"""What a measurement depends on: the interpreter of the rivals, the machine, the versions."""

from __future__ import annotations

import hashlib
import json
import os
import platform
import subprocess
import sys
import venv
from pathlib import Path

BENCHES = Path(__file__).resolve().parent
REPOSITORY = BENCHES.parent
CACHE = Path.home() / ".cache" / "spark-parity"
VENV = CACHE / "bench-venv"


def rivals_python() -> Path:
    """The interpreter that has `requirements.txt` installed; installs it when missing or changed."""
    python = VENV / "bin" / "python"
    requirements = BENCHES / "requirements.txt"
    stamp = VENV / "requirements.sha256"
    wanted = hashlib.sha256(requirements.read_bytes()).hexdigest()
    if python.exists() and stamp.exists() and stamp.read_text() == wanted:
        return python
    print(f"installing {requirements.name} into {VENV}", file=sys.stderr)
    if not python.exists():
        venv.create(VENV, with_pip=True, symlinks=True)
    subprocess.run([python, "-m", "pip", "install", "--quiet", "--requirement", requirements], check=True)
    stamp.write_text(wanted)
    return python


def spark_python() -> Path:
    """The interpreter that has `spark-requirements.txt` installed; installs it when missing or changed."""
    command = [sys.executable, REPOSITORY / "build-support" / "python_env.py", BENCHES / "spark-requirements.txt"]
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
    """Our commit and the versions of the rivals, which are imported: that brings their libraries into memory."""
    script = (
        "import json, platform, duckdb, numpy, polars, pyarrow;"
        "print(json.dumps({'python': platform.python_version()}"
        "| {m.__name__: m.__version__ for m in (duckdb, polars, pyarrow, numpy)}))"
    )
    found: dict[str, str] = json.loads(subprocess.check_output([python, "-c", script], text=True))
    return {"spark-parity": _commit(), **found, **(_spark_versions(spark) if spark else {})}


def _spark_versions(python: Path) -> dict[str, str]:
    script = (
        "import json, importlib.metadata as m;"
        "print(json.dumps({name: m.version(name) for name in ('pyspark', 'pyspark-extension', 'datacompy')}))"
    )
    found: dict[str, str] = json.loads(subprocess.check_output([python, "-c", script], text=True))
    java = subprocess.run(["java", "-version"], capture_output=True, text=True, check=False).stderr.splitlines()
    return {**found, "java": java[0].split('"')[1] if java else "none"}


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
