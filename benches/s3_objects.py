"""Objects of a generated pair on an S3-compatible store: uploading them, and reading them with nothing else to do.

    python benches/s3_objects.py upload BUCKET FOLDER…
    python benches/s3_objects.py read BUCKET FOLDER --connections 2

The store is named by the variables S3_ENDPOINT, S3_USER and S3_PASSWORD. `read` takes every byte of both sides once, in
requests of 8 MiB, and prints the seconds. Needs pyarrow.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pyarrow as pa
import pyarrow.fs

_REQUEST_BYTES = 8 << 20


def main() -> None:
    """One of the two."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("action", choices=["upload", "read"])
    parser.add_argument("bucket")
    parser.add_argument("folders", type=Path, nargs="+", help="generated pairs on disk")
    parser.add_argument("--connections", type=int, default=2)
    options = parser.parse_args()
    pa.set_io_thread_count(2 * options.connections)
    store = pyarrow.fs.S3FileSystem(
        access_key=os.environ["S3_USER"],
        secret_key=os.environ["S3_PASSWORD"],
        endpoint_override=os.environ["S3_ENDPOINT"],
        scheme="http",
        allow_bucket_creation=True,
    )
    if options.action == "upload":
        store.create_dir(options.bucket)
        for folder in options.folders:
            pyarrow.fs.copy_files(str(folder), f"{options.bucket}/{folder.name}", destination_filesystem=store)
    else:
        (folder,) = options.folders
        print(json.dumps(read(store, f"{options.bucket}/{folder.name}", options.connections)))


def read(store: pyarrow.fs.S3FileSystem, pair: str, connections: int) -> dict[str, float]:
    """The bytes of a pair, and the seconds that reading them took."""
    infos = [
        info
        for side in ("left", "right")
        for info in store.get_file_info(pyarrow.fs.FileSelector(f"{pair}/{side}", recursive=True))
        if info.type == pyarrow.fs.FileType.File
    ]
    files = {info.path: store.open_input_file(info.path) for info in infos}
    wanted = [(info.path, at) for info in infos for at in range(0, info.size, _REQUEST_BYTES)]
    begin = time.perf_counter()
    with ThreadPoolExecutor(connections) as pool:
        total = sum(pool.map(lambda place: len(files[place[0]].read_at(_REQUEST_BYTES, place[1])), wanted))
    return {"bytes": total, "seconds": time.perf_counter() - begin}


if __name__ == "__main__":
    main()
