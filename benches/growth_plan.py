"""Plans one comparison of synthetic files, and ends it there: `growth_plan.py TEMPLATE FILES JAR THREADS HEAP`."""

from __future__ import annotations

import json
import sys
import threading
import time
from pathlib import Path

from pyspark.sql import SparkSession
from spark_parity import ParityError, compare_datasets

KEYS = ["account_id", "business_date", "seq"]


def main(template: str, files: str, jar: str, threads: str, heap: str) -> None:
    """Prints the seconds, the peak of the process and the sizes that were planned."""
    settings = {
        "spark.master": f"local[{threads}]",
        "spark.driver.memory": heap,
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.host": "127.0.0.1",
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.jars": jar,
        "spark.driver.extraClassPath": jar,
        "spark.extraListeners": "org.sparkparity.benches.FirstJob",
        "spark.hadoop.fs.synthetic.impl": "org.sparkparity.benches.SyntheticFiles",
        "spark.hadoop.fs.synthetic.template": template,
        "spark.hadoop.fs.synthetic.files": files,
    }
    builder = SparkSession.builder
    for name, value in settings.items():
        builder = builder.config(name, value)
    spark = builder.getOrCreate()
    context = spark.sparkContext
    context.setLogLevel("ERROR")
    jvm = context._jvm
    failures: list[str] = []

    def compare() -> None:
        try:
            compare_datasets("synthetic:///left", "synthetic:///right", keys=KEYS, spark=spark).close()
        except ParityError as error:
            failures.append(str(error))

    began = time.perf_counter()
    comparing = threading.Thread(target=compare)
    comparing.start()
    first_job = jvm.org.sparkparity.benches.FirstJob
    while first_job.tasks() is None and comparing.is_alive():
        time.sleep(0.05)
    plan_s = time.perf_counter() - began
    process = jvm.java.lang.ProcessHandle.current().pid()
    status = Path(f"/proc/{process}/status").read_text()
    peak_bytes = next(int(line.split()[1]) << 10 for line in status.splitlines() if line.startswith("VmHWM"))
    tasks = first_job.tasks()
    context.cancelAllJobs()
    comparing.join()
    if tasks is None:
        raise SystemExit(f"nothing was planned: {failures}")
    *splits, partitions = sorted(map(int, tasks.split()), reverse=True)
    line = {
        "plan_s": plan_s,
        "peak_bytes": peak_bytes,
        "stages": tasks,
        "splits": sum(splits),
        "partitions": partitions,
    }
    print(json.dumps(line))


if __name__ == "__main__":
    main(*sys.argv[1:])
