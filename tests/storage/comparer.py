"""A Spark session with S3A in a process of its own, which compares what it is told to.

PySpark takes its Spark home from the environment and starts one JVM a process, so tests that need another home than
PySpark's own cannot share a process with those that do not. The process reads one request a line, as JSON, and answers
each with one line.
"""

from __future__ import annotations

import gc
import json
import os
import subprocess
import sys
import threading
import time
import traceback
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import IO, Any

from differential.keywords import tagged

_MODULE = "storage.comparer"
_TESTS = Path(__file__).resolve().parents[1]
_ANSWER_S = 240


@dataclass(frozen=True)
class Compared:
    """What came of a request: a document or an error, and the numbers of rows of the frames that were asked for."""

    document: dict[str, Any] | None = None
    error: dict[str, Any] | None = None
    traceback: str = ""
    frames: dict[str, int] = field(default_factory=dict)
    run: dict[str, Any] = field(default_factory=dict)
    kept: dict[str, list[str]] = field(default_factory=dict)

    def bytes_read(self, step: str) -> int:
        """Bytes that a step read from files."""
        return sum(told["bytes"] for told in self.run["steps"] if told["name"] == step)

    @property
    def code(self) -> str | None:
        """The stable code of the error."""
        return self.error["code"] if self.error else None


class Comparer:
    """The process, from the outside."""

    def __init__(self, spark_home: Path, settings: Mapping[str, str], log: Path) -> None:
        self._log = log
        self._process = subprocess.Popen(
            [sys.executable, "-m", _MODULE, json.dumps(dict(settings))],
            cwd=_TESTS,
            env={**os.environ, "SPARK_HOME": str(spark_home)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log.open("wb"),
            text=True,
        )

    def compare(self, left: str, right: str, **request: Any) -> Compared:
        """`options` are keyword arguments of `compare_datasets`; more in `_compare`."""
        return Compared(**self._ask({"left": left, "right": right, **request}))

    def count(self, name: str, bucket: str) -> int:
        """A counter of the S3A file system of a bucket, summed over the process."""
        counted: int = self._ask({"counter": name, "bucket": bucket})["count"]
        return counted

    def drop(self, left: str, right: str, **options: Any) -> int:
        """Compares, counts `changed()`, and forgets both without closing anything; gives the count."""
        count: int = self._ask({"left": left, "right": right, "dropped": options})["count"]
        return count

    def close(self) -> None:
        """Ends the process."""
        assert self._process.stdin is not None
        with suppress(BrokenPipeError):
            self._process.stdin.close()
        try:
            self._process.wait(30)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _ask(self, request: Mapping[str, Any]) -> dict[str, Any]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        timer = threading.Timer(_ANSWER_S, self._process.kill)
        timer.start()
        try:
            self._process.stdin.write(json.dumps(request, default=tagged) + "\n")
            self._process.stdin.flush()
            line = self._process.stdout.readline()
        except BrokenPipeError:
            line = ""
        finally:
            timer.cancel()
        if not line:
            raise RuntimeError(f"no answer; the end of what it said:\n{self._log.read_text(errors='replace')[-3000:]}")
        answer: dict[str, Any] = json.loads(line, parse_float=Decimal)
        if "broken" in answer:
            raise RuntimeError(answer["broken"])
        return answer


def main() -> None:
    """Answers until its input ends."""
    # Nothing but answers may reach standard output, whatever Spark's launcher prints.
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    from differential.on_spark import start

    spark = start("local[2]", settings=json.loads(sys.argv[1]))
    for line in sys.stdin:
        request = json.loads(line)
        try:
            answer = _answer(spark, request)
        except Exception:
            answer = {"broken": traceback.format_exc()}
        _send(answers, answer)
    spark.stop()


def _answer(spark: Any, request: Mapping[str, Any]) -> dict[str, Any]:
    if "counter" in request:
        return _counter(spark, request)
    return _drop(spark, request) if "dropped" in request else _compare(spark, request)


def _send(answers: IO[str], answer: Mapping[str, Any]) -> None:
    # The document is text of the JVM's making; it goes on as it is, so that its numbers stay exact.
    members = [
        f"{json.dumps(name)}: {value if name == 'document' else json.dumps(value)}" for name, value in answer.items()
    ]
    answers.write(f"{{{', '.join(members)}}}".replace("\n", " ") + "\n")
    answers.flush()


def _compare(spark: Any, request: Mapping[str, Any]) -> dict[str, Any]:
    """Compares; `frames` names lazy members to count, `then_put` is copied over objects before they are counted,
    `report` is where the page goes, `seek` a text to look for in the session's files while the result is held."""
    from spark_parity import ParityError, compare_datasets
    from spark_parity.errors import translated

    session = request.get("session", {})
    for name, value in session.items():
        spark.conf.set(name, value)
    try:
        with compare_datasets(request["left"], request["right"], spark=spark, **request.get("options", {})) as result:
            for source, target in request.get("then_put", {}).items():
                _put(spark, source, target)
            if "report" in request:
                result.report(request["report"])
            try:
                frames = {name: getattr(result, name)().count() for name in request.get("frames", [])}
            except Exception as error:  # Spark's own, since the frame is; ours is its cause
                raise translated(error) from None
            kept = _kept(spark, request["seek"]) if "seek" in request else {}
            return {"document": result.to_json(), "frames": frames, "run": result.run, "kept": kept}
    except ParityError as error:
        told = {"code": error.code, "message": error.message, "hint": error.hint}
        return {"error": told, "traceback": traceback.format_exc()}
    finally:
        for name in session:
            spark.conf.unset(name)


def _kept(spark: Any, text: str) -> dict[str, list[str]]:
    """The copies of reads in the session's local folders, and all files there that hold the text."""
    files = [path for path in Path(spark.conf.get("spark.local.dir")).rglob("*") if path.is_file()]
    return {
        "copies": [path.name for path in files if path.name.startswith("rdd_")],
        "holding": [path.name for path in files if text.encode() in path.read_bytes()],
    }


def _drop(spark: Any, request: Mapping[str, Any]) -> dict[str, Any]:
    from spark_parity import compare_datasets

    result = compare_datasets(request["left"], request["right"], spark=spark, **request["dropped"])
    frame = result.changed()
    count = frame.count()
    del frame, result
    # The JVM learns of it in another thread.
    for _ in range(4):
        gc.collect()
        spark.sparkContext._jvm.System.gc()
        time.sleep(0.5)
    return {"count": count}


def _put(spark: Any, source: str, target: str) -> None:
    jvm = spark.sparkContext._jvm
    path = jvm.org.apache.hadoop.fs.Path(target)
    files = path.getFileSystem(spark._jsparkSession.sessionState().newHadoopConf())
    # With its scheme: S3A takes the source's path apart as that of a URI.
    files.copyFromLocalFile(False, True, jvm.org.apache.hadoop.fs.Path(Path(source).as_uri()), path)


def _counter(spark: Any, request: Mapping[str, Any]) -> dict[str, Any]:
    path = spark.sparkContext._jvm.org.apache.hadoop.fs.Path(f"s3a://{request['bucket']}/")
    files = path.getFileSystem(spark._jsparkSession.sessionState().newHadoopConf())
    return {"count": files.getIOStatistics().counters().get(request["counter"]) or 0}


if __name__ == "__main__":
    main()
