"""The replicate weights that params declare, with their entry."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from pulsometro.settings.weighting_settings import FEWEST_DRAWS, Replicates, WeightingSettings
from pulsometro.weighting.arrays import Floats, Ints
from pulsometro.weighting.calibration.margins import Margin
from pulsometro.weighting.calibration.problem import build_structure
from pulsometro.weighting.calibration.trimming import Caps
from pulsometro.weighting.errors import WeightingError, need_column
from pulsometro.weighting.nonresponse.nonresponse_step import NonresponseStep
from pulsometro.weighting.record import ReplicateFailure, ReplicatesRecord
from pulsometro.weighting.replicates.multipliers import Multipliers, jkn, rao_wu
from pulsometro.weighting.replicates.reweigh import FixedSteps, weigh_replicates

_FAILURES: Mapping[ReplicateFailure, str] = {
    "empty_class": "a nonresponse class lost its respondents",
    "not_calibrated": "calibration lost a margin cell or did not converge",
    "not_trimmed": "no weights within the trimming limits meet the margins",
}


@dataclass(frozen=True)
class FullSample:
    """What the full sample fixed: ``base``: (n,) weights before nonresponse; ``area``: (n,)
    codes; ``margins``: after collapsing, () without calibration; ``order``: (n,) in which PSUs are drawn."""

    base: Floats
    area: Ints
    nonresponse: NonresponseStep | None
    margins: tuple[Margin, ...]
    caps: Caps | None
    order: Ints


def design_ids(responses: pd.DataFrame, settings: WeightingSettings) -> tuple[np.ndarray, np.ndarray]:
    """(n,) stratum and PSU as text; one stratum, each respondent a PSU, where none is declared."""
    result = []
    for key, column, default in (
        ("strata", settings.strata, np.full(len(responses), "1")),
        ("psu", settings.psu, responses.index),
    ):
        values = default if column is None else need_column(responses, column, key)
        if pd.isna(values).any():
            raise WeightingError(f"{column} is missing for some respondents", "quarantine them or ask the producer")
        result.append(np.asarray(values).astype(str).astype(object))
    return result[0], result[1]


def add_replicates(
    table: pd.DataFrame,
    responses: pd.DataFrame,
    full: FullSample,
    settings: WeightingSettings,
) -> tuple[pd.DataFrame, ReplicatesRecord | None]:
    """The table of weights with ``rep_001`` … added, and the entry.

    A replicate in which a step fails is left out and reported; WeightingError when more fail
    than ``replicates.max_failed_share`` allows (none may with the jackknife).
    """
    declared = settings.replicates
    if declared is None:
        return table, None
    made = _multipliers(table, responses, full, settings, declared)
    calibration = settings.calibration
    steps = FixedSteps(
        base=full.base,
        area=full.area,
        plan=full.nonresponse.plan if full.nonresponse else None,
        structure=build_structure(full.margins) if full.margins else None,
        method=calibration.method if calibration else "raking",
        bounds=calibration.bounds if calibration else None,
        tolerance=calibration.tolerance if calibration else 1e-10,
        max_iterations=calibration.max_iterations if calibration else 0,
        caps=full.caps,
        completes=settings.base.kind == "telephone_completes",
    )
    result = weigh_replicates(steps, made.values, declared.jobs)
    return _collect(table, result.weights, result.failed, made, declared)


def _multipliers(
    table: pd.DataFrame,
    responses: pd.DataFrame,
    full: FullSample,
    settings: WeightingSettings,
    declared: Replicates,
) -> Multipliers:
    """Units without interview are resampled too when the nonresponse step uses them."""
    stratum, psu = table["stratum"].to_numpy(dtype=str), table["psu"].to_numpy(dtype=str)
    order = full.order
    if full.nonresponse is not None:
        other_stratum, other_psu = full.nonresponse.design_ids(settings)
        order = np.concatenate([order, len(order) + np.arange(len(other_psu))])
        stratum, psu = np.concatenate([stratum, other_stratum]), np.concatenate([psu, other_psu])
    population = None
    if declared.fpc is not None:
        population = need_column(responses, declared.fpc, "replicates.fpc").to_numpy(dtype=float, na_value=np.nan)
        if len(stratum) > len(population):
            raise WeightingError(
                "a finite population correction with units that gave no interview is not supported",
                "leave out replicates.fpc or nonresponse",
            )
    if declared.method == "jkn":
        return jkn(
            stratum, psu, max_groups=declared.max_groups, seed=declared.seed, order=order, population_psus=population
        )
    return rao_wu(stratum, psu, declared.n, declared.seed, order=order, population_psus=population)


def _collect(
    table: pd.DataFrame, weights: Floats, failed: dict[int, ReplicateFailure], made: Multipliers, declared: Replicates
) -> tuple[pd.DataFrame, ReplicatesRecord]:
    total = len(weights)
    digits = max(3, len(str(total)))
    names = [f"rep_{number:0{digits}d}" for number in range(1, total + 1)]
    allowed = 0 if made.method == "jkn" else int(declared.max_failed_share * total)
    if len(failed) > allowed:
        first = min(failed)
        raise WeightingError(
            f"{len(failed)} of {total} replicates failed, more than the {allowed} allowed "
            f"({names[first]}: {_FAILURES[failed[first]]})",
            "merge sparse margin cells (collapse) or raise trim.k",
        )
    used = [position for position in range(total) if position not in failed]
    if made.method == "rao_wu" and len(used) < FEWEST_DRAWS:
        raise WeightingError(
            f"{len(used)} of {total} replicates are left, fewer than the {FEWEST_DRAWS} that an error needs",
            "merge sparse margin cells (collapse), raise trim.k or replicates.n",
        )
    columns = pd.DataFrame({names[position]: weights[position] for position in used})
    scale = 1.0 / len(used) if made.method == "rao_wu" else made.scale
    entry = ReplicatesRecord(
        method=made.method,
        asked=total,
        used=len(used),
        seed=declared.seed,
        fpc=declared.fpc is not None,
        groups=made.groups,
        scale=scale,
        rscales=tuple(float(made.rscales[position]) for position in used),
        names=tuple(names[position] for position in used),
        failed={names[position]: reason for position, reason in sorted(failed.items())},
    )
    return pd.concat([table, columns], axis=1), entry
