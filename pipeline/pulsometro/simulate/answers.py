"""What every synthetic adult would answer in one edition, calibrated on what was published."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
import pandas as pd

from pulsometro.common.errors import PulsoError
from pulsometro.questionnaire import Questionnaire
from pulsometro.simulate.assumptions import Answer, Assumptions
from pulsometro.simulate.population import Persons, effect_sum
from pulsometro.simulate.published_targets import Published, area_shares, thresholds, with_published

Floats = npt.NDArray[np.float64]
Rows = npt.NDArray[np.intp]

ANSWERED, DONT_KNOW, REFUSED = 0, 1, 2


@dataclass(frozen=True)
class Question:
    """One question among all persons.

    ``score``: (persons,) latent, higher is nearer to the first code. ``cuts``: (areas, codes − 1).
    ``state``: (persons,) ANSWERED, DONT_KNOW or REFUSED. ``centre``, ``spread``: (areas,) of the score.
    """

    codes: npt.NDArray[np.int64]
    score: Floats
    cuts: Floats
    state: npt.NDArray[np.int8]
    centre: Floats
    spread: Floats

    def answers(self, rows: Rows, area: Rows, pull: Floats | float = 0.0, share: float = 0.0) -> npt.NDArray[np.int64]:
        """Codes of the persons in ``rows``, were they all to answer.

        ``pull``: (rows,) the interviewer's effect in standard deviations; ``share``: proportion of
        the latent variance that it takes, so that the total variance stays.
        """
        score = self.score[rows]
        if share:
            centre, spread = self.centre[area], self.spread[area]
            score = centre + np.sqrt(1 - share) * (score - centre) + np.sqrt(share) * spread * pull
        place = np.zeros(len(rows), dtype=np.intp)
        for cut in self.cuts.T:
            place += score < cut[area]
        return self.codes[place]


@dataclass(frozen=True)
class Edition:
    """One edition's population: ``weights`` say how many adults each synthetic person stands for.

    ``unanswered``: fact → (persons,) state, as in Question. ``targets``: interviews per area.
    """

    wave: str
    start: date
    end: date
    questionnaire: Questionnaire
    assumptions: Assumptions
    persons: Persons
    weights: Floats
    questions: Mapping[str, Question]
    unanswered: Mapping[str, npt.NDArray[np.int8]]
    targets: npt.NDArray[np.int64]
    seed: int


def seeds(seed: int, *labels: str) -> np.random.Generator:
    """A generator of its own for each set of labels, whatever else is drawn or added."""
    key = tuple(byte for label in labels for byte in (*label.encode(), 0))
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=key))


def profiles(assumptions: Assumptions, areas: Sequence[str], waves: Sequence[str], seed: int) -> dict[str, Floats]:
    """Area profile → (areas,) logits at the last of ``waves``, after a random walk through them."""
    result = {}
    for name in next(iter(assumptions.areas.values())):
        level = np.array([assumptions.areas[area][name] for area in areas])
        for wave in waves[1:]:
            step = seeds(seed, wave, "drift", name).standard_normal(len(areas))
            level = level + assumptions.area_drift.get(name, 0.0) * (step - step.mean())
        result[name] = level
    return result


def make_questions(
    wave: str, questionnaire: Questionnaire, assumptions: Assumptions, persons: Persons, weights: Floats,
    level: Mapping[str, Floats], published: Sequence[Published], rng: np.random.Generator,
) -> dict[str, Question]:  # fmt: skip
    """The edition's questions in the order asked, each calibrated among those who answer it.

    Raises PulsoError naming the question whose published shares contradict one another.
    """
    made: dict[str, Question] = {}
    given = pd.DataFrame(index=range(len(persons)))
    routing = {item for skip in questionnaire.skips.values() for item in skip.items}
    for name in (n for n in questionnaire.asked if n in assumptions.answers):
        answer, codes = assumptions.answers[name], np.array(tuple(questionnaire[name].codes))
        score = _scores(answer, persons, rng)
        state = unanswered(name, assumptions, persons, rng)
        asked = np.ones(len(persons), dtype=bool)
        if name in questionnaire.skips:
            asked = questionnaire.skips[name].mask(given).to_numpy()
        figures = [figure for figure in published if figure.wave == wave and figure.item == name]
        rows = np.flatnonzero(asked & (state == ANSWERED))
        sizes = np.bincount(persons.area[rows], weights=weights[rows], minlength=len(persons.areas)).astype(float)
        offsets = sum((level[p] * w for p, w in answer.area.items()), np.zeros(len(persons.areas)))
        try:
            shares = _shares(np.array(answer.shares[wave]) / 100, codes, figures, persons.areas, sizes, offsets)
        except ValueError as error:
            raise PulsoError(f"published shares of {name}, wave {wave}: {error}; correct them.") from error
        cuts = thresholds(score[rows], weights[rows], persons.area[rows], shares)
        made[name] = Question(codes, score, cuts, state, *_moments(score, persons))
        if name in routing:
            everybody = made[name].answers(np.arange(len(persons)), persons.area)
            given[name] = np.where(asked & (state == ANSWERED), everybody, -1)
    return made


def unanswered(name: str, assumptions: Assumptions, persons: Persons, rng: np.random.Generator) -> npt.NDArray[np.int8]:
    """(persons,) whether each answers, does not know or refuses, by a logit with its effects."""
    dont_know, refuse = (share / 100 for share in assumptions.unanswered.get(name, (0.0, 0.0)))
    shift = effect_sum(assumptions.unanswered_effects, persons.facts) + persons.reluctance
    uniform, odds = rng.random(len(persons)), np.exp(shift)
    state = np.zeros(len(persons), dtype=np.int8)
    first = dont_know * odds / (1 - dont_know + dont_know * odds)
    second = first + refuse * odds / (1 - refuse + refuse * odds)
    state[uniform < second] = REFUSED
    state[uniform < first] = DONT_KNOW
    return state


def true_shares(edition: Edition) -> pd.DataFrame:
    """The truth that samples estimate: wave, item, area ("" = all), code, share, persons.

    ``share``: proportion of the population among those asked who answer; ``persons``: that base.
    """
    persons, everybody = edition.persons, np.arange(len(edition.persons))
    given, tables = pd.DataFrame(index=everybody), []
    for name, question in edition.questions.items():
        codes = question.answers(everybody, persons.area)
        answered = question.state == ANSWERED
        if name in edition.questionnaire.skips:
            answered &= edition.questionnaire.skips[name].mask(given).to_numpy()
        given[name] = np.where(answered, codes, -1)
        place = np.searchsorted(question.codes, codes[answered])
        cell = persons.area[answered] * len(question.codes) + place
        sums = np.bincount(cell, edition.weights[answered], len(persons.areas) * len(question.codes))
        counts = np.vstack([sums.reshape(len(persons.areas), -1), sums.reshape(len(persons.areas), -1).sum(axis=0)])
        base = counts.sum(axis=1, keepdims=True)
        tables.append(
            pd.DataFrame({
                "wave": edition.wave,
                "item": name,
                "area": np.repeat([*persons.areas, ""], len(question.codes)),
                "code": np.tile(question.codes, len(persons.areas) + 1),
                "share": (counts / base).ravel(),
                "persons": np.repeat(base.ravel(), len(question.codes)),
            })
        )  # fmt: skip
    return pd.concat(tables, ignore_index=True)


def _scores(answer: Answer, persons: Persons, rng: np.random.Generator) -> Floats:
    score: Floats = np.sqrt(1 - sum(load**2 for load in answer.loads.values())) * rng.standard_normal(len(persons))
    for factor, load in answer.loads.items():
        score += load * persons.factors[factor]
    return score


def _moments(score: Floats, persons: Persons) -> tuple[Floats, Floats]:
    counts = np.bincount(persons.area)
    centre = np.bincount(persons.area, weights=score) / counts
    squares = np.bincount(persons.area, weights=(score - centre[persons.area]) ** 2)
    return centre, np.sqrt(squares / counts)


def _shares(
    assumed: Floats, codes: npt.NDArray[np.int64], figures: Sequence[Published], areas: tuple[str, ...],
    sizes: Floats, offsets: Floats,
) -> Floats:  # fmt: skip
    """Cumulative shares per area from assumed and published percentages."""
    overall, local = {}, {}
    for figure in figures:
        if figure.code not in codes or (figure.area and figure.area not in areas):
            raise ValueError(f"code {figure.code} or area '{figure.area}' is unknown")
        position = int(np.flatnonzero(codes == figure.code)[0])
        if figure.area:
            local[areas.index(figure.area), position] = figure.percent / 100
        else:
            overall[position] = figure.percent / 100
    return area_shares(with_published(assumed, overall), sizes, offsets, local)
