"""How a delivery writes dates and durations: what ``format`` may say, and what is wrong with what it says."""

import re
from collections.abc import Iterator, Mapping

from pulsometro.questionnaire.model import Delivery, Item
from pulsometro.settings.faults import Fault, shown
from pulsometro.settings.time_zones import zone_fault

# Counts of days, seconds or milliseconds, by the program that writes them.
COUNTS = ("excel", "excel1904", "stata", "stata_ms", "spss", "sas_seconds", "unix", "unix_ms", "unix_days")
# What texts may have been before they came into a file in a wrong encoding; the last three are written in ASCII.
MENDS = ("utf-8", "cp850", "cp1252", "mac_roman", "html", "escapes", "utf-7")
DURATIONS = ("hh:mm:ss", "hh:mm", "mm:ss")
# Between several ways of writing in one column.
OR = "|"
_DAY, _MONTH, _YEAR = re.compile("%d"), re.compile("%[mbB]"), re.compile("%[yY]")


def ways(declared: str) -> tuple[str, ...]:
    """The ways of writing that a ``format`` names: one, or several with a bar between them.

    >>> ways("%d/%m/%Y | %Y-%m-%d")
    ('%d/%m/%Y', '%Y-%m-%d')
    """
    return tuple(part.strip() for part in declared.split(OR))


def format_faults(items: Mapping[str, Item], delivery: Delivery) -> Iterator[Fault]:
    """Formats that no date or duration has, a time zone that is none, and what cannot be mended or skipped."""
    for name, column in delivery.columns.items():
        if column.format is None or name not in items:
            continue
        kind, place = items[name].kind, ("delivery", "columns", name, "format")
        where = f"delivery.columns.{shown(name)}.format"
        for way in ways(column.format):
            if kind == "date" and not (way in COUNTS or _whole(way)):
                text = (
                    f"{where}: '{shown(way)}' is no way of writing a date; say day, month and year as in %d/%m/%Y, or "
                    f"what counts them: {', '.join(COUNTS)}."
                )
                yield Fault(text, place)
            elif kind in ("integer", "number") and way not in DURATIONS:
                text = f"{where}: '{shown(way)}' is no way of writing a duration; say one of {', '.join(DURATIONS)}."
                yield Fault(text, place)
    if delivery.time_zone is not None and (problem := zone_fault(delivery.time_zone)):
        yield Fault(f"delivery.time_zone: {problem}", ("delivery", "time_zone"))
    if delivery.mend is not None and delivery.mend not in MENDS:
        text = f"delivery.mend: '{shown(delivery.mend)}' is nothing that can be mended; say one of {', '.join(MENDS)}."
        yield Fault(text, ("delivery", "mend"))
    yield from _row_faults(delivery)
    if delivery.header_rows < 1:
        text = f"delivery.header_rows: {delivery.header_rows} is too few; the row that has the names is one."
        yield Fault(text, ("delivery", "header_rows"))


def _row_faults(delivery: Delivery) -> Iterator[Fault]:
    """Rows of the file that cannot be what they are said to be."""
    if delivery.header_row < 1:
        text = f"delivery.header_row: {delivery.header_row} is no row; the file's first row is 1."
        yield Fault(text, ("delivery", "header_row"))
    for number, row in enumerate(delivery.skip_rows):
        if row < 1:
            text = f"delivery.skip_rows: {row} is no row; the file's first row is 1."
            yield Fault(text, ("delivery", "skip_rows", number))
        elif delivery.header_row <= row < delivery.header_row + delivery.header_rows:
            text = f"delivery.skip_rows: row {row} holds headings, as delivery.header_row and header_rows say"
            yield Fault(f"{text}; take it out.", ("delivery", "skip_rows", number))


def _whole(way: str) -> bool:
    return all(part.search(way) for part in (_DAY, _MONTH, _YEAR)) or "%j" in way
