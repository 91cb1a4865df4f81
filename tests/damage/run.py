"""Flips every bit of small files and compares each with the intact one.

    "$tools/python" tests/damage/run.py --all          every bit of every file (an hour on one core at most)
    "$tools/python" tests/damage/run.py --sample 2000 --seed 1

The last line holds the counts; the status is 1 when something came out that may not.
"""

from __future__ import annotations

import argparse
import os
import random
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from damage.files import intact
from damage.flips import Found, all_flips, check, independent

SHOWN = 40


def build() -> None:
    """Makes the program that compares, unless the environment names one."""
    if "DAMAGED" not in os.environ:
        subprocess.run(["cargo", "test", "--quiet", "--locked", "--workspace", "--no-run"], check=True)


def sampled(count: int, seed: int) -> dict[str, list[tuple[int, int]]]:
    """So many flips, spread over all files."""
    rng = random.Random(seed)
    files = intact()
    chosen: dict[str, list[tuple[int, int]]] = {}
    for number, (name, data) in enumerate(files.items()):
        share = count * (number + 1) // len(files) - count * number // len(files)
        chosen[name] = rng.sample(all_flips(data), share)
    return chosen


def main() -> int:
    """Flips and counts."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument("--all", action="store_true", help="every bit")
    which.add_argument("--sample", type=int, help="so many bits, spread over the files")
    parser.add_argument("--seed", type=int, default=1, help="of the sample")
    parser.add_argument("--only", help="only files with this in their name")
    parser.add_argument("--jobs", type=int, default=1, help="files at a time")
    options = parser.parse_args()
    build()
    files = intact()
    chosen = {name: all_flips(data) for name, data in files.items()}
    if not options.all:
        chosen = sampled(options.sample, options.seed)
    names = [name for name in files if options.only is None or options.only in name]

    total = Found()
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(options.jobs) as pool:

        def some(job: int) -> Found:
            all_found = Found()
            pyarrow = independent(Path(folder))
            for name in names[job :: options.jobs]:
                place = Path(folder) / name.replace(" ", "_")
                found = check(name, files[name], chosen[name], place, pyarrow)
                print(f"{name}: {found.flips} flips of {len(files[name])} bytes, {dict(found.outcomes)}", flush=True)
                all_found.add(found)
            pyarrow.close()
            return all_found

        for found in pool.map(some, range(options.jobs)):
            total.add(found)
    for line in total.wrong[:SHOWN]:
        print(f"WRONG {line}")
    if len(total.wrong) > SHOWN:
        print(f"and {len(total.wrong) - SHOWN} more")
    outcomes = ", ".join(f"{count} {outcome}" for outcome, count in sorted(total.outcomes.items()))
    print(f"damage: {len(names)} files, {total.flips} flips, comparisons: {outcomes}; {len(total.wrong)} wrong")
    return 1 if total.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
