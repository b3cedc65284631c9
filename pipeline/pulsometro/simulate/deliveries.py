"""A drawn edition into the file that a fieldwork firm would deliver, by the wave's crosswalk."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from pulsometro.common.errors import PulsoError
from pulsometro.common.files import atomic
from pulsometro.questionnaire import Item, Questionnaire
from pulsometro.simulate.assumptions import Drift, Origin

_EPOCH = date(1960, 1, 1)


@dataclass(frozen=True)
class Delivered:
    """A file's content before it is written: delivered columns with variable and value labels."""

    frame: pd.DataFrame
    variable_labels: Mapping[str, str]
    value_labels: dict[str, dict[int | float, str]]
    missing: Mapping[str, tuple[int, ...]]
    label: str
    written: date


def deliver(
    responses: pd.DataFrame, questionnaire: Questionnaire, drift: Drift, origin: Origin,
    area_names: Mapping[str, str], label: str, written: date, rng: np.random.Generator,
) -> Delivered:  # fmt: skip
    """Canonical responses as delivered: the firm's names and codes, extra columns, slips.

    ``written``: the date that the file bears.
    """
    responses = _with_pilot(responses, questionnaire, drift.pilot_rows)
    frame, variables, missing = pd.DataFrame(index=responses.index), {}, {}
    values: dict[str, dict[int | float, str]] = {}
    for name, column in questionnaire.delivery.columns.items():
        item = questionnaire[name]
        variables[column.name] = item.label
        if item.kind == "area":
            frame[column.name] = _areas(responses[name], drift, area_names)
            if not drift.area_names:
                values[column.name] = {int(code): text for code, text in area_names.items()}
        elif item.kind == "date":
            frame[column.name] = pd.Series([date.fromisoformat(day) for day in responses[name]], dtype=object)
        elif column.codes and item.kind == "single":
            back = {code: text for text, code in column.codes.items()}
            labels = {**item.codes, **_missing_labels(item)}
            frame[column.name] = _delivered_codes(responses[name], back)
            if all(text.isdigit() for text in column.codes):
                values[column.name] = {int(text): labels[code] for text, code in column.codes.items()}
                missing[column.name] = tuple(int(back[code]) for code in item.missing if code in back)
        else:
            frame[column.name] = _without_skips(responses[name], item)
            if item.kind in {"single", "integer"}:
                slips = drift.labels.get(name, {})
                values[column.name] = _codebook(item.codes, slips, _missing_labels(item))
                missing[column.name] = tuple(code for code, kind in item.missing.items() if kind != "no_aplica")
    for column_name, codes in drift.never_asked.items():
        frame[column_name] = rng.choice(np.array(codes), len(frame))
    frame[origin.column] = origin.value
    return Delivered(frame, variables, values, missing, label, written)


def write_delivery(delivered: Delivered, path: Path, questionnaire: Questionnaire) -> None:
    """Write the file in the format of its suffix; the same content gives the same bytes.

    Raises PulsoError for a format that no firm here delivers.
    """
    writers = {".sav": _write_sav, ".dta": _write_dta, ".csv": _write_csv, ".xlsx": _write_xlsx}
    if path.suffix not in writers:
        raise PulsoError(f"params.yaml: {path.name}: simulated deliveries are {', '.join(writers)}; choose one.")
    with atomic(path) as temporary:
        writers[path.suffix](delivered, temporary, questionnaire)


def _with_pilot(responses: pd.DataFrame, questionnaire: Questionnaire, count: int) -> pd.DataFrame:
    """Rows of trial calls before the first interview: identifiers of the call, no answers."""
    if not count:
        return responses
    pilot = responses.head(count).copy()
    kept = {name for name in pilot.columns if questionnaire[name].private}
    for name in pilot.columns.difference(list(kept)):
        pilot[name] = pd.NA
    respondent = next(
        n for n, c in questionnaire.delivery.columns.items() if c.name in questionnaire.delivery.respondent
    )
    pilot[respondent] = [f"PRUEBA-{i}" for i in range(1, count + 1)]
    return pd.concat([pilot.astype(responses.dtypes.to_dict()), responses], ignore_index=True)


def _areas(codes: pd.Series, drift: Drift, names: Mapping[str, str]) -> pd.Series:
    if not drift.area_names:
        return codes.astype("Int64")
    written = {code: name + (" " if code in drift.trailing_space else "") for code, name in names.items()}
    return codes.map(written)


def _delivered_codes(codes: pd.Series, back: Mapping[int, str]) -> pd.Series:
    """Crosswalk backwards: numbers stay numbers, labels are text; what it lacks is blank (skips)."""
    if all(text.isdigit() for text in back.values()):
        return codes.map({code: int(text) for code, text in back.items()}).astype("Int64")
    return codes.map(dict(back)).astype("string")


def _without_skips(values: pd.Series, item: Item) -> pd.Series:
    skipped = item.code_for("no_aplica")
    return values if skipped is None else values.mask(values == skipped)


def _codebook(*parts: Mapping[int, str]) -> dict[int | float, str]:
    return {code: text for part in parts for code, text in part.items()}


def _missing_labels(item: Item) -> dict[int, str]:
    words = {"no_sabe": "no sabe", "no_contesta": "no contesta"}
    return {code: words[kind] for code, kind in item.missing.items() if kind in words}


def _plain(frame: pd.DataFrame, dates: bool) -> pd.DataFrame:
    """Floats with NaN for numbers and plain strings, as pyreadstat takes them."""
    result = {}
    for name, column in frame.items():
        if pd.api.types.is_numeric_dtype(column.dtype):
            result[name] = column.astype("Float64").to_numpy(dtype=float, na_value=np.nan)
        elif dates and isinstance(column.iloc[0], date):
            result[name] = column.to_numpy(dtype=object)
        else:
            result[name] = column.astype("string").fillna("").to_numpy(dtype=object)
    return pd.DataFrame(result)


def _write_sav(delivered: Delivered, path: Path, _: Questionnaire) -> None:
    import pyreadstat

    pyreadstat.write_sav(
        _plain(delivered.frame, dates=True),
        path,
        file_label=delivered.label,
        column_labels=dict(delivered.variable_labels),
        variable_value_labels=delivered.value_labels,
        missing_ranges={name: list(codes) for name, codes in delivered.missing.items() if codes},
    )
    # The header holds the clock: creation date and time (SPSS system file, bytes 92 to 108).
    stamp = _english(delivered.written, "{day:02d} {month} {year2:02d}") + "12:00:00"
    with path.open("r+b") as file:
        file.seek(92)
        file.write(stamp.encode("ascii"))


def _write_dta(delivered: Delivered, path: Path, _: Questionnaire) -> None:
    import pyreadstat

    frame = _plain(delivered.frame, dates=True)
    pyreadstat.write_dta(
        frame,
        path,
        version=15,
        file_label=delivered.label,
        column_labels={name: label[:80] for name, label in delivered.variable_labels.items()},
        variable_value_labels=delivered.value_labels,
    )
    content = path.read_bytes()
    start = content.index(b"<timestamp>") + len(b"<timestamp>")
    stamp = _english(delivered.written, "{day:02d} {month} {year} 12:00").encode("ascii")
    end = content.index(b"</timestamp>", start)
    path.write_bytes(content[:start] + bytes([len(stamp)]) + stamp + content[end:])


def _english(day: date, pattern: str) -> str:
    """Dates in file headers are English whatever the locale."""
    months = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
    return pattern.format(day=day.day, month=months[day.month - 1], year=day.year, year2=day.year % 100)


def _write_csv(delivered: Delivered, path: Path, questionnaire: Questionnaire) -> None:
    delivery = questionnaire.delivery
    formats = {column.name: column.format for column in delivery.columns.values() if column.format}
    frame = delivered.frame.copy()
    for name, pattern in formats.items():
        frame[name] = [day.strftime(pattern) for day in frame[name]]
    frame.to_csv(
        path, index=False, sep=delivery.delimiter or ",", decimal=delivery.decimal or ".",
        encoding=delivery.encoding or "utf-8", lineterminator="\r\n",
    )  # fmt: skip


def _write_xlsx(delivered: Delivered, path: Path, questionnaire: Questionnaire) -> None:
    import xlsxwriter

    workbook = xlsxwriter.Workbook(str(path), {"constant_memory": True})
    created = datetime.combine(delivered.written, datetime.min.time()) + timedelta(hours=12)
    workbook.set_properties({"title": delivered.label, "comments": delivered.label, "created": created})
    day = workbook.add_format({"num_format": "dd/mm/yyyy"})
    sheet = workbook.add_worksheet(questionnaire.delivery.sheet)
    sheet.write_row(0, 0, list(delivered.frame.columns))
    # Row after row, because a workbook in constant memory forgets the rows above.
    columns = [delivered.frame[name].tolist() for name in delivered.frame.columns]
    for row, values in enumerate(zip(*columns, strict=True), start=1):
        for place, value in enumerate(values):
            _write_cell(sheet, row, place, value, day)
    note = workbook.add_worksheet("Nota")
    note.write_string(0, 0, delivered.label)
    workbook.close()


def _write_cell(sheet: Any, row: int, place: int, value: Any, day: Any) -> None:
    if value is None or value is pd.NA or value != value:
        return
    if isinstance(value, str):
        sheet.write_string(row, place, value)
    elif isinstance(value, date):
        sheet.write_datetime(row, place, datetime.combine(value, datetime.min.time()), day)
    else:
        sheet.write_number(row, place, value)
