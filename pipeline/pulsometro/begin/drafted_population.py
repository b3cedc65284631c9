"""The table of the population to fill: a row for each cell that the sample can be held to."""

from collections.abc import Sequence
from dataclasses import dataclass

from pulsometro.begin.delivery_source import Source
from pulsometro.begin.draft_item import DraftItem
from pulsometro.begin.place_guesses import GuessedPlace
from pulsometro.common.escapes import csv_text

FILE = "raw/population/control_totals.csv"
_FEWEST = 20
README = """\
# The population's totals

`control_totals.csv`: one row for each place and group. Fill `population` (persons), `reference_date` (2020-03-15: of
when they are) and `source` (whose figures, in a word, as `weighting.control_totals.source` in params.yaml says it). A
table of another shape will do: rows of a source may be broken down by fewer columns, and several may lie in it.
"""


@dataclass(frozen=True)
class Margins:
    """Item → column of the table, and what to calibrate to; ``within``: in each place."""

    columns: dict[str, str]
    within: bool


def margins(source: Source, items: Sequence[DraftItem], place: DraftItem | None) -> Margins:
    """Sex and groups of age, where the delivery has them; within places where each has interviews enough."""
    sex = next((each for each in items if each.role == "sex"), None)
    age = next((each for each in items if each.role == "age_group"), None)
    columns = {each.name: name for each, name in ((sex, "sex"), (age, "age_group")) if each is not None}
    fewest = None
    if place is not None and sex is not None and place.column in source.frame and sex.column in source.frame:
        fewest = int(source.frame.groupby([place.column, sex.column], observed=True).size().min())
    return Margins(columns, fewest is not None and fewest >= 3 * _FEWEST)


def table_text(places: Sequence[GuessedPlace], items: Sequence[DraftItem], shape: Margins) -> str:
    """The table with its cells blank: ``population``, ``reference_date`` and ``source`` are for somebody to fill."""
    known = {each.name: each for each in items}
    cells: list[tuple[str, ...]] = [()]
    for name in shape.columns:
        cells = [(*cell, str(code)) for cell in cells for code in known[name].codes]
    heading = ["cve_geo", *shape.columns.values(), "population", "reference_date", "source", "definition", "note"]
    lines = [",".join(heading)]
    words = {name: {str(code): label for code, label in known[name].codes.items()} for name in shape.columns}
    for place in places or [GuessedPlace("total", "")]:
        for cell in cells:
            said = [place.name, *(words[name][code] for name, code in zip(shape.columns, cell, strict=True))]
            note = csv_text(", ".join(part for part in said if part))
            lines.append(",".join([place.code, *cell, "", "", "", "", note]))
    return "\n".join(lines) + "\n"
