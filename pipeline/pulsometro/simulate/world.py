"""The synthetic world of a study: its adults, and each edition's answers, made once and drawn often."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from pulsometro.common.errors import PulsoError
from pulsometro.questionnaire import Questionnaire
from pulsometro.settings.simulate_settings import SimulateSettings
from pulsometro.simulate.answers import Edition, make_questions, profiles, seeds, unanswered
from pulsometro.simulate.assumptions import Assumptions, load_assumptions
from pulsometro.simulate.population import Persons, Totals, load_totals, make_persons
from pulsometro.simulate.published_targets import Published, load_published
from pulsometro.study import Study


@dataclass(frozen=True)
class World:
    """What all simulated editions share.

    ``unreadable``: simulated waves whose questionnaire cannot be read. They keep their place in the series, with
    another wave's questionnaire, so that the editions after them are what they are without that fault.
    """

    study: Study
    settings: SimulateSettings
    assumptions: Assumptions
    questionnaires: Mapping[str, Questionnaire]
    published: tuple[Published, ...]
    totals: Totals
    unreadable: frozenset[str] = frozenset()

    @property
    def waves(self) -> tuple[str, ...]:
        """The simulated waves, oldest first."""
        return tuple(self.questionnaires)

    @cached_property
    def persons(self) -> Persons:
        """The synthetic adults; the same in every edition."""
        first = next(iter(self.questionnaires.values()))
        return make_persons(self.totals, self.assumptions, first, seeds(self.settings.seed, "persons"))

    def edition(self, wave: str) -> Edition:
        """The answers of all synthetic adults in ``wave``, calibrated on the published shares.

        Raises PulsoError when the wave is not a simulated one.
        """
        if wave not in self.questionnaires:
            raise PulsoError(f"params.yaml: wave '{wave}' is not simulated (simulated: {', '.join(self.waves)}).")
        settings, persons, questionnaire = self.settings, self.persons, self.questionnaires[wave]
        fieldwork = self.study.wave(wave).fieldwork
        weights = persons.weights(self.totals.nearest(fieldwork.middle))
        before = self.waves[: self.waves.index(wave) + 1]
        level = profiles(self.assumptions, persons.areas, before, settings.seed)
        rng = seeds(settings.seed, wave, "answers")
        questions = make_questions(wave, questionnaire, self.assumptions, persons, weights, level, self.published, rng)
        facts = {name: unanswered(name, self.assumptions, persons, rng) for name in persons.facts}
        return Edition(
            wave, fieldwork.start, fieldwork.end, questionnaire, self.assumptions, persons, weights,
            questions, facts, self._targets(wave), settings.seed,
        )  # fmt: skip

    def _targets(self, wave: str) -> npt.NDArray[np.int64]:
        """Interviews per area: the known total spread evenly, or a few more or less than aimed at."""
        count = len(self.persons.areas)
        total = self.assumptions.interviews.get(wave)
        if total is None:
            return self.settings.interviews_per_area + seeds(self.settings.seed, wave, "n").integers(-5, 6, count)
        return np.array([total // count + (area < total % count) for area in range(count)], dtype=np.int64)


def make_world(study: Study) -> World:
    """Read what the study's simulation needs.

    Raises PulsoError when params.yaml has no ``simulate`` section, or a file says something wrong.
    """
    settings = study.params.simulate
    if settings is None:
        raise PulsoError("params.yaml: there is no section 'simulate'; add it or leave out the simulated waves.")
    waves = tuple(key for key, wave in study.waves.items() if wave.simulated)
    if not waves:
        raise PulsoError("params.yaml: no wave says 'simulated: true'; there is nothing to simulate.")
    readable = _readable(study, waves)
    assumptions = load_assumptions(study.root / settings.assumptions, readable)
    stand_in = next(iter(readable.values()))
    questionnaires = {key: readable.get(key, stand_in) for key in waves}
    published = load_published(study.root / settings.published)
    for figure in published:
        if figure.wave not in study.waves:
            raise PulsoError(f"{settings.published}: wave '{figure.wave}' is not in params.yaml; correct it.")
    totals = load_totals(study.root / settings.population, settings.source, assumptions.population)
    for area in totals.table[assumptions.population.area].unique():
        if area not in assumptions.areas:
            raise PulsoError(f"{settings.assumptions}: areas lacks {area}, which has control totals; add it.")
    return World(study, settings, assumptions, questionnaires, published, totals, frozenset(waves) - set(readable))


def _readable(study: Study, waves: Sequence[str]) -> dict[str, Questionnaire]:
    """The waves' questionnaires without those that cannot be read; PulsoError when none can."""
    found, refused = {}, []
    for wave in waves:
        try:
            found[wave] = study.questionnaire(wave)
        except PulsoError as error:
            refused.append(error)
    if not found:
        raise refused[0]
    return found
