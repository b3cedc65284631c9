"""From a first delivery to a published brief: ``pulso init``, fewer than ten edits, and every stage of the chain."""

import re
import time
from collections.abc import Callable, Mapping
from html import unescape
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from pulsometro.begin.study_from_delivery import new_study
from pulsometro.study import load_study
from pulsometro.study.stage import run as settings
from tests import tiny_study
from tests.begin import first_deliveries as first

pytestmark = pytest.mark.slow

MOST_EDITS = 9
# What somebody of the observatory types over each TODO, by what it asks.
DECIDED: Mapping[str, str] = {
    "the area that": "zona de prueba", "who publishes": "Observatorio de prueba", "how people are asked": "cara a cara",
    "when people were asked": "junio de 2024", "the first day": "2024-05-01", "the last day": "2024-06-14",
    "whose figures": "censo", "whose days": "America/Mexico_City",
}  # fmt: skip


def filled(folder: Path, choice: int = 0) -> int:
    """Type over every TODO as somebody would; how many lines were changed. ``choice``: of the headlines proposed."""
    edits = 0
    for path in (folder / "params.yaml", *sorted((folder / "questionnaires").glob("*.yaml"))):
        lines = path.read_text(encoding="utf-8").split("\n")
        proposed = [line.partition("#   ")[2] for line in lines if line.startswith("  #   {indicator: ")]
        for number, line in enumerate(lines):
            if "TODO: " not in line or line.lstrip().startswith("#"):
                continue
            edits += 1
            if "headline" in line:
                lines[number] = line[: line.index("{")] + proposed[choice]
            else:
                lines[number] = re.sub(r'"TODO: ((?:[^"\\]|\\.)*)"', _typed, line)
        path.write_text("\n".join(lines), encoding="utf-8")
    return edits


def _typed(found: re.Match[str]) -> str:
    return '"' + next(answer for start, answer in DECIDED.items() if found[1].startswith(start)) + '"'


def populated(folder: Path) -> None:
    """The population's table, filled as from a census."""
    path = folder / "raw/population/control_totals.csv"
    table = pd.read_csv(path, dtype=str)
    rng = np.random.default_rng(1)
    table = table.assign(
        population=rng.integers(9_000, 12_000, len(table)), reference_date="2024-01-01", source="censo",
        definition="Personas de 18 años y más",
    )  # fmt: skip
    table.to_csv(path, index=False)


def published(folder: Path) -> str:
    """Every stage, and the brief's words."""
    settings(load_study(folder))
    study = tiny_study.make(folder)
    page = (folder / "reports/site" / study.params.current_wave / "brief.html").read_text(encoding="utf-8")
    body = re.sub(r"<(script|style)\b.*?</\1>", " ", page[page.index("<main") :], flags=re.S)
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", body)))


def _sav(folder: Path) -> tuple[Path, ...]:
    return (first.sav(folder / "entrega mayo.sav"),)


def _dta(folder: Path) -> tuple[Path, ...]:
    return (first.dta(folder / "entrega.dta"),)


def _xlsx(folder: Path) -> tuple[Path, ...]:
    return (first.xlsx(folder / "Respuestas (1).xlsx"),)


def _odk(folder: Path) -> tuple[Path, ...]:
    return first.odk(folder / "respuestas.csv")


def _inegi(folder: Path) -> tuple[Path, ...]:
    return (first.inegi(folder / "ensu_2024_2t_csv.zip"),)


def share(own: pd.DataFrame, weight: pd.Series, item: str, codes: list[int], base: list[int]) -> float:
    """The weighted percentage of some answers among those who gave one, worked out apart from the program."""
    asked = own[item].isin(base)
    return round(100 * float(weight[asked & own[item].isin(codes)].sum() / weight[asked].sum()), 1)


@pytest.mark.parametrize(
    ("make", "like", "places", "probe"),
    [
        (_sav, None, 6, lambda own: share(own, own["weight"], "safety", [1], [1, 2, 3])),
        (_dta, "telefono", 3, None),
        (_xlsx, None, 4, lambda own: share(own, own["weight"], "safety", [1], [1, 2, 3])),
        (_odk, None, 3, lambda own: share(own, own["adults"] / np.where(own["stratum"] % 2 == 1, 0.02, 0.03), "safety",
                                          [1], [1, 2, 3])),
        (_inegi, None, 3, lambda own: share(own, own["weight"].round(0), "safety", [1], [1, 2, 3])),
    ],
    ids=["sav", "dta", "xlsx", "csv-xlsform", "inegi"],
)  # fmt: skip
def test_from_a_delivery_to_a_brief_in_under_ten_edits(
    tmp_path: Path, make: Callable[[Path], tuple[Path, ...]], like: str | None, places: int,
    probe: Callable[[pd.DataFrame], float] | None, record_property: Callable[[str, object], None],
) -> None:  # fmt: skip
    began = time.monotonic()
    folder = tmp_path / "Observatorio de Ciudad Á"
    said = new_study(folder, make(tmp_path), like)
    edits = filled(folder)
    if like == "telefono":
        populated(folder)
        edits += 1
    assert edits <= MOST_EDITS, edits
    brief = published(folder)
    record_property("edits", edits)
    record_property("seconds", round(time.monotonic() - began))
    print(f"{folder.name}: {edits} edits, {time.monotonic() - began:.0f} s")
    assert "TODO" not in brief and "Observatorio de prueba" in brief
    assert len(load_study(folder).places) == places
    assert "0 quarantined" in said
    if probe is not None:
        expected = probe(first.answers(places=places))
        assert f"El {expected} % de la población responde «" in brief, (expected, brief[:300])
