"""Reads exports of the accounting system."""

from typing import NamedTuple


class Row(NamedTuple):
    date: str
    description: str
    category: str
    amount: float


def read_rows(file):
    """Yields a Row for each line but the heading. Blank lines are skipped."""
    lines = iter(file)
    next(lines, None)
    for line in lines:
        if not line.strip():
            continue
        fields = line.rstrip("\n").split(",")
        yield Row(fields[0], fields[1], fields[2], float(fields[3]))
