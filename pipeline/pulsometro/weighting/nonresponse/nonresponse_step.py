"""What the file of call attempts says: outcome rates and the units that gave no interview."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from pulsometro.settings.weighting_settings import WeightingSettings
from pulsometro.weighting.arrays import Floats
from pulsometro.weighting.diagnostics import spread
from pulsometro.weighting.errors import WeightingError
from pulsometro.weighting.nonresponse.adjustment import (
    NonresponsePlan,
    class_labels,
    make_plan,
    propensity_classes,
)
from pulsometro.weighting.nonresponse.outcome_rates import aapor_rates, final_dispositions
from pulsometro.weighting.record import NonresponseRecord, Rates

_SCORE = "_score_class"


@dataclass(frozen=True)
class Fieldwork:
    """``numbers``: one row per number with ``group`` (final disposition), ``share`` (1 for
    eligible, *e* for unknown, 0 for not eligible) and the attempts' other columns;
    ``rates``: by area and, last, of all."""

    numbers: pd.DataFrame
    area: str
    rates: tuple[Rates, ...]

    @property
    def others(self) -> pd.DataFrame:
        """Numbers that are or may be eligible and gave no interview."""
        silent = ~self.numbers["group"].isin(["I", "P"]) & (self.numbers["share"] > 0)
        return self.numbers[silent]

    def released(self) -> dict[str, float]:
        """Distinct numbers called, by area."""
        counts = self.numbers[self.area].astype(str).value_counts()
        return {str(name): float(count) for name, count in counts.sort_index().items()}


@dataclass(frozen=True)
class NonresponseStep:
    """``others``: the k units that gave no usable interview, in the order of the plan."""

    plan: NonresponsePlan
    others: pd.DataFrame
    entry: NonresponseRecord

    def design_ids(self, settings: WeightingSettings) -> tuple[np.ndarray, np.ndarray]:
        """(k,) stratum and PSU of ``others``; each number is its own PSU unless the file says."""
        for column in (settings.strata, settings.psu):
            if column is not None and column not in self.others:
                raise WeightingError(
                    f"the call attempts have no column {column}", "replicates with nonresponse need it there too"
                )
        n, strata = len(self.others), settings.strata
        stratum = np.full(n, "1") if strata is None else self.others[strata].astype(str).to_numpy(dtype=str)
        if settings.psu is not None:
            return stratum, self.others[settings.psu].astype(str).to_numpy(dtype=str)
        # A prefix that no folio has, so that a number is never taken for a respondent.
        return stratum, np.array([f"\x00{position}" for position in range(n)])


def read_fieldwork(attempts: pd.DataFrame | None, settings: WeightingSettings) -> Fieldwork | None:
    """Final dispositions and outcome rates; None without attempts or their declaration."""
    declared, area = settings.attempts, settings.within
    if attempts is None or declared is None or area is None:
        return None
    for column in (declared.number, declared.attempt, declared.disposition, area):
        if column not in attempts:
            raise WeightingError(f"the call attempts have no column '{column}'", "correct weighting.attempts")
    if attempts[declared.number].nunique() < attempts[declared.attempt].nunique():
        # A number is called a few times: there are more numbers than turns.
        raise WeightingError(
            f"'{declared.attempt}' has more different values than '{declared.number}', and no number is called so "
            "often",
            "exchange weighting.attempts.number and weighting.attempts.attempt in params.yaml",
        )
    numbers = final_dispositions(attempts, declared.number, declared.attempt, declared.disposition)
    numbers = numbers.sort_values([area, declared.number], kind="stable", ignore_index=True)
    names = numbers[area].astype(str)
    rates = [aapor_rates(str(name), group["group"].to_numpy(), declared.e) for name, group in numbers.groupby(names)]
    overall = aapor_rates("total", numbers["group"].to_numpy(), declared.e)
    e = {rate.area: rate.e for rate in rates}
    group = numbers["group"]
    share = np.where(group == "NE", 0.0, np.where(group.isin(["UH", "UO"]), names.map(e).to_numpy(float), 1.0))
    return Fieldwork(numbers.assign(share=share), area, (*rates, overall))


def nonresponse_plan(
    responses: pd.DataFrame,
    areas: np.ndarray,
    weights: Floats,
    fieldwork: Fieldwork | None,
    settings: WeightingSettings,
) -> NonresponseStep | None:
    """The adjustment declared, planned on the full sample.

    Raises WeightingError when the attempts are missing or lack a class variable, or a class is
    not sound.
    """
    declared = settings.nonresponse
    if declared is None:
        return None
    if fieldwork is None:
        raise WeightingError("the nonresponse step has no file of call attempts", "deliver it or leave the step out")
    wanted = declared.classes if declared.method == "classes" else declared.predictors
    for column in wanted:
        for table, name in ((responses, "responses"), (fieldwork.numbers, "call attempts")):
            if column not in table:
                raise WeightingError(f"the {name} have no column '{column}'", "correct weighting.nonresponse")
    silent = _others(responses, fieldwork, list(wanted))
    mine, others, by = responses, silent, list(wanted)
    if declared.method == "propensity":
        mine, others = _scored(responses, others, fieldwork.area, by, declared.score_classes)
        by = [_SCORE]
    plan, classes = make_plan(
        mine,
        others,
        fieldwork.area,
        by,
        keep_area_sum=settings.base.kind == "telephone_completes",
        min_respondents=declared.min_respondents,
        max_factor=declared.max_factor,
    )
    entry = NonresponseRecord(declared.method, plan.keep_area_sum, classes, spread(plan.adjusted(weights), areas))
    return NonresponseStep(plan, silent, entry)


def _others(responses: pd.DataFrame, fieldwork: Fieldwork, by: list[str]) -> pd.DataFrame:
    """Silent numbers, and the interviews of the call attempts that are not among the responses.

    An interview lost to quarantine was eligible: without it the class would lose its weight.
    WeightingError when an area has more responses than the attempts have interviews.
    """
    given = fieldwork.numbers[fieldwork.numbers["group"].isin(["I", "P"])]
    called, answered = given[fieldwork.area].astype(str).value_counts(), responses[fieldwork.area].astype(str)
    for area, count in answered.value_counts().sort_index().items():
        if count > called.get(area, 0):
            raise WeightingError(
                f"{count} responses but {called.get(area, 0)} interviews in the call attempts",
                "ask for the whole file of call attempts",
                area=str(area),
            )
    place = pd.Series(class_labels(given, fieldwork.area, by), index=given.index)
    used = pd.Series(class_labels(responses, fieldwork.area, by)).value_counts()
    beyond = given.groupby(place, sort=False).cumcount().to_numpy() >= place.map(used).fillna(0).to_numpy()
    return pd.concat([fieldwork.others, given[beyond]])


def _scored(
    responses: pd.DataFrame, others: pd.DataFrame, area: str, predictors: list[str], classes: int
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Both tables with the class of the fitted response propensity."""
    columns = list(dict.fromkeys([area, *predictors]))
    units = pd.concat([responses[columns], others[columns]], ignore_index=True)
    responded = np.arange(len(units)) < len(responses)
    size = np.concatenate([np.ones(len(responses)), others["share"].to_numpy(float)])
    score = propensity_classes(units, responded, size, columns, classes)
    mine, theirs = score[: len(responses)], score[len(responses) :]
    return responses.assign(**{_SCORE: mine}), others.assign(**{_SCORE: theirs})
