"""INEGI's ENSU through the pipeline, cell by cell against the figures that INEGI published.

    python compare.py [--official FOLDER] [--all] [--no-repro]

Runs the stages (dvc repro) on the zips in raw/<wave>/, then prints ours / official / difference;
every compared cell goes to processed/comparison.csv. Exits 1 when one differs.
"""

import argparse
import shutil
import subprocess
import sys
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import pandas as pd
from official import (
    COUNTRY,
    Published,
    key,
    read_changes,
    read_insecurity,
    read_police,
)
from overlap import describe_overlap

from pulsometro.common.errors import PulsoError
from pulsometro.common.files import read_table
from pulsometro.study import Study, load_study

HERE = Path(__file__).resolve().parent
# In development the zips and INEGI's tables lie beside the project.
BESIDE = HERE.parents[1].parent / "shared" / "ensu"
# Percentages and proportions are compared to this decimal; persons and bases as they are.
DECIMALS = 9
# INEGI's release of the second quarter counts these cities with a significant change in a quarter.
COUNTED = {"2024T2": {"down": 10, "up": 5}}
# INEGI's colours and arrows by our codes.
PRECISIONS = {"alta": "high", "moderada": "moderate", "baja": "low"}
VERDICTS = {"a la baja": "down", "al alza": "up", "sin cambio": "none"}


@dataclass(frozen=True)
class Cell:
    """One figure: ours beside INEGI's. ``difference``: in the figure's unit; of classes 0 or 1."""

    wave: str
    table: str
    place: str
    measure: str
    ours: float | str
    official: float | str
    difference: float


def place_deliveries(study: Study) -> None:
    """Copy the zips that are not in place from beside the project, where they lie in development.

    Raises PulsoError naming the file that is nowhere.
    """
    for wave in study.waves:
        target = study.raw(wave)
        source = BESIDE / wave / target.name
        if target.is_file():
            continue
        if not source.is_file():
            raise PulsoError(f"{target}: the file is missing; download it from INEGI as README.md says.")
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)


def compare_levels(study: Study, wave: str, published: list[Published]) -> list[Cell]:
    """Persons, base, percent and precision classes of every published cell of a wave."""
    estimates = read_table(study.processed(wave, "estimates.parquet"))
    rows = {(r.indicator, r.domain, r.statistic): r for r in estimates.itertuples()}
    codes = domain_codes(study, wave)
    cells: list[Cell] = []
    for cell in published:
        if key(cell.place) not in codes:
            raise PulsoError(f"{wave}: INEGI's tables name '{cell.place}', which is no city of the questionnaire.")
        domain = codes[key(cell.place)]
        total = rows[cell.indicator, domain, "total"]
        share = rows[cell.indicator, domain, "proportion"]
        if cell.persons is None:
            # Where there is no such authority INEGI prints nothing, and we must have nobody.
            cells.append(_numbers(wave, cell, "base", total.population, 0))
            continue
        cells += [
            _numbers(wave, cell, "persons", total.estimate, cell.persons),
            _numbers(wave, cell, "base", total.population, cell.base),
            # Of the whole counts, because the table keeps ten digits of a proportion.
            _numbers(wave, cell, "percent", 100 * total.estimate / total.population, cell.percent),
            _numbers(wave, cell, "proportion", share.estimate, cell.percent / 100),
            _words(wave, cell, "precision of persons", total.precision, PRECISIONS[cell.precision_persons]),
            _words(wave, cell, "precision of percent", share.precision, PRECISIONS[cell.precision_percent]),
        ]
    return cells


def compare_changes(study: Study, wave: str, flags: dict[str, str], places: list[str]) -> list[Cell]:
    """How many places changed significantly since the wave before, and the verdict where INEGI gives one."""
    codes = domain_codes(study, wave)
    chosen = insecurity_changes(study, wave).set_index("domain")["verdict"]
    verdicts = {place: str(chosen[codes[key(place)]]) for place in places}
    cells = []
    for verdict, count in COUNTED.get(wave, {}).items():
        found = sum(v == verdict for place, v in verdicts.items() if place != COUNTRY)
        cells.append(Cell(wave, "change", "cities", verdict, float(found), float(count), float(found - count)))
    for place, flag in flags.items():
        ours, official = verdicts[place], VERDICTS[flag]
        cells.append(Cell(wave, "change", place, "verdict", ours, official, float(ours != official)))
    return cells


def insecurity_changes(study: Study, wave: str) -> pd.DataFrame:
    """Rows of the changes table: the share that feels unsafe against the quarter before."""
    changes = read_table(study.series("changes.parquet"))
    return changes[
        (changes["wave"] == wave)
        & (changes["comparison"] == "previous")
        & (changes["indicator"] == "inseguro")
        & (changes["statistic"] == "proportion")
    ]


def domain_codes(study: Study, wave: str) -> dict[str, str]:
    """Simplified place name → domain of the estimates table."""
    codes = study.questionnaire(wave)["ciudad"].codes
    return {key(name): str(code) for code, name in codes.items()} | {key(COUNTRY): "total"}


def _numbers(wave: str, cell: Published, measure: str, ours: float, official: float | None) -> Cell:
    expected = float("nan") if official is None else float(official)
    difference = float(ours) - expected
    if measure in {"percent", "proportion"}:
        difference = round(difference, DECIMALS)
    return Cell(wave, cell.table, cell.place, f"{cell.name}: {measure}", float(ours), expected, difference)


def _words(wave: str, cell: Published, measure: str, ours: str, official: str) -> Cell:
    return Cell(wave, cell.table, cell.place, f"{cell.name}: {measure}", ours, official, float(ours != official))


def compare(study: Study, official: Path) -> pd.DataFrame:
    """Every compared cell, one row each.

    Raises PulsoError when INEGI's tables or a stage's output are not there.
    """
    cells: list[Cell] = []
    for wave in study.waves:
        insecurity = read_insecurity(official, wave)
        cells += compare_levels(study, wave, insecurity + read_police(official, wave))
    for earlier, wave in pairwise(study.waves):
        places = list(dict.fromkeys(cell.place for cell in read_insecurity(official, wave)))
        cells += compare_changes(study, wave, read_changes(official, earlier, wave), places)
    return pd.DataFrame(cells)


def describe(cells: pd.DataFrame, every: bool) -> str:
    """The cells, all or those people ask for first; then how many of each wave, table and measure differ."""
    measure = cells["measure"].str.replace(r"^.*: ", "", regex=True)
    differs = ~(cells["difference"] == 0)
    counts = pd.DataFrame(
        {
            "wave": cells["wave"],
            "table": cells["table"],
            "measure": measure,
            "cells": 1,
            "different": differs.astype(int),
            "largest difference": cells["difference"].abs(),
        }
    )
    summary = counts.groupby(["wave", "table", "measure"], sort=False).agg(
        {"cells": "sum", "different": "sum", "largest difference": "max"}
    )
    flagged = set(cells.loc[cells["measure"] == "verdict", "place"]) | {COUNTRY}
    first = cells["table"].eq("1.7") & cells["place"].isin(flagged) & ~measure.isin(["base", "proportion"])
    shown = cells if every else cells[differs | cells["table"].eq("change") | first]
    which = "" if every else " (all of them: --all, or processed/comparison.csv)"
    with pd.option_context("display.max_rows", None, "display.width", 200, "display.max_colwidth", 60):
        return "\n".join(
            [
                f"Ours / official / difference{which}\n",
                shown.to_string(index=False, float_format=lambda value: f"{value:,.10g}"),
                "",
                summary.reset_index().to_string(index=False),
                f"\n{len(cells):,} cells compared, {int(differs.sum()):,} different.",
            ]
        )


def main(arguments: list[str] | None = None) -> int:
    """Exit code: 0 when every cell is equal."""
    parser = argparse.ArgumentParser(description="INEGI's ENSU: ours / official / difference.")
    parser.add_argument("--official", type=Path, default=BESIDE / "official", help="folder of INEGI's tables")
    parser.add_argument("--all", action="store_true", help="print every compared cell")
    parser.add_argument("--no-repro", action="store_true", help="compare what the last run made")
    options = parser.parse_args(arguments)
    study = load_study(HERE)
    try:
        read_insecurity(options.official, study.params.current_wave)
        if not options.no_repro:
            place_deliveries(study)
            if subprocess.run(["dvc", "repro"], cwd=HERE).returncode:
                raise PulsoError("dvc repro failed; its last lines above say why.")
        cells = compare(study, options.official)
    except PulsoError as error:
        print(f"Error: {error}", file=sys.stderr)
        return 1
    cells.to_csv(study.root / "processed" / "comparison.csv", index=False, lineterminator="\n")
    print(describe(cells, options.all))
    for earlier, wave in pairwise(study.waves):
        print(describe_overlap(study, earlier, wave, insecurity_changes(study, wave)))
    return int(bool((~(cells["difference"] == 0)).any()))


if __name__ == "__main__":
    sys.exit(main())
