"""An S3-compatible object store, and a proxy in front of it that makes its network slow or bad, while a `with` lasts.

Both are real servers on free ports of the loopback interface (`go_tool.py`), with data in a folder of the caller.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import go_tool

HOST = "127.0.0.1"
REGION = "us-east-1"
_START_S = 30.0
_STOP_S = 10.0


@dataclass(frozen=True)
class ObjectStore:
    """Where a store listens, and who may use it."""

    port: int
    user: str
    password: str

    def s3a_settings(self, *, port: int | None = None, password: str | None = None) -> dict[str, str]:
        """What Spark needs to reach it, by another port (a proxy's) or with another password where asked."""
        return {
            "spark.hadoop.fs.s3a.endpoint": f"http://{HOST}:{port or self.port}",
            "spark.hadoop.fs.s3a.endpoint.region": REGION,
            "spark.hadoop.fs.s3a.path.style.access": "true",
            "spark.hadoop.fs.s3a.access.key": self.user,
            "spark.hadoop.fs.s3a.secret.key": password or self.password,
        }


@contextmanager
def object_store(folder: Path) -> Iterator[ObjectStore]:
    """A MinIO that keeps its objects in `folder`."""
    store = ObjectStore(free_port(), user="parity", password="parity-secret")
    command = [go_tool.executable("minio"), "server", "--quiet", "--address", f"{HOST}:{store.port}", folder / "data"]
    settings = {
        "HOME": str(folder),  # it keeps its certificates there
        "MINIO_ROOT_USER": store.user,
        "MINIO_ROOT_PASSWORD": store.password,
        "MINIO_BROWSER": "off",
        "MINIO_UPDATE": "off",
    }
    with _server(command, folder / "minio.log", f"http://{HOST}:{store.port}/minio/health/ready", settings):
        yield store


class Proxy:
    """A way to an object store that can be made slow or bad."""

    def __init__(self, control_port: int, upstream_port: int) -> None:
        self.port = free_port()
        self._control = f"http://{HOST}:{control_port}"
        listen, upstream = (f"{HOST}:{port}" for port in (self.port, upstream_port))
        self._post("/proxies", {"name": "store", "listen": listen, "upstream": upstream, "enabled": True})

    def delay(self, milliseconds: int) -> None:
        """Every answer comes so much later."""
        self._toxic("latency", {"latency": milliseconds})

    def limit(self, bytes_a_second: int) -> None:
        """No connection carries more."""
        self._toxic("bandwidth", {"rate": bytes_a_second // 1000})

    def cut(self) -> None:
        """Every connection ends now; new ones are let through."""
        for enabled in (False, True):
            self._post("/proxies/store", {"enabled": enabled})

    def behave(self) -> None:
        """As if there were no proxy."""
        self._post("/reset", {})

    def _toxic(self, kind: str, attributes: Mapping[str, int]) -> None:
        toxic = {"name": kind, "type": kind, "stream": "downstream", "toxicity": 1.0, "attributes": dict(attributes)}
        self._post("/proxies/store/toxics", toxic)

    def _post(self, path: str, body: Mapping[str, Any]) -> None:
        request = urllib.request.Request(self._control + path, json.dumps(body).encode(), method="POST")
        urllib.request.urlopen(request, timeout=_START_S).close()


@contextmanager
def proxy(store: ObjectStore, folder: Path) -> Iterator[Proxy]:
    """A toxiproxy in front of a store."""
    port = free_port()
    command = [go_tool.executable("toxiproxy"), "-host", HOST, "-port", str(port)]
    with _server(command, folder / "toxiproxy.log", f"http://{HOST}:{port}/version", {}):
        yield Proxy(port, store.port)


@contextmanager
def _server(command: Sequence[str | Path], log: Path, ready: str, settings: Mapping[str, str]) -> Iterator[None]:
    """A process that answers at the address `ready` by the time this yields."""
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, env={**os.environ, **settings}
        )
    try:
        end = time.monotonic() + _START_S
        while not _answers(ready):
            if process.poll() is not None or time.monotonic() > end:
                raise RuntimeError(f"{command[0]} did not start:\n{log.read_text(errors='replace')[-2000:]}")
            time.sleep(0.05)
        yield
    finally:
        process.terminate()
        try:
            process.wait(_STOP_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=1):
            return True
    except OSError:
        return False


def free_port() -> int:
    """A port on which nobody listens."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port
