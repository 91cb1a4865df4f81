"""Spark plugins that make tasks fail or wait, or do something before a job; compiled when they are first needed."""

from __future__ import annotations

import subprocess
import zipfile
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

import pyspark

FAILS_FIRST_ATTEMPTS = "org.sparkparity.faults.FailsFirstAttempts"
BEFORE_JOBS = "org.sparkparity.faults.BeforeJobs"
SLOW_TASKS = "org.sparkparity.faults.SlowTasks"


@cache
def faults_jar() -> Path:
    """A jar with the plugins."""
    folder = Path(mkdtemp(prefix="parity-faults-"))
    classes = folder / "classes"
    jars = Path(pyspark.__file__).parent / "jars"
    sources = sorted((Path(__file__).parent / "java").glob("*.java"))
    command = ["javac", "-nowarn", "--release", "8", "-cp", f"{jars}/*", "-d", str(classes), *map(str, sources)]
    subprocess.run(command, check=True)
    jar = folder / "faults.jar"
    with zipfile.ZipFile(jar, "w") as archive:
        for path in sorted(classes.rglob("*.class")):
            archive.write(path, path.relative_to(classes))
    return jar
