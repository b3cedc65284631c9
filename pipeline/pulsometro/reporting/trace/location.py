"""Where a printed number stands that no row of the estimates holds: a file of the wave, and a place in it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from pulsometro.common.errors import PulsoError
from pulsometro.common.files import read_table
from pulsometro.recompute.opinion_record import NAME as OPINION
from pulsometro.recompute.opinion_record import load_opinion
from pulsometro.study import Study
from pulsometro.weighting.record import NAME as WEIGHTING
from pulsometro.weighting.record import load_weighting

FILES = (".json", ".parquet")
# The records that pages print numbers of, and who reads them.
_RECORDS: Mapping[str, Callable[[Study, str], Any]] = {WEIGHTING: load_weighting, OPINION: load_opinion}


def value_at(study: Study, wave: str, name: str, path: str) -> Any:
    """The value of a wave's file at ``final/9/n`` or ``final/total/n`` of a record (an entry of a list by its position
    or by the area that it is about), or at ``indicator/category/column`` of a table.

    Raises PulsoError when the file has no such place.
    """
    file = study.processed(wave, name)
    try:
        if name in _RECORDS:
            value: Any = asdict(_RECORDS[name](study, wave))
            for part in path.split("/"):
                value = _entry(value, part) if isinstance(value, list | tuple) else value[part]
            return value
        indicator, rest = path.split("/", 1)
        category, column = rest.rsplit("/", 1)
        table = read_table(file)
        return table.loc[(table["indicator"] == indicator) & (table["category"] == category), column].iloc[0]
    except (KeyError, IndexError, ValueError, TypeError) as error:
        raise PulsoError(f"{file}: nothing at '{path}'; copy the number's data-field from the page.") from error


def _entry(entries: Sequence[Any], part: str) -> Any:
    named = next((entry for entry in entries if isinstance(entry, dict) and entry.get("area") == part), None)
    return entries[int(part)] if named is None else named
