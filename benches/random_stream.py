"""Random numbers that are a pure function of (seed, column, lane, row).

The right side of a pair holds the rows of the left side in another order. A row must therefore get the same value
wherever it stands and whichever process writes it, without anybody holding the whole table: a counter-based stream
(the finaliser of splitmix64 over the row number) gives any row at any time. Everything after it is integer
arithmetic, table look-up and single IEEE operations; NumPy's vectorised `log` or `cos` may round differently at the
end of an array than in its middle, which would make equal rows differ.
"""

from __future__ import annotations

from statistics import NormalDist

import numpy as np
import numpy.typing as npt

Rows = npt.NDArray[np.int64]
Bits = npt.NDArray[np.uint64]
Doubles = npt.NDArray[np.float64]

_GAMMA = 0x9E3779B97F4A7C15
_MULTIPLY_1 = 0xBF58476D1CE4E5B9
_MULTIPLY_2 = 0x94D049BB133111EB
_WORD = (1 << 64) - 1
_NORMAL_STEPS = 1 << 14


class Stream:
    """The random numbers of one column."""

    def __init__(self, seed: int, column: int) -> None:
        """Streams of different columns, or of different seeds, are independent."""
        self._salt = _mix_one(_mix_one(seed & _WORD) ^ column)

    def bits(self, rows: Rows, lane: int = 0) -> Bits:
        """64 uniform bits for each row; lanes are independent of each other."""
        z = rows.astype(np.uint64)
        z *= np.uint64(_GAMMA)
        z += np.uint64(_mix_one((self._salt + lane * _GAMMA) & _WORD))
        scratch = np.empty_like(z)
        for shift, factor in ((30, _MULTIPLY_1), (27, _MULTIPLY_2)):
            np.right_shift(z, np.uint64(shift), out=scratch)
            z ^= scratch
            z *= np.uint64(factor)
        np.right_shift(z, np.uint64(31), out=scratch)
        z ^= scratch
        return z

    def below(self, rows: Rows, limit: int, lane: int = 0) -> npt.NDArray[np.int64]:
        """Integers in [0, limit), limit at most 2**62."""
        bits = self.bits(rows, lane)
        if limit & (limit - 1) == 0:
            bits &= np.uint64(limit - 1)
        else:
            bits %= np.uint64(limit)
        return bits.view(np.int64)

    def uniform(self, rows: Rows, lane: int = 0) -> Doubles:
        """Doubles in [0, 1)."""
        bits = self.bits(rows, lane)
        bits >>= np.uint64(11)
        return bits.astype(np.float64) * 2.0**-53

    def chance(self, rows: Rows, probability: float, lane: int = 0) -> npt.NDArray[np.bool_]:
        """True with the given probability."""
        return self.bits(rows, lane) < np.uint64(min(int(probability * 2.0**64), _WORD))

    def from_quantiles(self, rows: Rows, quantiles: Doubles, lane: int = 0) -> Doubles:
        """Full-precision doubles of the distribution whose equally spaced quantiles are given."""
        place = self.uniform(rows, lane) * (len(quantiles) - 1)
        step = place.astype(np.int64)
        low = quantiles[step]
        return low + (place - step) * (quantiles[step + 1] - low)


def normal_quantiles() -> Doubles:
    """Equally spaced quantiles of the standard normal distribution, for `Stream.from_quantiles`."""
    distribution = NormalDist()
    # The outermost two stand for minus and plus infinity.
    shares = ((step + 0.5) / (_NORMAL_STEPS + 1) for step in range(_NORMAL_STEPS + 1))
    return np.array([distribution.inv_cdf(share) for share in shares])


def _mix_one(value: int) -> int:
    z = (value + _GAMMA) & _WORD
    z = ((z ^ (z >> 30)) * _MULTIPLY_1) & _WORD
    z = ((z ^ (z >> 27)) * _MULTIPLY_2) & _WORD
    return z ^ (z >> 31)
