"""What weighting reads of a wave, and the first look at it: rows in their order, municipalities, totals, coverage."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date

import numpy as np
import pandas as pd

from pulsometro.settings.weighting_settings import WeightingSettings
from pulsometro.weighting.control_totals import ALL, Totals, load_totals, over_all_areas
from pulsometro.weighting.errors import WeightingError, need_column
from pulsometro.weighting.record import CoverageRecord
from pulsometro.weighting.totals_grid import Codes
from pulsometro.weighting.warnings import coverage_record


@dataclass(frozen=True)
class Inputs:
    """What weighting reads. ``responses``: one row per respondent, ``folio`` unique, missing
    answers of the items used here as NA; ``on``: middle of the fieldwork; ``areas``: those the
    study covers (None: all of the totals' table); ``places``: their names, for warnings; ``released``: the columns
    that partners get (None: all but the folio): random draws follow their values, and nothing that stays hidden;
    ``emptied``: those of them that are empty in some rows; ``key``: the study's, for the blur that settings declare and
    the order of rows that are released alike; ``codes``: item → code → label, of the questionnaire."""

    wave: str
    on: date
    responses: pd.DataFrame
    control_totals: pd.DataFrame | None = None
    areas: tuple[str, ...] | None = None
    attempts: pd.DataFrame | None = None
    frame: pd.DataFrame | None = None
    coverage: pd.DataFrame | None = None
    places: Mapping[str, str] = field(default_factory=dict)
    released: tuple[str, ...] | None = None
    codes: Codes = field(default_factory=dict)
    emptied: tuple[str, ...] = ()
    key: bytes | None = None


def ordered(responses: pd.DataFrame) -> pd.DataFrame:
    """Rows by folio, which is their index too: results do not depend on the order in which the file came.

    Raises WeightingError where there are none, or a folio is there twice.

    >>> ordered(pd.DataFrame({"folio": ["b", "a"], "sexo": [1, 2]}))["sexo"].tolist()
    [2, 1]
    """
    if not len(responses):
        raise WeightingError("there are no responses", "look at the wave's quarantine")
    if responses["folio"].duplicated().any():
        folio = responses.loc[responses["folio"].duplicated(), "folio"].iloc[0]
        raise WeightingError(f"folio {folio} is there twice", "quarantine one of the rows")
    return responses.assign(folio=responses["folio"].astype(str)).set_index("folio", drop=False).sort_index()


def areas_of(responses: pd.DataFrame, settings: WeightingSettings) -> np.ndarray:
    """(n,) code of each respondent's place, "all" where weights are made for all together.

    Raises WeightingError where the column is missing, or a respondent has none.
    """
    if settings.within is None:
        return np.full(len(responses), ALL)
    named = need_column(responses, settings.within, "within")
    if named.isna().any():
        raise WeightingError(
            f"{int(named.isna().sum())} respondents have no {settings.within}",
            "quarantine them or find their municipality",
        )
    return named.astype(str).to_numpy(dtype=str)


def totals_of(inputs: Inputs, settings: WeightingSettings) -> Totals | None:
    """The population's totals, None where none are declared; WeightingError for a table that is missing or unsound."""
    if settings.control_totals is None:
        return None
    if inputs.control_totals is None:
        raise WeightingError(f"{settings.control_totals.file} was not given", "put the table of totals in its place")
    table, declared, areas = inputs.control_totals, settings.control_totals, inputs.areas
    if settings.within is None:
        table, declared, areas = over_all_areas(table, declared, areas), replace(declared, areas=None), None
    return load_totals(table, declared, inputs.on, areas, inputs.codes)


def coverage_of(inputs: Inputs, areas: np.ndarray, settings: WeightingSettings) -> tuple[CoverageRecord, ...]:
    """Whom the frames reach in the municipalities of the (n,) ``areas``; () where it is not declared or not there."""
    declared = settings.coverage
    if declared is None or inputs.coverage is None:
        return ()
    present = tuple(str(name) for name in np.unique(areas))
    return coverage_record(inputs.coverage, declared, present)
