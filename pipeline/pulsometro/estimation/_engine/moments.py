"""The one-pass kernel: the sums by domain that every total, ratio and Taylor variance of a batch follows from.

Rows are touched once a division of the PSUs: they are added to (PSU, domain) pairs. With Y_i the weighted total of
a category in PSU i and domain d, and B_i that of the base, the linearised total of a proportion or ratio q is
z_i = (Y_i − q B_i)/B (Woodruff 1971), and its variance Σ_h (1 − f_h) n_h/(n_h − 1) Σ_i (z_hi − z̄_h)² (Särndal,
Swensson and Wretman 1992, sec. 4.6) is a polynomial in q: the sums over strata of the squares and products of Y and
B between PSUs give the variance of every q at once. PSUs outside a domain count with zero. Strata with one PSU add what
linearisation.LonelyRule says.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import NamedTuple

import numpy as np

from ..survey_design import SurveyDesign
from .cells import Fold
from .linearisation import ROUNDING, LonelyRule, stratum_factors
from .partitions import Partition
from .segments import PrepareRows, Run, Runs, Terms
from .threads import Spread


@dataclass(frozen=True)
class Moments:
    """Sums by domain of C columns, one variable after the other, of V variables: (C, D) and (V, D).

    ``y`` and ``b`` are the totals of columns and bases, ``weight`` that of the rows in the base; ``yy``, ``yb``,
    ``bb`` the scaled squares and products between PSUs, ``raw_yy`` and ``raw_bb`` the squares before the means are
    taken off; ``psus`` and ``strata`` with a case in the base, ``reached`` all PSUs of such strata. Of lonely strata
    ``lonely_y``, ``lonely_b`` and ``lonely`` (their count) are each times the factor of ``rule``, ``unseen`` is the
    count of those that it cannot see. ``owner`` (C,) is the variable of a column.
    """

    y: np.ndarray
    b: np.ndarray
    weight: np.ndarray
    yy: np.ndarray
    yb: np.ndarray
    bb: np.ndarray
    raw_yy: np.ndarray
    raw_bb: np.ndarray
    psus: np.ndarray
    strata: np.ndarray
    reached: np.ndarray
    lonely_y: np.ndarray
    lonely_b: np.ndarray
    lonely: np.ndarray
    unseen: np.ndarray
    owner: np.ndarray
    rule: LonelyRule


# Below this part of the sums that it is the difference of, a variance has lost its eighth digit.
CANCELLED = 1e-6


def taylor_variance(moments: Moments, ratio: np.ndarray | None) -> tuple[np.ndarray, np.ndarray]:
    """Variance of Σ_i (Y_i − q B_i) by column and domain, and whether its digits cancelled: each (C, D).

    ``ratio`` (C, D) is the q of each estimate (None for totals). Divide by B² for the variance of a proportion, mean
    or ratio.
    """
    owner = moments.owner
    variance, uncancelled = moments.yy, moments.raw_yy
    total, alone = moments.y, moments.lonely_y
    if ratio is not None:
        q = np.nan_to_num(ratio)
        variance = variance - 2 * q * moments.yb + q * q * moments.bb[owner]
        uncancelled = uncancelled + q * q * moments.raw_bb[owner]
        total = total - q * moments.b[owner]
        alone = alone - q * moments.lonely_b[owner]
    if not moments.rule.idle:
        centre = moments.rule.centre(total, moments.reached[owner])
        variance = variance - 2 * centre * alone + centre * centre * moments.lonely[owner]
        variance = variance * moments.rule.inflation(moments.strata, moments.unseen)[owner]
    # One PSU alone has nothing that could cancel: its ratio is the domain's, its total its own mean.
    cancelled = (variance <= CANCELLED * uncancelled) & (uncancelled > 0) & (moments.psus > 1)[owner]
    return np.where(variance > ROUNDING * uncancelled, variance, 0.0), cancelled


def degrees_of_freedom(moments: Moments) -> np.ndarray:
    """PSUs minus strata with a positive weight inside the domain, by variable: shape (V, D)."""
    degrees: np.ndarray = moments.psus - moments.strata
    return degrees


class Factors(NamedTuple):
    """Of the stratum of every segment, (segments, 1): PSUs n, the factor of squares between PSUs, and of lonely; 1
    where its variance cannot be seen."""

    n: np.ndarray
    between: np.ndarray
    lonely: np.ndarray
    unseen: np.ndarray


def sum_rows(
    design: SurveyDesign, partitions: Sequence[Partition], sizes: Sequence[int], prepare: PrepareRows,
    spread: Spread = map,
) -> Iterator[tuple[int, Moments]]:  # fmt: skip
    """Every kind of domain in the partitions and the moments in its domains, of which there are ``sizes[kind]``.

    Parts are added some at a time, which may be spread over threads.
    """
    rule = LonelyRule.of(design)
    factors = [_factors(design, rule, partition) for partition in partitions]
    runs = Runs(partitions, prepare, not rule.idle)

    def sum_run(run: Run) -> Made:
        workspace = runs.take(run)
        terms, by_partition = workspace.terms, workspace.sum_parts(run.numbers)
        runs.give_back(run, workspace)
        made = []
        for partition, of_strata, (segments, sums) in zip(partitions, factors, by_partition, strict=True):
            _take_off_means(sums, terms, Factors(*(values[segments] for values in of_strata)))
            for kind, domain in partition.kinds:
                fold = Fold(sums.shape[1], sizes[kind], len(sums)).into(domain[segments])
                made.append(fold.add(sums))
        return Made(terms, made)

    terms, sums = reduce(_add_all, spread(sum_run, runs.all))
    kinds = [kind for partition in partitions for kind, _ in partition.kinds]
    for kind, own in zip(kinds, sums, strict=True):
        yield kind, _moments(own, terms, rule)


class Made(NamedTuple):
    """What terms lie where, and they by domain (terms, domains, variables) of each kind."""

    terms: Terms
    sums: list[np.ndarray]


def _add_all(made: Made, more: Made) -> Made:
    for own, other in zip(made.sums, more.sums, strict=True):
        own += other
    return made


def _take_off_means(sums: np.ndarray, terms: Terms, factors: Factors) -> None:
    """Complete the terms by segment, in their place."""
    columns = terms.columns
    totals, squares, raw, joint = (sums[own] for own in (slice(columns + 1), terms.squares, terms.raw, terms.joint))
    psus, present, reached = sums[terms.psus : terms.psus + 3]
    np.greater(psus, 0, out=present)
    np.multiply(factors.n, present, out=reached)
    means = factors.between / factors.n * totals
    for own in (raw, joint):
        own *= factors.between + factors.lonely
    joint -= means[:columns] * totals[columns]
    means *= totals
    np.subtract(raw, means, out=squares)
    if terms.lonely:
        np.multiply(factors.lonely, totals, out=sums[terms.psus + 3 : -2])
        np.multiply(factors.lonely, present, out=sums[-2])
        np.multiply(factors.unseen, present, out=sums[-1])


def _moments(sums: np.ndarray, terms: Terms, rule: LonelyRule) -> Moments:
    """The sums (terms, domains, variables) by what they are, columns one variable after the other."""
    columns, none = terms.columns, np.zeros((terms.columns + 3, *sums.shape[1:]))

    def flat(blocks: np.ndarray) -> np.ndarray:
        return blocks.transpose(2, 0, 1).reshape(len(blocks) * blocks.shape[2], blocks.shape[1])

    totals, squares, raw = sums[: terms.blocks], sums[terms.squares], sums[terms.raw]
    lonely = sums[terms.psus + 3 :] if terms.lonely else none
    b, psus, strata, reached = (flat(own[None]) for own in (totals[columns], *sums[terms.psus : terms.psus + 3]))
    alone = flat(lonely[columns + 1 : columns + 2])
    if rule.all_psus is not None:
        # Those outside a domain are a zero each, and in no segment of it.
        alone = np.full(alone.shape, rule.factor.sum())
    return Moments(
        y=flat(totals[:columns]), b=b, weight=flat(totals[-1:]) if terms.blocks > columns + 1 else b,
        yy=flat(squares[:columns]), yb=flat(sums[terms.joint]), bb=flat(squares[columns:]),
        raw_yy=flat(raw[:columns]), raw_bb=flat(raw[columns:]), psus=psus, strata=strata, reached=reached,
        lonely_y=flat(lonely[:columns]), lonely_b=flat(lonely[columns : columns + 1]), lonely=alone,
        unseen=flat(lonely[-1:]), owner=np.repeat(np.arange(sums.shape[2]), columns), rule=rule,
    )  # fmt: skip


def _factors(design: SurveyDesign, rule: LonelyRule, partition: Partition) -> Factors:
    own = (design.psus_in_stratum, stratum_factors(design), rule.factor, rule.unseen)
    return Factors(*(values[partition.stratum][:, None] for values in own))
