"""What each item's answers are on average, by area: of today and of earlier waves as if their areas were as large."""

import warnings
from collections.abc import Sequence

import numpy as np

from pulsometro.check.rules.reference_sample import Answers, Floats, Layout


def by_area(answers: Answers, areas: int) -> tuple[Floats, Floats, Floats]:
    """(areas, items) how many answered, their means and variances; NaN where nobody did."""
    known = np.isfinite(answers.values)
    inside = (np.arange(areas)[:, None] == answers.area).astype(float)
    count = inside @ known
    filled = np.where(known, answers.values, 0.0)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = inside @ filled / count
        return count, mean, inside @ filled**2 / count - mean**2


def _whole(answers: Answers, share: Floats) -> Floats:
    """(items,) means of a wave as if its areas had the ``share`` (areas,) of respondents of the new one."""
    with warnings.catch_warnings():
        # An item that a wave did not ask has no mean there.
        warnings.simplefilter("ignore", RuntimeWarning)
        if not share.sum():
            return np.asarray(np.nanmean(answers.values, axis=0))
    count, mean, _ = by_area(answers, len(share))
    held = share[:, None] * (count > 0)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray((held * np.nan_to_num(mean)).sum(axis=0) / held.sum(axis=0))


def composed(layout: Layout, now: Answers, waves: Sequence[Answers]) -> tuple[Floats, Floats, Floats]:
    """(items,) today's means, (waves, items) the earlier ones, (items,) standard deviations."""
    share = np.bincount(now.area[now.area >= 0], minlength=len(layout.areas)).astype(float)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        spread = np.nanstd(now.values, axis=0)
    means = np.array([_whole(wave, share) for wave in waves])
    return _whole(now, share), means, np.where(spread > 0, spread, np.inf)
