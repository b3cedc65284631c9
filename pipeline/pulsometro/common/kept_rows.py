"""Small lists that git keeps and that only grow: rows of texts under a head, in order, the same bytes every time."""

import csv
import io
from collections.abc import Collection, Sequence
from pathlib import Path

from pulsometro.common.errors import PulsoError
from pulsometro.common.files import write_text


def read_rows(path: Path, head: Sequence[str], what: str, first: str = "") -> list[tuple[str, ...]]:
    """The rows of a list; none where there is no file.

    ``what``: what the list is of, for the message; ``first``: what its first row begins with, where it has one.
    Raises PulsoError when the file is not what ``write_rows`` wrote.
    """
    if not path.is_file():
        return []
    try:
        rows = [tuple(row) for row in csv.reader(io.StringIO(path.read_text(encoding="utf-8")))]
    except (ValueError, csv.Error):
        rows = []
    whole = rows[:1] == [tuple(head)] and all(len(row) == len(head) for row in rows)
    if not whole or (first and [row[0] for row in rows[1:2]] != [first]):
        raise PulsoError(
            f"{'/'.join(path.parts[-3:])}: it is not the list of the {what}; take it from git ('git checkout' and "
            "its name) and run again."
        )
    return rows[1:]


def write_rows(path: Path, head: Sequence[str], rows: Collection[Sequence[str]], first: Sequence[str] = ()) -> None:
    """Write the rows in order below ``head`` and, where there is one, a ``first`` row."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerows([head, *([first] if first else []), *sorted(tuple(row) for row in rows)])
    write_text(text.getvalue(), path)
