"""A new delivery opened where its columns are: in which sheet of a workbook, below which rows."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from pulsometro.common.errors import PulsoError
from pulsometro.ingest.read.delivered import Delivered
from pulsometro.ingest.read.header import NamesLower
from pulsometro.ingest.read.readers import Wanted, read_delivery
from pulsometro.ingest.read.spreadsheet import SeveralSheets
from pulsometro.questionnaire.model import Delivery


def opened(path: Path, delivery: Delivery, wanted: Wanted) -> tuple[Delivered, dict[str, Any]]:
    """The delivery, and the keys of ``delivery`` without which it cannot be read, as they must be said.

    A sheet is taken where it is the only one that has the wanted columns. Raises PulsoError as ``read_delivery``.
    """
    settled: dict[str, Any] = {}
    while True:
        try:
            return read_delivery(path, replace(delivery, **settled), wanted), settled
        except NamesLower as error:
            if "header_row" in settled:
                raise
            settled["header_row"] = error.row
        except SeveralSheets as error:
            fitting = [sheet for sheet in error.sheets if _fits(path, replace(delivery, sheet=sheet), wanted)]
            if len(fitting) != 1:
                raise
            settled["sheet"] = fitting[0]


def _fits(path: Path, delivery: Delivery, wanted: Wanted) -> bool:
    try:
        read_delivery(path, delivery, wanted)
    except NamesLower:
        return True
    except PulsoError:
        return False
    return True
