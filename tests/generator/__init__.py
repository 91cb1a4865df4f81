"""Seeded random pairs of datasets: the rows as the oracle sees them, and the same rows as Parquet in many layouts."""

from generator.pairs import Pair, random_pair
from generator.sides import write_plainly, write_randomly

__all__ = ["Pair", "random_pair", "write_plainly", "write_randomly"]
