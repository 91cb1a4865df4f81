"""The test bed: an object store with buckets under various circumstances, and one Spark session that sees them all.

| bucket | what it is |
|---|---|
| `plain` | on the store |
| `proxied` | on the store, reached through a proxy that tests make slow or bad |
| `locked` | on the store, reached with a wrong password |
| `absent` | not there |
| `silent` | on a store that does not answer |
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow.fs
import pyspark
import pytest

from object_store import HOST, REGION, ObjectStore, Proxy, object_store, proxy
from spark_home import spark_home
from storage.comparer import Comparer

BUCKETS = ("plain", "proxied", "locked")


@dataclass(frozen=True)
class Bed:
    """The store with its buckets, the proxy, and the comparer."""

    store: ObjectStore
    proxy: Proxy
    comparer: Comparer
    files: pyarrow.fs.S3FileSystem
    local: Path

    def copies(self) -> list[Path]:
        """Blocks in Spark's local directories, once those that are to be removed have had the time."""
        end = time.monotonic() + 20
        while (left := list(self.local.rglob("rdd_*"))) and time.monotonic() < end:
            time.sleep(0.1)
        return left

    def upload(self, path: Path, bucket: str = "plain") -> str:
        """Copies a file or folder into a bucket, under its own path; returns its address."""
        target = f"{bucket}{path}"
        if path.is_dir():
            pyarrow.fs.copy_files(str(path), target, destination_filesystem=self.files)
        else:
            with self.files.open_output_stream(target) as stream:
                stream.write(path.read_bytes())
        return f"s3a://{target}"


@pytest.fixture(scope="session", autouse=True)
def go() -> None:
    """The store and the proxy are built from Go modules. CI has Go; without it, these tests must not seem to pass."""
    if shutil.which("go") is None and "CI" not in os.environ:
        pytest.skip("Go is missing, which builds the object store")


@pytest.fixture(scope="session")
def bed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bed]:
    folder = tmp_path_factory.mktemp("store")
    home = spark_home(Path(pyspark.__file__).parent)
    with object_store(folder) as store, proxy(store, folder) as way:
        files = pyarrow.fs.S3FileSystem(
            access_key=store.user,
            secret_key=store.password,
            endpoint_override=f"{HOST}:{store.port}",
            scheme="http",
            region=REGION,
            allow_bucket_creation=True,
        )
        for bucket in BUCKETS:
            files.create_dir(bucket)
        settings = {
            "spark.local.dir": str(folder / "local"),
            **store.s3a_settings(),
            "spark.hadoop.fs.s3a.bucket.proxied.endpoint": f"http://{HOST}:{way.port}",
            "spark.hadoop.fs.s3a.bucket.locked.secret.key": "wrong-password",
            # Nothing listens on this port. S3A would try for minutes.
            "spark.hadoop.fs.s3a.bucket.silent.endpoint": f"http://{HOST}:1",
            "spark.hadoop.fs.s3a.bucket.silent.attempts.maximum": "1",
            "spark.hadoop.fs.s3a.bucket.silent.retry.limit": "1",
        }
        comparer = Comparer(home, settings, folder / "comparer.log")
        try:
            yield Bed(store, way, comparer, files, folder / "local")
        finally:
            comparer.close()


@pytest.fixture(autouse=True)
def good_network(bed: Bed) -> Iterator[None]:
    yield
    bed.proxy.behave()
