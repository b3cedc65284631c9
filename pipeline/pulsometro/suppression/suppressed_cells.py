"""The cells of a wave that nobody may see: the form of ``suppressed.parquet``, and tables without them.

A cell is named as the estimates table names it, in codes. Why a cell is withheld is in no file, and said on the screen
alone: who knows that a count is small knows that it is one or two, and of a file with few possible contents its
fingerprint in ``dvc.lock``, which is public, tells which it has.
"""

from collections.abc import Collection, Iterable, Mapping
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from pulsometro.common.files import read_table, write_table
from pulsometro.common.sealing import damaged

NAME = "suppressed.parquet"


class CellKey(NamedTuple):
    """What tells a row of a wave's estimates from every other."""

    indicator: str
    category: str
    statistic: str
    domain_kind: str
    domain: str

    @property
    def words(self) -> str:
        """The cell in a message: never a person, nor a count."""
        category = f" / {self.category}" if self.category else ""
        return f"{self.indicator}{category} in {self.domain_kind} {self.domain}"


KEYS = CellKey._fields


class Why(StrEnum):
    """Why a cell is withheld: few people asked, few who say so or do not, all or none, to hide another one, or because
    an earlier version of the wave withheld it (or needs it withheld)."""

    SMALL_BASE = "small_base"
    SMALL_COUNT = "small_count"
    ALL_OR_NONE = "all_or_none"
    COMPLEMENT = "complement"
    EARLIER_VERSION = "earlier_version"


Suppressed = Mapping[CellKey, Why]
# Wave → its cells that nobody may see.
ByWave = Mapping[str, Collection[CellKey]]


def write_suppressed(cells: Suppressed, path: Path) -> None:
    """Write a wave's cells in the order of their keys, without the reasons."""
    write_table(_texts(sorted(cells), KEYS), path)


def load_suppressed(path: Path) -> frozenset[CellKey]:
    """Read what ``write_suppressed`` wrote; MachineError when it is missing or is none."""
    table = read_table(path)
    if list(table) != list(KEYS):
        raise damaged(path)
    return frozenset(CellKey(*row) for row in table.itertuples(index=False, name=None))


def write_withheld_keys(cells: ByWave, path: Path) -> None:
    """Write which cells of some waves are withheld, for who reads what is published; not why."""
    rows = [(wave, *key) for wave, keys in cells.items() for key in sorted(keys)]
    write_table(_texts(rows, ("wave", *KEYS)), path)


def load_withheld_keys(path: Path) -> dict[str, frozenset[CellKey]]:
    """Read what ``write_withheld_keys`` wrote: wave → cells."""
    table = read_table(path)
    if list(table) != ["wave", *KEYS]:
        raise damaged(path)
    rows = [(row[0], CellKey(*row[1:])) for row in table.itertuples(index=False, name=None)]
    return {wave: frozenset(key for own, key in rows if own == wave) for wave, _ in rows}


def _texts(rows: Iterable[tuple[str, ...]], columns: tuple[str, ...]) -> pd.DataFrame:
    listed = list(rows)
    return pd.DataFrame({name: pd.array([row[at] for row in listed], dtype="str") for at, name in enumerate(columns)})


def hidden(table: pd.DataFrame, cells: ByWave, **ends: "pd.Series[str] | str") -> "pd.Series[bool]":
    """Which rows of a table are of a cell that is withheld.

    ``table``: columns ``wave`` and ``KEYS``; ``ends``: other values for some of these columns (the other end of a
    difference).
    """
    own = table[["wave", *KEYS]].assign(**ends).astype(str)
    if not len(own):
        return pd.Series(False, index=table.index)
    told = {(wave, *key) for wave, keys in cells.items() for key in keys}
    found = [row in told for row in own.itertuples(index=False, name=None)]
    return pd.Series(found, index=table.index, dtype=bool)


def changes_told(changes: pd.DataFrame, cells: ByWave) -> pd.DataFrame:
    """The changes of which both ends may be seen: a row holds the figures of both waves and their difference."""
    gone = hidden(changes, cells) | hidden(changes, cells, wave=changes["reference_wave"])
    return changes[~gone].reset_index(drop=True)


def differences_told(differences: pd.DataFrame, cells: ByWave, whole: str = "total") -> pd.DataFrame:
    """The differences of which every figure may be seen.

    Of a place and the rest, the whole is an end too: with place and rest it is known.
    """
    pair, item, rest = (differences["contrast"] == name for name in ("pair", "item", "rest"))
    against = differences["against"].astype(str)
    gone = hidden(differences, cells)
    gone |= pair & hidden(differences, cells, domain=against)
    gone |= item & hidden(differences, cells, indicator=against)
    gone |= rest & hidden(differences, cells, domain_kind=whole, domain=whole)
    return differences[~gone].reset_index(drop=True)
