"""The pair of datasets of a seed, with options, as files."""

from __future__ import annotations

import random
from pathlib import Path

from generator import random_pair, write_plainly, write_randomly
from generator.nested import random_nested_pair
from generator.sides import Written
from oracle import Options

# Every so many pairs have nested columns.
NESTED_EACH = 5


def written_pair(seed: int, rng: random.Random, folder: Path) -> tuple[Written, Written, Options]:
    """Makes the pair of a seed, whose generator of randomness goes on being used, and writes it below a folder."""
    if seed % NESTED_EACH == 0:
        left_side, right_side, options = random_nested_pair(rng)
        left = write_plainly(rng, folder / "left", left_side)
        right = write_plainly(rng, folder / "right", right_side)
    else:
        pair = random_pair(rng)
        options = pair.options
        left = write_randomly(rng, folder / "left", pair.left_columns, pair.left_rows)
        right = write_randomly(rng, folder / "right", pair.right_columns, pair.right_rows)
    return left, right, options
