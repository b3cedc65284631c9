"""Time the kernel beside svy, samplics and R's survey: the same file, one process run each.

    python benchmarks/speed.py             2,000 and 25,000 rows with all engines, a million with ours and svy; growth
    python benchmarks/speed.py --full      samplics and R at a million rows too
    python benchmarks/speed.py --rows 25000 --engines ours R
    python benchmarks/speed.py --growth    time and memory against rows, variables and domains
    python benchmarks/speed.py --domains   estimates in 2,469 domains and their differences from the rest

Writes benchmarks/speed.json (measurements are merged in) and benchmarks/RESULTS.md from it. Reading the file
and importing the engine are not timed; making the design and the estimates is.
"""

import argparse
import ctypes
import json
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from benchmarks.growth import Point, measure_growth, run_point, where_time_goes  # noqa: E402
from benchmarks.many_domains import measure_many_domains  # noqa: E402
from benchmarks.report import write_results  # noqa: E402
from benchmarks.sample import CATEGORIES, DOMAINS, make_sample  # noqa: E402

ENGINES = ("ours", "svy", "samplics", "R")
SIZES = (2_000, 25_000, 1_000_000)
# Runs that pass before the machine's own doings even out.
SHORT_SECONDS, RUNS_IF_SHORT = 5.0, 7
STORE = HERE / "speed.json"

STATUS, CLEAR = Path("/proc/self/status"), Path("/proc/self/clear_refs")


def forget_peak() -> None:
    """Give back what reading the CSV left free and let the peak start again from here, where Linux allows it."""
    if CLEAR.exists():
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
        if trim:
            trim(0)
        CLEAR.write_text("5")


def peak_mb() -> float:
    """Peak resident memory of this process since then, in megabytes."""
    if STATUS.exists():
        line = next(line for line in STATUS.read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def questions_of(data: pd.DataFrame) -> list[str]:
    """The columns that are questions."""
    return [name for name in data.columns if name.startswith("q")]


def run_ours(data: pd.DataFrame, domains: Sequence[tuple[str, ...]] = DOMAINS) -> int:
    """Our kernel; returns the number of estimates."""
    from pulsometro.estimation import Categorical, SurveyDesign, estimate

    design = SurveyDesign(data, "w", "stratum", "psu")
    return len(estimate(design, [Categorical(name, CATEGORIES) for name in questions_of(data)], domains))


def run_svy(data: pd.DataFrame) -> int:
    """svy, one call for all questions in each kind of domain."""
    import polars as pl
    import svy

    frame = pl.from_pandas(data)
    sample = svy.Sample(frame, svy.Design(stratum="stratum", psu="psu", wgt="w", singleton="center"))
    rows = 0
    for by in DOMAINS:
        made = sample.estimation.prop(questions_of(data), by=by or None, deff="wr", ci_method="logit")
        rows += sum(len(estimate.to_polars()) for estimate in made)
    return rows


def run_samplics(data: pd.DataFrame) -> int:
    """samplics, a question and a kind of domain a call (its df are the whole design's, and it has no deff)."""
    from samplics.estimation import TaylorEstimator
    from samplics.utils.types import PopParam

    rows = 0
    crossed = {by: data[list(by)].astype(str).agg("*".join, axis=1) if by else None for by in DOMAINS}
    for by in DOMAINS:
        for name in questions_of(data):
            made = TaylorEstimator(PopParam.prop)
            made.estimate(
                y=data[name], samp_weight=data["w"], stratum=data["stratum"], psu=data["psu"], domain=crossed[by]
            )
            rows += len(made.to_dataframe())
    return rows


RUNNERS: dict[str, Callable[[pd.DataFrame], int]] = {"ours": run_ours, "svy": run_svy, "samplics": run_samplics}


def run_here(engine: str, file: Path) -> None:
    """Run one engine in this process and print its measurement as JSON."""
    data = pd.read_csv(file)
    {"ours": _import_ours, "svy": _import_svy, "samplics": _import_samplics}[engine]()
    forget_peak()
    loaded, start, cpu = peak_mb(), time.perf_counter(), time.process_time()
    rows = RUNNERS[engine](data)
    seconds, cpu = time.perf_counter() - start, time.process_time() - cpu
    data_mb = data.memory_usage(index=False).sum() / 2**20
    measured = {"seconds": seconds, "cpu_seconds": cpu, "rows": rows, "peak_mb": peak_mb(), "loaded_mb": loaded}
    print(json.dumps(measured | {"data_mb": float(data_mb)}))


def _import_ours() -> None:
    import pulsometro.estimation  # noqa: F401


def _import_svy() -> None:
    import polars  # noqa: F401
    import svy  # noqa: F401


def _import_samplics() -> None:
    import samplics.estimation  # noqa: F401


def measure(engine: str, file: Path) -> dict[str, float]:
    """Run one engine in a process of its own; a short run several times, and the one in the middle counts."""
    runs = [run_engine(engine, file)]
    while runs[0]["seconds"] < SHORT_SECONDS and len(runs) < RUNS_IF_SHORT:
        runs.append(run_engine(engine, file))
    return sorted(runs, key=lambda run: run["seconds"])[len(runs) // 2]


def run_engine(engine: str, file: Path) -> dict[str, float]:
    """What one process measured."""
    if engine == "R":
        command = ["Rscript", str(HERE / "speed.R"), str(file)]
    else:
        command = [sys.executable, str(Path(__file__).resolve()), "--here", engine, "--file", str(file)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{engine} failed on {file.name}: {done.stderr.strip()[-500:]}")
    return json.loads(done.stdout.strip().splitlines()[-1])


def memory_bandwidth() -> float:
    """Gigabytes a second that this machine reads when summing a large array: the limit of any engine."""
    values = np.ones(2**25)
    best = min(_seconds(values.sum) for _ in range(5))
    return values.nbytes / best / 1e9


def _seconds(call: Callable[[], object]) -> float:
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def main() -> None:
    """Measure what is asked, keep it in speed.json and write RESULTS.md."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, nargs="+", help="only these sizes")
    parser.add_argument("--engines", nargs="+", choices=ENGINES, help="only these engines, at every size")
    parser.add_argument("--growth", action="store_true", help="only the growth and where the time goes")
    parser.add_argument("--domains", action="store_true", help="only many domains")
    parser.add_argument("--base", type=int, default=62_500, help="rows that the growth starts from")
    parser.add_argument("--full", action="store_true", help="samplics and R at a million rows too: an hour and more")
    parser.add_argument("--here", choices=[*sorted(RUNNERS), "growth"], help=argparse.SUPPRESS)
    parser.add_argument("--file", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--point", type=json.loads, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.here == "growth":
        print(json.dumps(asdict(run_point(Point(**asked.point), run_ours))))
        return
    if asked.here:
        run_here(asked.here, asked.file)
        return
    kept = json.loads(STORE.read_text()) if STORE.exists() else {"speed": {}}
    every = not (asked.rows or asked.engines or asked.growth or asked.domains)
    if every or asked.rows or asked.engines:
        compare_engines(kept, asked.rows, asked.engines, asked.full)
        kept["bandwidth"] = memory_bandwidth()
    if every or asked.domains:
        kept["domains"] = measure_many_domains()
    if every or asked.growth:
        kept["growth"] = measure_growth(asked.base, Path(__file__).resolve())
        kept["pieces"] = {"rows": 16 * asked.base, "shares": where_time_goes(16 * asked.base, run_ours)}
    keep(kept)
    write_results(kept, HERE / "RESULTS.md")


def compare_engines(
    kept: dict[str, Any], sizes: Sequence[int] | None, engines: Sequence[str] | None, full: bool
) -> None:
    """Measure the engines asked (by default those that end within minutes) on the same file of each size."""
    with tempfile.TemporaryDirectory() as folder:
        for rows in sizes or SIZES:
            file = Path(folder) / f"{rows}.csv"
            make_sample(rows).to_csv(file, index=False)
            for engine in engines or (ENGINES if full or rows < SIZES[-1] else ("ours", "svy")):
                if engine == "R" and not shutil.which("Rscript"):
                    print("R is not here: left out")
                    continue
                kept["speed"].setdefault(str(rows), {})[engine] = measure(engine, file)
                print(rows, engine, kept["speed"][str(rows)][engine], flush=True)
                keep(kept)


def keep(kept: dict[str, Any]) -> None:
    """What was measured so far, so that an interrupted run loses nothing."""
    STORE.write_text(json.dumps(kept, indent=1, sort_keys=True) + "\n")


if __name__ == "__main__":
    main()
