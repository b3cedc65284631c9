"""Variance of the change between two waves whose samples share PSUs.

The waves are stacked: the PSUs of a stratum are those present in either wave, one absent counts as
zero, the lonely rule and the degrees of freedom are the union's (Kish 1965, sec. 12.4; Berger 2004).
The change is one linearised variable, so that the covariance is computed, not assumed away.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from pipeline.estimation.calibrated import linearise_coded, linearise_measured, psu_scores
from pipeline.estimation.cells import Partition, make_partitions, pair_totals, sum_by_group, sum_by_segment
from pipeline.estimation.design import SurveyDesign
from pipeline.estimation.domains import CodedDomain, Domain, as_domain, code_domains
from pipeline.estimation.errors import DesignError
from pipeline.estimation.linear import replicated_estimates
from pipeline.estimation.plan import Method, Plan, make_plan
from pipeline.estimation.replicates import replicate_variance
from pipeline.estimation.variables import (
    TOTAL,
    Categorical,
    Coded,
    Measured,
    Share,
    Variable,
    encode_categorical,
    encode_measured,
)
from pipeline.estimation.variance import score_variance, variance_of_segments

if TYPE_CHECKING:
    from pipeline.estimation.compare import Wave


@dataclass(frozen=True)
class Change:
    """Variance (NaN: add the waves' own) and df of the changes of one statistic in one kind of domain.

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
    """Two waves as one design: rows of the reference first, then of the current wave."""

    union: SurveyDesign
    domains: tuple[CodedDomain, ...]
    partitions: tuple[Partition, ...]
    split: int
    shares_psus: bool


def stack(current: "Wave", reference: "Wave", domains: Sequence[Domain]) -> Stack:
    """Stack the waves by their stratum and PSU ids; domains are coded on both together."""
    names = sorted({name for domain in domains for name in domain.columns})
    frames = []
    for wave in (reference, current):
        design, data = wave.design, wave.design.data
        own = pd.DataFrame({"weight": design.w})
        own["stratum"] = data[design.strata].astype("object").to_numpy() if design.strata else ""
        own["psu"] = (
            data[design.psu].astype("object").to_numpy()
            if design.psu
            else [f"{wave.label}:{row}" for row in range(len(data))]
        )
        if design.fpc:
            own["fpc"] = data[design.fpc].to_numpy()
        renamed = data[names].reset_index(drop=True).rename(columns={name: f"d:{name}" for name in names})
        frames.append(pd.concat([own, renamed], axis=1))
    if ("fpc" in frames[0]) != ("fpc" in frames[1]):
        raise DesignError("One wave has an fpc and the other none; give it to both or to neither.")
    frame = pd.concat(frames, ignore_index=True)
    fpc = "fpc" if "fpc" in frame else None
    nest = current.design.nest or reference.design.nest
    union = SurveyDesign(frame, "weight", "stratum", "psu", fpc, lonely_psu=current.design.lonely_psu, nest=nest)
    coded = tuple(
        CodedDomain(domain.kind, made.labels, made.index, domain.columns)
        for domain in domains
        for made in code_domains(frame, [Domain(tuple(f"d:{n}" for n in domain.columns), domain.codes)])
    )
    split = len(frames[0])
    shared = np.intersect1d(union.psu_of_row[:split], union.psu_of_row[split:])
    return Stack(union, coded, make_partitions(union, coded), split, bool(len(shared)))


@dataclass(frozen=True, eq=False)
class Side:
    """One variable of one wave, placed in the stack: where its rows and PSUs are, and its sign."""

    encoded: Coded | Measured
    labels: tuple[str, ...]
    plan: Plan
    rows: slice
    sign: int


def changes_with_overlap(
    current: "Wave",
    reference: "Wave",
    names: Sequence[tuple[str, tuple[str, ...]]],
    domains: Sequence[Domain | Sequence[str] | str],
    method: Method,
) -> Iterator[Change]:
    """Variance and df of the change of every (indicator, statistics) named, by kind of domain."""
    wanted = [as_domain(domain) for domain in domains]
    both = stack(current, reference, wanted)
    places = ((reference, slice(0, both.split), -1), (current, slice(both.split, None), 1))
    plans = [
        (wave, make_plan(wave.design, [_part(domain, rows) for domain in both.domains], method), rows, sign)
        for wave, rows, sign in places
    ]
    for name, statistics in names:
        sides = [_side(wave.variable(name), plan, rows, sign) for wave, plan, rows, sign in plans]
        labels = tuple(label for label in sides[1].labels if label in sides[0].labels)
        for partition in both.partitions:
            totals = [_pair_totals(both, partition, side) for side in sides]
            for kind, segment_domain in partition.kinds:
                domain = both.domains[kind]
                df = _union_df(partition, segment_domain, totals, len(domain.labels))
                for statistic in statistics:
                    task = Task(both, partition, kind, segment_domain, sides, totals, labels, statistic)
                    variance = _variance(task, method)
                    yield Change(name, statistic, domain.kind, labels, domain.labels, variance, df)


def _part(domain: CodedDomain, rows: slice) -> CodedDomain:
    return CodedDomain(domain.kind, domain.labels, domain.index[rows], domain.columns)


def _side(variable: Variable, plan: Plan, rows: slice, sign: int) -> Side:
    data = plan.design.data
    if isinstance(variable, (Categorical, Share)):
        coded = encode_categorical(data, variable)
        return Side(coded, tuple(label for label, _ in coded.printed), plan, rows, sign)
    return Side(encode_measured(data, variable), ("",), plan, rows, sign)


@dataclass(frozen=True)
class PairTotals:
    """Totals by pair of one side: columns (C, pairs), denominator and weight of the base (pairs,)."""

    y: np.ndarray
    base: np.ndarray
    weight: np.ndarray


def _pair_totals(both: Stack, partition: Partition, side: Side) -> PairTotals:
    """The side's totals in the pairs of the stack; the other wave's rows count as outside its base."""
    rows = len(both.union.w)
    if isinstance(side.encoded, Coded):
        codes = np.full(rows, side.encoded.columns, dtype=side.encoded.codes.dtype)
        codes[side.rows] = side.encoded.codes
        spread = Coded(codes, side.encoded.columns, side.encoded.printed)
        y, base, _ = pair_totals(partition, both.union.w, [spread])
        return PairTotals(y, base[0], base[0])
    parts = []
    for values in (side.encoded.y, side.encoded.x, side.encoded.inside):
        whole = np.zeros(rows)
        whole[side.rows] = values * both.union.w[side.rows]
        parts.append(np.bincount(partition.pair, weights=partition.of_rows(whole), minlength=partition.size))
    return PairTotals(parts[0][None], parts[1], parts[2])


def _union_df(partition: Partition, domain: np.ndarray, totals: Sequence[PairTotals], domains: int) -> np.ndarray:
    present = np.logical_or(*(side.weight > 0 for side in totals)).astype(float)
    psus = sum_by_segment(partition, present[None])
    return (sum_by_group(psus, domain, domains) - sum_by_group((psus > 0).astype(float), domain, domains))[0]


def _side_values(
    partition: Partition, domain: np.ndarray, side: Side, own: PairTotals, labels: Sequence[str],
    statistic: str, size: int,
) -> tuple[np.ndarray, np.ndarray]:  # fmt: skip
    """A side's estimates (labels, domains) and its base by domain (domains,)."""
    y = own.y[[side.labels.index(label) for label in labels]]
    value = sum_by_group(sum_by_segment(partition, y), domain, size)
    base = sum_by_group(sum_by_segment(partition, own.base[None]), domain, size)[0]
    with np.errstate(divide="ignore", invalid="ignore"):
        return (value if statistic == TOTAL else value / base), base


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
    """Variance of the changes, (labels, domains)."""
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
        z += side.sign * y
        uncancelled += sum_by_segment(partition, y * y)
        psus += sum_by_segment(partition, (own.weight > 0).astype(float)[None])
    return variance_of_segments(
        task.both.union, partition, task.domain, sum_by_segment(partition, z * z), sum_by_segment(partition, z),
        psus, uncancelled, task.size,
    )  # fmt: skip


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
        scores[place] += side.sign * psu_scores(design, z[:, shown], side.plan.model)
    return score_variance(union, scores).reshape(len(task.labels), size)


def _replicated_variance(task: Task) -> np.ndarray:
    """By shared replicate columns when the waves share PSUs, else NaN: the waves are independent."""
    first, second = (side.plan.design.replicates for side in task.sides)
    if not task.both.shares_psus or first is None or second is None:
        return np.full((len(task.labels), task.size), np.nan)
    if len(first.columns) != len(second.columns):
        raise DesignError(
            "The waves share PSUs but have different numbers of replicates; draw them together so that "
            "replicate r resamples the same PSUs in both, or compare with covariance='independent'."
        )
    thetas, full = np.zeros(()), np.zeros(())
    for number, side in enumerate(task.sides):
        every = replicated_estimates(
            side.plan, side.encoded, task.kind, task.statistic == TOTAL, len(side.labels)
        ).reshape(len(side.labels), task.size, -1)
        thetas = thetas + side.sign * every[[side.labels.index(label) for label in task.labels]]
        full = full + side.sign * task.values(number)[0]
    return replicate_variance(first, thetas, full)
