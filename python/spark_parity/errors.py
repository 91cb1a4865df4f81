"""What can go wrong, in the caller's words: a stable code, a sentence of fact, a hint. Never a Java stack trace.

Errors that come out of the JVM are translated here. The original stays reachable as `error.__context__`, for whoever
asks for it; a traceback does not show it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from .terminal import sayable

# Names of the JVM class whose `code()`, `getMessage()` and `hint()` an error is made of.
PARITY_EXCEPTION = "org.sparkparity.ParityException"


class ParityError(Exception):
    """A comparison that could not be made.

    `code` is stable and meant for programs; docs/result-document.md lists them.
    """

    def __init__(self, code: str, message: str, hint: str | None = None) -> None:
        super().__init__(code, message, hint)
        self.code = code
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        text = f"{self.code}: {self.message}"
        return sayable(f"{text}\n  hint: {self.hint}" if self.hint else text)


class DatasetsDiffer(AssertionError):
    """Raised by `ComparisonResult.assert_equal`; the message shows the counts and the first differences."""

    def __str__(self) -> str:
        return sayable(super().__str__())


def bad_option(message: str, hint: str | None = None) -> ParityError:
    """A mistake in the arguments."""
    return ParityError("BAD_OPTION", message, hint)


def session_stopped() -> ParityError:
    """The session was stopped, or its JVM is gone."""
    return ParityError(
        "SESSION_STOPPED",
        "the Spark session has been stopped",
        "start a session and pass it as spark=…, or leave spark out and one is started; a result lives as long as "
        "the session that made it",
    )


def translated(error: Exception) -> ParityError:
    """What an exception of PySpark or Py4J means to the caller."""
    from py4j.protocol import Py4JNetworkError

    for cause in _java_causes(error):
        if cause.getClass().getName() == PARITY_EXCEPTION:
            return ParityError(cause.code(), cause.getMessage(), cause.hint())
    if isinstance(error, (Py4JNetworkError, ConnectionError)):
        return session_stopped()
    return ParityError(
        "SPARK_FAILED",
        _first_line(error),
        "Spark's log and its web page have the details; the exception itself is the error's __context__",
    )


def _java_causes(error: Exception) -> Iterator[Any]:
    """The exception in the JVM and its causes, outermost first; none when the error did not come from there."""
    # Py4J and PySpark's captured exceptions keep it under these names.
    cause = getattr(error, "java_exception", None) or getattr(error, "_origin", None)
    while cause is not None:
        yield cause
        cause = cause.getCause()


def _first_line(error: Exception) -> str:
    """The innermost Java cause in a line, or the Python error's own first line."""
    text = str(error)
    for cause in _java_causes(error):
        text = cause.getMessage() or cause.getClass().getSimpleName()
    lines = text.strip().splitlines()
    return lines[0] if lines else type(error).__name__
