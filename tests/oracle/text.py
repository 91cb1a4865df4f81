"""The text rules: what is done to a text before it is compared."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection

RULES = ("trim", "collapse_spaces", "ignore_case", "normalize")
# The characters of Unicode's property White_Space; `str.isspace` knows a few more.
_WHITE_SPACE = "\t\n\x0b\x0c\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
_RUN = re.compile(f"[{_WHITE_SPACE}]+")
_OUTER = re.compile(f"\\A[{_WHITE_SPACE}]+|[{_WHITE_SPACE}]+\\Z")


def ruled(text: bytes, rules: Collection[str]) -> bytes:
    """The text after the rules, always in the same order; a byte that is not UTF-8 is a character that stays."""
    if not rules:
        return text
    found = text.decode("utf-8", errors="surrogateescape")
    if "trim" in rules:
        found = _OUTER.sub("", found)
    if "collapse_spaces" in rules:
        found = _RUN.sub(" ", found)
    if "ignore_case" in rules:
        found = found.casefold()
    if "normalize" in rules:
        found = unicodedata.normalize("NFC", found)
    return found.encode("utf-8", errors="surrogateescape")
