"""What a spreadsheet writes where a formula failed, in English and in Spanish."""

import re
from collections.abc import Collection

import pandas as pd

from pulsometro.common.errors import PulsoError

# Excel's of every version (### is what it shows in a narrow column), LibreOffice's Err:502 and Google's; a hashtag in
# somebody's words is none of them.
_NAMES = (
    "REF VALUE DIV/0 NAME NULL NUM SPILL CALC FIELD BLOCKED UNKNOWN CONNECT BUSY PYTHON EXTERNAL TIMEOUT ERROR DATA "
    "VALOR NOMBRE NULO NÚM DESBORDAMIENTO CÁLC CÁLCULO CAMPO BLOQUEADO DESCONOCIDO CONECTAR CONEXIÓN OCUPADO EXTERNO "
    "DATOS"
)
_ERROR = re.compile(
    rf"#[¡¿]?(?:{'|'.join(_NAMES.split())})[!?]|#N/[AD]|#GETTING_DATA|#OBTENIENDO_DATOS|#EXTERNAL!|Err:\d{{3}}|#{{3,}}"
)
# SPSS writes its blanks so, and R's and lookups' are #N/A: those may be nothing. Others hide an answer.
MAYBE_EMPTY = frozenset({"#N/A", "#N/D", "#NULL!", "#¡NULO!"})


def is_cell_error(text: object) -> bool:
    """Whether a cell holds an error value.

    >>> [is_cell_error(text) for text in ("#SPILL!", "#¡DESBORDAMIENTO!", "#N/D", "# 5", "#BASTA!")]
    [True, True, True, False, False]
    """
    return isinstance(text, str) and _ERROR.fullmatch(text.strip()) is not None


def refuse_cell_errors(column: pd.Series, where: str, blank: Collection[str]) -> None:
    """Raise PulsoError where a cell holds an error, which is no answer, unless it is declared to stand for nothing.

    ``where``: file and column; ``blank``: what delivery.blank declares.
    """
    known = [text for text in column.dropna().unique() if is_cell_error(text) and text not in blank]
    bad = column[column.isin(known)]
    if len(bad):
        error = bad.iloc[0]
        nothing = f', or, if it stands for no answer, say delivery.blank: ["{error}"]' if error in MAYBE_EMPTY else ""
        raise PulsoError(
            f"{where}, row {bad.index[0]}: the cell holds the error {error}; correct it in the workbook{nothing}."
        )
