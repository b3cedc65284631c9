"""Changes between two waves: difference, error with its covariance, test, verdict; one row a change."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from ..domains import Domain
from ..errors import EstimationError
from ..estimate_table import Settings, taken_settings
from ..given import check_type
from ..intervals import shows_no_spread, t_quantile
from ..table_codes import Direction, Reason
from ..variables import QUANTILE
from .contrasts import KEYS, two_sided_p
from .multiple_testing import ChangeRule, judge, minimum_detectable
from .overlap import Contrast, wave_contrasts
from .waves import Wave, link_column, link_indices, wave_table

CHANGE_COLUMNS = (
    "wave", "reference_wave", "comparison", "indicator", "category", "statistic", "domain_kind", "domain",
    "estimate", "reference_estimate", "difference", "se", "ci_low", "ci_high", "ci_level", "df", "p",
    "p_adjusted", "adjust", "family", "verdict", "minimum_detectable", "publishable", "reason",
    "broken_by", "link",
)  # fmt: skip


# Stands for the words of a break that nobody declared.
FEW_COMMON = "\0few_common"


@dataclass(frozen=True)
class Breaks:
    """What cannot be compared across these waves, each with words that say why (``broken_by``).

    ``reasons``: indicator → why, in every domain; ``domains``: kind of domain ("total", "sex", "city*sex") → why its
    groups hold other people than before, whatever the indicator.
    """

    reasons: Mapping[str, str] = field(default_factory=dict)
    domains: Mapping[str, str] = field(default_factory=dict)


def changes(
    current: Wave,
    reference: Wave,
    domains: Domain | str | Sequence[Domain | Sequence[str] | str] = ((),),
    statistics: str | Sequence[str] = ("proportion",),
    *,
    comparison: str = "previous",
    rule: ChangeRule | None = None,
    settings: Settings | None = None,
    breaks: Breaks | None = None,
) -> pd.DataFrame:
    """Every estimate that both waves have, its change against the reference, and the verdict.

    Columns are ``CHANGE_COLUMNS``; differences are in the estimate's units. With covariance "overlap" the
    waves are stacked on their strata and PSUs (module overlap) under ``settings.method``; with
    "independent", and always for quantiles, the waves' variances and degrees of freedom add; those that
    ``settings.df`` declares are the change's too. The interval
    has level 1 − alpha and is unadjusted; the verdict uses the adjusted p. An index is compared over the
    items that both waves ask, in all columns of its row; ``link`` then says what enters or leaves. Raises
    EstimationError.
    """
    rule, settings = rule or ChangeRule(), taken_settings(settings)
    for wave, which in ((current, "The current wave"), (reference, "The reference wave")):
        check_type(wave, Wave, which, EstimationError)
    linked = link_indices((reference, current), domains, settings)
    reference, current = linked.waves
    declared = breaks or Breaks()
    broken = replace(declared, reasons={**dict.fromkeys(linked.impossible, FEW_COMMON), **declared.reasons})
    tables = [wave_table(wave, domains, statistics, settings) for wave in (current, reference)]
    joined = _join(tables[0], tables[1])
    pairs = joined.loc[joined["statistic"] != QUANTILE, ["indicator", "statistic"]].drop_duplicates()
    if rule.covariance == "overlap" and len(pairs):
        shared = [name for name in pairs["indicator"].unique() if _has(reference, name) and _has(current, name)]
        wanted = [(name, tuple(pairs.loc[pairs["indicator"] == name, "statistic"])) for name in shared]
        made = wave_contrasts((reference, current), (-1.0, 1.0), wanted, domains, settings.method)
        overlap = contrast_frame(list(made))
        joined = joined.merge(overlap, how="left", on=KEYS, validate="one_to_one")
        variance, df = _independent(joined)
        variance = np.where(joined["variance"].notna(), joined["variance"], variance)
        stacked = joined["df"].to_numpy()
        df = np.where(np.isnan(stacked), df, stacked)
    else:
        variance, df = _independent(joined)
    df = settled_df(df, settings)
    labels = (current.label, reference.label, comparison)
    return _table(joined, np.sqrt(variance), df, labels, rule, broken, linked.links)


def changes_between_tables(
    current: pd.DataFrame,
    reference: pd.DataFrame,
    *,
    comparison: str = "previous",
    rule: ChangeRule | None = None,
    breaks: Breaks | None = None,
    settings: Settings | None = None,
) -> pd.DataFrame:
    """Changes between two estimates tables of one wave each, as independent samples: variances and df add.

    Where the tables' degrees of freedom were declared, give the ``settings`` they were made with: these do not add.
    """
    rule, breaks = rule or ChangeRule(covariance="independent"), breaks or Breaks()
    joined = _join(current, reference)
    variance, df = _independent(joined)
    df = settled_df(df, settings or Settings())
    labels = tuple(str(table["wave"].iloc[0]) if len(table) else "" for table in (current, reference))
    return _table(joined, np.sqrt(variance), df, (labels[0], labels[1], comparison), rule, breaks, {})


def settled_df(own: np.ndarray, settings: Settings) -> np.ndarray:
    """Degrees of freedom of a contrast of waves: those declared, which never add, where it has any of its ``own``."""
    return own if settings.df is None else np.where(own > 0, float(settings.df), own)


def _has(wave: Wave, name: str) -> bool:
    return any(variable.name == name for variable in wave.variables)


def _join(current: pd.DataFrame, reference: pd.DataFrame) -> pd.DataFrame:
    columns = ["estimate", "se", "df", "publishable", "reason"]
    left = current[KEYS + columns].rename(columns={name: f"{name}_current" for name in columns})
    right = reference[KEYS + columns].rename(columns={name: f"{name}_reference" for name in columns})
    return left.merge(right, how="inner", on=KEYS, validate="one_to_one")


def _independent(joined: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    variance = joined["se_current"] ** 2 + joined["se_reference"] ** 2
    df = np.where(
        (joined["df_current"] > 0) & (joined["df_reference"] > 0), joined["df_current"] + joined["df_reference"], 0.0
    )
    return variance.to_numpy(), df


def contrast_frame(made: Sequence[Contrast]) -> pd.DataFrame:
    """Contrasts as rows: KEYS, variance and df."""
    shapes = [change.variance.shape for change in made]
    sizes = [rows * columns for rows, columns in shapes]

    def each(values: Sequence[str]) -> np.ndarray:
        return np.repeat(np.array(values, dtype=object), sizes)

    def joined(parts: Sequence[np.ndarray]) -> np.ndarray:
        return np.concatenate(parts) if parts else np.zeros(0)

    labels = [(np.array(c.categories, dtype=object), np.array(c.domains, dtype=object)) for c in made]
    return pd.DataFrame(
        {
            "indicator": each([change.indicator for change in made]),
            "category": joined([np.repeat(own[0], shape[1]) for own, shape in zip(labels, shapes, strict=True)]),
            "statistic": each([change.statistic for change in made]),
            "domain_kind": each([change.kind for change in made]),
            "domain": joined([np.tile(own[1], shape[0]) for own, shape in zip(labels, shapes, strict=True)]),
            "variance": joined([change.variance.ravel() for change in made]),
            "df": joined([np.tile(change.df, shape[0]) for change, shape in zip(made, shapes, strict=True)]),
        }
    )


def _table(
    joined: pd.DataFrame, se: np.ndarray, df: np.ndarray, labels: tuple[str, str, str], rule: ChangeRule,
    breaks: Breaks, links: Mapping[str, str],
) -> pd.DataFrame:  # fmt: skip
    difference = (joined["estimate_current"] - joined["estimate_reference"]).to_numpy()
    df = rule.freedom(df)
    se = np.where(shows_no_spread(joined["estimate_current"].to_numpy(), se, df), np.nan, se)
    usable = (df > 0) & (se > 0) & np.isfinite(difference)
    with np.errstate(divide="ignore", invalid="ignore"):
        t = np.where(usable, difference / se, np.nan)
    same = (df > 0) & (se == 0) & (difference == 0)
    p = np.where(same, 1.0, two_sided_p(t, df))
    half = t_quantile(1 - rule.alpha / 2, df) * se
    groups = joined["domain_kind"].map(dict(breaks.domains))
    # In three words one cause is told: the question's before the group's.
    broken = joined["indicator"].map(dict(breaks.reasons)).where(lambda own: own.notna(), groups).to_numpy(dtype=object)
    is_broken = np.array([isinstance(word, str) for word in broken], dtype=bool)
    apart = is_broken & (broken == FEW_COMMON)
    unknown = ~np.isfinite(p)
    mine, theirs = joined["publishable_current"], joined["publishable_reference"]
    reason = np.select(
        [apart, is_broken, ~mine, ~theirs, ~(df > 0), unknown],
        [Reason.FEW_COMMON, Reason.BROKEN, joined["reason_current"], joined["reason_reference"], Reason.NO_DF,
         Reason.NO_VARIATION],
        Reason.PUBLISHABLE,
    ).astype(object)  # fmt: skip
    blank = np.where(is_broken, np.nan, 1.0)
    table = joined[KEYS].assign(
        wave=labels[0], reference_wave=labels[1], comparison=labels[2],
        estimate=joined["estimate_current"], reference_estimate=joined["estimate_reference"],
        difference=difference * blank, se=se * blank, ci_low=(difference - half) * blank,
        ci_high=(difference + half) * blank, ci_level=1 - rule.alpha, df=df, p=p * blank,
        verdict=np.where(is_broken | unknown, Direction.NOT_COMPARABLE, Direction.NONE),
        minimum_detectable=minimum_detectable(se, df, rule.alpha, rule.power) * blank,
        publishable=reason == Reason.PUBLISHABLE, reason=reason,
        broken_by=np.where(is_broken & ~apart, broken, ""), link=link_column(joined["indicator"], links),
    )  # fmt: skip
    text = ["wave", "reference_wave", "comparison", *KEYS, "reason", "broken_by", "link"]
    judged = judge(table.astype(dict.fromkeys(text, "str")), rule)
    return judged.astype({"adjust": "str", "family": "str"})[list(CHANGE_COLUMNS)]
