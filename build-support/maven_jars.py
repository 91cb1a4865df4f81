#!/usr/bin/env python3
"""Prints the folder with the jars of a list, fetching them first if need be.

    python3 build-support/maven_jars.py benches/rivals/jars.txt

A list has lines `sha256  group:name:version`: exactly these jars, without what their descriptions bring along. Gradle
fetches them, as it does for the build, and every jar is held against its checksum before the folder gets its name, so
a folder that exists is complete. Runs on the standard library alone.
"""

from __future__ import annotations

import argparse
import fcntl
import hashlib
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from python_env import cache

BUILD = Path(__file__).resolve().parent / "maven-jars"


def jars(listed: Path) -> Path:
    """The folder that holds the jars of the list and nothing else."""
    text = listed.read_text()
    wanted = parse(text)
    folders = cache() / "jars"
    folders.mkdir(parents=True, exist_ok=True)
    folder = folders / f"{listed.stem}-{hashlib.sha256(text.encode()).hexdigest()[:12]}"
    with Path(f"{folder}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            print(f"Fetching the jars of {listed.name} into {folder}", file=sys.stderr)
            fetched = Path(tempfile.mkdtemp(dir=folders))
            try:
                fetch(listed, fetched)
                check(fetched, wanted)
                fetched.rename(folder)
            finally:
                shutil.rmtree(fetched, ignore_errors=True)
    return folder


def parse(text: str) -> dict[str, str]:
    """The checksum of every file name in a list."""
    wanted = {}
    for line in text.splitlines():
        if line.strip() and not line.startswith("#"):
            checksum, coordinates = line.split()
            _, name, version = coordinates.split(":")
            wanted[f"{name}-{version}.jar"] = checksum
    return wanted


def fetch(listed: Path, folder: Path) -> None:
    """Lets Gradle copy the jars."""
    gradle = shutil.which("gradle")
    if gradle is None:
        raise FileNotFoundError("gradle is missing: it fetches jars")
    with tempfile.TemporaryDirectory() as state:
        command = [gradle, "-q", "--no-daemon", "--project-cache-dir", state, "-p", str(BUILD)]
        command += [f"-Plist={listed.resolve()}", f"-Pto={folder}", "copyJars"]
        # Without its own output where ours goes: only the folder is printed there.
        subprocess.run(command, check=True, stdout=sys.stderr, stdin=subprocess.DEVNULL)


def check(folder: Path, wanted: dict[str, str]) -> None:
    """Refuses a folder that does not hold exactly the files of a list."""
    found = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir()}
    wrong = sorted(name for name in {*found, *wanted} if found.get(name) != wanted.get(name))
    if wrong:
        seen = "".join(f"\n  {found.get(name, 'missing')}  {name}" for name in wrong)
        raise ValueError(f"jars that are not those of the list:{seen}")


def main() -> int:
    """Prints one line on standard output; everything else goes to standard error."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("list", type=Path, help="lines `sha256  group:name:version`")
    try:
        print(jars(parser.parse_args().list))
    except (OSError, ValueError, subprocess.CalledProcessError) as problem:
        print(f"maven_jars: {problem}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
