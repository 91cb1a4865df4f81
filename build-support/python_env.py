#!/usr/bin/env python3
"""Prints the bin folder of a virtual environment that holds the given requirements, making it first if need be.

    tools=$(python3 build-support/python_env.py tests/requirements.txt)
    "$tools/python" -m pytest tests

An environment lives in the user's cache under a name made of everything it depends on, so changed requirements give a
new one and a checkout never changes what another one is running with. `--only NAME…` takes just these lines of the
file; `--spark 4.3` takes the PySpark of that line of `tests/sparks.txt` in place of the file's own. Runs on the
standard library alone.
"""

from __future__ import annotations

import argparse
import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

SPARKS = Path(__file__).resolve().parent.parent / "tests" / "sparks.txt"


def main() -> int:
    """Prints one line on standard output; everything else goes to standard error."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("requirements", type=Path, help="a requirements file of pip")
    parser.add_argument("--only", nargs="+", metavar="NAME", help="take only these distributions of the file")
    parser.add_argument(
        "--spark", metavar="LINE", help="take the PySpark of this line of tests/sparks.txt, or `newest`"
    )
    options = parser.parse_args()
    try:
        text = options.requirements.read_text()
        if options.spark:
            text = with_spark(text, options.spark)
        if options.only:
            text = only(text, options.only)
        print(environment(text, name=options.requirements.parent.name))
    except (OSError, ValueError) as problem:
        print(f"python_env: {problem}", file=sys.stderr)
        return 1
    except subprocess.CalledProcessError as problem:
        print(f"python_env: ended with status {problem.returncode}: {problem.cmd}", file=sys.stderr)
        return 1
    return 0


def only(text: str, names: list[str]) -> str:
    """The lines of a requirements file that pin the named distributions."""
    lines = {re.split(r"[^\w.-]", line, maxsplit=1)[0].lower(): line for line in text.splitlines()}
    if absent := [name for name in names if name.lower() not in lines]:
        raise ValueError(f"the requirements do not name {', '.join(absent)}")
    return "".join(f"{lines[name.lower()]}\n" for name in names)


def newest_spark() -> str:
    """The line of the newest Spark on which tests run, such as 4.3."""
    *_, last = SPARKS.read_text().split()
    return last.removeprefix("pyspark==").rpartition(".")[0]


def with_spark(text: str, line: str) -> str:
    """A requirements file with another PySpark, unless its own is of that line."""
    line = newest_spark() if line == "newest" else line
    pinned = re.compile(rf"^pyspark=={re.escape(line)}(?:\..*)?$", re.MULTILINE)
    if pinned.search(text):
        return text
    if not (found := pinned.search(SPARKS.read_text())):
        raise ValueError(f"no PySpark {line} is listed in {SPARKS.name}")
    return re.sub(r"^pyspark==.*$", found.group(), text, flags=re.MULTILINE)


def environment(requirements: str, name: str) -> Path:
    """The bin folder of the environment with these requirements."""
    python = f"{os.path.realpath(sys.executable)} {sys.version}"
    digest = hashlib.sha256(f"{python}\n{requirements}".encode()).hexdigest()[:12]
    environments = cache() / "venvs"
    environments.mkdir(parents=True, exist_ok=True)
    folder = environments / f"{name}-{digest}"
    complete = folder / "complete"
    with (environments / f"{folder.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        # Without the mark, a run before this one was interrupted.
        if not complete.exists():
            make(folder, requirements)
            complete.touch()
    return folder / "bin"


def make(folder: Path, requirements: str) -> None:
    """Makes the environment anew."""
    print(f"Making the Python environment {folder}", file=sys.stderr)
    shutil.rmtree(folder, ignore_errors=True)
    run(sys.executable, "-m", "venv", str(folder))
    listed = folder / "requirements.txt"
    listed.write_text(requirements)
    run(str(folder / "bin" / "python"), "-m", "pip", "install", "--quiet", "-r", str(listed))


def run(*command: str) -> None:
    """Runs a command whose output must not end up in ours."""
    subprocess.run(command, check=True, stdout=sys.stderr)


def cache() -> Path:
    """Where this project keeps what can be made again."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "spark-parity"


if __name__ == "__main__":
    sys.exit(main())
