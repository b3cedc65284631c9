"""Nonresponse adjustment: weighting classes, or classes of a response propensity.

In each class respondents take over the weight of the eligible units that did not answer
(Little 1986, Survey nonresponse adjustments for estimates of means). Classes never cross the
area; units of unknown eligibility count for their share *e*.
"""

import warnings
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from pulsometro.weighting.arrays import Bools, Floats, Ints, codes_of, tally
from pulsometro.weighting.errors import WeightingError
from pulsometro.weighting.record import ClassRecord


@dataclass(frozen=True)
class NonresponsePlan:
    """Fixed on the full sample and used again in every replicate.

    ``classes``: (C,) "area|label"; ``area``: (C,) area code; ``of_respondent``: (n,) and
    ``of_other``: (k,) class codes; ``share_other``: (k,) 1 or *e*. ``keep_area_sum``: scale
    the factors so that the weight of each area stays (its first factor already was
    population over completes).
    """

    classes: tuple[str, ...]
    area: Ints
    of_respondent: Ints
    of_other: Ints
    share_other: Floats
    keep_area_sum: bool

    def factors(self, weights: Floats, multipliers: Floats | None = None) -> Floats:
        """(R, C) factors; R = 1 without ``multipliers`` (R, n + k: respondents, then others).

        ``weights``: (n,) base weights of the respondents. The others count as units of the
        class' mean base weight, because what only an interview tells (adults, lines) is not
        known of them. NaN where a replicate lost the class's respondents.
        """
        n, size = len(self.of_respondent), len(self.classes)
        both = np.ones((1, n + len(self.of_other))) if multipliers is None else multipliers
        answered = tally(self.of_respondent, both[:, :n], size)
        silent = tally(self.of_other, both[:, n:] * self.share_other, size)
        with np.errstate(divide="ignore", invalid="ignore"):
            factor = np.where(answered > 0, (answered + silent) / answered, np.nan)
        if not self.keep_area_sum:
            return factor
        weight = tally(self.of_respondent, both[:, :n] * weights, size)
        before = tally(self.area, weight, int(self.area.max()) + 1)
        after = tally(self.area, weight * np.nan_to_num(factor), before.shape[1])
        with np.errstate(divide="ignore", invalid="ignore"):
            return factor * (before / after)[:, self.area]

    def adjusted(self, weights: Floats) -> Floats:
        """(n,) ``weights`` of the respondents times the factor of each one's class, on the full sample."""
        return np.asarray(weights * self.factors(weights)[0][self.of_respondent], dtype=np.float64)


def class_factors(classes: Ints, responded: Bools, eligible: Floats, weights: Floats) -> Floats:
    """(C,) eligible weight ÷ respondents' weight of each class.

    ``classes``: (units,) codes 0 … C−1; ``responded``: (units,) bool; ``eligible``: (units,)
    1, 0 or *e*; ``weights``: (units,) design weights. Raises WeightingError for a class with
    eligible units and no respondent: its weight would be lost.
    """
    size = int(classes.max()) + 1
    everyone = np.bincount(classes, weights * eligible, minlength=size)
    answered = np.bincount(classes[responded], (weights * eligible)[responded], minlength=size)
    empty = np.flatnonzero((answered == 0) & (everyone > 0))
    if len(empty):
        raise WeightingError(
            f"nonresponse class {int(empty[0])} has eligible units and no respondent",
            "merge it with another class",
        )
    return np.divide(everyone, answered, out=np.ones(size), where=answered > 0)


def make_plan(
    respondents: pd.DataFrame,
    others: pd.DataFrame,
    area: str,
    by: list[str],
    *,
    keep_area_sum: bool,
    min_respondents: int = 20,
    max_factor: float = 5.0,
) -> tuple[NonresponsePlan, tuple[ClassRecord, ...]]:
    """Weighting classes ``area`` × ``by``.

    ``others``: numbers that gave no interview and are eligible or unknown, with the column
    ``share`` (1 or *e*). Raises WeightingError naming the class that has too few respondents
    or needs too large a factor (relative to the area's mean factor when its sum is kept).
    """
    mine, theirs = class_labels(respondents, area, by), class_labels(others, area, by)
    names, codes = codes_of(np.concatenate([mine, theirs]))
    areas = np.array([name.partition("|")[0] for name in names])
    plan = NonresponsePlan(
        classes=tuple(names),
        area=codes_of(areas)[1],
        of_respondent=codes[: len(mine)],
        of_other=codes[len(mine) :],
        share_other=others["share"].to_numpy(float),
        keep_area_sum=keep_area_sum,
    )
    counts = np.bincount(plan.of_respondent, minlength=len(names))
    eligible = counts + np.bincount(plan.of_other, plan.share_other, minlength=len(names))
    raw = NonresponsePlan(**{**plan.__dict__, "keep_area_sum": False}).factors(np.ones(len(mine)))[0]
    overall = np.bincount(plan.area, eligible) / np.maximum(np.bincount(plan.area, counts), 1)
    for name, count, factor, mean in zip(names, counts, raw, overall[plan.area], strict=True):
        _check_class(str(name), int(count), float(factor), float(mean), min_respondents, max_factor)
    record = tuple(
        ClassRecord(name.partition("|")[0], name.partition("|")[2], int(count), float(total), float(factor))
        for name, count, total, factor in zip(names, counts, eligible, raw, strict=True)
    )
    return plan, record


def class_labels(table: pd.DataFrame, area: str, by: list[str]) -> np.ndarray:
    """(rows,) "area|level*level" of each row: the name of its class."""
    labels = table[area].astype(str) + "|"
    for position, column in enumerate(by):
        labels = labels + ("*" if position else "") + table[column].astype(str)
    return labels.to_numpy(dtype=str)


def _check_class(name: str, count: int, factor: float, mean: float, least: int, most: float) -> None:
    area, _, label = name.partition("|")
    if count < least:
        raise WeightingError(
            f"nonresponse class has {count} respondents, fewer than {least}",
            "use coarser classes or fewer predictors",
            area=area,
            cell=label,
        )
    if factor > most * mean:
        raise WeightingError(
            f"nonresponse factor {factor:.2f} is more than {most:g} times the municipality's {mean:.2f}",
            "use coarser classes or raise nonresponse.max_factor",
            area=area,
            cell=label,
        )


def propensity_classes(
    units: pd.DataFrame, responded: npt.ArrayLike, weights: npt.ArrayLike, predictors: list[str], classes: int
) -> Ints:
    """(units,) class 0 … ``classes``−1 of the fitted response propensity, low to high.

    A logistic model (statsmodels) on ``predictors`` as categories, fitted to the distinct
    combinations of them; classes are cut at equal shares of the units (Rosenbaum and Rubin
    1984). ``weights``: (units,) 1 or *e*. Raises WeightingError when the model does not fit.
    """
    from statsmodels.genmod.families import Binomial
    from statsmodels.genmod.generalized_linear_model import GLM
    from statsmodels.tools.sm_exceptions import PerfectSeparationError

    keys = units[predictors].astype(str)
    cell = keys.groupby(predictors, sort=True).ngroup().to_numpy().astype(np.int64)
    size = np.asarray(weights, dtype=float)
    answered = size * np.asarray(responded, dtype=float)
    total, interviewed = tally(cell, np.stack([size, answered]), int(cell.max()) + 1)
    distinct = keys.assign(_cell=cell).drop_duplicates("_cell").sort_values("_cell")[predictors]
    design = np.column_stack([np.ones(len(distinct)), pd.get_dummies(distinct, drop_first=True).to_numpy(dtype=float)])
    try:
        model = GLM(np.column_stack([interviewed, total - interviewed]), design, family=Binomial())
        with warnings.catch_warnings():
            # One parameter per cell predicts each cell's rate perfectly, which is no defect here.
            warnings.simplefilter("ignore")
            fitted = model.fit()
    except (PerfectSeparationError, np.linalg.LinAlgError) as error:
        raise WeightingError(f"the propensity model does not fit ({error})", "use fewer predictors") from error
    if not fitted.converged:
        raise WeightingError("the propensity model did not converge", "use fewer predictors")
    return _cut(np.asarray(fitted.fittedvalues, dtype=float), total, classes)[cell]


def _cut(score: Floats, weight: Floats, classes: int) -> Ints:
    """(cells,) class of each cell, cut at equal shares of ``weight`` in the order of ``score``."""
    # Rounded, so that ties do not fall into different classes on different processors.
    _, tie = np.unique(np.round(score, 9), return_inverse=True)
    by_score = np.bincount(tie.reshape(-1), weight)
    middle = (np.cumsum(by_score) - by_score / 2) / by_score.sum()
    cut: Ints = np.minimum((middle * classes).astype(np.int64), classes - 1)[tie.reshape(-1)]
    return cut
