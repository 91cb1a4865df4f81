"""What the place can show that text is printed to."""

from __future__ import annotations

import os
import re
import shutil
import sys
from typing import Any

# What stands for characters that are ours, where a stream does not have them.
_STAND_INS = str.maketrans({"…": "...", "→": "->", "█": "#", "░": "-", "▒": "<", "▓": ">"})
# The colours of a text. Nothing else in it begins like this: what comes from data has its control characters escaped.
_COLOURS = re.compile("\x1b\\[[0-9;]*m")


def width() -> int:
    """Columns of a line: those of `COLUMNS`, else of the terminal, else 80."""
    return shutil.get_terminal_size((80, 24)).columns


def colour(stream: Any = None) -> bool:
    """Whether the stream (standard output unless another is given) shows colours: it is a terminal that knows them, and
    nobody asked for none."""
    asks = getattr(sys.stdout if stream is None else stream, "isatty", None)
    try:
        is_terminal = asks is not None and bool(asks())
    except ValueError:  # It is closed.
        return False
    return is_terminal and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def plain(text: str) -> str:
    """The text without its colours."""
    return _COLOURS.sub("", text)


def look(report: str | None = None) -> dict[str, Any]:
    """How a result is shown here (`Look` in `native/report`), with where its page is. Its text is coloured, because
    only whoever prints it knows where it goes; `plain` takes the colours away."""
    said = {"width": width(), "rest": "members", "colour": True}
    return said if report is None else {**said, "report": report}


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
