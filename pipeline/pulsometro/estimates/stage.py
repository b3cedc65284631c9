"""Stage *estimate*: the indicators of a wave, in every domain, as one tidy table."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import pandas as pd

from pulsometro.common.counted import tallied
from pulsometro.common.errors import PulsoError
from pulsometro.common.files import write_table
from pulsometro.estimates.interviewer_effects import effects, refuse_unknown, role
from pulsometro.estimation import (
    Calibration,
    Categorical,
    Domain,
    Index,
    Numeric,
    Quantile,
    Replicates,
    Settings,
    Share,
    SurveyDesign,
    Variable,
    Where,
    estimate,
    interviewer_design,
    scheme_named,
)
from pulsometro.estimation.errors import EstimationError
from pulsometro.questionnaire import Indicator, Item, Questionnaire, check_against, parse
from pulsometro.study import Study
from pulsometro.study.item_references import refuse_domains
from pulsometro.study.respondents import load_respondents
from pulsometro.study.withheld import carried
from pulsometro.weighting.record import load_weighting

# The codes of a range's share.
INSIDE, OUTSIDE, SILENT = 1, 2, 9


@dataclass(frozen=True)
class Prepared:
    """A wave ready to estimate: its design (responses and weights joined) and declared variables."""

    design: SurveyDesign
    variables: tuple[Variable, ...]
    domains: tuple[Domain, ...]


def run(study: Study, wave: str) -> str:
    """Read responses and weights of the wave, write ``estimates.parquet`` and ``interviewers.parquet``.

    Returns a line for the screen. Raises WaveWithheld when an input is missing or an indicator asks for what the
    wave lacks; then the folder holds that record alone.
    """
    return carried(study, wave, "estimate", partial(_estimate, study.of_wave(wave), wave))


def _estimate(study: Study, wave: str, folder: Path) -> str:
    try:
        return _estimated(study, wave, folder)
    except EstimationError as error:
        raise PulsoError(str(error)) from error


def _estimated(study: Study, wave: str, folder: Path) -> str:
    prepared = prepare(study, wave)
    table = estimate(
        prepared.design, prepared.variables, prepared.domains, wave=wave, settings=estimation_settings(study)
    )
    write_table(table, folder / "estimates.parquet")
    asked, said = effects(study, by_respondent(study, wave, prepared.design.data), prepared.variables)
    write_table(asked, folder / "interviewers.parquet")
    withheld = int((~table["publishable"]).sum())
    line = f"{wave}: {tallied(len(table), 'estimate')}, {withheld:,} of them not publishable."
    return f"{line}\n{wave}: {said}" if said else line


def estimation_settings(study: Study) -> Settings:
    """The published method, interval, level and precision scheme of params.yaml."""
    declared = study.params.estimation
    return Settings(
        method=declared.se,
        level=declared.level,
        interval=declared.interval,
        precision=scheme_named(declared.precision),
    )


def prepare(study: Study, wave: str) -> Prepared:
    """Join responses with weights and declare what the questionnaire and the indicators say."""
    study = study.of_wave(wave)
    questionnaire = study.questionnaire(wave)
    refuse_domains(study, wave)
    check_against(study.indicators, questionnaire, study.questionnaires / "indicators.yaml", study.area_codes)
    data = load_respondents(study, wave)
    available = study.indicators.available(questionnaire)
    _refuse_totals(study, available)
    variables = []
    helpers: dict[str, pd.Series] = {}
    for name, indicator in available.items():
        variables.append(_variable(name, indicator, questionnaire, data, helpers))
    data = pd.concat([data, pd.DataFrame(helpers, index=data.index)], axis=1)
    domains = tuple(_domain(study, questionnaire, columns) for columns in study.params.estimation.domains)
    return Prepared(survey_design(study, wave, data), tuple(variables), domains)


def _refuse_totals(study: Study, available: Mapping[str, Indicator]) -> None:
    """Raise PulsoError where numbers of persons are asked of weights that give shares alone."""
    asked = [name for name, indicator in available.items() if "total" in indicator.computed]
    if study.params.weighting.scale == "relative" and asked:
        raise PulsoError(
            f"questionnaires/indicators.yaml: {', '.join(asked)} ask for totals and weighting.scale in params.yaml is "
            "relative, which gives none; take 'total' out of their statistics, or calibrate and leave scale out."
        )


def survey_design(study: Study, wave: str, data: pd.DataFrame) -> SurveyDesign:
    """The design whose SE is published, on rows that carry stratum, psu and weights.

    With ``estimation.clusters: interviewers`` these are the PSUs; strata stay only where none of them
    works in two.
    """
    design = by_respondent(study, wave, data)
    interviewer = role(study)
    if study.params.estimation.clusters == "design" or interviewer is None:
        return design
    refuse_unknown(data, interviewer)
    clustered = interviewer_design(design, interviewer)
    return replace(clustered, replicates=design.replicates, calibration=design.calibration)


def by_respondent(study: Study, wave: str, data: pd.DataFrame) -> SurveyDesign:
    """The design as sampled: PSUs are those of ``weighting.psu``, else the respondents.

    Raises PulsoError when a PSU lies in several strata, inside which the replicates then drew parts of it.
    """
    settings = study.params
    strata_of_psu = data[["stratum", "psu"]].drop_duplicates()["psu"].value_counts()
    if settings.weighting.psu and (strata_of_psu > 1).any():
        raise PulsoError(
            f"{wave}: {int((strata_of_psu > 1).sum())} PSUs (weighting.psu: {settings.weighting.psu}) lie in several "
            f"strata ({settings.weighting.strata}); name them apart in each, or set weighting.strata to null in "
            "params.yaml."
        )
    replicates = _replicates(study, wave)
    if settings.estimation.se == "replicates" and replicates is None:
        raise PulsoError("params.yaml: estimation.se is 'replicates' but weighting.replicates makes none.")
    margins = tuple((column,) for column in data.columns if column.startswith("margin_"))
    calibrated = settings.weighting.calibration is not None and settings.estimation.se == "calibrated"
    return SurveyDesign(
        data,
        weights="weight",
        strata="stratum",
        # Where each respondent is a PSU none is shared between waves, whatever the folios look like.
        psu="psu" if settings.weighting.psu else None,
        lonely_psu=settings.estimation.lonely_psu,
        replicates=replicates,
        calibration=Calibration("base_weight", margins) if calibrated else None,
    )


def _replicates(study: Study, wave: str) -> Replicates | None:
    """The replicate weights with the scales that their record gives; none for given weights."""
    made = load_weighting(study, wave).replicates
    return Replicates(made.names, made.scale, made.rscales) if made else None


def _variable(
    name: str, indicator: Indicator, questionnaire: Questionnaire, data: pd.DataFrame, helpers: dict[str, pd.Series]
) -> Variable:
    base: tuple[Where, ...] = ()
    if indicator.base:
        helpers[f"_base_{name}"] = parse(indicator.base, f"indicators.{name}.base").mask(data)
        base = (Where(f"_base_{name}", (True,), declared=(True, False)),)
    if indicator.kind == "index":
        asked = {item: questionnaire[item] for item in indicator.items if item in questionnaire.items}
        return Index(
            name,
            tuple(asked),
            tuple(indicator.rescale.items()),
            indicator.at_least,
            base=base,
            labels=tuple(item.short or item.label for item in asked.values()),
        )
    item = questionnaire[indicator.item or ""]
    unanswered = tuple(code for code, kind in item.missing.items() if kind != "no_aplica")
    skipped = tuple(code for code, kind in item.missing.items() if kind == "no_aplica")
    if indicator.kind == "mean":
        silent = (*unanswered, *skipped)
        return Numeric(name, indicator.item or "", missing=silent, base=base, statistics=indicator.computed)
    if indicator.probability is not None:
        wanted = (indicator.probability,)
        return Quantile(name, indicator.item or "", wanted, missing=(*unanswered, *skipped), base=base)
    if indicator.range is not None:
        helpers[f"_range_{name}"] = in_range(data[indicator.item or ""], indicator.range, unanswered, skipped)
        return Share(
            name, f"_range_{name}", (INSIDE,), category=indicator.category, missing=(SILENT,),
            missing_rule="exclude" if indicator.no_answer == "exclude" else "in_base", not_asked=(None,), base=base,
            statistics=indicator.computed, declared=(INSIDE, OUTSIDE, SILENT),
        )  # fmt: skip
    if indicator.kind == "share":
        return Share(
            name,
            indicator.item or "",
            indicator.categories,
            category=indicator.category,
            missing=tuple(code for code in unanswered if code not in indicator.categories),
            missing_rule="exclude" if indicator.no_answer == "exclude" else "in_base",
            not_asked=(*skipped, None),
            base=base,
            statistics=indicator.computed,
            # The questionnaire's: in a wave where nobody gave an answer, 0 % is true.
            declared=item.valid_codes,
        )
    return Categorical(
        name,
        tuple(item.codes),
        tuple(item.codes.values()),
        column=indicator.item or "",
        missing=unanswered,
        missing_labels=tuple(item.missing[code] for code in unanswered),
        missing_rule=indicator.no_answer,
        not_asked=skipped,
        base=base,
        statistics=indicator.computed,
    )


def in_range(
    values: pd.Series, limits: tuple[float, float], unanswered: tuple[int, ...], skipped: tuple[int, ...]
) -> pd.Series:
    """(rows,) INSIDE where a number lies in the range, its ends included, OUTSIDE where not, SILENT of who gives no
    answer, empty where nobody was asked."""
    numbers = pd.to_numeric(values).astype("Float64")
    inside = numbers.between(*limits).map({True: INSIDE, False: OUTSIDE}).astype("Int64")
    return inside.mask(numbers.isin(unanswered), SILENT).mask(numbers.isin(skipped) | numbers.isna())


def _domain(study: Study, questionnaire: Questionnaire, columns: tuple[str, ...]) -> Domain:
    items = [questionnaire[column] for column in columns]
    # Who gave no answer is in no domain; a category that nobody gave is one without cases.
    return Domain(
        columns,
        tuple(_codes(study, questionnaire.wave, item) for item in items),
        tuple(tuple(item.missing) for item in items),
    )


def _codes(study: Study, wave: str, item: Item) -> tuple[int | str, ...]:
    if item.kind == "area":
        return study.codes_in(wave)
    return tuple(item.codes)
