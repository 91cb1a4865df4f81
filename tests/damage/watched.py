"""A child process that answers line by line, and is started again when it ends or hangs."""

from __future__ import annotations

import selectors
import subprocess
from pathlib import Path

# Far longer than any answer takes, also on a busy machine.
SECONDS = 30


class Watched:
    """Asks a program, a line for a line or for several."""

    def __init__(self, command: list[str], log: Path) -> None:
        self.command = command
        self.log = log
        self.process: subprocess.Popen[bytes] | None = None
        self.buffer = b""

    def ask(self, line: str, answers: int = 1) -> list[str] | str:
        """The answers; else what became of the child instead."""
        if self.process is None:
            self.buffer = b""
            self.process = subprocess.Popen(
                self.command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.log.open("ab"), bufsize=0
            )
        process = self.process
        assert process.stdin is not None
        try:
            process.stdin.write(f"{line}\n".encode())
        except BrokenPipeError:
            return self.ended()
        lines = []
        for _ in range(answers):
            answer = self.line()
            if not isinstance(answer, bytes):
                return answer
            lines.append(answer.decode())
        return lines

    def line(self) -> bytes | str:
        process = self.process
        assert process is not None and process.stdout is not None
        with selectors.DefaultSelector() as selector:
            selector.register(process.stdout, selectors.EVENT_READ)
            while b"\n" not in self.buffer:
                if not selector.select(SECONDS):
                    process.kill()
                    self.ended()
                    return "hang"
                data = process.stdout.read(1 << 16)
                if not data:
                    return self.ended()
                self.buffer += data
        line, self.buffer = self.buffer.split(b"\n", 1)
        return line

    def ended(self) -> str:
        assert self.process is not None
        status = self.process.wait()
        self.process = None
        return f"status {status}"

    def close(self) -> None:
        if self.process is not None:
            assert self.process.stdin is not None
            self.process.stdin.close()
            self.process.kill()
            self.process.wait()
            self.process = None
