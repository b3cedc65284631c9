"""Clean simulated waves through ingest and every check rule: how often something is said of them.

    python benchmarks/clean_waves.py [FIRST_SEED [SEEDS [PROCESSES]]]

Simulates all editions anew with each seed, in a folder of its own, ingests and checks them as 'pulso' does. What was
found is kept in benchmarks/clean_waves.json, by seed, so that a long run can be made in pieces; the table of all of it,
benchmarks/CLEAN_WAVES.md, is written at the end. Nothing was planted: whatever a rule says is a false alarm.
"""

import json
import re
import shutil
import sys
import tempfile
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from pulsometro.check import stage as check
from pulsometro.ingest import stage as ingest
from pulsometro.simulate import stage as simulate
from pulsometro.study import load_study

ROOT = Path(__file__).resolve().parents[1]
KEPT = ROOT / "benchmarks" / "clean_waves.json"
# What the simulated deliveries bring on purpose (raw/reference/synthetic.yaml), and is rightly found.
DELIVERED = {("2013T1", "metadata.label_differs")}
FOUND = dict[str, dict[str, str]]


def one_seed(seed: int) -> FOUND:
    """Wave → failed rule → severity, of all editions drawn with a seed; a refused wave has the rule ``refused``."""
    with tempfile.TemporaryDirectory(prefix="clean-") as name:
        folder = Path(name)
        shutil.copytree(ROOT / "questionnaires", folder / "questionnaires")
        for part in ("reference", "population"):
            shutil.copytree(ROOT / "raw" / part, folder / "raw" / part)
        text = (ROOT / "params.yaml").read_text(encoding="utf-8")
        changed, times = re.subn(r"(?m)^(simulate:\n  seed: )\d+", rf"\g<1>{seed}", text)
        if times != 1:
            raise SystemExit("params.yaml: simulate.seed is not where this benchmark looks for it.")
        (folder / "params.yaml").write_text(changed, encoding="utf-8")
        study = load_study(folder)
        simulate.run(study)
        for wave in study.waves:
            ingest.run(study, wave)
        check.run_all(study)
        found: FOUND = {}
        for wave in study.waves:
            verdict = check.load_verdict(study, wave)
            found[wave] = {rule.id: rule.severity for rule in verdict.failed}
            if verdict.refused:
                found[wave]["refused"] = "critical"
        return found


def kept() -> dict[str, FOUND]:
    """What earlier pieces of the run found, by seed."""
    return dict(json.loads(KEPT.read_text(encoding="utf-8"))) if KEPT.is_file() else {}


def report(found: dict[str, FOUND]) -> str:
    """The Markdown table of stops and warnings by rule."""
    waves = [
        {rule: severity for rule, severity in rules.items() if (wave, rule) not in DELIVERED}
        for each in found.values() for wave, rules in each.items()
    ]  # fmt: skip
    stops = Counter(rule for rules in waves for rule, severity in rules.items() if severity == "critical")
    warned = Counter(rule for rules in waves for rule, severity in rules.items() if severity == "warning")
    noted = Counter(rule for rules in waves for rule, severity in rules.items() if severity == "info")
    stopped = sum("critical" in rules.values() for rules in waves)
    seeds = sorted(map(int, found))
    lines = [
        "# Clean waves, and what the checks say of them", "",
        "Made by `python benchmarks/clean_waves.py`: all editions simulated anew with each seed, ingested and",
        "checked as shipped; nothing was planted, so that everything said is a false alarm, but for the misspelt label",
        "that the simulation delivers in one edition (metadata.label_differs), which is left out of the count.", "",
        f"Seeds {seeds[0]} to {seeds[-1]} ({len(seeds)}): {len(waves)} waves, {stopped} stopped, "
        f"{sum(warned.values())} warnings ({sum(warned.values()) / len(waves):.3f} a wave).", "",
        "| rule | stops | warnings | a wave | notes (no warning) |", "|---|---|---|---|---|",
    ]  # fmt: skip
    for rule in sorted({*stops, *warned, *noted}):
        lines.append(f"| {rule} | {stops[rule]} | {warned[rule]} | {warned[rule] / len(waves):.3f} | {noted[rule]} |")
    return "\n".join(lines) + "\n"


def main(first: int, seeds: int, processes: int) -> None:
    """Run the seeds that are not kept yet, and write what all of them give."""
    found = kept()
    wanted = [seed for seed in range(first, first + seeds) if str(seed) not in found]
    with ProcessPoolExecutor(processes) as pool:
        for seed, result in zip(wanted, pool.map(one_seed, wanted), strict=True):
            found[str(seed)] = result
            KEPT.write_text(json.dumps(found, indent=1, sort_keys=True) + "\n", encoding="utf-8")
            print(seed, {wave: rules for wave, rules in result.items() if rules}, flush=True)
    (ROOT / "benchmarks" / "CLEAN_WAVES.md").write_text(report(found), encoding="utf-8")


if __name__ == "__main__":
    numbers = [int(text) for text in sys.argv[1:4]]
    main(*[*numbers, *(9001, 13, 2)[len(numbers) :]])
