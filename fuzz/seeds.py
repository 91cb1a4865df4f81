#!/usr/bin/env python3
"""Writes a corpus for the fuzz targets over Parquet files to begin with:  "$tools/python" fuzz/seeds.py

`corpus/parquet_file` gets whole files of every encoding, `corpus/damaged_pair` a change of a byte in each of its files.
The environment is that of tests/requirements.txt.
"""

from __future__ import annotations

import random
import sys
from pathlib import Path

FUZZ = Path(__file__).resolve().parent
sys.path.insert(0, str(FUZZ.parent / "tests"))

from damage.files import intact  # noqa: E402

# The files of damaged_pair, and places in them: their footers begin at about a thousand bytes.
PAIRS = 18
PLACES = 3000


def main() -> None:
    """Writes both."""
    files = FUZZ / "corpus" / "parquet_file"
    pairs = FUZZ / "corpus" / "damaged_pair"
    for folder in (files, pairs):
        folder.mkdir(parents=True, exist_ok=True)
    for name, data in intact().items():
        (files / name.replace(" ", "_")).write_bytes(data)
    rng = random.Random(1)
    for number in range(PAIRS):
        for change in range(8):
            place = rng.randrange(PLACES).to_bytes(2, "little")
            (pairs / f"{number}_{change}").write_bytes(bytes([number, *place, 1 << change]))


if __name__ == "__main__":
    main()
