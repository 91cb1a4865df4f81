"""Flipped bits of one file: what a comparison with the intact file says, and whether it may."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from damage.fields import paths
from damage.harmless import reason
from damage.watched import Watched
from differential.command import driver

# Codes of what damage to a schema or to data may lead to.
ALLOWED = {
    "CORRUPT_FILE",
    "ENCRYPTED_FILE",
    "KEY_NOT_FOUND",
    "NO_COMMON_COLUMNS",
    "UNSUPPORTED_TYPE",
    "AMBIGUOUS_COLUMN",
    "SCHEMA_CONFLICT",
    # The key has another type.
    "BAD_OPTION",
}
# Codes of errors about one file, which must name it.
ABOUT_A_FILE = {"CORRUPT_FILE", "ENCRYPTED_FILE", "AMBIGUOUS_COLUMN"}

Flip = tuple[int, int]


@dataclass
class Found:
    """How many flips and comparisons ended how, and what must not be."""

    flips: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)

    def add(self, other: Found) -> None:
        self.flips += other.flips
        self.outcomes += other.outcomes
        self.wrong += other.wrong


def all_flips(data: bytes) -> list[Flip]:
    return [(place, bit) for place in range(len(data)) for bit in range(8)]


def independent(folder: Path) -> Watched:
    """A child that reads with pyarrow."""
    return Watched([sys.executable, str(Path(__file__).with_name("independent.py"))], folder / "pyarrow.log")


def check(name: str, data: bytes, flips: Iterable[Flip], folder: Path, pyarrow: Watched) -> Found:
    """Compares the file with each flip against the intact one."""
    folder.mkdir()
    intact = folder / "intact.parquet"
    intact.write_bytes(data)
    names = paths(data)
    found = Found()
    parity = Watched([str(driver("damaged")), str(intact), str(folder), "id"], folder / "parity.log")
    try:
        for place, bit in flips:
            found.flips += 1
            change = f"{place} {data[place] ^ 1 << bit}"
            where = f"{name}: byte {place} bit {bit} ({names[place]})"
            answers = parity.ask(f"flip {change}", 2)
            if isinstance(answers, str):
                found.wrong.append(f"{where}: the comparison ended with {answers}")
                continue
            reading = None
            for answer in map(json.loads, answers):
                outcome, message = answer["outcome"], answer["message"]
                mode = "by key" if answer["keyed"] else "without keys"
                if outcome == "different":
                    found.outcomes["different"] += 1
                elif outcome != "equal":
                    found.outcomes["refused"] += 1
                    if outcome not in ALLOWED:
                        found.wrong.append(f"{where}, {mode}: {outcome}: {message}")
                    elif outcome in ABOUT_A_FILE and "damaged.parquet" not in message:
                        found.wrong.append(f"{where}, {mode}: no file is named: {outcome}: {message}")
                else:
                    if reading is None:
                        reading = pyarrow.ask(f"{intact} {change}")
                    if reading == ["same"]:
                        found.outcomes["equal as pyarrow reads"] += 1
                    elif reason(names[place]) is not None:
                        found.outcomes["equal by the table"] += 1
                    else:
                        found.wrong.append(f"{where}, {mode}: equal, pyarrow: {reading}")
    finally:
        parity.close()
    return found
