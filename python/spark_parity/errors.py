"""What can go wrong, in the caller's words: a stable code, a sentence of fact, a hint. Never a Java stack trace.

Errors that come out of the JVM are translated here. The original stays reachable as `error.__context__`, for whoever
asks for it; a traceback does not show it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

from .terminal import sayable

# What Spark Connect says of a session that is gone at the server, and of a server that is gone.
_LOST_SESSION = re.compile(r"(INVALID_HANDLE\.SESSION_|StatusCode\.UNAVAILABLE|failed to connect to all addresses)")
# How an error of ours reads, whatever exceptions of Spark it travelled in: org.sparkparity.ParityException writes it.
_SPOKEN = re.compile(r"spark-parity: ([A-Z][A-Z_]+): ([^\n]*)(?:\n  hint: ([^\n]*))?")


class ParityError(Exception):
    """A comparison that could not be made.

    `code` is stable and meant for programs; docs/error-codes.md lists them.
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


def _session_lost(sign: str) -> ParityError:
    """The server of Spark Connect does not know the session any more, or does not answer."""
    return ParityError(
        "SESSION_STOPPED",
        "the Spark Connect server has ended the session"
        if sign.startswith("INVALID_HANDLE")
        else "the Spark Connect server cannot be reached",
        "connect again with SparkSession.builder.remote(…).create(), and pass that session as spark=…; a result lives "
        "as long as the session that made it",
    )


def translated(error: Exception) -> ParityError:
    """What an exception of PySpark or Py4J means to the caller."""
    if isinstance(error, ParityError):
        return error
    ours = spoken_by(_java_exception(error)) or _spoken(str(error))
    if ours is not None:
        return ours
    if isinstance(error, ConnectionError) or type(error).__name__ == "Py4JNetworkError":
        return session_stopped()
    if _is_of_connect(error) and (lost := _LOST_SESSION.search(str(error))):
        return _session_lost(lost[1])
    return ParityError(
        "SPARK_FAILED",
        _first_line(error),
        "Spark's log and its web page have the details; the exception itself is the error's __context__",
    )


def spoken_by(java_exception: Any) -> ParityError | None:
    """The first error of ours among an exception in the JVM and its causes."""
    return next(filter(None, (_spoken(cause.toString()) for cause in _causes(java_exception))), None)


def raised_by_frames_too(connect: bool) -> None:
    """Lets PySpark raise errors of ours as `ParityError`.

    A lazy frame is a DataFrame of PySpark: its user calls PySpark, which turns some exceptions of the JVM into Python
    ones and raises all others with a Java stack trace. The function that chooses is asked about ours first; it has no
    place to register a class. Every other exception goes on to it as ever.
    """
    if connect:
        from pyspark.sql.connect.client import core

        _ask_first(core, _chosen_in_connect)
    else:
        from pyspark.errors.exceptions import captured

        _ask_first(captured, lambda convert, java_exception: spoken_by(java_exception) or convert(java_exception))


def _chosen_in_connect(convert: Callable[..., Exception], *arguments: Any, **named: Any) -> Exception:
    """In Spark Connect errors come as text. What the function is given differs from version to version, so that its
    exception is looked at instead."""
    error = convert(*arguments, **named)
    return _spoken(str(error)) or error


def _ask_first(module: Any, chosen: Callable[..., Exception]) -> None:
    """Has a module of PySpark ask `chosen`, which is given the function that the module has, in place of it."""
    convert = module.convert_exception
    if getattr(convert, "knows_spark_parity", False):
        return

    def convert_exception(*arguments: Any, **named: Any) -> Exception:
        return chosen(convert, *arguments, **named)

    convert_exception.knows_spark_parity = True  # type: ignore[attr-defined]
    module.convert_exception = convert_exception


def _is_of_connect(error: Exception) -> bool:
    return type(error).__module__.startswith(("pyspark.errors.exceptions.connect", "grpc"))


def _spoken(text: str | None) -> ParityError | None:
    found = _SPOKEN.search(text or "")
    return ParityError(*found.groups()) if found else None


def _java_exception(error: Exception) -> Any:
    """The exception in the JVM behind an exception of Py4J or PySpark, which keep it under these names."""
    return getattr(error, "java_exception", None) or getattr(error, "_origin", None)


def _causes(java_exception: Any) -> Iterator[Any]:
    """An exception in the JVM and its causes, outermost first."""
    while java_exception is not None:
        yield java_exception
        java_exception = java_exception.getCause()


def _first_line(error: Exception) -> str:
    """The innermost Java cause in a line, or the Python error's own first line."""
    text = str(error)
    for cause in _causes(_java_exception(error)):
        text = cause.getMessage() or cause.getClass().getSimpleName()
    lines = text.strip().splitlines()
    return lines[0] if lines else type(error).__name__
