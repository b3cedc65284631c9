"""How the kernel's time and memory grow with rows, variables and domains, and where the time goes.

Every point is run in a process of its own: CPU seconds are the least of three runs, the memory held beside the
data the most that a fourth run allocates at once (tracemalloc, which slows it).
"""

import cProfile
import json
import os
import pstats
import subprocess
import sys
import time
import tracemalloc
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.sample import DOMAINS, make_sample

KINDS = len(DOMAINS)
QUESTIONS = 20
# Pieces of a run: what they are, the functions whose time they are, and those inside that are another piece.
PIECES = (
    ("strata and PSUs coded, the design checked", ("design.py:__post_init__",), ()),
    ("domains coded, PSU × domain pairs, finest cells", ("domains.py:code_domains", "plan.py:make_plan"), ()),
    ("answers coded", ("encoding.py:encode_categorical",), ()),
    ("unweighted counts by finest cell", ("plan.py:count_rows",), ()),
    ("weighted totals by PSU × domain × category, from the rows", ("segments.py:add",), ()),
    ("coarser divisions, squares, sums by stratum and domain", ("moments.py:sum_run",), ("segments.py:add",)),
    ("variances", ("moments.py:_moments", "kernel.py:domain_totals", "kernel.py:_blocks"), ()),
    ("intervals and the table", ("table.py:_assemble",), ()),
)


@dataclass(frozen=True)
class Point:
    """What was run and what it took; ``kinds`` of domain of ``codes`` codes each (0: the benchmark's own)."""

    rows: int
    variables: int
    kinds: int
    codes: int
    estimates: int = 0
    cpu_seconds: float = 0.0
    held_mb: float = 0.0


def plan(base: int) -> dict[str, list[Point]]:
    """The points of each axis, doubling, around ``base`` rows."""
    return {
        "rows": [Point(base * k, QUESTIONS, KINDS, 0) for k in (1, 2, 4, 8, 16)],
        "variables": [Point(base, k, KINDS, 0) for k in (10, 20, 40, 80, 160)],
        "kinds of domain": [Point(base, QUESTIONS, k, 4) for k in (2, 4, 8, 16, 32)],
        "domains in a kind": [Point(base, QUESTIONS, 1, k) for k in (64, 128, 256, 512, 1_024)],
    }


def prepare(point: Point) -> tuple[pd.DataFrame, list[tuple[str, ...]]]:
    """The file and the domains of a point."""
    data = make_sample(point.rows, questions=point.variables)
    if not point.codes:
        return data, list(DOMAINS[: point.kinds])
    rng = np.random.default_rng(1)
    names = [f"d{k}" for k in range(point.kinds)]
    return data.assign(**{name: rng.integers(0, point.codes, len(data)) for name in names}), [(name,) for name in names]


def run_point(point: Point, run: Callable[[pd.DataFrame, Sequence[tuple[str, ...]]], int]) -> Point:
    """Measure a point in this process."""
    data, domains = prepare(point)
    run(data.head(2_000), domains[:1])
    seconds = []
    for _ in range(3):
        start = time.process_time()
        estimates = run(data, domains)
        seconds.append(time.process_time() - start)
    tracemalloc.start()
    run(data, domains)
    held = tracemalloc.get_traced_memory()[1] / 2**20
    return Point(point.rows, point.variables, point.kinds, point.codes, estimates, min(seconds), held)


def measure_growth(base: int, script: Path) -> dict[str, list[dict[str, float]]]:
    """Every point of every axis, by calling ``script --here growth --point …``."""
    measured: dict[str, list[dict[str, float]]] = {}
    for axis, points in plan(base).items():
        for point in points:
            command = [sys.executable, str(script), "--here", "growth", "--point", json.dumps(asdict(point))]
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            if done.returncode:
                raise SystemExit(f"growth of {axis} failed: {done.stderr.strip()[-500:]}")
            measured.setdefault(axis, []).append(json.loads(done.stdout))
            print(axis, measured[axis][-1], flush=True)
    return measured


def order_of_growth(points: Sequence[dict[str, float]], axis: str, what: str) -> float:
    """Exponent b of what ∝ axis^b over the upper half of the points: 1 is linear, below it less than linear."""
    upper = points[len(points) // 2 :]
    sizes, values = ([np.log(point[name]) for point in upper] for name in (axis, what))
    return float(np.polyfit(sizes, values, 1)[0])


def where_time_goes(rows: int, run: Callable[[pd.DataFrame], int]) -> dict[str, float]:
    """Share of a run's CPU time by piece, and of the rest. Leaves this process on one processor."""
    data = make_sample(rows)
    run(data.head(2_000))
    if hasattr(os, "sched_setaffinity"):
        # The profiler sees the thread that it was started in: one processor, one thread.
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    profile = cProfile.Profile(time.process_time)
    profile.enable()
    run(data)
    profile.disable()
    stats = pstats.Stats(profile).stats  # type: ignore[attr-defined]
    total = sum(own[2] for own in stats.values())
    seconds: dict[str, float] = {}
    for (file, _, name), (_, _, _, cumulated, _) in stats.items():
        if "estimation" in file:
            key = f"{Path(file).name}:{name}"
            seconds[key] = seconds.get(key, 0.0) + cumulated
    shares = {
        piece: (sum(seconds.get(n, 0.0) for n in own) - sum(seconds.get(n, 0.0) for n in other)) / total
        for piece, own, other in PIECES
    }
    return shares | {"the rest": 1 - sum(shares.values())}
