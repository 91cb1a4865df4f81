"""A library that would not load somewhere is not packed."""

from __future__ import annotations

import os
import platform
import subprocess
from pathlib import Path

import pytest

CHECK = Path(__file__).resolve().parent / "check-library"
PLAIN = "int f(void) { return 1; }"
THREAD_LOCAL = '__thread int t __attribute__((tls_model("initial-exec"))); int f(void) { return t++; }'


def checked(tmp_path: Path, code: str, *flags: str, processor: str = platform.machine()) -> str:
    """What is wrong with a library of this code; nothing where it is sound."""
    source, library = tmp_path / "code.c", tmp_path / "library.so"
    source.write_text(code)
    compiler = os.environ.get("CC", "cc")
    subprocess.run([compiler, "-shared", "-fPIC", *flags, "-o", str(library), str(source)], check=True)
    ended = subprocess.run([str(CHECK), processor, str(library)], capture_output=True, text=True, check=False)
    assert (ended.returncode == 0) == (not ended.stderr)
    return ended.stderr


def test_a_sound_library_passes(tmp_path: Path) -> None:
    assert checked(tmp_path, PLAIN, "-z", "nodelete") == ""


@pytest.mark.parametrize(
    ("code", "flags", "reason"),
    [
        (PLAIN, [], "may be unloaded"),
        (PLAIN, ["-z", "nodelete", "-z", "execstack"], "executable stack"),
        (THREAD_LOCAL, ["-z", "nodelete"], "static TLS"),
        (PLAIN, ["-z", "nodelete", "-Wl,--no-as-needed", "-lgcc_s"], "needs libgcc_s.so.1"),
        ("int getentropy(void *, unsigned long); int f(void *p) { return getentropy(p, 1); }", [], "needs GLIBC_2.25"),
    ],
)
def test_what_does_not_load_everywhere_is_named(tmp_path: Path, code: str, flags: list[str], reason: str) -> None:
    assert reason in checked(tmp_path, code, *flags)


def test_another_processor_is_named(tmp_path: Path) -> None:
    other = "aarch64" if platform.machine() == "x86_64" else "x86_64"
    assert f"is not for {other}" in checked(tmp_path, PLAIN, "-z", "nodelete", processor=other)
