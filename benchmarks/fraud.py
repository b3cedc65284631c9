"""Planted fraud: from how many interviews each kind is seen, and stopped, by the checks; and clean draws beside it.

    python benchmarks/fraud.py [--draws N] [--clean N] [--kept FILE] [KIND …]

Plants each kind in draws of a simulated edition and looks for the smallest amount that is seen, and that stops the
wave, in 80 % of them. What each draw gave is kept in a JSON file, so that a long run can be made in pieces, and with
more draws later. Writes benchmarks/FRAUD.md.
"""

import argparse
import json
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from textwrap import fill
from typing import Any

import numpy as np
import pandas as pd

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks import fraud_field as fields  # noqa: E402
from benchmarks.copy_frauds import Copies, copies, interviewers  # noqa: E402
from benchmarks.fraud_field import Family, Field  # noqa: E402
from benchmarks.fraud_words import ABOUT, WHY  # noqa: E402
from benchmarks.relation_frauds import KINDS, Kind  # noqa: E402

PAGE, KEPT = ROOT / "benchmarks" / "FRAUD.md", ROOT / "benchmarks" / "fraud.json"
WAVE, FIRST_SEED, POWER = "2013T1", 401, 0.8
SHARES = (0.01, 0.02, 0.03, 0.05, 0.08, 0.10, 0.15, 0.20, 0.30, 0.50, 0.70, 1.0)
ROWS = (1, 2, 3, 4, 5, 8, 10, 15, 20, 30, 50, 100, 150, 200, 300, 500, 750, 1000, 1500, 2500, 5000)
OFTEN = (2, 3, 4, 5, 6, 8, 10, 20, 50)
OF_ONE = (1, 2, 3, 5, 8, 10, 15, 20, 25, 30, 40, 50, 60, 80)
# Interviews of a draw, of one municipality and of one interviewer, about.
ALL, PLACE, TEAM = 4_900, 545, 82
WHAT = ("seen", "stops")
HEAD = "| kind | seen from | stops from | by | why not earlier |"


@dataclass(frozen=True)
class Fraud:
    """A kind: how it is planted in an amount, the amounts tried (rising), and the families of rules that are asked.

    ``of``: how many interviews a share is of; 0 where amounts are numbers of interviews.
    """

    name: str
    plant: Callable[[Field, float, np.random.Generator], pd.DataFrame]
    amounts: tuple[float, ...]
    families: tuple[Family, ...]
    of: int = 0
    first: bool = False
    broken: tuple[str, ...] = ()

    def where(self, wave: str, seed: int) -> Field:
        """The clean draw in which it is planted."""
        here = fields.field(wave, seed).with_breaks(self.broken)
        return here.without_past() if self.first else here


def _copied(name: str, kind: Copies, amounts: tuple[float, ...], families: tuple[Family, ...]) -> Fraud:
    amounts = OF_ONE if kind.of_one else amounts
    return Fraud(name, lambda here, n, rng: kind.plant(here, int(n), rng), amounts, families, first=kind.first)


def _related(name: str, kind: Kind, families: tuple[Family, ...]) -> Fraud:
    of = PLACE if "one municipality" in name else TEAM if "one interviewer" in name else ALL
    return Fraud(
        name, lambda here, share, rng: kind.spoil(here.now, kind.where(here.now, share, rng), rng), SHARES, families,
        of, kind.first, kind.broken,
    )  # fmt: skip


def sections() -> dict[str, list[Fraud]]:
    """Every kind, under the heading of its table."""
    numbers = ("rounded", "duration", "median")
    same = {"another form's rows, scattered: headline turned"}
    related = {name: kind for name, kind in KINDS.items() if name not in same}
    parts = ("another form", "one municipality", "one interviewer")
    return {
        "Interviews that were made before": [
            _copied(name, kind, OFTEN if name.startswith("one interview so") else ROWS,
                    ("people", "nearly") if "changed" in name or "other people" in name else ("people",))
            for name, kind in copies().items()
        ],
        "What an interviewer does": [
            _copied(name, kind, ROWS, ("people", "relations", "parts")) for name, kind in interviewers().items()
        ],
        "Columns and answers, in the whole file or rows anywhere in it": [
            _related(name, kind, ("columns", "relations")) for name, kind in related.items()
            if not any(words in name for words in (*numbers, *parts))
        ],
        "A part of the file": [
            _related(name, kind, ("relations", "parts")) for name, kind in related.items()
            if any(words in name for words in parts)
        ],
        "Numbers": [
            _related(name, kind, ("people", "columns")) for name, kind in related.items()
            if any(words in name for words in numbers)
        ],
    }  # fmt: skip


@dataclass
class Tried:
    """What draws gave: amount → seed → failed rules, a stopping one with an exclamation mark."""

    fraud: Fraud
    draws: int
    wave: str
    kept: dict[str, dict[str, list[str]]] = field(default_factory=dict)

    def power(self, amount: float, what: str) -> bool:
        """Whether so much of it is seen, or stops, in 80 % of the draws; no more of them than tell."""
        enough = int(np.ceil(POWER * self.draws))
        hits = 0
        for place in range(self.draws):
            hits += _hit(self._draw(amount, FIRST_SEED + place), what)
            if hits >= enough or place + 1 - hits > self.draws - enough:
                break
        return hits >= enough

    def least(self, what: str) -> float | None:
        """The smallest of the amounts with that power, None where the largest has it not.

        From where the first draw has it, step by step: a power is asked of few amounts.
        """
        amounts, lowest = self.fraud.amounts, 0
        if not self.power(amounts[-1], what):
            return None
        if what == "stops":
            # What stops is seen.
            seen = self.least("seen")
            lowest = amounts.index(seen) if seen is not None else len(amounts) - 1
        place = self._of_first_draw(what, lowest)
        while not self.power(amounts[place], what):
            place += 1
        while place > lowest and self.power(amounts[place - 1], what):
            place -= 1
        return amounts[place]

    def _of_first_draw(self, what: str, lowest: int) -> int:
        low, high = lowest - 1, len(self.fraud.amounts) - 1
        while high - low > 1:
            middle = (low + high) // 2
            hit = _hit(self._draw(self.fraud.amounts[middle], FIRST_SEED), what)
            low, high = (low, middle) if hit else (middle, high)
        return high

    def _draw(self, amount: float, seed: int) -> list[str]:
        cell = self.kept.setdefault(f"{amount:g}", {})
        if str(seed) not in cell:
            fraud, here = self.fraud, self.fraud.where(self.wave, seed)
            spoilt = fields.derived_again(here, fraud.plant(here, amount, np.random.default_rng(seed)))
            found, clean = fields.said(here, spoilt, fraud.families), _clean(self.wave, seed, fraud)
            cell[str(seed)] = _written(fields.told_more(found, clean))
        return cell[str(seed)]


_CLEAN: dict[tuple[object, ...], fields.Said] = {}


def _clean(wave: str, seed: int, fraud: Fraud) -> fields.Said:
    """What is said of the draw undamaged; one for all frauds that ask it the same."""
    key = (wave, seed, fraud.families, fraud.first, fraud.broken)
    if key not in _CLEAN:
        here = fraud.where(wave, seed)
        _CLEAN[key] = fields.said(here, here.now, fraud.families)
    return _CLEAN[key]


def _written(severities: Mapping[str, str]) -> list[str]:
    return sorted(f"{rule}{'!' * (severity == 'critical')}" for rule, severity in severities.items())


def _hit(rules: Sequence[str], what: str) -> bool:
    return any(rule.endswith("!") for rule in rules) if what == "stops" else bool(rules)


def clean_draws(count: int, kept: dict[str, list[str]]) -> Iterator[dict[str, list[str]]]:
    """What is said of draws of every edition in which nothing was planted: ``kept`` with one more each time."""
    for seed in range(FIRST_SEED, FIRST_SEED + count):
        for wave in fields.waves():
            name = f"{wave}/{seed}"
            if name not in kept:
                here = fields.field(wave, seed)
                found = fields.said(here, here.now)
                kept[name] = _written({rule: severity for rule, (severity, _) in found.items()})
                yield kept


def report(found: Mapping[str, Any], draws: int, wave: str) -> str:
    """The page: a table for each section, and the one of clean draws."""
    about = {
        "draws": draws,
        "hits": int(np.ceil(POWER * draws)),
        "wave": WAVE,
        "all": ALL,
        "place": PLACE,
        "team": TEAM,
    }
    lines = [
        "# Planted fraud: from how many interviews each kind is seen", "",
        fill(ABOUT.format(**about), 118),
        "",
    ]  # fmt: skip
    for title, frauds in sections().items():
        lines += [
            f"## {title}",
            "",
            "| kind | seen from | stops from | by | why not earlier |",
            "|---|--:|--:|---|---|",
        ]
        for fraud in frauds:
            if fraud.name in found.get("planted", {}):
                lines.append(_row(fraud, Tried(fraud, draws, wave, dict(found["planted"][fraud.name]))))
        lines.append("")
    return "\n".join([*lines, *_alarms(found.get("clean", {}))]) + "\n"


def _row(fraud: Fraud, tried: Tried) -> str:
    least = {what: tried.least(what) for what in WHAT}
    named = []
    for what in WHAT:
        amount = least[what]
        cells = list(tried.kept[f"{amount if amount is not None else fraud.amounts[-1]:g}"].values())
        told = Counter(rule for rules in cells for rule in rules if what == "seen" or rule.endswith("!"))
        named += [rule for rule, times in told.most_common() if 2 * times >= len(cells)]
    plain = dict.fromkeys(rule.rstrip("!") for rule in named)
    by = ", ".join(f"{rule}{'!' * (f'{rule}!' in named)}" for rule in plain)
    amounts = " | ".join(_amount(least[what], fraud) for what in WHAT)
    return f"| {fraud.name} | {amounts} | {by or '–'} | {WHY.get(fraud.name, '')} |"


def _amount(amount: float | None, fraud: Fraud) -> str:
    if amount is None:
        return "never"
    if fraud.of:
        return f"{amount:.0%} ({max(round(amount * fraud.of), 1):,})"
    return "all" if amount == ROWS[-1] else f"{int(amount):,}"


def _alarms(clean: Mapping[str, Sequence[str]]) -> list[str]:
    if not clean:
        return []
    told = Counter(chain.from_iterable(clean.values()))
    stopped = sum(_hit(rules, "stops") for rules in clean.values())
    warnings = sum(n for rule, n in told.items() if not rule.endswith("!"))
    lines = [
        "## Clean draws", "",
        f"The same rules of {len(clean)} draws of all editions, each with draws of those before it, in which nothing",
        f"was planted: {stopped} stopped, {warnings} warnings ({warnings / len(clean):.3f} a wave).",
        "Through the whole pipeline: `CLEAN_WAVES.md`.", "",
        "| rule | stops | warnings | a wave |", "|---|--:|--:|--:|",
    ]  # fmt: skip
    for rule in sorted({rule.rstrip("!") for rule in told}):
        lines.append(f"| {rule} | {told[f'{rule}!']} | {told[rule]} | {told[rule] / len(clean):.3f} |")
    return lines


def run(names: Sequence[str], draws: int, clean: int, kept: Path, page: Path, wave: str = WAVE) -> None:
    """Try the named kinds (all where none is named), then clean draws, and write the page as it grows."""
    found: dict[str, Any] = json.loads(kept.read_text(encoding="utf-8")) if kept.is_file() else {}
    planted = found.setdefault("planted", {})

    def save() -> None:
        kept.write_text(json.dumps(found, sort_keys=True, separators=(",", ":")) + "\n", encoding="utf-8")

    for fraud in chain.from_iterable(sections().values()):
        if not names or fraud.name in names:
            tried = Tried(fraud, draws, wave, planted.setdefault(fraud.name, {}))
            print(fraud.name, {what: tried.least(what) for what in WHAT}, flush=True)
            save()
    for _ in clean_draws(clean, found.setdefault("clean", {})):
        save()
    page.write_text(report(found, draws, wave), encoding="utf-8")


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("kinds", nargs="*")
    parser.add_argument("--draws", type=int, default=10)
    parser.add_argument("--clean", type=int, default=13, help="draws of each edition in which nothing is planted")
    parser.add_argument("--kept", type=Path, default=KEPT)
    options = parser.parse_args()
    run(options.kinds, options.draws, options.clean, options.kept, PAGE)


if __name__ == "__main__":
    main()
