"""RESULTS.md from the measurements kept in speed.json."""

from pathlib import Path
from typing import Any

ENGINES = ("ours", "svy", "samplics", "R")
LARGE = 1_000_000


def write_results(kept: dict[str, Any], file: Path) -> None:
    """Write the tables and what they mean."""
    lines = [
        "# Speed of the estimation kernel",
        "",
        "20 questions of five categories in {total, 9 municipalities, 2 sexes, 4 age groups, 9 × 2}: 3,400 estimates",
        "with SE, logit interval, df and design effect. The same CSV file (`benchmarks/sample.py`, from a seed) for",
        "every engine, one process run each; reading the file and importing the engine are not timed. Made by",
        "`make bench` (`python benchmarks/speed.py`). A shared two-core machine is noisy: trust the ratios.",
        "CPU seconds are those of all threads, and less touched by what else the machine does.",
        "",
        "| rows | engine | seconds | × ours | CPU seconds | × ours | peak MB | MB above the loaded data |",
        "|---:|---|---:|---:|---:|---:|---:|---:|",
    ]
    for rows in sorted(kept["speed"], key=int):
        measured = kept["speed"][rows]
        own = measured.get("ours", {}).get("seconds")
        own_cpu = measured.get("ours", {}).get("cpu_seconds")
        for engine in ENGINES:
            if engine in measured:
                m = measured[engine]
                cpu = m.get("cpu_seconds")
                lines.append(
                    f"| {int(rows):,} | {engine} | {m['seconds']:,.2f} | {_times(m['seconds'], own)} "
                    f"| {_seconds(cpu)} | {_times(cpu, own_cpu)} | {m['peak_mb']:,.0f} "
                    f"| {m['peak_mb'] - m['loaded_mb']:,.0f} |"
                )
            elif int(rows) >= LARGE and own:
                lines.append(_extrapolated(kept["speed"], engine, int(rows), own))
    lines += ["", *_meaning(kept), ""]
    if kept["growth"]:
        lines += _growth(kept["growth"])
    file.write_text("\n".join(line for line in lines if line is not None).rstrip() + "\n")


def _times(value: float | None, own: float | None) -> str:
    return f"{value / own:,.0f}" if value and own else "–"


def _seconds(value: float | None) -> str:
    return "–" if value is None else f"{value:,.2f}"


def _extrapolated(speed: dict[str, Any], engine: str, rows: int, own: float) -> str | None:
    sizes = sorted((int(n) for n in speed if engine in speed[n]), reverse=True)[:2]
    if len(sizes) < 2:
        return None
    large, small = (speed[str(n)][engine]["seconds"] for n in sizes)
    slope = (large - small) / (sizes[0] - sizes[1])
    seconds = large + slope * (rows - sizes[0])
    return (f"| {rows:,} | {engine} | ≈ {seconds:,.0f} | ≈ {seconds / own:,.0f} | – | – | – | – | ").rstrip(
        " "
    ) + f" <!-- not run: the line through {sizes[1]:,} and {sizes[0]:,} rows -->"


def _meaning(kept: dict[str, Any]) -> list[str]:
    lines = [
        "Values marked ≈ were not run: they continue the straight line through the two measured sizes.",
        "",
        "## Where the time goes",
        "",
        "Each question is read once to code it, once for the unweighted counts by finest cell, and once for each",
        "division of the PSUs that no finer one gives (here two: PSU × sex, PSU × age; the PSUs themselves, whole",
        "municipalities and municipality × sex follow by summation or are the same pairs). The rest is squares and",
        "sums over PSU × domain × category, and a fixed 0.03 s or so of assembling the table.",
    ]
    large = kept["speed"].get(str(LARGE), {}).get("ours")
    if large and kept["bandwidth"]:
        bytes_read = 22 * 8 * LARGE
        limit = bytes_read / kept["bandwidth"] / 1e9
        lines += [
            "",
            f"This machine reads {kept['bandwidth']:,.1f} GB/s from memory. The columns used, 22 of 8 bytes a row,",
            f"are {bytes_read / 1e6:,.0f} MB at a million rows: read once that is {limit:,.3f} s, so the kernel runs",
            f"at {large['seconds'] / limit:,.0f} × the time of reading the file's columns once. Scattered additions",
            "(one a row, question and division) cost about 4 ns each against 0.1 ns for a byte read in order, which is",
            "the larger part of that factor; smaller integers for the answers would save reading, not adding.",
        ]
    return lines


def _growth(rows: list[dict[str, float]]) -> list[str]:
    lines = [
        "## Growth",
        "",
        "Best of three runs in one process; linear in each.",
        "",
        "| rows | variables | kinds of domain | estimates | seconds |",
        "|---:|---:|---:|---:|---:|",
    ]
    lines += [
        f"| {int(r['rows']):,} | {int(r['variables'])} | {int(r['domains'])} | {int(r['estimates']):,} "
        f"| {r['seconds']:.3f} |"
        for r in rows
    ]
    return [*lines, ""]
