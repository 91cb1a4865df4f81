"""The reference comparer: slow, in plain Python, and written from the documentation alone.

It takes the rows of both sides as Python values and returns the whole result document as a dict. The native command
must agree with it on every pair of datasets; where they disagree, one of them misreads the documentation.

Values of a row, by the Spark type of their column (`None` is null everywhere):

| type | Python value |
|---|---|
| tinyint, smallint, int, bigint | `int` |
| decimal(p,s) | `decimal.Decimal` |
| float, double | `float` (a float is held widened) |
| string, binary | `bytes` |
| boolean | `bool` |
| date | `int`, days since 1970-01-01 |
| timestamp | `int`, nanoseconds since 1970-01-01T00:00:00Z |
| timestamp_ntz | `int`, the same count for the wall clock time |
| time | `int`, nanoseconds since midnight |
| struct | `dict` by field name, or `tuple` |
| array | `list` or `tuple` |
| map | `list` of (key, value) |
"""

from oracle.document import compare
from oracle.plan import Options, Refused, Side

__all__ = ["Options", "Refused", "Side", "compare"]
