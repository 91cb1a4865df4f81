"""A server of Spark Connect in a process of its own, on the Spark of this Python."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyspark
from spark_parity.session import PLUGIN, packaged_jar

from differential.command import REPOSITORY
from object_store import HOST, free_port
from spark.versions import SPARK

HERE = Path(__file__).resolve().parent
IS_35 = SPARK == (3, 5)
CLASS = "org.apache.spark.sql.connect.service.SparkConnectServer"


@dataclass(frozen=True)
class Server:
    """Where a server listens, and what its pages say of it."""

    port: int
    ui: int

    @property
    def url(self) -> str:
        return f"sc://{HOST}:{self.port}"

    def told(self, path: str) -> Any:
        """What Spark's REST interface answers."""
        root = f"http://{HOST}:{self.ui}/api/v1/applications"
        with urllib.request.urlopen(root, timeout=30) as answer:
            (application,) = json.load(answer)
        with urllib.request.urlopen(f"{root}/{application['id']}/{path}", timeout=30) as answer:
            return json.load(answer)

    def running_jobs(self) -> int:
        """How many jobs run now, whoever's they are."""
        return len(self.told("jobs?status=running"))

    def held(self) -> int:
        """How many RDDs are persisted."""
        return len(self.told("storage/rdd"))


@contextmanager
def started(*jars: Path, plugins: str = PLUGIN, settings: dict[str, str] | None = None) -> Iterator[Server]:
    """A server with spark-parity's jar and these, until the block ends; `plugins` may be empty, and then it has no jar
    of ours."""
    server = Server(free_port(), free_port())
    folder = tempfile.mkdtemp(prefix="parity-connect-")
    all_jars = [*([packaged_jar()] if plugins else []), *jars, *_connect_jars()]
    conf = {
        "spark.connect.grpc.binding.port": str(server.port),
        "spark.ui.port": str(server.ui),
        "spark.driver.host": HOST,
        "spark.driver.bindAddress": HOST,
        "spark.local.dir": folder,
        "spark.sql.warehouse.dir": f"{folder}/warehouse",
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.shuffle.partitions": "2",
        **({"spark.plugins": plugins} if plugins else {}),
        **({"spark.jars": ",".join(map(str, all_jars))} if all_jars else {}),
        **(settings or {}),
    }
    home = Path(pyspark.__file__).parent
    command = [str(home / "bin/spark-submit"), "--class", CLASS, "--master", "local[2]", "--driver-memory", "1g"]
    for name, value in conf.items():
        command += ["--conf", f"{name}={value}"]
    log = Path(folder, "log")
    with log.open("w") as written:
        process = subprocess.Popen(
            [*command, "spark-internal"],
            stdin=subprocess.DEVNULL,
            stdout=written,
            stderr=subprocess.STDOUT,
            env={**os.environ, "SPARK_HOME": str(home)},
            start_new_session=True,
        )
    try:
        _await(server, process, log)
        yield server
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def client_python(requirements: str = "client-3.5.txt" if IS_35 else "client-4.txt") -> Path:
    """The Python of a client, which has other packages than this one."""
    made = subprocess.run(
        [sys.executable, str(REPOSITORY / "build-support/python_env.py"), str(HERE / requirements)],
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    return Path(made.stdout.strip()) / "python"


def _connect_jars() -> list[Path]:
    """The server's own jar, where PySpark does not bring it."""
    if not IS_35:
        return []
    script = str(REPOSITORY / "build-support/maven_jars.py")
    made = subprocess.run(
        [sys.executable, script, str(HERE / "server-3.5.txt")], check=True, stdout=subprocess.PIPE, text=True
    )
    return sorted(Path(made.stdout.strip()).glob("*.jar"))


def _await(server: Server, process: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + 120
    while True:
        with socket.socket() as tried:
            tried.settimeout(1)
            if tried.connect_ex((HOST, server.port)) == 0:
                return
        if process.poll() is not None or time.monotonic() > end:
            raise AssertionError(f"the server did not start:\n{log.read_text()[-4000:]}")
        time.sleep(0.2)
