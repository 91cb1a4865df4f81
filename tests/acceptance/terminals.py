"""What a program writes to a terminal."""

from __future__ import annotations

import os


def written_to(terminal: int) -> bytes:
    """All that is written to the other end of a terminal until nobody has it open any more."""
    written = b""
    while True:
        try:
            portion = os.read(terminal, 65536)
        except OSError:
            break
        if not portion:
            break
        written += portion
    return written
