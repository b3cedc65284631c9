"""What a drawn chart prints of its rows, in a file beside the drawing: a page that shows it reads it there."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from pulsometro.reporting.language.traced_text import Number

# The drawings of a chart: for a screen, a telephone and paper.
WIDE, NARROW, PAPER = "", "-narrow", "-paper"


class Said(NamedTuple):
    """The numbers written in one drawing of a chart, and its hover texts, which paper has none of."""

    numbers: tuple[Number, ...]
    tips: tuple[Number, ...]


def write_said(folder: Path, name: str, said: Mapping[str, Said]) -> None:
    """Write what each drawing of a chart says beside them."""
    rows = {
        ending: [[number.text, number.key, number.field] for numbers in each for number in numbers]
        for ending, each in said.items()
    }
    _beside(folder, name).write_text(json.dumps(rows, ensure_ascii=False), encoding="utf-8")


def read_said(folder: Path, name: str, form: str, small: bool = False) -> list[Number]:
    """The numbers that a chart prints in a file of a format: a page has both its drawings, a ``small`` one's only."""
    path = _beside(folder, name)
    # A picture that a study put there itself says nothing of rows.
    rows = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    endings = ((NARROW,) if small else (WIDE, NARROW)) if form == "html" else (PAPER,)
    return [Number(*row) for ending in endings for row in rows.get(ending, [])]


def _beside(folder: Path, name: str) -> Path:
    return folder / f"{name}.printed.json"
