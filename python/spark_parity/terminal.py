"""What the place can show that text is printed to."""

from __future__ import annotations

import shutil
import sys
from typing import Any

# What stands for characters that are ours, where a stream does not have them.
_STAND_INS = str.maketrans({"…": "...", "→": "->", "█": "#", "░": "-"})


def width() -> int:
    """Columns of a line: those of `COLUMNS`, else of the terminal, else 80."""
    return shutil.get_terminal_size((80, 24)).columns


def sayable(text: str, stream: Any = None) -> str:
    """The text in characters that the stream (standard output unless another is given) has, so that printing it never
    fails: others become stand-ins or escapes.
    """
    encoding = getattr(sys.stdout if stream is None else stream, "encoding", None) or "utf-8"
    try:
        text.encode(encoding)
    except UnicodeError:
        return text.translate(_STAND_INS).encode(encoding, "backslashreplace").decode(encoding)
    except LookupError:
        return text.encode("ascii", "backslashreplace").decode("ascii")
    return text
