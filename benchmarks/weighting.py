"""One edition with 200 replicates, all raked again: this pipeline beside svy and R's survey.

Run: ``nice .venv/bin/python benchmarks/weighting.py [--replicates 200]``; writes WEIGHTING.md
beside it. The three do the same work on the same rows in the same run: Rao–Wu replicates of
4,905 respondents in nine municipalities (each respondent a PSU), three margins within the
municipality, raked to 1e-10. Processor seconds; start-up and imports are not counted.
"""

import argparse
import platform
import shutil
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from pulsometro.weighting.arrays import codes_of
from pulsometro.weighting.calibration.margins import Margin, margin_from_labels
from pulsometro.weighting.calibration.methods import calibrate
from pulsometro.weighting.calibration.problem import build_structure
from pulsometro.weighting.calibration.trimming import area_caps, trim
from pulsometro.weighting.replicates.multipliers import rao_wu
from pulsometro.weighting.replicates.reweigh import FixedSteps, weigh_replicates

HERE = Path(__file__).resolve().parent
MARGINS = ("sex", "age", "school")

R_SCRIPT = """
suppressMessages(library(survey))
arguments <- commandArgs(TRUE)
rows <- read.csv(file.path(arguments[1], "rows.csv"), colClasses = c(area = "character"))
totals <- read.csv(file.path(arguments[1], "totals.csv"))
set.seed(1)
margins <- list(~k_sex, ~k_age, ~k_school)
population <- lapply(c("sex", "age", "school"), function(name) {
  part <- totals[totals$margin == name, c("cell", "total")]
  names(part) <- c(paste0("k_", name), "Freq")
  part
})
design <- svydesign(ids = ~1, strata = ~area, weights = ~base, data = rows)
start <- sum(proc.time()[c("user.self", "sys.self")])
replicates <- as.svrepdesign(design, type = "subbootstrap", replicates = as.integer(arguments[2]))
raked <- rake(replicates, margins, population, control = list(maxit = 200, epsilon = 1e-10))
all <- weights(raked, type = "analysis")
cat(sum(proc.time()[c("user.self", "sys.self")]) - start, "\n")
write.csv(data.frame(w = weights(raked, type = "sampling")), file.path(arguments[1], "r.csv"), row.names = FALSE)
"""


@dataclass(frozen=True)
class Timing:
    """Processor ``seconds`` of one way; ``difference``: largest relative difference of its full-sample
    raked weights from ours (None: not comparable)."""

    name: str
    seconds: float
    difference: float | None


def edition(seed: int = 1, per_area: int = 545) -> tuple[pd.DataFrame, dict[str, dict[tuple[str, str], float]]]:
    """Respondents with base weights, and totals by margin and (area, level)."""
    generator = np.random.default_rng(seed)
    areas = [f"A{k}" for k in range(1, 10)]
    n = per_area * len(areas)
    rows = pd.DataFrame(
        {
            "area": np.repeat(areas, per_area),
            "sex": generator.choice(["1", "2"], n, p=[0.42, 0.58]),
            "age": generator.choice(["1", "2", "3", "4"], n, p=[0.24, 0.33, 0.29, 0.14]),
            "school": generator.choice(["1", "2", "3"], n, p=[0.3, 0.4, 0.3]),
        }
    )
    rows["base"] = generator.integers(1, 5, n) / generator.integers(1, 3, n) * 200.0
    shares = {"sex": (0.49, 0.51), "age": (0.30, 0.34, 0.25, 0.11), "school": (0.45, 0.35, 0.20)}
    people = dict(zip(areas, generator.integers(90_000, 850_000, len(areas)).tolist(), strict=True))
    totals = {
        name: {(a, str(k + 1)): people[a] * share for a in areas for k, share in enumerate(shares[name])}
        for name in MARGINS
    }
    for name in MARGINS:
        rows[f"k_{name}"] = rows["area"] + "|" + rows[name]
    return rows, totals


def make_margins(rows: pd.DataFrame, totals: dict[str, dict[tuple[str, str], float]]) -> tuple[Margin, ...]:
    """The three margins within the municipality."""
    return tuple(margin_from_labels(name, rows["area"], rows[name], totals[name]) for name in MARGINS)


def ours(rows: pd.DataFrame, margins: tuple[Margin, ...], replicates: int, k: float | None) -> tuple[float, np.ndarray]:
    """Processor seconds and (n,) full-sample weights; ``k``: trimming too, in every replicate."""
    start = time.process_time()
    base, area = rows["base"].to_numpy(), codes_of(rows["area"])[1]
    full = calibrate(base, margins).weights
    caps = None if k is None else area_caps(full, area, k)
    if caps is not None:
        full = trim(full, margins, area, caps).weights
    made = rao_wu(rows["area"], np.arange(len(rows)), replicates, 1)
    steps = FixedSteps(base, area, None, build_structure(margins), "raking", None, 1e-10, 200, caps)
    result = weigh_replicates(steps, made.values)
    if result.failed:
        raise SystemExit(f"{len(result.failed)} replicates failed")
    return time.process_time() - start, full


def with_svy(rows: pd.DataFrame, totals: dict[str, dict[tuple[str, str], float]], replicates: int) -> Timing | None:
    """svy's bootstrap and rake on composite keys; None where svy is not installed."""
    try:
        import polars as pl
        import svy
    except ImportError:
        return None
    frame = pl.DataFrame({name: rows[name].to_numpy() for name in rows.columns if name != "base"})
    frame = frame.with_columns(pl.Series("base", rows["base"].to_numpy()), pl.Series("psu", np.arange(len(rows))))
    controls = {f"k_{name}": {f"{a}|{level}": t for (a, level), t in totals[name].items()} for name in MARGINS}
    start = time.process_time()
    sample = svy.Sample(frame, svy.Design(wgt="base", stratum="area", psu="psu"))
    sample = sample.weighting.create_bs_wgts(n_reps=replicates, rstate=1)
    sample = sample.weighting.rake(controls=controls, tol=1e-10, max_iter=200, wgt_name="raked")
    seconds = time.process_time() - start
    return Timing(f"svy {svy.__version__}", seconds, _difference(rows, totals, sample.data["raked"].to_numpy()))


def with_r(rows: pd.DataFrame, totals: dict[str, dict[tuple[str, str], float]], replicates: int) -> Timing | None:
    """R's survey: as.svrepdesign(subbootstrap) and rake(); None without R or the package."""
    if shutil.which("Rscript") is None:
        return None
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        rows.to_csv(folder / "rows.csv", index=False)
        cells = [(m, f"{a}|{level}", t) for m in MARGINS for (a, level), t in totals[m].items()]
        pd.DataFrame(cells, columns=["margin", "cell", "total"]).to_csv(folder / "totals.csv", index=False)
        (folder / "run.R").write_text(R_SCRIPT, encoding="utf-8")
        done = subprocess.run(
            ["Rscript", str(folder / "run.R"), name, str(replicates)], capture_output=True, text=True, check=False
        )
        if done.returncode:
            print(done.stderr)
            return None
        weights = pd.read_csv(folder / "r.csv")["w"].to_numpy()
    return Timing("R survey", float(done.stdout.split()[-1]), _difference(rows, totals, weights))


def _difference(rows: pd.DataFrame, totals: dict[str, dict[tuple[str, str], float]], theirs: np.ndarray) -> float:
    mine = calibrate(rows["base"].to_numpy(), make_margins(rows, totals)).weights
    return float(np.max(np.abs(theirs - mine) / mine))


def main() -> None:
    """Measure, print and write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--replicates", type=int, default=200)
    replicates = parser.parse_args().replicates
    rows, totals = edition()
    margins = make_margins(rows, totals)
    ours(rows, margins, 10, 2.5)
    plain = min(ours(rows, margins, replicates, None)[0] for _ in range(3))
    trimmed = min(ours(rows, margins, replicates, 3.0)[0] for _ in range(3))
    five = ours(rows, margins, 500, 3.0)[0]
    others = [timing for timing in (with_svy(rows, totals, replicates), with_r(rows, totals, replicates)) if timing]
    lines = [
        "# Weighting: one edition with its replicates",
        "",
        f"{len(rows):,} interviews, nine municipalities, three margins within each (2, 4 and 3 cells), {replicates} "
        "Rao–Wu replicates",
        "all raked again to 1e-10, in one run on the same rows. Start-up and imports not counted. Made by",
        f"`benchmarks/weighting.py` on {platform.machine()}, Python {platform.python_version()}; trust the ratios "
        "more than the seconds.",
        "",
        "| way | processor seconds | × ours | largest relative difference of the raked weights |",
        "|---|--:|--:|--:|",
        f"| this pipeline: rake, replicates | {plain:.2f} | 1 | – |",
        f"| this pipeline: rake, trim (bounded calibration), replicates with both | {trimmed:.2f} "
        f"| {trimmed / plain:.1f} | – |",
        f"| the same with 500 replicates | {five:.2f} | {five / plain:.1f} | – |",
    ]
    for timing in others:
        shown = f"{timing.difference:.0e}" if timing.difference is not None else "–"
        lines.append(f"| {timing.name} | {timing.seconds:.1f} | {timing.seconds / plain:.0f} | {shown} |")
    lines += [
        "",
        "Target: under 3 s for 200 replicates on two cores; ours is one core, without joblib.",
        "R's `svrep` is in neither Debian nor this machine: R's row is `survey` alone.",
    ]
    if not any(timing.name == "R survey" for timing in others):
        lines.append("R's survey was not there.")
    text = "\n".join(lines) + "\n"
    (HERE / "WEIGHTING.md").write_text(text, encoding="utf-8", newline="\n")
    print(text)


if __name__ == "__main__":
    main()
