"""Fields of a Parquet file that carry no value, each with its reason.

A comparison may be equal where one of them is damaged, whatever other readers say. Values depend on all others.
"""

from __future__ import annotations

HARMLESS: dict[str, str] = {
    "footer.column_orders": "how minima and maxima are ordered; no value is read by them",
    "footer.row_groups.columns.meta_data.size_statistics": "histograms of levels, for estimates of memory",
    "footer.row_groups.columns.meta_data.data_page_offset_behind_dictionary": (
        "the chunk begins at its dictionary's offset; Spark reads its pages in order, too, and pyarrow refuses the file"
    ),
}


def reason(path: str) -> str | None:
    """Why a field, or one that it lies in, carries no value; None where it may."""
    parts = path.split(".")
    known = (HARMLESS.get(".".join(parts[:length])) for length in range(len(parts), 0, -1))
    return next((text for text in known if text is not None), None)
