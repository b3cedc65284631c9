"""What interviewers add to the error of a wave's estimates: the table that the quality page shows.

No id of an interviewer leaves this module: only how many there are and what they do to the error.
"""

from dataclasses import replace

import pandas as pd
from scipy import stats

from pulsometro.common.errors import PulsoError
from pulsometro.estimation import (
    Categorical,
    Numeric,
    Quantile,
    Share,
    SurveyDesign,
    Variable,
    interviewer_design,
    interviewer_effects,
)
from pulsometro.estimation.errors import EstimationError
from pulsometro.study import Study

COLUMNS = (
    "indicator", "category", "n", "estimate", "se", "se_interviewers", "se_ratio", "icc", "icc_low", "icc_high",
    "interviewers", "mean_interviews",
)  # fmt: skip


def role(study: Study) -> str | None:
    """The item that says who asked, as ``check.roles`` names it."""
    return study.params.check.roles.interviewer


def effects(study: Study, design: SurveyDesign, variables: tuple[Variable, ...]) -> tuple[pd.DataFrame, str]:
    """Every estimate of the whole area with its intra-interviewer correlation, and what could not be used.

    ``design``: respondents (or the study's PSUs) as PSUs. The table has columns COLUMNS. ``se`` and
    ``se_interviewers``: both linearised with the weights as fixed, so that their ratio is what interviewers add.
    ``icc`` with its interval at the study's level. Empty when no item says who asked. The table is of the
    interviews that say who asked; the sentence, for the screen, says what is not in it ("" when all is): no figure
    of the study needs this table, and none waits for it.
    """
    interviewer = role(study)
    if interviewer is None:
        return _none(), ""
    if interviewer not in design.data:
        return _none(), (
            f"check.roles.interviewer in params.yaml names '{interviewer}', which the responses do not have: what "
            "interviewers add to the error is not told; correct the name or remove the key."
        )
    silent = int(design.data[interviewer].isna().sum())
    said = _silent(silent, len(design.data), interviewer) if silent else ""
    try:
        return _table(study, _that_say(design, interviewer), variables, interviewer), said
    except EstimationError as error:
        return _none(), " ".join([said, f"What interviewers add to the error is not told: {error}"]).strip()


def _none() -> pd.DataFrame:
    return pd.DataFrame({name: pd.Series(dtype="str" if name in COLUMNS[:2] else float) for name in COLUMNS})


def _silent(silent: int, all_of_them: int, interviewer: str) -> str:
    verb = "does not" if silent == 1 else "do not"
    return (
        f"{silent} of {all_of_them} responses {verb} say who asked ('{interviewer}', named by check.roles.interviewer "
        "in params.yaml): what interviewers add to the error is told of the others; ask the fieldwork firm for them."
    )


def _that_say(design: SurveyDesign, interviewer: str) -> SurveyDesign:
    """The design without the rows that do not say who asked."""
    says = design.data[interviewer].notna()
    if says.all():
        return design
    if not says.any():
        raise EstimationError("no response says who asked.")
    return replace(design, data=design.data[says].reset_index(drop=True), replicates=None, calibration=None)


def _table(study: Study, design: SurveyDesign, variables: tuple[Variable, ...], interviewer: str) -> pd.DataFrame:
    table = interviewer_effects(design, _linear(variables), interviewer)
    nested = interviewer_design(design, interviewer).strata is not None
    table["interviewers"] = table["interviewers"].astype(int)
    table = table.assign(se_interviewers=table["se_interviewer"], mean_interviews=table["n"] / table["interviewers"])
    ends = correlation_interval(
        table, strata=len(design.psus_in_stratum) if nested else 1, level=study.params.estimation.level
    )
    return pd.concat([table, ends], axis=1)[list(COLUMNS)]


def _linear(variables: tuple[Variable, ...]) -> list[Variable]:
    """Shares and means: a total is as clustered as they are, and a quantile has no correlation of this kind."""
    shares = [replace(v, statistics=()) if isinstance(v, Share | Categorical) else v for v in variables]
    means = [replace(v, statistics=("mean",)) if isinstance(v, Numeric) else v for v in shares]
    return [v for v in means if not isinstance(v, Quantile)]


def refuse_unknown(data: pd.DataFrame, interviewer: str) -> None:
    """Raise PulsoError when the item whose clusters the published error takes is missing or somewhere empty."""
    if interviewer not in data:
        raise PulsoError(
            f"params.yaml: check.roles.interviewer names '{interviewer}', which the responses do not have; "
            "correct the name, or set estimation.clusters to design."
        )
    if data[interviewer].isna().any():
        raise PulsoError(
            f"{int(data[interviewer].isna().sum())} responses do not say who asked ('{interviewer}', named by "
            "check.roles.interviewer in params.yaml), and estimation.clusters takes interviewers as clusters; ask the "
            "fieldwork firm, or set estimation.clusters to design."
        )


def correlation_interval(table: pd.DataFrame, strata: int, level: float) -> pd.DataFrame:
    """Ends of the interval of each correlation: columns icc_low and icc_high.

    Searle's interval of the one-way layout with the effective group size m₀ for unequal groups
    (Searle 1971, Linear Models, ch. 9; Donner and Wells 1986): with F = MSB/MSW and its
    quantiles F_l, F_u, (F/F_u − 1)/(F/F_u + m₀ − 1) to (F/F_l − 1)/(F/F_l + m₀ − 1). ``table``:
    n, interviewers, workload (m₀) and icc; ``strata``: fixed strata in which interviewers nest.
    """
    size, rho = table["workload"], table["icc"]
    ratio = (1 + (size - 1) * rho) / (1 - rho)
    between, within = table["interviewers"] - strata, table["n"] - table["interviewers"]
    tail = (1 - level) / 2
    ends = {}
    for name, part in (("icc_low", 1 - tail), ("icc_high", tail)):
        scaled = ratio / stats.f.ppf(part, between, within)
        ends[name] = (scaled - 1) / (scaled + size - 1)
    return pd.DataFrame(ends, index=table.index)
