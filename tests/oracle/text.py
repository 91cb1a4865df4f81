"""The text rules: what is done to a text before it is compared."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection

RULES = ("trim", "collapse_spaces", "ignore_case", "normalize")
# The characters of Unicode's property White_Space; `str.isspace` knows a few more.
WHITE_SPACE = (
    "\t\n\x0b\x0c\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000"
)
_RUN = re.compile(f"[{WHITE_SPACE}]+")


def ruled(text: bytes, rules: Collection[str]) -> bytes:
    """The text after the rules, always in the same order; a byte that is not UTF-8 is a character that stays."""
    if not rules:
        return text
    found = text.decode("utf-8", errors="surrogateescape")
    if "trim" in rules:
        found = found.strip(WHITE_SPACE)
    if "collapse_spaces" in rules:
        found = _RUN.sub(" ", found)
    if "ignore_case" in rules:
        found = found.casefold()
    if "normalize" in rules:
        found = unicodedata.normalize("NFC", found)
    return found.encode("utf-8", errors="surrogateescape")
