"""Drawing an edition from its population as a telephone survey would."""

from dataclasses import dataclass
from datetime import timedelta

import numpy as np
import numpy.typing as npt
import pandas as pd
from pandas.api.extensions import ExtensionArray

from pulsometro.common.errors import PulsoError
from pulsometro.questionnaire.derivation import derive
from pulsometro.simulate.answers import DONT_KNOW, REFUSED, Edition, seeds
from pulsometro.simulate.population import effect_sum

Floats = npt.NDArray[np.float64]
Rows = npt.NDArray[np.intp]


@dataclass(frozen=True)
class Numbers:
    """Household numbers released, in the order called, area after area.

    ``person``: who was selected in the household; ``reached_at``: the call that reached somebody
    (calls + 1: none did); ``complete``: whether that person gave the interview.
    """

    person: Rows
    reached_at: npt.NDArray[np.int64]
    complete: npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Draw:
    """An edition in the field: canonical responses, the numbers behind them, each interview's day.

    ``respondent``: row of ``numbers`` of each response; ``day``: days since fieldwork began;
    ``interviewer``: position in the team.
    """

    responses: pd.DataFrame
    numbers: Numbers
    respondent: Rows
    day: npt.NDArray[np.int64]
    interviewer: npt.NDArray[np.int64]


def draw_edition(
    edition: Edition, seed: int, *, nonignorable: bool = False, random_interviewers: bool = False
) -> pd.DataFrame:
    """One simulated survey of the edition: canonical responses, one row per interview.

    Independent for every ``seed``; the shipped edition is ``seed`` = ``edition.seed``.
    ``nonignorable``: cooperation depends as well on what people would answer.
    ``random_interviewers``: a new team of interviewers, whose effects need not cancel.
    """
    return draw(edition, seed, nonignorable=nonignorable, random_interviewers=random_interviewers).responses


def draw(edition: Edition, seed: int, *, nonignorable: bool = False, random_interviewers: bool = False) -> Draw:
    """As ``draw_edition``, with what the file of call attempts is made from."""
    rng = seeds(seed, edition.wave, "sample")
    numbers = _numbers(edition, rng, nonignorable)
    respondent = np.flatnonzero(numbers.complete)
    day = rng.integers(0, (edition.end - edition.start).days + 1, len(respondent))
    order = np.lexsort((rng.random(len(respondent)), day))
    respondent, day = respondent[order], day[order]
    interviewer = rng.integers(0, edition.assumptions.telephone.interviewers, len(respondent))
    team = seeds(seed if random_interviewers else edition.seed, "team")
    responses = _responses(edition, numbers.person[respondent], day, interviewer, team, not random_interviewers, rng)
    return Draw(responses, numbers, respondent, day, interviewer)


def _numbers(edition: Edition, rng: np.random.Generator, nonignorable: bool) -> Numbers:
    """Numbers drawn with probability ∝ lines, one adult at random in each, called until the target.

    Sequential sampling with unequal probabilities by exponential keys (Efraimidis and Spirakis, 2006).
    """
    persons, assumed = edition.persons, edition.assumptions.telephone
    roles = edition.assumptions.roles
    chance = edition.weights * persons.facts[roles.lines] / persons.facts[roles.adults]
    keys = rng.standard_exponential(len(persons)) / chance
    bounds = np.searchsorted(persons.area, np.arange(len(persons.areas) + 1))
    expected = (1 - (1 - assumed.contact / 100) ** assumed.calls) * assumed.cooperation / 100
    parts = []
    for area, target in enumerate(edition.targets):
        first, last = bounds[area], bounds[area + 1]
        pool = min(last - first, int(1.8 * target / expected) + 50)
        rows = first + np.argpartition(keys[first:last], pool - 1)[:pool]
        rows = rows[np.argsort(keys[rows])]
        reached_at, complete = _outcomes(edition, rows, rng, nonignorable)
        released = int(np.searchsorted(np.cumsum(complete), target)) + 1
        if released > pool:
            raise PulsoError(
                f"synthetic telephone: {complete.sum()} interviews of {target} in area {persons.areas[area]}; "
                "raise contact, cooperation or persons_per_area."
            )
        parts.append((rows[:released], reached_at[:released], complete[:released]))
    return Numbers(*(np.concatenate(part) for part in zip(*parts, strict=True)))


def _outcomes(
    edition: Edition, rows: Rows, rng: np.random.Generator, nonignorable: bool
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.bool_]]:
    assumed = edition.assumptions.telephone
    facts = {item: values[rows] for item, values in edition.persons.facts.items()}
    contact = _expit(_logit(assumed.contact) + effect_sum(assumed.contact_effects, facts))
    willing = _logit(assumed.cooperation) + effect_sum(assumed.cooperation_effects, facts)
    if nonignorable:
        for factor, shift in assumed.nonignorable.items():
            willing = willing + shift * edition.persons.factors[factor][rows]
    waiting = np.floor(np.log(1 - rng.random(len(rows))) / np.log(1 - contact)).astype(np.int64) + 1
    reached_at = np.minimum(waiting, assumed.calls + 1)
    return reached_at, (reached_at <= assumed.calls) & (rng.random(len(rows)) < _expit(willing))


def _responses(
    edition: Edition, rows: Rows, day: npt.NDArray[np.int64], interviewer: npt.NDArray[np.int64],
    team: np.random.Generator, cancels: bool, rng: np.random.Generator,
) -> pd.DataFrame:  # fmt: skip
    roles, assumed, count = edition.assumptions.roles, edition.assumptions.telephone, len(rows)
    area = edition.persons.area[rows]
    digits = 10 - len(assumed.prefix)
    telephones = rng.choice(10**digits, count, replace=False)
    pace = np.exp(0.12 * team.standard_normal(assumed.interviewers))[interviewer]
    minutes = assumed.minutes * pace * np.exp(0.22 * rng.standard_normal(count))
    values: dict[str, ExtensionArray] = {
        roles.respondent: pd.array([f"{edition.wave}-{i:05d}" for i in range(1, count + 1)], dtype="string"),
        roles.area: pd.array(edition.persons.areas, dtype="string").take(area),
        roles.telephone: pd.array([f"{assumed.prefix}{n:0{digits}d}" for n in telephones], dtype="string"),
        roles.interviewer: pd.array([f"E{i + 1:02d}" for i in interviewer], dtype="string"),
        roles.date: pd.array([(edition.start + timedelta(days=int(d))).isoformat() for d in day], dtype="string"),
        roles.minutes: pd.array(np.round(minutes, 1), dtype="Float64"),
    }
    responses = pd.DataFrame(index=range(count))
    for name, item in edition.questionnaire.items.items():
        if name in edition.questions:
            question = edition.questions[name]
            effects = team.standard_normal(assumed.interviewers)
            if cancels:
                effects = (effects - effects.mean()) / effects.std()
            codes = question.answers(rows, area, effects[interviewer], assumed.interviewer_share)
            responses[name] = _recorded(edition, name, codes, question.state[rows], responses)
        elif name in edition.persons.facts and item.derived is None:
            state = edition.unanswered[name][rows]
            responses[name] = _recorded(edition, name, edition.persons.facts[name][rows], state, responses)
        elif item.derived is None:
            responses[name] = values[name]
        else:
            source = item.derived.source
            responses[name] = derive(responses[source], item, edition.questionnaire[source])
    return responses


def _recorded(
    edition: Edition, name: str, codes: npt.NDArray[np.int64], state: npt.NDArray[np.int8], responses: pd.DataFrame
) -> pd.Series:
    """Codes with no sabe, no contesta and no aplica where they belong."""
    item = edition.questionnaire[name]
    result = pd.Series(codes, index=responses.index, dtype="Int64")
    result[state == DONT_KNOW] = item.code_for("no_sabe")
    result[state == REFUSED] = item.code_for("no_contesta")
    if name in edition.questionnaire.skips:
        asked = edition.questionnaire.skips[name].mask(responses)
        result[~asked] = item.code_for("no_aplica")
    return result


def _logit(percent: float) -> float:
    return float(np.log(percent / (100 - percent)))


def _expit(values: Floats) -> Floats:
    return 1 / (1 + np.exp(-values))
