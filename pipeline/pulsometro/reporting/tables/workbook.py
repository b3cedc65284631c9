"""A workbook that people can read: one table a sheet, formats made once, pages that print, the same bytes twice.

Layout after the UK Government Analysis Function (2021), Releasing statistics in spreadsheets: title and notes
above the table, a real table with its header row, no merged cells and no blank rows, marks explained.
"""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pulsometro.common.escapes import excel_footer, excel_text
from pulsometro.reporting.edition.content import Edition
from pulsometro.reporting.language import conditions
from pulsometro.reporting.language.traced_text import Number, upper_first
from pulsometro.style.vocabulary import Precision

FILLS: Mapping[str, str] = {Precision.MODERATE: "#FFF2CC", Precision.LOW: "#F8CBAD"}
# Of LCID 80A, es-MX: a comma for thousands and a point for decimals, wherever the file is opened.
LOCALE = "[$-80A]"
_FORBIDDEN = str.maketrans(dict.fromkeys("[]:*?/\\", " "))


def sheet_name(name: str) -> str:
    """A sheet's name as Excel allows it."""
    return name.translate(_FORBIDDEN)[:31].strip()


def sheet_names(names: Sequence[str], taken: Sequence[str] = ("Contenido", "Detalle", "Notas")) -> list[str]:
    """A sheet's name for each of these, none of them twice: names that begin alike are told apart by a number."""
    found: list[str] = []
    for name in names:
        used = {other.lower() for other in (*taken, *found)}
        first, number = sheet_name(name) or "Tema", 2
        shown = first
        while shown.lower() in used:
            shown = f"{first[: 31 - len(f' {number}')].rstrip()} {number}"
            number += 1
        found.append(shown)
    return found


def marks_of(edition: Edition) -> list[str]:
    """What a reader must see first: that figures come from simulated data, and whether it is a draft."""
    made = upper_first(conditions.simulated_changes(edition))
    return [*([made] if made else []), *(["Borrador: no citar"] if edition.draft else [])]


@dataclass(frozen=True)
class Grid:
    """Where a table stands in its sheet: the row of its header and its columns with their widths.

    ``frozen``: columns that stay in sight; ``words``: first columns whose heads stand left, all when −1.
    """

    name: str
    header: int
    heads: Sequence[str]
    widths: Sequence[float]
    frozen: int = 1
    words: int = -1


def _sheet_class() -> Any:
    """xlsxwriter's sheet, in which every text goes through one escape, however it is written."""
    from xlsxwriter.worksheet import Worksheet

    class Sheet(Worksheet):  # type: ignore[misc]
        def _write_string(self, row: int, col: int, string: str, cell_format: Any = None) -> Any:
            return super()._write_string(row, col, excel_text(string), cell_format)

    return Sheet


class Book:
    """An open workbook with the formats that it needs, each made once."""

    def __init__(self, buffer: io.BytesIO, edition: Edition):
        import xlsxwriter

        self.book: Any = xlsxwriter.Workbook(
            buffer,
            {
                "in_memory": True,
                # What begins with = or looks like an address is a text as any other.
                "strings_to_formulas": False,
                "strings_to_urls": False,
                "strings_to_numbers": False,
            },
        )
        self.edition = edition
        self.printed: list[Number] = []
        self._formats: dict[tuple[str, str, bool], Any] = {}
        title = f"{edition.title}: tabulados, {edition.wave.period}"
        marks = marks_of(edition)
        self.book.set_properties({
            "title": title, "author": edition.producer, "subject": ". ".join(marks), "created": datetime(1980, 1, 1),
        })  # fmt: skip
        base = {"font_name": edition.theme.sans, "font_size": 11, "font_color": edition.theme.ink}
        self.base = base
        self.title = self.book.add_format({**base, "bold": True, "font_size": 15})
        self.note = self.book.add_format({**base, "font_color": edition.theme.soft})
        self.warning = self.book.add_format({**base, "bold": True, "bg_color": edition.theme.warning})
        self.head = self.book.add_format({**base, "bold": True, "text_wrap": True, "bottom": 2, "valign": "bottom"})
        self.head_right = self.book.add_format(
            {**base, "bold": True, "text_wrap": True, "bottom": 2, "valign": "bottom", "align": "right"}
        )
        self.words = self.book.add_format({**base, "text_wrap": True, "valign": "top"})
        # Words that follow a number need room between both.
        self.beside = self.book.add_format({**base, "indent": 1})
        self.link = self.book.add_format({**base, "font_color": edition.theme.accent, "underline": 1})

    def number(self, pattern: str, precision: str = "", soft: bool = False) -> Any:
        """A number format with the fill of its precision class; ``soft``: of a base, in the second colour."""
        key = (pattern, precision, soft)
        if key not in self._formats:
            style = {**self.base, "num_format": f"{LOCALE}{pattern}", "align": "right", "valign": "top"}
            if precision in FILLS:
                style["bg_color"] = FILLS[precision]
            if soft:
                style["font_color"] = self.edition.theme.soft
            self._formats[key] = self.book.add_format(style)
        return self._formats[key]

    def mark(self, precision: str = "") -> Any:
        """The format of a symbol that stands where a number would."""
        key = ("@", precision, True)
        if key not in self._formats:
            style = {**self.base, "align": "right", "valign": "top"}
            if precision in FILLS:
                style["bg_color"] = FILLS[precision]
            self._formats[key] = self.book.add_format(style)
        return self._formats[key]

    def example(self, precision: str) -> Any:
        """Words on the fill of a precision class."""
        return self.book.add_format({**self.base, "text_wrap": True, "valign": "top", "bg_color": FILLS[precision]})

    def sheet(self, name: str, above: Sequence[str]) -> Any:
        """A new sheet with its title and notes above, ready to print on A4."""
        sheet = self.book.add_worksheet(name, worksheet_class=_sheet_class())
        for line, words in enumerate(above):
            sheet.write(line, 0, words, self.title if line == 0 else self.note)
        if self.edition.draft:
            # What a screen shows in its first cell, a printed page says in its header.
            sheet.set_header("&C&B&22BORRADOR: NO CITAR")
        sheet.set_footer(f"&L{excel_footer(self.edition.producer)}&RPágina &P de &N")
        sheet.set_paper(9)
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        return sheet

    def table(self, sheet: Any, grid: Grid, last: int) -> None:
        """Make the cells from the header to row ``last`` a table, and keep its header in sight and on every page."""
        left = len(grid.heads) if grid.words < 0 else grid.words
        columns = [
            {"header": head, "header_format": self.head if index < left else self.head_right}
            for index, head in enumerate(grid.heads)
        ]
        sheet.add_table(
            grid.header, 0, max(last, grid.header + 1), len(grid.heads) - 1,
            {"columns": columns, "name": grid.name, "style": None},
        )  # fmt: skip
        sheet.freeze_panes(grid.header + 1, grid.frozen)
        sheet.repeat_rows(grid.header)
        for index, width in enumerate(grid.widths):
            sheet.set_column(index, index, width)
