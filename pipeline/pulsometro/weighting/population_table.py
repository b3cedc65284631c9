"""Tables of raw/population, read as a delivery is: csv with any mark, encoding and line ends, workbook, parquet.

Apart from the modules that work on them: only the stages that read these files import a reader.
"""

import re
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

import pandas as pd

from pulsometro.common.errors import MachineError, PassingError, PulsoError
from pulsometro.ingest.read.readers import read_delivery
from pulsometro.questionnaire.model import Delivery, Questionnaire
from pulsometro.settings.base_weight_settings import BaseSettings, TelephoneFrame
from pulsometro.settings.calibration_settings import ControlTotals
from pulsometro.settings.faults import shown
from pulsometro.settings.likeness import meant
from pulsometro.settings.weighting_settings import Coverage
from pulsometro.weighting.population_cells import ROW, cell_text

_AGAIN = "save it again as CSV in UTF-8 with the column names in its first row"
# Columns that every table has under these names: no setting calls them otherwise.
_FIXED = frozenset({"reference_date", "source"})
# Path, bytes and columns → table: a stage for all waves reads the same one for each.
_READ: dict[tuple[Path, str, tuple[str, ...]], pd.DataFrame] = {}


def read_population(root: Path, name: str, key: str, needed: Sequence[str] = ()) -> pd.DataFrame:
    """The table that ``weighting.<key>`` names, below the study's ``root``: every cell as text, '' where blank.

    The index, called ``row``, is the line of the file (a spreadsheet's row). ``needed``: columns that must be there.
    Raises PulsoError in one sentence when the file is missing, cannot be read as a table, or lacks one of them.
    """
    path = root / name
    if not path.is_file():
        raise PulsoError(f"{path}: the file is missing; params.yaml names it under weighting.{key}.")
    known = (path, sha256(path.read_bytes()).hexdigest(), tuple(needed))
    if known not in _READ:
        _READ[known] = _read(path, key, tuple(needed))
    return _READ[known].copy()


def read_totals(root: Path, settings: ControlTotals | None, areas: bool = True) -> pd.DataFrame | None:
    """The table of control totals, with the columns that ``settings`` name; None where none is declared.

    ``areas``: whether it must say which area its rows are of.
    """
    if settings is None:
        return None
    columns = (*([settings.area] if areas else []), settings.total, "reference_date", "source")
    return read_population(root, settings.file, "control_totals", columns)


def read_coverage(root: Path, settings: Coverage | None) -> pd.DataFrame | None:
    """The table of who the frames reach; None where none is declared."""
    if settings is None:
        return None
    return read_population(root, settings.file, "coverage", (settings.area, settings.dwellings, *settings.frames))


def read_frame(root: Path, base: BaseSettings) -> pd.DataFrame | None:
    """The counts of a telephone frame; None where the base weight needs none."""
    if not isinstance(base, TelephoneFrame):
        return None
    return read_population(root, base.frame, "base.frame", ("area", "frame_numbers"))


def codes_of_items(questionnaire: Questionnaire) -> dict[str, dict[int, str]]:
    """Item → code → label, of the items that have codes: what totals may be broken down by."""
    return {name: dict(item.codes) for name, item in questionnaire.items.items() if item.codes}


def _read(path: Path, key: str, needed: tuple[str, ...]) -> pd.DataFrame:
    def wanted(columns: tuple[str, ...]) -> tuple[str, ...]:
        twice = next((name for name in columns if name and columns.count(name) > 1), None)
        if twice is not None:
            raise PulsoError(f"{path}: two columns are called '{shown(twice)}'; rename one or take it out.")
        for name in needed:
            if name not in columns:
                where = "" if name in _FIXED else f"weighting.{key} in params.yaml, or "
                raise PulsoError(
                    f"{path}: no column '{shown(name)}'; correct {where}the table's first row{meant(name, columns)}."
                )
        return tuple(dict.fromkeys(name for name in columns if name))

    try:
        delivered = read_delivery(path, Delivery((), {}), wanted)
    except (MachineError, PassingError):
        raise
    except PulsoError as error:
        raise PulsoError(_told(str(error))) from error
    texts = {name: [cell_text(value) for value in delivered.frame[name]] for name in delivered.frame}
    table = pd.DataFrame(texts, index=delivered.frame.index, dtype="str").rename_axis(ROW)
    table = table[(table != "").any(axis=1)]
    if not len(table):
        raise PulsoError(f"{path}: the file has column names but no rows; {_AGAIN}.")
    return table


def _told(sentence: str) -> str:
    """A reader's sentence with a remedy for a table: nobody delivers it, and no questionnaire describes it."""
    sentence = re.sub(r",? or ask [^.;]*", "", sentence)
    cause, _, remedy = sentence.partition("; ")
    return f"{cause}; {_AGAIN}." if "delivery" in remedy or "ask " in remedy or not remedy else sentence
