"""Composite indices: which items waves share, where one enters, and whether the items agree."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd

from ._engine.encoding import base_mask, index_scores, item_scores
from .errors import EstimationError, VariableError
from .given import as_frame, check_type
from .survey_design import SurveyDesign
from .variables import Index


@dataclass(frozen=True)
class Link:
    """Where an index series is linked: the wave, and the items that enter or leave there."""

    wave: str
    entering: tuple[str, ...]
    leaving: tuple[str, ...]


@dataclass(frozen=True)
class IndexPlan:
    """Items that all waves asked, and the waves where the list of items changes."""

    common: tuple[str, ...]
    links: tuple[Link, ...]


def common_items(items_by_wave: Mapping[str, Sequence[str]]) -> IndexPlan:
    """Items asked in every wave, in the first wave's order, and every change of the list, in wave order."""
    waves = list(items_by_wave)
    if not waves:
        raise VariableError("No waves were given; an index needs the items that each wave asked.")
    common = tuple(item for item in items_by_wave[waves[0]] if all(item in items_by_wave[wave] for wave in waves))
    links = []
    for before, after in pairwise(waves):
        entering = tuple(item for item in items_by_wave[after] if item not in items_by_wave[before])
        leaving = tuple(item for item in items_by_wave[before] if item not in items_by_wave[after])
        if entering or leaving:
            links.append(Link(after, entering, leaving))
    return IndexPlan(common, tuple(links))


def cronbach_alpha(design: SurveyDesign, index: Index) -> tuple[float, int]:
    """Weighted Cronbach's alpha over those of the base who answered every item, and how many they are.

    α = k/(k − 1) (1 − Σ var(item)/var(sum)) (Cronbach 1951), variances weighted. NaN when the sum does
    not vary. Raises VariableError with fewer than two items.
    """
    check_type(design, SurveyDesign, "The design", EstimationError)
    check_type(index, Index, "The index", VariableError)
    answers = item_scores(design.data, index)
    items = answers.shape[1]
    if items < 2:
        raise VariableError(f"Index {index.name!r} has one item; agreement needs two or more.")
    whole = np.isfinite(answers).all(axis=1) & (design.w > 0)
    base = base_mask(design.data, index.base, index.name)
    if base is not None:
        whole &= base
    if not whole.any():
        return float("nan"), 0
    w, values = design.w[whole], answers[whole]

    def variance(column: np.ndarray) -> float:
        mean = np.average(column, weights=w)
        return float(np.average((column - mean) ** 2, weights=w))

    total = variance(values.sum(axis=1))
    if total <= 0:
        return float("nan"), int(whole.sum())
    inside = sum(variance(column) for column in values.T)
    return items / (items - 1) * (1 - inside / total), int(whole.sum())


def index_column(data: pd.DataFrame, index: Index) -> pd.Series:
    """Each respondent's index as a column, NaN with fewer than ``at_least`` answers."""
    data = as_frame(data, VariableError)
    return pd.Series(index_scores(data, index), index=data.index, name=index.name)
