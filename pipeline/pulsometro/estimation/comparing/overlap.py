"""Variance of a contrast between waves whose samples share PSUs: a change, a trend.

The waves are stacked: the PSUs of a stratum are those present in any wave, one absent counts as zero,
the lonely rule and the degrees of freedom are the union's (Kish 1965, sec. 12.4; Berger 2004). The
contrast Σ c_t θ_t is one linearised variable, so that the covariance is computed, not assumed away.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from .._engine.calibrated import linearise_coded, linearise_measured, psu_scores
from .._engine.cells import divided, pair_totals, sum_by_group, sum_by_segment
from .._engine.coded_domains import CodedDomain, code_domains
from .._engine.encoding import Coded, Measured, encode
from .._engine.freedom import Conditions, stacked_ranks
from .._engine.linearisation import score_variance, variance_of_segments
from .._engine.partitions import Partition, make_partitions
from .._engine.plan import Method, Plan, make_plan
from .._engine.replication import replicate_variance
from ..domains import Domain, as_domains
from ..errors import DesignError
from ..survey_design import SurveyDesign
from ..variables import TOTAL, Variable
from .contrasts import replicated_estimates
from .waves import Wave

# The only stratum of a wave that names none.
UNSTRATIFIED = "whole"


@dataclass(frozen=True)
class Contrast:
    """Variance and df (NaN: add the waves' own) of the contrasts of one statistic in one kind of domain.

    ``categories`` label the rows of ``variance`` (categories, domains); ``df`` is (domains,).
    """

    indicator: str
    statistic: str
    kind: str
    categories: tuple[str, ...]
    domains: tuple[str, ...]
    variance: np.ndarray
    df: np.ndarray


@dataclass(frozen=True, eq=False)
class Stack:
    """Waves as one design, one after the other; ``rows`` are each wave's."""

    union: SurveyDesign
    domains: tuple[CodedDomain, ...]
    partitions: tuple[Partition, ...]
    rows: tuple[slice, ...]
    shares_psus: bool


def stack(waves: Sequence[Wave], domains: Sequence[Domain]) -> Stack:
    """Stack the waves by their stratum and PSU ids; domains are coded on all together."""
    names = sorted({name for domain in domains for name in domain.columns})
    frames = [_stacked_rows(wave, names) for wave in waves]
    if len({"fpc" in frame for frame in frames}) > 1:
        raise DesignError("Some waves have an fpc and others none; give it to all or to none.")
    frame = pd.concat(frames, ignore_index=True)
    fpc = "fpc" if "fpc" in frame else None
    nest = any(wave.design.nest for wave in waves)
    lonely = waves[-1].design.lonely_psu
    union = SurveyDesign(frame, "weight", "stratum", "psu", fpc, lonely_psu=lonely, nest=nest)
    coded = tuple(
        CodedDomain(domain.kind, made.labels, made.index, domain.columns)
        for domain in domains
        for made in code_domains(frame, [replace(domain, columns=tuple(f"d:{n}" for n in domain.columns))])
    )
    ends = np.cumsum([len(part) for part in frames])
    rows = tuple(slice(int(end) - len(part), int(end)) for end, part in zip(ends, frames, strict=True))
    distinct = sum(len(np.unique(union.psu_of_row[part])) for part in rows)
    shares = distinct > len(union.stratum_of_psu)
    return Stack(union, coded, make_partitions(union, coded, in_pieces=False), rows, shares)


def _stacked_rows(wave: Wave, names: Sequence[str]) -> pd.DataFrame:
    """A wave's weight, stratum, PSU (its rows, when it has none), fpc and domain columns."""
    design, data = wave.design, wave.design.data
    own = pd.DataFrame({"weight": design.w})
    own["stratum"] = data[design.strata].astype("object").to_numpy() if design.strata else UNSTRATIFIED
    if design.psu:
        own["psu"] = data[design.psu].astype("object").to_numpy()
    else:
        own["psu"] = [f"{wave.label}:{row}" for row in range(len(data))]
    if design.fpc:
        own["fpc"] = data[design.fpc].to_numpy()
    renamed = data[list(names)].reset_index(drop=True).rename(columns={name: f"d:{name}" for name in names})
    return pd.concat([own, renamed], axis=1)


@dataclass(frozen=True, eq=False)
class Side:
    """One variable of one wave, placed in the stack, and the coefficient of its estimates."""

    encoded: Coded | Measured
    labels: tuple[str, ...]
    plan: Plan
    rows: slice
    coefficient: float


def wave_contrasts(
    waves: Sequence[Wave],
    coefficients: Sequence[float],
    names: Sequence[tuple[str, tuple[str, ...]]],
    domains: Domain | str | Sequence[Domain | Sequence[str] | str],
    method: Method,
) -> Iterator[Contrast]:
    """Variance and df of Σ c_t θ_t for every (indicator, statistics) named, by kind of domain.

    Categories are those that every wave has. (−1, 1) over (reference, current) is the change.
    """
    both = stack(waves, as_domains(domains))
    plans = [
        make_plan(wave.design, [_part(domain, rows) for domain in both.domains], method)
        for wave, rows in zip(waves, both.rows, strict=True)
    ]
    limits: dict[tuple[Conditions, ...], list[np.ndarray]] = {}
    for name, statistics in names:
        variables = [wave.variable(name) for wave in waves]
        sides = [
            _side(variable, plan, rows, coefficient)
            for variable, plan, rows, coefficient in zip(variables, plans, both.rows, coefficients, strict=True)
        ]
        bases = tuple(variable.base for variable in variables)
        if bases not in limits:
            limits[bases] = [_most_df(both, plans, kind, bases) for kind in range(len(both.domains))]
        labels = tuple(label for label in sides[-1].labels if all(label in side.labels for side in sides))
        for partition in both.partitions:
            totals = [_pair_totals(both, partition, side) for side in sides]
            for kind, segment_domain in partition.kinds:
                domain = both.domains[kind]
                df = np.minimum(_union_df(partition, segment_domain, totals, len(domain.labels)), limits[bases][kind])
                for statistic in statistics:
                    task = Task(both, partition, kind, segment_domain, sides, totals, labels, statistic)
                    variance = _variance(task, method)
                    yield Contrast(name, statistic, domain.kind, labels, domain.labels, variance, df)


def _most_df(both: Stack, plans: Sequence[Plan], kind: int, bases: Sequence[Conditions]) -> np.ndarray:
    """What replicates that the waves share allow in each domain to a variable of these bases; NaN where they are
    independent: the waves' own add."""
    ranks, size = [plan.ranks for plan in plans if plan.ranks is not None], len(both.domains[kind].labels)
    if len(ranks) < len(plans):
        return np.full(size, np.inf)
    if not both.shares_psus:
        return np.full(size, np.nan)
    if len({own.replicates for own in ranks}) > 1:
        raise DesignError(
            "The waves share PSUs but have different numbers of replicates; draw them together so that "
            "replicate r resamples the same PSUs in all, or compare with covariance='independent'."
        )
    return stacked_ranks(ranks, kind, bases)


def _part(domain: CodedDomain, rows: slice) -> CodedDomain:
    return CodedDomain(domain.kind, domain.labels, domain.index[rows], domain.columns)


def _side(variable: Variable, plan: Plan, rows: slice, coefficient: float) -> Side:
    encoded = encode(plan.design.data, variable)
    labels = tuple(label for label, _ in encoded.printed) if isinstance(encoded, Coded) else ("",)
    return Side(encoded, labels, plan, rows, coefficient)


@dataclass(frozen=True)
class PairTotals:
    """Totals by pair of one side: columns (C, pairs), denominator and weight of the base (pairs,)."""

    y: np.ndarray
    base: np.ndarray
    weight: np.ndarray


def _pair_totals(both: Stack, partition: Partition, side: Side) -> PairTotals:
    """The side's totals in the pairs of the stack; the other waves' rows count as outside its base."""
    rows = len(both.union.w)
    if isinstance(side.encoded, Coded):
        codes = np.full(rows, side.encoded.columns, dtype=side.encoded.codes.dtype)
        codes[side.rows] = side.encoded.codes
        spread = Coded(codes, side.encoded.columns, side.encoded.printed)
        y = pair_totals(partition, both.union.w, spread)
        base = y.sum(axis=0)
        return PairTotals(y, base, base)
    parts = []
    for values in (side.encoded.y, side.encoded.x, side.encoded.inside):
        whole = np.zeros(rows)
        whole[side.rows] = values * both.union.w[side.rows]
        parts.append(np.bincount(partition.pair, weights=partition.of_rows(whole), minlength=partition.size))
    return PairTotals(parts[0][None], parts[1], parts[2])


def _union_df(partition: Partition, domain: np.ndarray, totals: Sequence[PairTotals], domains: int) -> np.ndarray:
    present = np.logical_or.reduce([side.weight > 0 for side in totals]).astype(float)
    psus = sum_by_segment(partition, present[None])
    df: np.ndarray = (sum_by_group(psus, domain, domains) - sum_by_group((psus > 0).astype(float), domain, domains))[0]
    return df


def _side_values(
    partition: Partition, domain: np.ndarray, side: Side, own: PairTotals, labels: Sequence[str],
    statistic: str, size: int,
) -> tuple[np.ndarray, np.ndarray]:  # fmt: skip
    """A side's estimates (labels, domains) and its base by domain (domains,)."""
    y = own.y[[side.labels.index(label) for label in labels]]
    value = sum_by_group(sum_by_segment(partition, y), domain, size)
    base = sum_by_group(sum_by_segment(partition, own.base[None]), domain, size)[0]
    return (value if statistic == TOTAL else divided(value, base)), base


@dataclass(frozen=True, eq=False)
class Task:
    """One statistic of one variable in one kind of domain, seen from both sides."""

    both: Stack
    partition: Partition
    kind: int
    domain: np.ndarray
    sides: Sequence[Side]
    totals: Sequence[PairTotals]
    labels: tuple[str, ...]
    statistic: str

    @property
    def size(self) -> int:
        """How many domains."""
        return len(self.both.domains[self.kind].labels)

    def values(self, side: int) -> tuple[np.ndarray, np.ndarray]:
        """Estimates (labels, domains) and base (domains,) of one side."""
        return _side_values(
            self.partition, self.domain, self.sides[side], self.totals[side], self.labels, self.statistic, self.size
        )


def _variance(task: Task, method: Method) -> np.ndarray:
    """Variance of the contrasts, (labels, domains)."""
    if method == "replicates":
        return _replicated_variance(task)
    if method == "calibrated":
        return _calibrated_variance(task)
    partition = task.partition
    of_pair = np.repeat(task.domain, np.diff(np.append(partition.starts, partition.size)))
    z = np.zeros((len(task.labels), partition.size))
    uncancelled = np.zeros((len(task.labels), len(partition.starts)))
    psus = np.zeros((1, len(partition.starts)))
    for number, (side, own) in enumerate(zip(task.sides, task.totals, strict=True)):
        y = own.y[[side.labels.index(label) for label in task.labels]]
        if task.statistic != TOTAL:
            value, base = task.values(number)
            with np.errstate(divide="ignore", invalid="ignore"):
                y = np.nan_to_num((y - value[:, of_pair] * own.base) / base[of_pair])
        z += side.coefficient * y
        uncancelled += sum_by_segment(partition, y * y)
        psus += sum_by_segment(partition, (own.weight > 0).astype(float)[None])
    return variance_of_segments(task.both.union, partition, task.domain, z, psus, uncancelled, task.size)


def _calibrated_variance(task: Task) -> np.ndarray:
    """Each wave's residuals under its own calibration, joined by PSU."""
    union, size = task.both.union, task.size
    scores = np.zeros((len(union.stratum_of_psu), len(task.labels) * size))
    for number, side in enumerate(task.sides):
        design, index = side.plan.design, side.plan.domains[task.kind].index
        columns = np.array([side.labels.index(label) for label in task.labels])
        if isinstance(side.encoded, Coded):
            ratio = np.zeros((side.encoded.columns, size))
            ratio[columns] = np.nan_to_num(task.values(number)[0])
            z = linearise_coded(design.w, side.encoded, index, size, None if task.statistic == TOTAL else ratio)
        else:
            ratio = np.nan_to_num(task.values(number)[0])
            z = linearise_measured(design.w, side.encoded, index, size, None if task.statistic == TOTAL else ratio)
        place = np.zeros(len(design.stratum_of_psu), dtype=np.int64)
        place[design.psu_of_row] = union.psu_of_row[side.rows]
        shown = (columns[:, None] * size + np.arange(size)).ravel()
        scores[place] += side.coefficient * psu_scores(design, z[:, shown], side.plan.model)
    return score_variance(union, scores).reshape(len(task.labels), size)


def _replicated_variance(task: Task) -> np.ndarray:
    """By shared replicate columns when the waves share PSUs, else NaN: the waves are independent."""
    first = task.sides[0].plan.design.replicates
    if not task.both.shares_psus or first is None:
        return np.full((len(task.labels), task.size), np.nan)
    thetas, full = np.zeros(()), np.zeros(())
    for number, side in enumerate(task.sides):
        every = replicated_estimates(
            side.plan, side.encoded, task.kind, task.statistic == TOTAL, len(side.labels)
        ).reshape(len(side.labels), task.size, -1)
        thetas = thetas + side.coefficient * every[[side.labels.index(label) for label in task.labels]]
        full = full + side.coefficient * task.values(number)[0]
    return replicate_variance(first, thetas, full)
