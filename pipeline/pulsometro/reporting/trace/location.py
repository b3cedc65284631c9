"""Where a printed number stands that no row of the estimates holds: a file of the wave, and a place in it."""

from pathlib import Path
from typing import Any

from pulsometro.common.errors import PulsoError
from pulsometro.common.files import read_record, read_table

FILES = (".json", ".parquet")


def value_at(file: Path, path: str) -> Any:
    """The value at ``final/9/n`` or ``final/total/n`` of a JSON file (an entry of a list by its position or by the
    area that it is about), or at ``indicator/category/column`` of a table.

    Raises PulsoError when the file has no such place.
    """
    try:
        if file.suffix == ".json":
            value = read_record(file)
            for part in path.split("/"):
                value = _entry(value, part) if isinstance(value, list) else value[part]
            return value
        indicator, rest = path.split("/", 1)
        category, column = rest.rsplit("/", 1)
        table = read_table(file)
        return table.loc[(table["indicator"] == indicator) & (table["category"] == category), column].iloc[0]
    except (KeyError, IndexError, ValueError, TypeError) as error:
        raise PulsoError(f"{file}: nothing at '{path}'; copy the number's data-field from the page.") from error


def _entry(entries: list[Any], part: str) -> Any:
    named = next((entry for entry in entries if isinstance(entry, dict) and entry.get("area") == part), None)
    return entries[int(part)] if named is None else named
