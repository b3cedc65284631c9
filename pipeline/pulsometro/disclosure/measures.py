"""What released rows say of a respondent whose keys somebody knows: k, l, uniques, and how often a guess is right.

k: Latanya Sweeney, "k-anonymity: a model for protecting privacy", International Journal on Uncertainty, Fuzziness and
Knowledge-based Systems 10(5), 2002. Distinct l-diversity: Ashwin Machanavajjhala et al., "l-Diversity: Privacy beyond
k-anonymity", ACM Transactions on Knowledge Discovery from Data 1(1), 2007. Uniques and risk: ``reidentification``.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from pulsometro.disclosure.groups import Floats, Ints, coded, count, distinct, guessed, matches, sums
from pulsometro.disclosure.reidentification import individual_risk

LIMITS = (2, 3, 5)


@dataclass(frozen=True)
class Below:
    """Respondents with fewer than ``k`` candidates: their share of the rows, and of the persons these stand for."""

    k: int
    rows: float
    persons: float


@dataclass(frozen=True)
class Level:
    """Classes whose candidates give ``values`` different answers to an item, and the respondents in these classes."""

    values: int
    classes: int
    rows: int


@dataclass(frozen=True)
class Diversity:
    """Distinct l-diversity of an item; a missing answer is no value. ``levels``: every l that occurs, ascending.

    ``least``: the smallest l of a class in which anybody answered, 0 when nobody did.
    """

    item: str
    least: int
    levels: tuple[Level, ...]

    @property
    def alone(self) -> Level:
        """The classes with one answer: who knows that somebody of them answered knows what."""
        return next((level for level in self.levels if level.values == 1), Level(1, 0, 0))


@dataclass(frozen=True)
class Risk:
    """What somebody learns who knows ``keys`` of respondents.

    ``k_matches``, ``k_candidates``, ``k_least``: smallest number of released rows that agree with a released row, that
    may be a respondent, and that may be one whose untold values are known anyway. ``below``: of candidates, for
    ``LIMITS``. ``sample_uniques``: respondents with one candidate; ``population_uniques``: how many of these nobody
    else of the population shares the keys with, expected (P(F = 1 | f = 1) = p). ``reidentifications``: sum of the
    individual risks, the expected number of rows that a register of the population places right; ``largest_risk`` of a
    row. ``linkage``: mean of 1 ÷ candidates, the rate of who knows which persons took part; ``linkage_persons``: the
    same, weighted.
    """

    keys: tuple[str, ...]
    rows: int
    k_matches: int
    k_candidates: int
    k_least: int
    below: tuple[Below, ...]
    sample_uniques: int
    population_uniques: float
    reidentifications: float
    largest_risk: float
    linkage: float
    linkage_persons: float
    diversity: tuple[Diversity, ...]


def measure(
    released: pd.DataFrame,
    keys: Sequence[str],
    sensitive: Sequence[str] = (),
    weights: npt.ArrayLike | None = None,
    truth: pd.DataFrame | None = None,
) -> Risk:
    """The risk of ``released`` (n rows) over ``keys``.

    ``weights`` (n,): persons that each row stands for, of a mean over one; None: the rows are the population, or who
    took part is known. ``truth`` (n, keys): the same respondents' true values, in the same order, where released ones
    were withheld. ``sensitive``: columns of ``released`` whose missing answers are missing values. Raises ValueError
    when there are no rows or no keys, a column is not there, or weights or truth are not of these rows.

    >>> rows = pd.DataFrame({"sex": [1, 1, 2], "bribe": [2, 2, 1]})
    >>> found = measure(rows, ["sex"], ["bribe"], [50.0, 50.0, 100.0])
    >>> found.k_candidates, found.sample_uniques, found.population_uniques, found.diversity[0].alone
    (1, 1, 0.01, Level(values=1, classes=2, rows=3))
    >>> round(found.linkage, 3), round(found.reidentifications, 3)
    (0.667, 0.084)
    """
    persons = np.ones(len(released)) if weights is None else np.asarray(weights, dtype=np.float64)
    known = released[list(keys)] if truth is None else truth[list(keys)]
    if not len(released) or not len(keys):
        raise ValueError("there is nothing to measure: no rows, or no keys")
    if persons.shape != (len(released),) or len(known) != len(released) or not (persons > 0).all():
        raise ValueError(f"weights and truth must be of the {len(released)} released rows, weights positive")
    mine, theirs = coded(known, released[list(keys)])
    people, member = distinct(mine)
    classes = np.bincount(member)
    found = count(people, theirs)
    # A respondent of whom no released row may be is not linked at all.
    linked = np.where(found > 0, 1 / np.maximum(found, 1), 0.0)[member]
    risk = np.zeros(len(people))
    stood_for = sums(people, theirs, persons[:, None])[:, 0]
    risk[found > 0] = individual_risk(found[found > 0], stood_for[found > 0])
    least = count(guessed(people, _largest(mine, theirs))[0], theirs).min(initial=len(mine))
    unique = found == 1
    return Risk(
        keys=tuple(keys),
        rows=len(released),
        k_matches=int(matches(released[list(keys)]).min()),
        k_candidates=int(found.min()),
        k_least=int(min(found.min(), least)),
        below=tuple(_below(found[member], persons, k) for k in LIMITS),
        sample_uniques=int(classes[unique].sum()),
        population_uniques=float((classes[unique] * np.minimum(1 / stood_for[unique], 1.0)).sum()),
        reidentifications=float((classes * risk).sum()),
        largest_risk=float(risk.max()),
        linkage=float(linked.mean()),
        linkage_persons=float(np.average(linked, weights=persons)),
        diversity=tuple(_diversity(item, released[item], people, theirs, classes) for item in sensitive),
    )


def _largest(mine: Ints, theirs: Ints) -> Ints:
    return np.asarray(np.maximum(mine.max(axis=0), theirs.max(axis=0)))


def _below(found: Ints, persons: Floats, k: int) -> Below:
    return Below(k, float((found < k).mean()), float(persons[found < k].sum() / persons.sum()))


def _diversity(item: str, answers: pd.Series, people: Ints, theirs: Ints, classes: Ints) -> Diversity:
    codes, values = pd.factorize(answers, use_na_sentinel=True)
    each = (codes[:, None] == np.arange(len(values))).astype(np.float64)
    different = (sums(people, theirs, each) > 0).sum(axis=1) if len(values) else np.zeros(len(people), dtype=np.int64)
    levels = tuple(
        Level(int(level), int((different == level).sum()), int(classes[different == level].sum()))
        for level in np.unique(different)
    )
    return Diversity(item, next((level.values for level in levels if level.values), 0), levels)
