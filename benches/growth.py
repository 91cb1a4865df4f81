#!/usr/bin/env python3
"""Does a comparison of very many files still get planned? 2 × 100,000 files of 100 MB, 15 billion rows together.

    python3 benches/growth.py
    python3 benches/growth.py --files 2000       a minute, to try a change of the benchmark

The files are those of a file system of our own, which gives out one generated file under many names. Spark runs in one
process (`local[2]`) with a heap of 1.5 GiB, so the tasks that read footers share its memory. The run is ended where
planning is: with the first task that would read a row. Prints Markdown.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import environment
from contenders import PACKAGE
from pairs import Pair
from run import generate

_FILES_OF_A_SIDE = 8
_MEBIBYTE = 1 << 20


def main() -> int:
    """Generates the file, plans, prints."""
    options = arguments()
    python, spark_python = environment.rivals_python(), environment.spark_python()
    pair = Pair(options.rows * _FILES_OF_A_SIDE, options.columns, 0.01, 42)
    generate(python, pair, options.data)
    template = sorted((options.data / pair.folder / "left").rglob("*.parquet"))[0]
    with tempfile.TemporaryDirectory(prefix="bench-growth-") as scratch:
        jar = synthetic_files(spark_python, Path(scratch))
        command = ["env", f"PYTHONPATH={PACKAGE}", spark_python, environment.BENCHES / "growth_plan.py"]
        command += [template, str(options.files), jar, str(options.threads), options.heap]
        taken = json.loads(subprocess.check_output(command, text=True).splitlines()[-1])
    splits, partitions = taken["splits"], taken["partitions"]
    all_rows = 2 * options.files * options.rows
    figures = {
        "files": f"{2 * options.files:,} of {template.stat().st_size / 1e6:.0f} MB",
        "rows": f"{all_rows:,}",
        "columns": f"{options.columns}",
        "planned in": f"{taken['plan_s']:.1f} s",
        "memory of the process at most": f"{taken['peak_bytes'] / _MEBIBYTE:,.0f} MiB",
        "splits": f"{splits:,}",
        "match partitions": f"{partitions:,}, {all_rows // partitions:,} rows each",
        "blocks of the first exchange": f"{splits * partitions:,}",
    }
    print(f"{environment.machine()['cpu']}, {options.threads} cores, {datetime.now(UTC):%Y-%m-%d}", end="\n\n")
    print("| | |", "|---|---|", *(f"| {name} | {value} |" for name, value in figures.items()), sep="\n")
    return 0


def synthetic_files(spark_python: Path, folder: Path) -> Path:
    """A jar with the file system."""
    where = [spark_python, "-c", "import pyspark; print(*pyspark.__path__)"]
    jars = Path(subprocess.check_output(where, text=True).strip()) / "jars"
    classes = folder / "classes"
    sources = sorted((environment.BENCHES / "java").glob("*.java"))
    javac = shutil.which("javac") or sys.exit("javac is missing: install a JDK 17")
    command = [javac, "-nowarn", "--release", "8", "-cp", f"{jars}/*", "-d", str(classes), *map(str, sources)]
    subprocess.run(command, check=True, stderr=subprocess.DEVNULL)
    jar = folder / "synthetic-files.jar"
    with zipfile.ZipFile(jar, "w") as archive:
        for path in sorted(classes.rglob("*.class")):
            archive.write(path, path.relative_to(classes))
    return jar


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--files", type=int, default=100_000, help="files of each side")
    parser.add_argument("--rows", type=int, default=75_000, help="rows of each file")
    parser.add_argument("--columns", type=int, default=200)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--heap", default="1536m", help="heap of the driver")
    parser.add_argument("--data", type=Path, default=environment.CACHE / "bench", help="where the pairs are")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
