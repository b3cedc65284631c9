"""Trend over waves: the least-squares slope a year of fieldwork, with its sampling error only.

slope = Σ c_t θ_t, c_t = (t − t̄)/Σ(t − t̄)²: a contrast between waves, whose variance follows from the
stacked design. It says how sure the slope through these waves is, not how far the waves scatter about
it nor what the next will bring.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import get_args

import numpy as np
import pandas as pd

from ..domains import Domain
from ..errors import EstimationError, check_choice
from ..estimate_table import Settings, taken_settings
from ..given import check_type
from ..variables import Quantile
from .contrasts import KEYS, test_table
from .multiple_testing import Covariance
from .overlap import wave_contrasts
from .wave_changes import contrast_frame, settled_df
from .waves import Wave, link_column, link_indices, wave_table

TREND_COLUMNS = (
    *KEYS, "waves", "first_wave", "last_wave", "slope", "se", "ci_low", "ci_high", "ci_level", "df", "t", "p",
    "error", "link",
)  # fmt: skip
SAMPLING_ONLY = "solo error muestral"


def slope_coefficients(years: Sequence[float]) -> np.ndarray:
    """Least-squares coefficients of the slope over these times, in years: sum 0, shape (waves,)."""
    times = np.asarray(years, dtype=float)
    centred = times - times.mean()
    if len(times) < 2 or not (centred**2).sum() > 0:
        raise EstimationError("A trend needs at least two waves at different times of fieldwork.")
    coefficients: np.ndarray = centred / (centred**2).sum()
    return coefficients


def trend(
    waves: Sequence[Wave],
    years: Mapping[str, float],
    domains: Domain | str | Sequence[Domain | Sequence[str] | str] = ((),),
    statistics: str | Sequence[str] = ("proportion",),
    *,
    covariance: Covariance = "overlap",
    settings: Settings | None = None,
) -> pd.DataFrame:
    """Slope a year of every estimate that two or more waves have, in the estimate's units.

    ``years`` gives the middle of each wave's fieldwork in decimal years. Each indicator uses the waves
    that have it, its categories those common to them; an index runs over the items that all its waves ask,
    and ``link`` says which enter or leave. ``error`` labels what the standard error covers.
    Columns TREND_COLUMNS. Raises EstimationError when a wave has no time.
    """
    settings = taken_settings(settings)
    for wave in waves:
        check_type(wave, Wave, "A wave of the trend", EstimationError)
    check_choice(covariance, get_args(Covariance), "The covariance", EstimationError)
    absent = [wave.label for wave in waves if wave.label not in years]
    if absent:
        raise EstimationError(f"Waves without a time of fieldwork: {', '.join(absent)}; give years for all.")
    linked = link_indices(waves, domains, settings)
    tables = {wave.label: wave_table(wave, domains, statistics, settings) for wave in linked.waves}
    groups = _groups(linked.waves, linked.impossible)
    parts = [_slopes(group, names, tables, years, domains, covariance, settings) for group, names in groups]
    if not parts:
        raise EstimationError("No indicator is in two waves; there is no trend.")
    table = pd.concat(parts, ignore_index=True)
    return table.assign(link=link_column(table["indicator"], linked.links))[list(TREND_COLUMNS)]


def _groups(waves: Sequence[Wave], left_out: Collection[str]) -> list[tuple[tuple[Wave, ...], tuple[str, ...]]]:
    """Waves that have an indicator, and the indicators that exactly those have."""
    names: dict[str, list[Wave]] = {}
    for wave in waves:
        for variable in wave.variables:
            if not isinstance(variable, Quantile) and variable.name not in left_out:
                names.setdefault(variable.name, []).append(wave)
    groups: dict[tuple[str, ...], tuple[tuple[Wave, ...], list[str]]] = {}
    for name, having in names.items():
        if len(having) > 1:
            key = tuple(wave.label for wave in having)
            groups.setdefault(key, (tuple(having), []))[1].append(name)
    return [(having, tuple(own)) for having, own in groups.values()]


def _slopes(
    waves: Sequence[Wave], names: Sequence[str], tables: Mapping[str, pd.DataFrame], years: Mapping[str, float],
    domains: Domain | str | Sequence[Domain | Sequence[str] | str], covariance: str, settings: Settings,
) -> pd.DataFrame:  # fmt: skip
    coefficients = slope_coefficients([years[wave.label] for wave in waves])
    joined: pd.DataFrame | None = None
    for number, wave in enumerate(waves):
        table = tables[wave.label]
        own = table.loc[table["indicator"].isin(names), [*KEYS, "estimate", "se", "df"]]
        own = own.rename(columns={name: f"{name}{number}" for name in ("estimate", "se", "df")})
        joined = own if joined is None else joined.merge(own, how="inner", on=KEYS, validate="one_to_one")
    assert joined is not None
    columns = range(len(waves))
    value = sum(coefficients[i] * joined[f"estimate{i}"].to_numpy() for i in columns)
    variance = sum(coefficients[i] ** 2 * joined[f"se{i}"].to_numpy() ** 2 for i in columns)
    df = np.array([joined[f"df{i}"].to_numpy() for i in columns]).sum(axis=0)
    if covariance == "overlap":
        pairs = joined[["indicator", "statistic"]].drop_duplicates()
        wanted = [(name, tuple(pairs.loc[pairs["indicator"] == name, "statistic"])) for name in names]
        made = contrast_frame(list(wave_contrasts(waves, coefficients.tolist(), wanted, domains, settings.method)))
        joined = joined.merge(made, how="left", on=KEYS, validate="one_to_one")
        variance = np.where(joined["variance"].notna(), joined["variance"], variance)
        stacked = joined["df"].to_numpy()
        df = np.where(np.isnan(stacked), df, stacked)
    df = settled_df(df, settings)
    table = test_table(joined[KEYS], np.asarray(value), np.sqrt(variance), df, settings.level)
    return table.rename(columns={"estimate": "slope"}).assign(
        waves=len(waves), first_wave=waves[0].label, last_wave=waves[-1].label, ci_level=settings.level,
        error=SAMPLING_ONLY,
    )  # fmt: skip
