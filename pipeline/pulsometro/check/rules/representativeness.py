"""The sample's composition against the population's, area by area, before any calibration.

Compared is what the planned design alone would give: every respondent stands for the adults of
the household, divided by its telephone lines, as the base weight has it. A group's share may miss
the population's by what params allow for people who are hard to reach (``composition_lean``) and,
beyond that, by what sampling error explains: z standard errors of a share with Kish's effective
sample (Kish 1965, 11.7), with z for as many comparisons as there are (Bonferroni).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields

import numpy as np
import numpy.typing as npt
import pandas as pd

from pulsometro.check.rule import KEY, Rule
from pulsometro.questionnaire.model import Questionnaire
from pulsometro.settings.base_weight_settings import AreaSample, Equal, Given
from pulsometro.settings.check_settings import CheckSettings
from pulsometro.settings.weighting_settings import WeightingSettings
from pulsometro.study import Study
from pulsometro.weighting.base.probabilities import area_base, fill_with_median, given_base, telephone_base
from pulsometro.weighting.control_totals import Totals, load_totals
from pulsometro.weighting.errors import WeightingError
from pulsometro.weighting.named_items import refuse_names
from pulsometro.weighting.population_table import codes_of_items, read_totals

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Group:
    """One group of one area: shares 0–1, and the standard error of the sample's if it were the population's."""

    area: str
    item: str
    code: int
    n: int
    sample: float
    population: float
    error: float


def composition_rules(
    study: Study, questionnaire: Questionnaire, responses: pd.DataFrame
) -> tuple[pd.DataFrame, tuple[Rule, ...]] | None:
    """Evidence table ``composition``, a row per area and group, and its rule.

    None where the study has no control totals by an item of the wave, or the weights as planned
    cannot be told (another rule says so). Raises PulsoError when the table of totals is missing or wrong.
    """
    settings, area = study.params.weighting, study.params.check.area
    totals = settings.control_totals
    items = [i for i in (totals.columns if totals else {}) if i in responses and questionnaire[i].kind == "single"]
    if totals is None or area is None or area not in responses or not items:
        return None
    if not {getattr(settings.base, "weight", area), *getattr(settings.base, "probabilities", ())} <= set(responses):
        return None
    try:
        weights = _planned(questionnaire, responses, settings, area)
    except WeightingError:
        return None
    areas = study.codes_in(questionnaire.wave) or None
    middle = study.wave(questionnaire.wave).fieldwork.middle
    written = read_totals(study.root, totals)
    if written is None:
        return None
    refuse_names(study.root, questionnaire, settings, written, list(map(str, responses)))
    table = load_totals(written, totals, middle, areas, codes_of_items(questionnaire))
    groups = [group for item in items for group in _groups(questionnaire, responses, item, weights, area, table)]
    return _table(groups, study.params.check), (_rule(study.params.check),)


def _rule(settings: CheckSettings) -> Rule:
    return Rule(
        "sample.composition", "composition", "outside", "in_set", "warning",
        "Cada grupo pesa en la muestra lo que en la población, salvo azar y "
        f"{settings.composition_lean * 100:g} puntos de grupos difíciles de hallar",
        "Vea quién entrevistó ahí y a qué horas: la ponderación corrige el tamaño del grupo, no a quién se dejó fuera.",
        {"value_set": [False]},
    )  # fmt: skip


def _planned(questionnaire: Questionnaire, responses: pd.DataFrame, settings: WeightingSettings, area: str) -> Floats:
    """(n,) inverse selection probabilities as planned, up to a factor for each area."""
    base = settings.base
    if isinstance(base, Given):
        return given_base(responses[base.weight])
    if isinstance(base, AreaSample):
        return area_base(responses[list(base.probabilities)])
    if isinstance(base, Equal):
        return np.ones(len(responses))
    places = responses[area].astype(str)

    def household(item: str | None) -> Floats | None:
        if item is None or item not in responses:
            return None
        unknown = responses[item].isin(list(questionnaire[item].missing))
        return fill_with_median(responses[item].mask(unknown), places)[0]

    return telephone_base(
        places, dict.fromkeys(places.unique(), 1.0), household(base.adults), household(base.lines),
        adults_cap=base.adults_cap, lines_cap=base.lines_cap,
    )  # fmt: skip


def _groups(
    questionnaire: Questionnaire, responses: pd.DataFrame, item: str, weights: Floats, area: str, totals: Totals
) -> Iterator[Group]:
    answered = responses[item].isin(list(questionnaire[item].codes)).to_numpy(dtype=bool)
    shares = _shares(totals, item)
    for place in totals.areas:
        here = answered & (responses[area] == place).fillna(False).to_numpy(dtype=bool)
        codes, weight = responses[item][here].to_numpy(dtype=np.int64), weights[here]
        for code in questionnaire[item].codes:
            population = shares.get((place, str(code)))
            if len(codes) and population is not None:
                mine = codes == code
                effective = float(weight.sum() ** 2 / (weight**2).sum())
                error = float(np.sqrt(population * (1 - population) / effective))
                share = float(weight[mine].sum() / weight.sum())
                yield Group(place, item, code, int(mine.sum()), share, population, error)


def _shares(totals: Totals, item: str) -> Mapping[tuple[str, str], float]:
    """(area, code) → share of the area's adults, 0–1."""
    picked, _ = totals.pick([item])
    whole = picked.groupby("area")["total"].transform("sum")
    keys = zip(picked["area"], picked[item].astype(str), strict=True)
    return {key: float(share) for key, share in zip(keys, picked["total"] / whole, strict=True)}


def _table(groups: Sequence[Group], settings: CheckSettings) -> pd.DataFrame:
    from scipy.stats import norm

    z = float(norm.isf(settings.false_alarms / (2 * max(len(groups), 1))))
    table = pd.DataFrame([asdict(group) for group in groups], columns=[field.name for field in fields(Group)])
    allowed = settings.composition_lean + z * table["error"]
    key = table["area"] + "/" + table["item"] + "/" + table["code"].astype(str)
    outside = (table["sample"] - table["population"]).abs() > allowed
    return table.assign(**{KEY: key, "allowed": allowed, "outside": outside}).drop(columns="error")
