"""RESULTS.md from the measurements kept in speed.json."""

from pathlib import Path
from typing import Any

from benchmarks.growth import order_of_growth
from benchmarks.many_domains import many_domains_lines

ENGINES = ("ours", "svy", "samplics", "R")
LARGE = 1_000_000
# Rows, engine, and how many times our seconds it should take at least.
TARGETS = ((25_000, "svy", 50), (25_000, "R", 300), (LARGE, "svy", 100))
MOST_OF_DATA = 1.5


def write_results(kept: dict[str, Any], file: Path) -> None:
    """Write the tables and what they mean."""
    lines = [
        "# Speed of the estimation kernel",
        "",
        "20 questions of five categories in {total, 9 municipalities, 2 sexes, 4 age groups, 9 × 2}: 3,400 estimates",
        "with SE, logit interval, df and design effect. The same CSV file (`benchmarks/sample.py`, from a seed) for",
        "every engine, one process each (the middle one of seven where it takes less than five seconds); reading the",
        "file and importing the engine are not timed. Made by `make bench` (`python benchmarks/speed.py`). A shared",
        "two-core machine is noisy: trust the ratios.",
        "CPU seconds are those of all threads, and less touched by what else the machine does. *× the data*: the",
        "loaded data and what the run takes on top of them, over the data.",
        "",
        "| rows | engine | seconds | × ours | CPU seconds | × ours | peak MB | MB on top | × the data |",
        "|---:|---|---:|---:|---:|---:|---:|---:|---:|",
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
                    f"| {m['peak_mb'] - m['loaded_mb']:,.0f} | {_of_data(m)} |"
                )
            elif int(rows) >= LARGE and own:
                lines.append(_extrapolated(kept["speed"], engine, int(rows), own))
    lines += ["", *_targets(kept["speed"]), "", *_meaning(kept), ""]
    if kept.get("domains"):
        lines += many_domains_lines(kept["domains"])
    if kept.get("growth"):
        lines += _growth(kept["growth"])
    file.write_text("\n".join(line for line in lines if line is not None).rstrip() + "\n")


def _targets(speed: dict[str, Any]) -> list[str]:
    """What was wanted beside what was measured, met or not."""
    lines = ["| target | measured | |", "|---|---:|---|"]
    for rows, engine, wanted in TARGETS:
        own, other = (speed.get(str(rows), {}).get(name) for name in ("ours", engine))
        if own and other:
            times = other["seconds"] / own["seconds"]
            met = "met" if times >= wanted else "not met"
            lines.append(
                f"| {engine} takes at least {wanted} × our seconds at {rows:,} rows | {times:,.0f} × | {met} |"
            )
    large = speed.get(str(LARGE), {}).get("ours")
    if large:
        met = "met" if float(_of_data(large)) <= MOST_OF_DATA else "not met"
        lines.append(f"| at most {MOST_OF_DATA} × the loaded data at {LARGE:,} rows | {_of_data(large)} × | {met} |")
    return lines


def _times(value: float | None, own: float | None) -> str:
    return f"{value / own:,.0f}" if value and own else "–"


def _of_data(measured: dict[str, float]) -> str:
    data = measured.get("data_mb")
    # Below that the libraries' own pages are most of it.
    if data is None or data < 4:
        return "–"
    return f"{(data + measured['peak_mb'] - measured['loaded_mb']) / data:.2f}"


def _seconds(value: float | None) -> str:
    return "–" if value is None else f"{value:,.2f}"


def _extrapolated(speed: dict[str, Any], engine: str, rows: int, own: float) -> str | None:
    sizes = sorted((int(n) for n in speed if engine in speed[n]), reverse=True)[:2]
    if len(sizes) < 2:
        return None
    large, small = (speed[str(n)][engine]["seconds"] for n in sizes)
    slope = (large - small) / (sizes[0] - sizes[1])
    seconds = large + slope * (rows - sizes[0])
    return (f"| {rows:,} | {engine} | ≈ {seconds:,.0f} | ≈ {seconds / own:,.0f} | – | – | – | – | – | ").rstrip(
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
        "municipalities and municipality × sex follow by summation or are the same pairs). Questions with equally",
        "many categories are added together, so that an instruction serves several, and some strata at a time. The",
        "rest is squares and sums over PSU × domain × category, which are fewer than the rows; of a variance only",
        "sums by domain are kept, as it is a polynomial in the proportion.",
    ]
    pieces = kept.get("pieces")
    if pieces:
        lines += ["", f"| piece of the CPU time at {pieces['rows']:,} rows | % |", "|---|---:|"]
        lines += [f"| {piece} | {100 * share:.0f} |" for piece, share in pieces["shares"].items()]
    large = kept["speed"].get(str(LARGE), {}).get("ours")
    if large and kept.get("bandwidth"):
        bytes_read = 22 * 8 * LARGE
        limit = bytes_read / kept["bandwidth"] / 1e9
        lines += [
            "",
            f"The machine's limit: it reads {kept['bandwidth']:,.1f} GB/s from memory, and the columns used, 22 of 8",
            f"bytes a row, are {bytes_read / 1e6:,.0f} MB at a million rows: read once, {limit:,.3f} s. The kernel",
            f"takes {large['seconds'] / limit:,.0f} × that, on two processors: every row is added to a place of its",
            "own once a question and division (some nanoseconds each, where a byte read in order costs a tenth of",
            "one), which no order of the columns saves. From half a million rows on the strata are summed in two",
            "threads; more do not help, as what is between the compiled sums is Python.",
        ]
    return lines


AXES = (
    ("rows", "rows", "20 questions in the five kinds of domain above."),
    ("variables", "variables", "All five kinds of domain."),
    ("kinds of domain", "kinds", "20 questions in so many kinds of four domains, each of which divides the PSUs anew."),
    ("domains in a kind", "codes", "20 questions in one kind of so many domains."),
)


def _growth(axes: dict[str, list[dict[str, float]]]) -> list[str]:
    lines = [
        "## Growth",
        "",
        "CPU seconds, the least of three runs, and MB allocated on top of the data at most (tracemalloc), each point",
        "in a process of its own. *Order*: the exponent b of what ∝ size^b over the upper half of the points: 1 is",
        "linear, below it less than linear.",
    ]
    for axis, name, words in AXES:
        points = axes.get(axis, [])
        if not points:
            continue
        time, memory = (order_of_growth(points, name, what) for what in ("cpu_seconds", "held_mb"))
        fixed = "" if name == "rows" else f" {int(points[0]['rows']):,} rows."
        lines += ["", f"**{axis.capitalize()}.** {words}{fixed} Order: time {time:.2f}, memory {memory:.2f}.", ""]
        lines += [f"| {axis} | estimates | CPU seconds | MB on top |", "|---:|---:|---:|---:|"]
        lines += [
            f"| {int(p[name]):,} | {int(p['estimates']):,} | {p['cpu_seconds']:.3f} | {p['held_mb']:,.1f} |"
            for p in points
        ]
    return [*lines, ""]
