"""Rules about what the weights need: weights given by a producer, and the columns of the design."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from pulsometro.check.amounts import warns_from
from pulsometro.check.rule import KEY, Rule
from pulsometro.check.rules.delivery import units_by_folios
from pulsometro.common.errors import MachineError, PulsoError
from pulsometro.questionnaire.comparability import same_codes
from pulsometro.questionnaire.model import Questionnaire
from pulsometro.settings.weighting_settings import WeightingSettings
from pulsometro.study import Study


def _given(study: Study, responses: pd.DataFrame) -> str | None:
    given = getattr(study.params.weighting.base, "weight", None)
    return given if given is not None and given in responses else None


def weight_flags(study: Study, responses: pd.DataFrame) -> dict[str, Any]:
    """Flags of each respondent's given weight: ``weight_ok`` (finite and positive) and ``weight_large``."""
    given = _given(study, responses)
    if given is None:
        return {}
    weight = pd.Series(pd.to_numeric(responses[given]).to_numpy(dtype=float, na_value=np.nan), index=responses.index)
    good = pd.Series(np.isfinite(weight.to_numpy()), index=responses.index) & (weight > 0)
    area, usable = study.params.check.area, weight.where(good)
    usual = usable.groupby(responses[area]).transform("median") if area in responses else usable.median()
    large = (usable / usual > study.params.check.largest_weight).fillna(False)
    return {"weight_ok": good.to_numpy(), "weight_large": large.to_numpy(dtype=bool)}


def design_rules(study: Study, questionnaire: Questionnaire, responses: pd.DataFrame) -> Iterator[Rule]:
    """Given weights are sound, and every interview has its place in the design."""
    weighting = study.params.weighting
    if _given(study, responses) is not None:
        yield Rule("weight.positive", "respondents", "weight_ok", "in_set", "critical",
                   "El factor de expansión es un número positivo en toda entrevista",
                   "Pida los factores que faltan o corrija la columna.", {"value_set": [True]},
                   signable=False)  # fmt: skip
        most = study.params.check.largest_weight
        yield Rule("weight.size", "respondents", "weight_large", "in_set", "warning",
                   f"Ningún factor de expansión pasa de {most:g} veces la mediana de su lugar",
                   "Pregunte por esos factores: uno solo puede decidir la cifra de su lugar.",
                   {"value_set": [False]})  # fmt: skip
    roles = {getattr(weighting, role): role for role in ("within", "psu", "strata")}
    for column, role in roles.items():
        # An item that is required has this rule already.
        if column in responses and not (column in questionnaire.items and questionnaire[column].required):
            yield Rule(f"design.{role}", "respondents", column, "not_null", "critical",
                       f"Toda entrevista trae el dato del diseño «{column}»", "Pida ese dato.",
                       signable=False)  # fmt: skip


def never_blank(weighting: WeightingSettings) -> frozenset[str]:
    """Items that every interview must answer for there to be weights: its place in the design, and what is filled in
    by no rule."""
    named = {weighting.within, weighting.psu, weighting.strata}
    if weighting.calibration is not None and weighting.calibration.missing == "refuse":
        named |= {item for margin in weighting.calibration.margins for item in margin.items}
    if getattr(weighting.base, "missing", "") == "refuse":
        named |= {getattr(weighting.base, role) for role in ("adults", "lines")}
    return frozenset(item for item in named if item is not None)


def weight_inputs(
    study: Study, questionnaire: Questionnaire, responses: pd.DataFrame
) -> tuple[pd.DataFrame, tuple[Rule, ...]]:
    """Evidence table ``inputs`` (a row per item that the weights are made of) and its rules.

    ``present``: the wave has the item; ``known``: share of the interviews that answer it, 0–1; ``codes_kept``: no
    control totals are of it, or its codes mean what they did in the wave before.
    """
    items = study.params.weighting.columns
    recoded = recoded_margins(study, questionnaire)
    rows = []
    for item in items:
        missing = list(questionnaire[item].missing) if item in questionnaire.items else []
        there = item in responses and len(responses) > 0
        known = float((responses[item].notna() & ~responses[item].isin(missing)).mean()) if there else 0.0
        rows.append({KEY: item, "present": there, "known": known, "codes_kept": item not in recoded})
    table = pd.DataFrame(rows, columns=[KEY, "present", "known", "codes_kept"])
    table = table.astype({KEY: "string", "present": bool, "codes_kept": bool})
    least = 1 - warns_from("weight.inputs_known", study.params.check)
    rules: tuple[Rule, ...] = (
        Rule("weight.inputs", "inputs", "present", "in_set", "critical",
             "Están todos los datos con que se pondera",
             "Pida la columna que falta, o cambie weighting en params.yaml.", {"value_set": [True]}, signable=False),
        Rule("weight.inputs_known", "inputs", "known", "between", "warning",
             f"Los datos con que se pondera se saben de al menos {least:.0%} de las entrevistas",
             "Vea por qué faltan: a quien no lo dijo se le pondera con lo usual de su lugar.",
             {"min_value": least, "max_value": 1}),
    )  # fmt: skip
    if study.params.weighting.calibration is not None:
        rules += (
            Rule("weight.margin_codes", "inputs", "codes_kept", "in_set", "critical",
                 "Los códigos con que se calibra dicen lo mismo que en la edición anterior",
                 "La tabla de población tiene los mismos códigos para todas las ediciones: calibre con un reactivo de "
                 "códigos iguales en todas; si dicen lo mismo, declare comparable.kept; si la fuente de esta edición "
                 "ya trae los códigos nuevos, acéptelo con firma.", {"value_set": [True]}),
        )  # fmt: skip
    return table, rules


def recoded_margins(study: Study, questionnaire: Questionnaire) -> frozenset[str]:
    """Items of the margins whose codes mean something else than in the wave before, and nobody says that they compare.

    The table of totals names people by code: those of one meaning are wrong for the other.
    """
    calibration, waves = study.params.weighting.calibration, list(study.waves)
    before = waves[: waves.index(questionnaire.wave)][-1:]
    if calibration is None or not before:
        return frozenset()
    try:
        past = study.questionnaire(before[0])
    except MachineError:
        raise
    except PulsoError:
        # The wave before has no questionnaire that can be read: its own stages say so.
        return frozenset()
    used = {item for margin in calibration.margins for item in margin.items}
    both = [item for item in used if item in questionnaire.items and item in past.items]
    return frozenset(
        item
        for item in both
        if questionnaire.wave not in questionnaire[item].comparable.kept
        and not same_codes(past[item], questionnaire[item])
    )


def nested_units(study: Study, responses: pd.DataFrame) -> tuple[pd.DataFrame, Rule] | None:
    """Evidence table ``nested`` (a row per sampling unit: does it lie in one stratum?) and its rule.

    None where the study names no units or no strata of its own: variances need units within strata.
    """
    unit, stratum = study.params.weighting.psu, study.params.weighting.strata
    if unit is None or stratum is None or not {unit, stratum} <= set(responses):
        return None
    strata = responses.groupby(unit)[stratum].nunique()
    shown = units_by_folios(responses, unit).loc[strata.index]
    table = pd.DataFrame({KEY: shown.astype("string").to_numpy(), "one_stratum": (strata <= 1).to_numpy(dtype=bool)})
    return table, Rule(
        "design.nested", "nested", "one_stratum", "in_set", "critical",
        "Cada unidad de muestreo está en un solo estrato",
        "Pregunte cuál es su estrato, o ponga weighting.strata: null en params.yaml: con dos, los errores de muestreo "
        "no se pueden calcular.", {"value_set": [True]}, signable=False,
    )  # fmt: skip
