"""What the public has of a wave, read from the published tables alone: every figure, and what each is the sum of."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from pulsometro.common.files import read_table
from pulsometro.suppression.linear_attack import WHOLE
from pulsometro.suppression.suppressed_cells import KEYS, NAME, CellKey, load_withheld_keys


@dataclass(frozen=True)
class Public:
    """The published tables as a wave's report has them; ``withheld``: wave → cells that are said to be withheld."""

    wave: str
    estimates: pd.DataFrame
    changes: pd.DataFrame
    differences: pd.DataFrame
    rankings: pd.DataFrame
    withheld: Mapping[str, frozenset[CellKey]]

    def shown(self) -> Iterator[tuple[str, CellKey, str]]:
        """Every cell of which some table has a figure: wave, cell, table."""
        yield from _cells(self.estimates, "estimates")
        yield from _cells(self.rankings, "rankings")
        yield from _cells(self.changes, "changes")
        if len(self.changes):
            yield from _cells(self.changes.assign(wave=self.changes["reference_wave"]), "changes")
        yield from _cells(self.differences, "differences")
        for contrast, column in (("pair", "domain"), ("item", "indicator")):
            rows = self.differences[self.differences["contrast"] == contrast]
            yield from _cells(rows.assign(**{column: rows["against"]}), "differences")

    def rests(self) -> Iterator[tuple[CellKey, CellKey]]:
        """Differences of which the figure of everybody else is given: a place, and the whole that it is taken from."""
        rows = self.differences[(self.differences["contrast"] == "rest") & (self.differences["wave"] == self.wave)]
        for _, place, _ in _cells(rows, ""):
            yield place, place._replace(domain_kind=WHOLE, domain=WHOLE)


def _cells(table: pd.DataFrame, name: str) -> Iterator[tuple[str, CellKey, str]]:
    for row in table[["wave", *KEYS]].astype(str).itertuples(index=False, name=None):
        yield row[0], CellKey(*row[1:]), name


def load_public(folder: Path, wave: str) -> Public:
    """The tables of ``processed/series/waves/<wave>``; MachineError when one is missing or damaged."""
    names = ("estimates", "changes", "differences", "rankings")
    tables = {name: read_table(folder / f"{name}.parquet") for name in names}
    return Public(wave, **tables, withheld=load_withheld_keys(folder / NAME))
