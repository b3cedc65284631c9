"""What an attacker does with released files: places rows in a register, and reads adults from weights. Pure.

Whatever is given as hidden (``owner``, ``adults``) is read to score the guesses alone, and, by half, to learn from.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from pulsometro.disclosure.groups import coded

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
# The share of homes with 1 … 6 adults that any census prints.
HOMES = (0.19, 0.50, 0.18, 0.08, 0.03, 0.02)


@dataclass(frozen=True)
class Attack:
    """``right``: share of rows of which the best of the tries guesses right, ``by`` what it went.

    ``chance``: what blind guessing gets on average. ``luck``: what the best of as many blind tries gets.
    """

    right: float
    chance: float
    luck: float
    by: str


def register_attack(
    released: pd.DataFrame,
    register: pd.DataFrame,
    owner: Ints,
    keys: Sequence[str],
    *,
    known: bool,
    replicates: pd.DataFrame | None = None,
    drawn: Ints | None = None,
    seed: int = 1,
) -> Attack:
    """The person of each released row, guessed among those of the register whose keys fit.

    ``released`` (n rows): keys, weight, and whatever else stands in the file; ``replicates`` (n, R) of the same rows.
    ``register`` (N persons): the keys as the release codes them, and whatever else the attacker knows of everybody;
    its order is one that he knows. ``owner`` (n,): place in the register of each row's person. ``known``: whether he
    knows who took part. ``drawn`` (R, N): the public draw over those in the register's order, redone by him.

    Of the persons who fit, rows that are earlier by some column of the release (row number, weight, its last digits,
    the pattern of zeros, the place of that pattern in the draw …) are given those who are earlier by some column of the
    register, both ways round: a link of any kind between the two puts more of them in their places than blind guesses.
    """
    people = register.iloc[np.sort(owner)].reset_index(drop=True) if known else register.reset_index(drop=True)
    target = np.searchsorted(np.sort(owner), owner) if known else owner
    fit = _Fit.of(released[list(keys)], people[list(keys)], known)
    draw = np.random.default_rng(seed)
    rows = dict(_columns(released.drop(columns=list(keys)), replicates, drawn))
    persons = {"order": np.arange(len(people), dtype=float)} | {
        str(name): pd.factorize(people[name], sort=True)[0].astype(float) for name in people if name not in keys
    }
    best, luck = (-1.0, ""), -1.0
    for mine, values in rows.items():
        for theirs, others in persons.items():
            for sign in (1, -1):
                best = max(best, (fit.right(sign * values, others, target, draw), f"{mine} by {theirs}"))
                luck = max(luck, fit.right(draw.random(len(values)), others, target, draw))
    return Attack(best[0], fit.chance(target), luck, best[1])


@dataclass(frozen=True)
class _Fit:
    """``group`` (n,): the kind of each row; ``fitting``: places in the register of those who fit each kind."""

    group: Ints
    fitting: tuple[Ints, ...]

    @classmethod
    def of(cls, rows: pd.DataFrame, people: pd.DataFrame, known: bool) -> "_Fit":
        mine, theirs = coded(rows, people)
        patterns, group = np.unique(mine, axis=0, return_inverse=True)
        classes, place = np.unique(theirs, axis=0, return_inverse=True)
        seen = {tuple(pattern): int((group.reshape(-1) == n).sum()) for n, pattern in enumerate(patterns)}
        size = np.bincount(place.reshape(-1))
        # Who knows all who took part knows how many of each kind are out of sight: of the likeliest kinds he guesses.
        hidden = np.array([1 - seen.get(tuple(one), 0) / size[n] for n, one in enumerate(classes)])
        fitting = []
        for pattern in patterns:
            may = ((classes == pattern) | (pattern < 0) | (classes < 0)).all(axis=1)
            if known and (pattern < 0).any() and may.any():
                may &= hidden >= hidden[may].max() - 1e-9
            fitting.append(np.flatnonzero(may[place.reshape(-1)]).astype(np.int64))
        return cls(group.reshape(-1).astype(np.int64), tuple(fitting))

    def right(self, values: Floats, others: Floats, target: Ints, draw: np.random.Generator) -> float:
        """Share of rows that get their own person when each kind's are dealt in the two orders, ties by lot."""
        turn = np.lexsort([draw.random(len(values)), values, self.group])
        lot = draw.random(len(others))
        guess = np.full(len(values), -1)
        starts = np.searchsorted(self.group[turn], np.arange(len(self.fitting) + 1))
        for kind, some in enumerate(self.fitting):
            mine = turn[starts[kind] : starts[kind + 1]]
            if len(some):
                ordered = some[np.lexsort([lot[some], others[some]])]
                guess[mine] = ordered[((np.arange(len(mine)) + 0.5) / len(mine) * len(some)).astype(int)]
        return float((guess == target).mean())

    def chance(self, target: Ints) -> float:
        """A fitting person taken blindly is the right one that often."""
        inside = [
            np.isin(target[self.group == n], some).sum() / max(len(some), 1) for n, some in enumerate(self.fitting)
        ]
        return float(sum(inside) / len(target))


def _columns(
    released: pd.DataFrame, replicates: pd.DataFrame | None, drawn: Ints | None
) -> Iterator[tuple[str, Floats]]:
    """What a file can be ordered by: its rows, every column, and what hides in weights."""
    yield "row", np.arange(len(released), dtype=float)
    for name in released:
        yield str(name), pd.factorize(released[name], sort=True)[0].astype(float)
    if "weight" in released:
        weight = released["weight"].to_numpy(dtype=float)
        for digits in (3, 6):
            yield f"digits of weight after {digits}", np.modf(weight * 10**digits)[0]
    if replicates is not None:
        values = replicates.to_numpy(dtype=float)
        zeros = values <= 0
        yield "zeros", np.unique(zeros, axis=0, return_inverse=True)[1].reshape(-1).astype(float)
        yield "number of zeros", zeros.sum(axis=1).astype(float)
        yield "mean replicate", values.mean(axis=1)
        if drawn is not None:
            where = {pattern.tobytes(): n for n, pattern in enumerate(np.asarray(drawn).T <= 0)}
            yield "place in the draw", np.array([where.get(pattern.tobytes(), -1) for pattern in zeros], dtype=float)


def adults_attack(
    weights: npt.ArrayLike, cell: npt.ArrayLike, adults: npt.ArrayLike, replicates: Floats | None = None
) -> Attack:
    """How many adults live in each home, read from its weight (n,) and ``replicates`` (n, R) beside others of its cell.

    ``cell`` (n,): what calibration made alike (place, sex, age). Two ways: the nearest multiple of the cell's unit,
    which nobody has to be told of, and what who knows half of the homes learns of the other half. Chance is the best
    guess, the commonest number of adults for everybody; luck is of as many tries at homes dealt anew.
    """
    homes = pd.Series(np.asarray(adults, dtype=np.int64))
    dealt = pd.Series(np.random.default_rng(3).permutation(homes.to_numpy()))
    cells = pd.factorize(pd.Series(cell))[0].astype(np.int64)
    guesses: dict[str, tuple[float, float]] = {}
    for name, log in _seen(np.log(np.asarray(weights, dtype=float)), cells, replicates).items():
        guesses[f"{name}, learnt"] = (learnt(log, cells, homes), learnt(log, cells, dealt))
        for spread in (0.02, 0.15, 0.35):
            read = nearest(log, cells, spread)
            guesses[f"{name}, multiple ± {spread}"] = (float((read == homes).mean()), float((read == dealt).mean()))
    best = max(guesses, key=lambda name: guesses[name][0])
    chance = float(homes.value_counts(normalize=True).max())
    return Attack(guesses[best][0], chance, max(luck for _, luck in guesses.values()), best)


def _seen(weight: Floats, cell: Ints, replicates: Floats | None) -> dict[str, Floats]:
    """Log weights, and what replicates have of them: without what one multiplies a cell by, and draws of a row."""
    if replicates is None:
        return {"weight": weight}
    logs = pd.DataFrame(np.log(np.where(replicates > 0, replicates, np.nan)))
    once = logs.quantile(0.25, axis=1).to_numpy()
    mean = (logs - logs.groupby(cell).transform("mean")).mean(axis=1).to_numpy()
    return {"weight": weight, "replicates": once, "mean of replicates": mean, "all": (weight + once) / 2}


def learnt(log: Floats, cell: Ints, adults: pd.Series) -> float:
    """How often who knows one half of the homes reads the other half's adults right from log weights."""
    apart = pd.Series(log - pd.Series(log).groupby(cell).transform("median").to_numpy())
    level = apart.round(6).rank(method="dense") if apart.round(6).nunique() < 800 else pd.qcut(apart, 120, labels=False)
    known = np.random.default_rng(4).random(len(apart)) < 0.5
    right = 0.0
    for mine in (known, ~known):
        best = adults[mine].groupby(level[mine].to_numpy()).agg(lambda values: values.mode().iloc[0])
        right += float((level[~mine].map(best).fillna(adults.mode().iloc[0]) == adults[~mine]).sum())
    return right / len(apart)


def nearest(log: Floats, cell: Ints, spread: float) -> Ints:
    """(n,) most likely adults when a cell's weights are its unit × adults, give or take ``spread`` (log scale).

    The unit is the likeliest for the cell, given how many adults homes have; homes of two lines are not thought of.
    """
    sizes, prior = np.log(np.arange(1, 7)), np.log(HOMES)
    found = np.empty(len(log), dtype=np.int64)
    for one in np.unique(cell):
        some = cell == one
        units = (np.quantile(log[some], np.linspace(0.05, 0.95, 19))[:, None] - sizes).ravel()
        fit = prior - ((log[some][None, :, None] - units[:, None, None] - sizes) / spread) ** 2 / 2
        # A few rows that fit nowhere do not decide.
        likely = np.logaddexp.reduce(np.maximum(fit, -12.0), axis=2).sum(axis=1)
        found[some] = fit[int(likely.argmax())].argmax(axis=1) + 1
    return found
