"""INEGI's ENSU as it is, whole and in draws: what the checks say of real, honest quarters.

    python -m benchmarks.ensu_clean [DRAWS [ROWS]]

Takes both quarters' zips from examples/ensu/raw or ../shared/ensu, ingests and checks them whole, then in draws of
4,951 rows each, the second with the first as its past. Writes benchmarks/ENSU_CLEAN.md; exits 1 when a quarter stops.
"""

import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.ensu_faults import EXAMPLE, PAST, WAVE, Fault, Quarter, read_quarter, write_quarter, zips_beside
from pulsometro.check import stage as check
from pulsometro.check.verdict import Verdict
from pulsometro.ingest import stage as ingest
from pulsometro.study import Study, load_study

ROOT = Path(__file__).resolve().parents[1]


def checked(study: Study, quarters: dict[str, Quarter], engine: Any) -> dict[str, Verdict]:
    """Both quarters ingested and checked; a stopped first one is no past for the second."""
    found: dict[str, Verdict] = {}
    for wave in (PAST, WAVE):
        write_quarter(quarters[wave], study.raw(wave), Fault("none", ""))
        ingest.run(study, wave)
        stopped = [each for each, verdict in found.items() if verdict.verdict == "stop"]
        found[wave] = check.check_wave(study, wave, engine, stopped=stopped)
    return found


def lines_of(what: str, found: dict[str, Verdict]) -> list[str]:
    """A row of the table for each quarter."""
    lines = []
    for wave, verdict in found.items():
        told = [
            f"{rule.id} ({rule.count:,}{': ' + ', '.join(rule.keys[:3]) if rule.count <= 3 else ''})"
            for rule in verdict.failed if rule.severity != "info"
        ]  # fmt: skip
        rows = verdict.counts.accepted if verdict.counts else 0
        said = verdict.refused or "; ".join(told) or "–"
        lines.append(f"| {what} | {wave} | {rows:,} | {verdict.verdict} | {said} |")
    return lines


def main(draws: int, rows: int) -> int:
    """Whole and in draws, and the table of what was said."""
    from pulsometro.check.great_expectations.engine import Engine

    engine, lines, stops = Engine(), [], 0
    with tempfile.TemporaryDirectory(prefix="ensu-") as name:
        folder = Path(name)
        shutil.copy(EXAMPLE / "params.yaml", folder)
        shutil.copytree(EXAMPLE / "questionnaires", folder / "questionnaires")
        study = load_study(folder)
        zips = zips_beside(load_study(EXAMPLE))
        whole = {wave: read_quarter(zips[wave], 1) for wave in (PAST, WAVE)}
        for number in range(draws + 1):
            quarters = whole
            if number:
                quarters = {
                    wave: Quarter(
                        each.table.sample(rows, random_state=number).sort_index().reset_index(drop=True), each.member
                    )
                    for wave, each in whole.items()
                }
            found = checked(study, quarters, engine)
            stops += sum(verdict.verdict == "stop" for verdict in found.values())
            lines += lines_of(f"draw {number}" if number else "whole", found)
            print("\n".join(lines[-2:]), flush=True)
    head = [
        "# INEGI's ENSU as it is, and what the checks say of it", "",
        f"Made by `python -m benchmarks.ensu_clean`: two honest quarters, whole and in {draws} draws of {rows:,} rows",
        "each, ingested and checked, the second with the first as its past. Nothing was planted.", "",
        f"{2 * (draws + 1)} verdicts, {stops} stops. Warnings, with how many failed:", "",
        "| rows | quarter | accepted | verdict | warnings |", "|---|---|---|---|---|",
    ]  # fmt: skip
    (ROOT / "benchmarks/ENSU_CLEAN.md").write_text("\n".join([*head, *lines]) + "\n", encoding="utf-8")
    return int(stops > 0)


if __name__ == "__main__":
    numbers = [int(text) for text in sys.argv[1:3]]
    sys.exit(main(*[*numbers, *(10, 4951)[len(numbers) :]]))
