#!/usr/bin/env python3
"""Prints a Spark home with S3A as EMR 7 has it, making it first if need be.

    python3 build-support/spark_home.py "$(python -c 'import pyspark; print(*pyspark.__path__)')"

PySpark's own package is a Spark home with Hadoop 3.3.4 and without S3A. The one made here is the same package with
Hadoop 3.4.1, S3A and the AWS SDK v2 in its place (`spark_home_jars.txt`); everything else is a link into the package.
`SPARK_HOME` in the environment of a Python process makes PySpark start that one. It lives in the user's cache under a
name made of everything it depends on. Runs on the standard library alone.
"""

from __future__ import annotations

import argparse
import fcntl
import hashlib
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from maven_jars import jars
from python_env import cache

JARS = Path(__file__).resolve().parent / "spark_home_jars.txt"
REPLACED = ("hadoop-client-api-", "hadoop-client-runtime-")


def spark_home(pyspark: Path) -> Path:
    """The home made of an installed PySpark package."""
    pyspark = pyspark.resolve()
    more = jars(JARS)
    digest = hashlib.sha256(f"{pyspark}\n{more}\n{(pyspark / 'version.py').read_text()}".encode()).hexdigest()[:12]
    homes = cache() / "spark-homes"
    homes.mkdir(parents=True, exist_ok=True)
    home = homes / digest
    with Path(f"{home}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not home.exists():
            made = Path(tempfile.mkdtemp(dir=homes))
            try:
                make(made, pyspark, more)
                made.rename(home)
            finally:
                shutil.rmtree(made, ignore_errors=True)
    return home


def make(home: Path, pyspark: Path, more: Path) -> None:
    """Fills an empty folder."""
    (home / "bin").symlink_to(pyspark / "bin")
    (home / "jars").mkdir()
    for jar in (pyspark / "jars").iterdir():
        if not jar.name.startswith(REPLACED):
            (home / "jars" / jar.name).symlink_to(jar)
    for jar in more.iterdir():
        (home / "jars" / jar.name).symlink_to(jar)


def main() -> int:
    """Prints one line on standard output; everything else goes to standard error."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pyspark", type=Path, help="folder of the package")
    try:
        print(spark_home(parser.parse_args().pyspark))
    except (OSError, ValueError, subprocess.CalledProcessError) as problem:
        print(f"spark_home: {problem}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
