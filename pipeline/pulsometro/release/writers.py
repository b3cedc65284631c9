"""SPSS, Stata, Parquet and CSV from one table, with labels, missing kinds and the same bytes every time."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from pulsometro.common.errors import PulsoError
from pulsometro.questionnaire.model import MissingKind
from pulsometro.release.table import ReleaseTable, Variable

# Stata's extended missing values: the same letter for the same kind in every variable.
LETTERS: Mapping[MissingKind, str] = {"no_sabe": "a", "no_contesta": "b", "no_aplica": "c"}
SAV_VALUE_LABEL, SAV_LABEL, SAV_MISSING = 120, 256, 3
DTA_LABEL, DTA_NAME = 80, 32
# Both formats hold the clock; a fixed date keeps the bytes equal from run to run.
SAV_CLOCK = slice(92, 109)
SAV_TIME = b"01 Jan 0000:00:00"
DTA_TIME = b"01 Jan 2000 00:00"


@dataclass(frozen=True)
class Shortened:
    """A label that a format cannot hold whole."""

    format: str
    variable: str
    kept: str


def write_sav(table: ReleaseTable, title: str, path: Path) -> tuple[Shortened, ...]:
    """SPSS: missing kinds as user-missing codes. Returns the labels that had to be shortened.

    Raises PulsoError for an item with more kinds of missing than SPSS can declare.
    """
    import pyreadstat

    cut: list[Shortened] = []
    for v in table.variables:
        if len(v.missing) > SAV_MISSING:
            raise PulsoError(
                f"questionnaire: items.{v.name} has {len(v.missing)} kinds of missing and SPSS knows {SAV_MISSING}; "
                "merge two."
            )
    labels: dict[str, dict[int | float, str]] = {
        v.name: {code: _short(word, SAV_VALUE_LABEL, "SPSS", v.name, cut) for code, word in v.labels.items()}
        for v in table.variables
        if v.labels
    }
    measures = {"code": "nominal", "whole": "scale", "number": "scale"}
    pyreadstat.write_sav(
        table.frame,
        path,
        file_label=_cut(title, 64),
        column_labels=[_short(v.label, SAV_LABEL, "SPSS", v.name, cut) for v in table.variables],
        variable_value_labels=labels,
        missing_ranges={v.name: list[Any](sorted(v.missing)) for v in table.variables if v.missing},
        variable_measure={v.name: measures[v.kind] for v in table.variables},
        row_compress=True,
    )
    content = bytearray(path.read_bytes())
    content[SAV_CLOCK] = SAV_TIME
    path.write_bytes(bytes(content))
    return tuple(cut)


def write_dta(table: ReleaseTable, title: str, path: Path) -> tuple[Shortened, ...]:
    """Stata 14 or later: missing kinds as .a, .b, .c. Returns the labels that had to be shortened.

    Raises PulsoError for a name longer than Stata's 32 characters.
    """
    import pyreadstat

    cut: list[Shortened] = []
    for v in table.variables:
        if len(v.name) > DTA_NAME:
            raise PulsoError(
                f"questionnaire: the item name '{v.name}' exceeds Stata's {DTA_NAME} characters; shorten it."
            )
    labels: dict[str, dict[Any, str]] = {
        v.name: {LETTERS[v.missing[c]] if c in v.missing else c: word for c, word in v.labels.items()}
        for v in table.variables
        if v.labels
    }
    pyreadstat.write_dta(
        pd.DataFrame({v.name: _stata_values(table.frame[v.name], v) for v in table.variables}),
        path,
        file_label=_cut(title, DTA_LABEL),
        column_labels=[_short(v.label, DTA_LABEL, "Stata", v.name, cut, characters=True) for v in table.variables],
        version=14,
        variable_value_labels=labels,
        missing_user_values={v.name: [LETTERS[k] for k in v.missing.values()] for v in table.variables if v.missing},
    )
    content, count = re.subn(
        rb"<timestamp>\x11.{17}</timestamp>", b"<timestamp>\x11" + DTA_TIME + b"</timestamp>", path.read_bytes(),
        count=1, flags=re.DOTALL,
    )  # fmt: skip
    if not count:
        raise PulsoError(f"{path}: the Stata file's clock is not where it was; the installed pyreadstat is too new.")
    path.write_bytes(content)
    return tuple(cut)


def write_csv(frame: pd.DataFrame, path: Path) -> None:
    """UTF-8, commas, decimal points, empty where missing; every number with the digits it has."""
    frame.to_csv(path, index=False, encoding="utf-8", lineterminator="\n")


def write_parquet(frame: pd.DataFrame, path: Path) -> None:
    """The same columns; codes as nullable integers. Every page has its checksum, which any reader can verify."""
    frame.to_parquet(path, index=False, compression="zstd", write_page_checksum=True)


def _stata_values(column: pd.Series, variable: Variable) -> pd.Series:
    """Floats and letters: pyreadstat reads whole numbers beside letters back as zero."""
    if not variable.missing:
        return column
    letters = {code: LETTERS[kind] for code, kind in variable.missing.items()}
    return column.astype(object).map(lambda v: None if pd.isna(v) else letters.get(v, float(v)))


def _short(text: str, limit: int, where: str, name: str, cut: list[Shortened], characters: bool = False) -> str:
    kept = _cut(text, limit, characters)
    if kept != text:
        cut.append(Shortened(where, name, kept))
    return kept


def _cut(text: str, limit: int, characters: bool = False) -> str:
    """At most ``limit`` bytes of UTF-8 (or characters), ending in … when something was left out."""
    size: Callable[[str], int] = len if characters else lambda t: len(t.encode())
    if size(text) <= limit:
        return text
    while size(text + "…") > limit:
        text = text[:-1]
    return text.rstrip() + "…"
