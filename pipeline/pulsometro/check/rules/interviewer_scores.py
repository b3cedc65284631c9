"""Interviewers unlike their colleagues: a list short enough to be worth calling.

Every test asks whether an interviewer's mean differs from what the same areas give to the
others. Honest interviewers differ too, by more than chance: each test's scores are divided by
their own robust spread over interviewers (Efron 2004, empirical null) before they become
p-values, and all p-values of a wave share one false-discovery rule (Benjamini and Hochberg 1995).
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from pulsometro.check.rules.codes_and_skips import nonresponse
from pulsometro.questionnaire.model import Questionnaire

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
LEAST_INTERVIEWERS = 8
BATTERY = 4
_COUNTED = ("item:", "straightlining", "refusals")


@dataclass(frozen=True)
class Score:
    """One interviewer in one test: its mean and what its areas give to the others, and z."""

    test: str
    interviewer: int
    n: int
    value: float
    expected: float
    z: float
    p: float


def batteries(questionnaire: Questionnaire, responses: pd.DataFrame) -> list[list[str]]:
    """Runs of four or more items asked one after the other with the same answers."""
    runs: list[list[str]] = []
    last: Mapping[int, str] = {}
    for name, item in questionnaire.items.items():
        usable = item.kind == "single" and item.derived is None and name in responses and not item.ask_if
        if usable and runs and dict(item.codes) == dict(last):
            runs[-1].append(name)
        elif usable:
            runs.append([name])
        last = item.codes if usable else {}
    return [run for run in runs if len(run) >= BATTERY]


def straight_lines(questionnaire: Questionnaire, responses: pd.DataFrame) -> Floats | None:
    """Per respondent the share of batteries answered whole with one code; None without batteries."""
    found = []
    for run in batteries(questionnaire, responses):
        answers = responses[run]
        valid = answers.isin(list(questionnaire[run[0]].codes)).all(axis=1)
        found.append((valid & answers.eq(answers[run[0]], axis=0).all(axis=1)).to_numpy(dtype=float))
    return np.mean(found, axis=0) if found else None


def measures(questionnaire: Questionnaire, responses: pd.DataFrame, duration: str | None) -> dict[str, Floats]:
    """What is compared, per respondent: name of the test → one number (NaN where it has none).

    ``nonresponse``: share of questions without answer; ``item:<name>``: the same of one item;
    ``straightlining``; ``duration``: logarithm of the minutes.
    """
    items = [n for n, i in questionnaire.items.items() if n in responses and i.missing and i.derived is None]
    asked, lost = {}, {}
    for name in items:
        a, m = nonresponse(responses, questionnaire, name)
        asked[name], lost[name] = a.to_numpy(dtype=float), m.to_numpy(dtype=float)
    result: dict[str, Floats] = {}
    if items:
        total = np.maximum(np.sum(list(asked.values()), axis=0), 1)
        result["nonresponse"] = np.sqrt(np.sum(list(lost.values()), axis=0) / total)
        for name in items:
            result[f"item:{name}"] = np.where(asked[name] > 0, lost[name], np.nan)
    lines = straight_lines(questionnaire, responses)
    if lines is not None:
        result["straightlining"] = lines
    if duration is not None and duration in responses:
        minutes = pd.to_numeric(responses[duration]).to_numpy(dtype=float, na_value=np.nan)
        result["duration"] = np.log(np.where(minutes > 0, minutes, np.nan))
    return result


def scores(values: Mapping[str, Floats], who: Integers, area: Integers, least: int) -> list[Score]:
    """Every interviewer with at least ``least`` interviews in every test.

    ``who`` and ``area``: each respondent's interviewer and area, as 0, 1, … .
    """
    found: list[Score] = []
    for test, value in values.items():
        found += _test(test, value, who, area, least)
    return found


def _test(test: str, value: Floats, who: Integers, area: Integers, least: int) -> list[Score]:
    from scipy.stats import norm

    known = np.isfinite(value)
    value, who, area = value[known], who[known], area[known]
    if not len(value) or np.ptp(value) == 0:
        return []
    count = np.bincount(who)
    places = np.flatnonzero(count >= least)
    if len(places) < LEAST_INTERVIEWERS:
        return []
    expected, variance = _elsewhere(value, area)
    total: Floats = np.bincount(who, value, len(count))[places].astype(float)
    foreseen: Floats = np.bincount(who, expected, len(count))[places].astype(float)
    if test.startswith(_COUNTED):
        z, p = _rare(total, foreseen)
    else:
        spread = np.sqrt(np.bincount(who, variance, len(count))[places])
        z = (total - foreseen) / np.where(spread > 0, spread, np.inf)
        z = (z - np.median(z)) / _robust(z)
        # Too short is as suspect as too long; of the others only too much is.
        p = 2 * norm.sf(np.abs(z)) if test == "duration" else norm.sf(z)
    means, usual = total / count[places], foreseen / count[places]
    return [
        Score(test, int(place), int(count[place]), float(m), float(u), float(zi), float(pi))
        for place, m, u, zi, pi in zip(places, means, usual, z, p, strict=True)
    ]


def _rare(total: Floats, foreseen: Floats) -> tuple[Floats, Floats]:
    """z and p of counts of rare events: exact tails, as the normal one flags honest interviewers.

    The spread over interviewers is that of the mid-p scores (Lancaster 1961), which are near
    normal for honest counts however few; the tail itself is never made smaller.
    """
    from scipy.stats import norm, poisson

    count = np.ceil(total)
    middle = poisson.sf(count, foreseen) + poisson.pmf(count, foreseen) / 2
    spread = _robust(norm.isf(np.clip(middle, 1e-300, 1 - 1e-9)))
    z = norm.isf(np.clip(poisson.sf(count - 1, foreseen), 1e-300, 1 - 1e-9)) / spread
    return z, norm.sf(z)


def _robust(z: Floats) -> float:
    """Spread by the median absolute deviation, never narrower than chance alone."""
    return max(1.4826 * float(np.median(np.abs(z - np.median(z)))), 1.0)


def _elsewhere(value: Floats, area: npt.NDArray[np.int64]) -> tuple[Floats, Floats]:
    """Each respondent's area mean and variance; no variance below that of one answer in the area."""
    n = np.bincount(area).astype(float)
    mean = np.bincount(area, value) / np.maximum(n, 1)
    square = np.bincount(area, value**2) / np.maximum(n, 1)
    span = float(np.ptp(value))
    variance = np.maximum(square - mean**2, span**2 / np.maximum(n, 1))
    return mean[area], variance[area]


def discoveries(found: list[Score], level: float) -> list[Score]:
    """The scores that the Benjamini–Hochberg rule keeps at this false-discovery rate."""
    if not found:
        return []
    p = np.array([score.p for score in found])
    order = np.argsort(p, kind="stable")
    passing = np.flatnonzero(p[order] <= level * np.arange(1, len(p) + 1) / len(p))
    if not len(passing):
        return []
    kept = set(order[: passing[-1] + 1].tolist())
    return [score for place, score in enumerate(found) if place in kept]
