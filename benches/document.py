"""Tables inside a document, each between two marks, so that a run of a benchmark replaces them and nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path


def replace_tables(document: Path, tables: Mapping[str, str]) -> None:
    """Puts each table, which may be several with text around them, where the document names it."""
    text = document.read_text()
    for name, table in tables.items():
        before, begin, rest = text.partition(f"<!-- bench: {name} -->\n")
        _, end, after = rest.partition(f"<!-- end of bench: {name} -->")
        if not begin or not end:
            raise ValueError(f"{document.name} has no place for the tables of {name}")
        text = f"{before}{begin}\n{table}\n\n{end}{after}"
    document.write_text(text)


def table(header: list[str], rows: Iterable[list[str]]) -> str:
    """A Markdown table."""
    lines = [header, ["---"] * len(header)]
    lines += [[cell.replace("|", "\\|").replace("\n", " ") for cell in row] for row in rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
