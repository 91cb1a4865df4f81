"""The test bed: an object store with buckets under various circumstances, and one Spark session that sees them all.

| bucket | what it is |
|---|---|
| `plain` | on the store |
| `proxied` | on the store, reached through a proxy that tests make slow or bad |
| `locked` | on the store, reached with a wrong password |
| `absent` | not there |
| `silent` | on a store that does not answer |
| `paged` | on the store, listed two objects at a time, reached in a way that changes answers |
| `markless` | the same with whole listings: a store without ETags, once tests say so |
| `lenient` | the same, and S3A is content without ETags |
"""

from __future__ import annotations

import os
import re
import shutil
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow.fs
import pyspark
import pytest

from differential.on_spark import PLUGIN, packaged_jar
from object_store import HOST, REGION, ObjectStore, Proxy, object_store, proxy
from spark.faults import BEFORE_JOBS, faults_jar
from spark_home import spark_home
from storage.comparer import Comparer
from storage.tampering import Tampering, tampering

TAMPERED = ("paged", "markless", "lenient")
BUCKETS = ("plain", "proxied", "locked", *TAMPERED)


@dataclass(frozen=True)
class Bed:
    """The store with its buckets, the ways to it, and the comparer with the folder of what runs before its jobs."""

    store: ObjectStore
    proxy: Proxy
    tampering: Tampering
    comparer: Comparer
    files: pyarrow.fs.S3FileSystem
    local: Path
    before: Path

    def copies(self) -> list[Path]:
        """Blocks in Spark's local directories, once those that are to be removed have had the time."""
        end = time.monotonic() + 20
        while (left := list(self.local.rglob("rdd_*"))) and time.monotonic() < end:
            time.sleep(0.1)
        return left

    def before_job(self, job: str, script: str) -> None:
        """Runs Python before the next job of that description, with `files` for the store."""
        head = (
            "import pyarrow.fs\n"
            f"files = pyarrow.fs.S3FileSystem(access_key={self.store.user!r}, secret_key={self.store.password!r}, "
            f"endpoint_override='{HOST}:{self.store.port}', scheme='http', region={REGION!r})\n"
        )
        program = self.before / "program.py"
        program.write_text(head + script)
        (self.before / re.sub("[^A-Za-z]+", "_", job)).write_text(f"{sys.executable} {program}\n")

    def ran(self) -> bool:
        """Whether what was to run before a job has run, and well; forgets it."""
        statuses = [path.read_text() for path in self.before.glob("*.status")]
        for path in self.before.iterdir():
            path.unlink()
        return statuses == ["0"]

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
    (before := folder / "before").mkdir()
    with object_store(folder) as store, proxy(store, folder) as way, tampering(store) as other_way:
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
            "spark.jars": f"{packaged_jar()},{faults_jar()}",
            "spark.plugins": f"{PLUGIN},{BEFORE_JOBS}",
            "spark.parity.faults.before": str(before),
            **store.s3a_settings(),
            "spark.hadoop.fs.s3a.bucket.proxied.endpoint": f"http://{HOST}:{way.port}",
            "spark.hadoop.fs.s3a.bucket.locked.secret.key": "wrong-password",
            # Nothing listens on this port. S3A would try for minutes.
            "spark.hadoop.fs.s3a.bucket.silent.endpoint": f"http://{HOST}:1",
            "spark.hadoop.fs.s3a.bucket.silent.attempts.maximum": "1",
            "spark.hadoop.fs.s3a.bucket.silent.retry.limit": "1",
            "spark.hadoop.fs.s3a.bucket.paged.paging.maximum": "2",
            "spark.hadoop.fs.s3a.bucket.paged.attempts.maximum": "1",
            "spark.hadoop.fs.s3a.bucket.paged.retry.limit": "1",
            "spark.hadoop.fs.s3a.bucket.lenient.change.detection.version.required": "false",
        }
        for bucket in TAMPERED:
            settings[f"spark.hadoop.fs.s3a.bucket.{bucket}.endpoint"] = f"http://{HOST}:{other_way.port}"
        comparer = Comparer(home, settings, folder / "comparer.log")
        try:
            yield Bed(store, way, other_way, comparer, files, folder / "local", before)
        finally:
            comparer.close()


@pytest.fixture(autouse=True)
def good_network(bed: Bed) -> Iterator[None]:
    yield
    bed.proxy.behave()
    bed.tampering.behave()
