"""Records what comparisons answer, to see whether two builds answer the same, byte for byte.

    python tests/differential/record.py --pairs 320 --seed 4000 --into FOLDER

Of each random pair a file holds the document, the printed summary, the Markdown, the JUnit file and the notebook's
HTML, and the rows of all frames in order; or the error. Run it in a checkout of either build, each with its own jar,
and compare the folders with `diff -r`.
"""

from __future__ import annotations

import argparse
import random
import shutil
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "python"))

from pyspark.sql import DataFrame, SparkSession
from spark_parity import ParityError

from differential.keywords import expressible
from differential.on_spark import compared, start
from differential.seeded import written_pair

FRAMES = ("only_left", "only_right", "changed", "differences", "duplicates")


def _answer(spark: SparkSession, seed: int, folder: Path) -> list[str]:
    rng = random.Random(seed)
    left, right, options = written_pair(seed, rng, folder)
    try:
        with compared(spark, left.path, right.path, expressible(options)) as result:
            result.to_junit(folder / "junit.xml")
            parts = [
                result.to_json(),
                str(result),
                repr(result),
                result.to_markdown(),
                (folder / "junit.xml").read_text(encoding="utf-8"),
                result._repr_html_(),
            ]
            for name in FRAMES:
                frame = getattr(result, name)()
                rows = _rows(frame)
                parts.append("\n".join([f"{name}: {frame.schema.simpleString()}", *rows]))
            return parts
    except ParityError as error:
        return [f"{error.code}: {error.message}\n{error.hint}"]


def _rows(frame: DataFrame) -> list[str]:
    """The rows as JSON, in order: Python has no dates as far away as Spark's, and Spark's JSON no times as far."""
    try:
        return sorted(frame.toJSON().collect())
    except Exception as error:
        if "ArithmeticException" not in str(error) and "DateTimeException" not in str(error):
            raise
        return [f"{frame.count()} rows"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pairs", type=int, default=320, help="how many pairs (default 320)")
    parser.add_argument("--seed", type=int, default=4000, help="the first seed (default 4000)")
    parser.add_argument("--into", type=Path, required=True, help="where the answers go")
    arguments = parser.parse_args()
    arguments.into.mkdir(parents=True, exist_ok=True)
    spark = start()
    # One place for both builds: paths stand in the documents.
    folder = Path("/tmp/parity-recorded")
    for seed in range(arguments.seed, arguments.seed + arguments.pairs):
        if (arguments.into / f"{seed}.txt").exists():
            continue
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        text = "\n----\n".join(_answer(spark, seed, folder))
        (arguments.into / f"{seed}.txt").write_text(text + "\n", encoding="utf-8")
    shutil.rmtree(folder, ignore_errors=True)
    spark.stop()


if __name__ == "__main__":
    main()
