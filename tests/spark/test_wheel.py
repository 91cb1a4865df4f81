"""The wheel, installed into an environment of its own: package, jar and library arrive together."""

from __future__ import annotations

import subprocess
import sys
import venv
from pathlib import Path

import pyspark

from acceptance.parquet_fixtures import numbers
from differential.command import REPOSITORY
from spark.processes import run_python


def test_a_comparison_runs_from_the_installed_wheel_alone(tmp_path: Path) -> None:
    subprocess.run([REPOSITORY / "build-support" / "wheel"], check=True, timeout=300)
    (wheel,) = (REPOSITORY / "python" / "dist").glob("*.whl")
    assert wheel.name.endswith("-py3-none-any.whl")
    fresh = tmp_path / "a fresh environment"
    venv.create(fresh, symlinks=True)
    python = fresh / "bin" / "python"
    install = [sys.executable, "-m", "pip", "--python", python, "install", "--quiet", "--no-index", "--no-deps", wheel]
    subprocess.run(install, check=True, timeout=120)
    program = """
    import sys, spark_parity
    from spark_parity import compare_datasets
    assert sys.prefix in spark_parity.__file__, spark_parity.__file__
    with compare_datasets(*sys.argv[1:], keys=["id"]) as result:
        print(result.counts.changed, result.changed().count(), spark_parity.__version__)
    """
    pair = [numbers(tmp_path / "a.parquet"), numbers(tmp_path / "b.parquet", last=4)]
    # PySpark is the cluster's: found beside, not installed with it.
    site = tmp_path / "site"
    site.mkdir()
    for package in ("pyspark", "py4j"):
        (site / package).symlink_to(Path(pyspark.__file__).parents[1] / package)
    ended = run_python(program, *pair, python=python, paths=[str(site)], cwd=tmp_path)
    assert ended.status == 0, ended.stderr
    assert ended.stdout.split() == ["1", "1", "0.1.0"]
