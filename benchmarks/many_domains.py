"""Many domains: estimates in 2,469 municipalities, and each against the rest, by method; the latter beside the former.

Municipalities of whole PSUs inside their states, as in a survey, and spread over the PSUs, which is worse. CPU seconds
are the least of three runs, the memory held beside the data the most of a fourth (tracemalloc, which slows it).
"""

import time
import tracemalloc
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

ROWS, PSUS, STATES, MUNICIPALITIES, AUXILIARIES, REPLICATES = 100_000, 10_000, 32, 2_469, 50, 40
MOST_SECONDS, MOST_MB, MOST_TIMES = 1.0, 500, 3.0


def make_municipalities(spread: bool, seed: int = 20260102) -> pd.DataFrame:
    """Ten rows a PSU, forty a municipality, two calibration margins of 25 cells, replicate weights."""
    rng = np.random.default_rng(seed)
    psu = np.arange(ROWS) % PSUS
    municipality = np.sort(np.resize(np.arange(MUNICIPALITIES), PSUS))[psu]
    data = pd.DataFrame(
        {
            "psu": psu,
            "mun": rng.permutation(municipality) if spread else municipality,
            "state": municipality * STATES // MUNICIPALITIES,
            "w": rng.uniform(200, 2_500, ROWS),
            "q": rng.integers(1, 3, ROWS),
            "one": rng.integers(0, AUXILIARIES // 2, ROWS),
            "other": rng.integers(0, AUXILIARIES - AUXILIARIES // 2, ROWS),
        }
    )
    replicates = {f"r{r}": data["w"] * rng.integers(0, 3, PSUS)[psu] for r in range(REPLICATES)}
    return pd.concat([data, pd.DataFrame(replicates)], axis=1)


def measure_many_domains() -> list[dict[str, Any]]:
    """Every method with both kinds of municipality: seconds and megabytes of estimates and of differences."""
    from pulsometro.estimation import (
        Calibration,
        Categorical,
        Replicates,
        Settings,
        SurveyDesign,
        domain_differences,
        estimate,
    )

    asked, made = [Categorical("q", (1, 2))], []
    for spread in (False, True):
        data = make_municipalities(spread)
        design = SurveyDesign(
            data, "w", "state", "psu", calibration=Calibration("w", (("one",), ("other",))),
            replicates=Replicates.bootstrap([f"r{r}" for r in range(REPLICATES)]),
        )  # fmt: skip
        domain_differences(design, asked, "state")
        for method in ("taylor", "calibrated", "replicates"):
            ways: dict[str, Callable[[], object]] = {
                "estimates": lambda d=design, m=method: estimate(d, asked, ["mun"], settings=Settings(method=m)),  # type: ignore[misc]
                "differences": lambda d=design, m=method: domain_differences(d, asked, "mun", method=m),  # type: ignore[misc]
            }
            for what, run in ways.items():
                seconds, held = _measured(run)
                made.append({"spread": spread, "method": method, "what": what, "cpu_seconds": seconds, "held_mb": held})
                print(made[-1], flush=True)
    return made


def _measured(run: Callable[[], object]) -> tuple[float, float]:
    seconds = []
    for _ in range(3):
        start = time.process_time()
        run()
        seconds.append(time.process_time() - start)
    tracemalloc.start()
    run()
    held = tracemalloc.get_traced_memory()[1] / 2**20
    tracemalloc.stop()
    return min(seconds), held


def many_domains_lines(measured: list[dict[str, Any]]) -> list[str]:
    """The section of RESULTS.md."""
    lines = [
        "## Many domains",
        "",
        f"One question in {MUNICIPALITIES:,} municipalities of {ROWS:,} rows and {PSUS:,} PSUs, {AUXILIARIES}",
        f"auxiliaries, {REPLICATES} replicates, and each municipality against the rest, in one process: CPU seconds,",
        "the least of three runs, and MB on top of the data (tracemalloc). *Inside*: every PSU lies in one",
        "municipality; *spread*: a PSU's rows lie in several.",
        "",
        "| municipalities | method | estimates | MB | differences | MB | × the estimates |",
        "|---|---|---:|---:|---:|---:|---:|",
    ]
    times = []
    for one, other in zip(measured[::2], measured[1::2], strict=True):
        times.append(other["cpu_seconds"] / one["cpu_seconds"])
        lines.append(
            f"| {'spread' if one['spread'] else 'inside'} | {one['method']} | {one['cpu_seconds']:.3f} "
            f"| {one['held_mb']:,.0f} | {other['cpu_seconds']:.3f} | {other['held_mb']:,.0f} | {times[-1]:.1f} |"
        )
    own = [row for row in measured if row["method"] == "calibrated" and row["what"] == "estimates"]
    seconds, held = (max(row[name] for row in own) for name in ("cpu_seconds", "held_mb"))
    targets = (
        (f"calibrated estimates in at most {MOST_SECONDS:.0f} s", f"{seconds:.2f} s", seconds <= MOST_SECONDS),
        (f"… and {MOST_MB} MB", f"{held:,.0f} MB", held <= MOST_MB),
        (f"differences in at most {MOST_TIMES:.0f} × the estimates", f"{max(times):.1f} ×", max(times) <= MOST_TIMES),
    )
    lines += ["", "| target | measured | |", "|---|---:|---|"]
    return [*lines, *(f"| {what} | {got} | {'met' if met else 'not met'} |" for what, got, met in targets), ""]
