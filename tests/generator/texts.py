"""Texts that write values of other types, and texts that text rules make equal."""

from __future__ import annotations

import random
import unicodedata
from collections.abc import Callable
from datetime import UTC
from decimal import Decimal
from typing import Any

from oracle.shown import shown

_MALFORMED = [
    "",
    "x",
    "1,5",
    "31/12/2024",
    "--1",
    "1 2",
    "0x10",
    "12:30",
    "null",
    "2024-13-01",
    "2024-02-30",
    "\u00a01",
]
_SPACES = [" ", "  ", "\t", "\n", "\u00a0", "\u3000", "\u2003", " \t "]


def written(rng: random.Random, spark_type: str, value: Any) -> bytes:
    """A text of a value: mostly one that reads as the value again, sometimes one that does not."""
    choice = rng.random()
    if choice < 0.06:
        return rng.choice(_MALFORMED).encode()
    text = shown(value, spark_type, UTC)
    assert text is not None
    if choice < 0.6:
        return text.encode()
    return rng.choice(_SPELLINGS.get(spark_type.partition("(")[0], [_padded]))(rng, text).encode()


def _padded(rng: random.Random, text: str) -> str:
    return rng.choice([" ", "\t", "  ", ""]) + text + rng.choice([" ", "\n", ""])


def _signed(rng: random.Random, text: str) -> str:
    return text if text.startswith("-") else "+" + text


def _zero_filled(rng: random.Random, text: str) -> str:
    return f"-00{text[1:]}" if text.startswith("-") else f"00{text}"


def _with_fraction(rng: random.Random, text: str) -> str:
    return (
        text + rng.choice(["0", "00", "5"]) if "." in text and "E" not in text else text + rng.choice([".0", ".", ".5"])
    )


def _scientific(rng: random.Random, text: str) -> str:
    try:
        number = Decimal(text)
    except ArithmeticError:
        return text
    return f"{number:e}" if number.is_finite() else text


def _special(rng: random.Random, text: str) -> str:
    return rng.choice(["NaN", "nan", "Infinity", "-Infinity", "inf", "-INF", "+inf", "1d", "2.5F", "0x1p3", ".5", "5."])


def _word(rng: random.Random, text: str) -> str:
    words = ["t", "TRUE", "y", "Yes", "1"] if text == "true" else ["f", "False", "n", "NO", "0"]
    return rng.choice([*words, "2", "on"])


def _short_date(rng: random.Random, text: str) -> str:
    return rng.choice([text.replace("-0", "-"), text[:-3], text + "T", text + " anything", text + "x"])


def _moment(rng: random.Random, text: str) -> str:
    return rng.choice(
        [
            text.replace(" ", "T"),
            text + "Z",
            text + "+02:00",
            text + " UTC",
            text + "-1:30",
            text.replace(":0", ":"),
            text + ("" if "." in text else ".1234567"),
            text.partition(" ")[0],
            text + " Europe/Berlin",
        ]
    )


_Spelling = Callable[[random.Random, str], str]
_WHOLE: list[_Spelling] = [_padded, _signed, _zero_filled, _with_fraction]
_SPELLINGS: dict[str, list[_Spelling]] = {
    **dict.fromkeys(["tinyint", "smallint", "int", "bigint"], _WHOLE),
    "decimal": [*_WHOLE, _scientific],
    "float": [*_WHOLE, _scientific, _special],
    "double": [*_WHOLE, _scientific, _special],
    "boolean": [_padded, _word],
    "date": [_padded, _short_date],
    "timestamp": [_padded, _moment, _moment],
    "timestamp_ntz": [_padded, _moment, _moment],
}


def variant(rng: random.Random, text: bytes) -> bytes:
    """A text that some text rule makes equal to the given one, or nearly so."""
    plain = text.decode("utf-8", errors="surrogateescape")
    choice = rng.randrange(6)
    if choice == 0:
        plain = rng.choice([*_SPACES, ""]) + plain + rng.choice([*_SPACES, ""])
    elif choice == 1:
        plain = rng.choice(_SPACES).join(plain.split(" "))
    elif choice == 2:
        plain = rng.choice([str.upper, str.lower, str.swapcase, str.title])(plain)
    elif choice == 3:
        plain = unicodedata.normalize(rng.choice(["NFC", "NFD"]), plain)
    elif choice == 4:
        plain = plain.replace("ß", "ss") if "ß" in plain else plain.replace("b", " ")
    else:
        plain = unicodedata.normalize("NFD", plain.upper()) + rng.choice(_SPACES)
    return plain.encode("utf-8", errors="surrogateescape")
