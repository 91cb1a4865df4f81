#!/usr/bin/env python3
"""Prints the path of a server that tests talk to, building it from its Go module first if need be.

    python3 build-support/go_tool.py minio

`minio` is an S3-compatible object store that checks signatures, `toxiproxy` a TCP proxy that delays, slows down and
cuts connections. Both are test tools only: no part of the product links, contains or ships them. Versions are exact,
and Go's checksum database vouches for the sources. Building MinIO takes about four minutes, once. Runs on the
standard library alone.
"""

from __future__ import annotations

import argparse
import fcntl
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from python_env import cache


@dataclass(frozen=True)
class Tool:
    """A command in a Go module, and its version."""

    package: str
    version: str

    @property
    def command(self) -> str:
        """What `go install` calls the executable."""
        return self.package.rpartition("/")[2]


TOOLS = {
    "minio": Tool("github.com/minio/minio", "v0.0.0-20260212201848-7aac2a2c5b7c"),
    "toxiproxy": Tool("github.com/Shopify/toxiproxy/v2/cmd/server", "v2.12.0"),
}


def executable(name: str) -> Path:
    """The path of a tool, which is there when this returns."""
    tool = TOOLS[name]
    folders = cache() / "go"
    folders.mkdir(parents=True, exist_ok=True)
    folder = folders / f"{name}-{tool.version}"
    path = folder / tool.command
    with Path(f"{folder}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        # `go install` gives the executable its name in one step, so one that is there is whole.
        if not path.exists():
            install(tool, folder)
    return path


def install(tool: Tool, folder: Path) -> None:
    """Builds a tool into a folder."""
    go = shutil.which("go")
    if go is None:
        raise FileNotFoundError(f"Go is missing: it builds {tool.package}")
    print(f"Building {tool.package} {tool.version} into {folder}", file=sys.stderr)
    command = [go, "install", "-trimpath", f"{tool.package}@{tool.version}"]
    subprocess.run(command, check=True, stdout=sys.stderr, env={**os.environ, "GOBIN": str(folder), "GOFLAGS": ""})


def main() -> int:
    """Prints one line on standard output; everything else goes to standard error."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("tool", choices=sorted(TOOLS))
    try:
        print(executable(parser.parse_args().tool))
    except (OSError, subprocess.CalledProcessError) as problem:
        print(f"go_tool: {problem}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
