"""Random options for a pair whose columns are known."""

from __future__ import annotations

import random
from collections.abc import Sequence

from oracle import Options

ZONES = ["UTC", "UTC", "UTC", "America/New_York", "Europe/Berlin", "Asia/Kolkata", "+05:30", "Australia/Lord_Howe"]


def random_options(
    rng: random.Random, names: Sequence[tuple[str, str]], is_key: Sequence[bool], one_sided: Sequence[str]
) -> Options:
    """`names` holds the left and right name of every column of both sides; renamed ones mostly find each other."""
    case_sensitive = rng.random() < 0.1

    def meets(left: str, right: str) -> bool:
        return left == right if case_sensitive else left.lower() == right.lower()

    keys: list[str | tuple[str, str]] = []
    rename: dict[str, str] = {}
    for (left, right), key in zip(names, is_key, strict=True):
        differs = not meets(left, right)
        finds = rng.random() < 0.8
        if key and differs and finds and rng.random() < 0.7 and "=" not in left + right:
            keys.append((left, right))
            continue
        if differs and finds and "=" not in left + right:
            rename[left] = right
        if key:
            keys.append(_spelled(rng, left, case_sensitive))
    rng.shuffle(keys)
    others = [left for (left, _), key in zip(names, is_key, strict=True) if not key]
    columns = None
    exclude: list[str] = []
    if others and rng.random() < 0.1:
        columns = rng.sample(others, rng.randint(1, len(others)))
    elif rng.random() < 0.12:
        exclude = rng.sample(others, rng.randint(0, min(2, len(others))))
    exclude += [name for name in one_sided if rng.random() < 0.2 and name not in exclude]
    if columns is not None and one_sided and rng.random() < 0.1:
        columns.append(one_sided[0])
    if rng.random() < 0.01:
        exclude.append("no such column")
    if rng.random() < 0.01:
        keys.append("no such key")
    return Options(
        keys=keys or None,
        columns=columns,
        exclude=exclude,
        rename=rename,
        duplicates="fail" if rng.random() < 0.04 else "pair",
        samples=rng.choice([20, 20, 20, 0, 1, 3]),
        case_sensitive=case_sensitive,
        time_zone=rng.choice(ZONES),
    )


def _spelled(rng: random.Random, name: str, case_sensitive: bool) -> str:
    """The name as a caller may spell it."""
    return name.upper() if not case_sensitive and name.isascii() and rng.random() < 0.1 else name
