"""Named precision schemes: class, publishable or not, the reason, and which of the scheme's rules failed.

An estimate that fails stays in the data, marked; reports leave it out of print.
"""

from dataclasses import dataclass

import numpy as np

from .intervals import korn_graubard
from .table_codes import Precision, PrecisionRule, Reason

# A share of nobody or of everybody has no coefficient of variation: the width of its interval, in proportions.
EXTREME_MODERATE, EXTREME_LOW = 0.05, 0.10
_CLASSES = [Precision.LOW, Precision.MODERATE]


@dataclass(frozen=True)
class Quality:
    """What a scheme looks at; arrays over estimates, proportions and CV as fractions."""

    estimate: np.ndarray
    se: np.ndarray
    cv: np.ndarray
    df: np.ndarray
    deff: np.ndarray
    n: np.ndarray
    n_category: np.ndarray
    n_eff: np.ndarray
    is_proportion: np.ndarray


@dataclass(frozen=True)
class Verdict:
    """Class, publishable, reason and the rule that failed ("" when publishable), one each an estimate."""

    precision: np.ndarray
    publishable: np.ndarray
    reason: np.ndarray
    rule: np.ndarray


@dataclass(frozen=True)
class Inegi:
    """INEGI's three classes of the coefficient of variation: < 15 %, 15 to < 30 %, 30 % or more.

    Source: INEGI, Presentación de resultados and tabulados de precisión (colour by CV); 30 % or
    more "uso con cautela", here not printed. A proportion of 0 or 1 has no coefficient to judge by (0/0, or 0 of any
    few cases): by the width of its capped 95 % Korn–Graubard interval, 1 − 0.025^(1/n), it is high to
    ``extreme_moderate``, moderate to ``extreme_low``. That is ours, and the same for 0 and 1.
    """

    moderate_from: float = 0.15
    low_from: float = 0.30
    extreme_moderate: float = EXTREME_MODERATE
    extreme_low: float = EXTREME_LOW

    def judge(self, quality: Quality) -> Verdict:
        """Classes high, moderate, low."""
        q, extreme = quality, quality.is_proportion & ((quality.estimate <= 0) | (quality.estimate >= 1))
        ends = np.where(extreme, q.estimate, 0.0)
        lower, upper = korn_graubard(ends, np.zeros(len(ends)), np.where(extreme, q.n, np.nan), q.df, 0.95)
        width = upper - lower
        wide = extreme & (width > self.extreme_low)
        low = wide | (~extreme & (q.cv >= self.low_from))
        moderate = np.where(extreme, width > self.extreme_moderate, q.cv >= self.moderate_from)
        precision = np.select([low, moderate], _CLASSES, Precision.HIGH).astype(object)
        unknown = np.isnan(q.cv) & ~extreme
        precision[unknown] = Precision.UNKNOWN
        reasons = [(wide, PrecisionRule.EXTREME_WIDE), (low, PrecisionRule.CV), (unknown, PrecisionRule.NO_CV)]
        return _verdict(quality, precision, reasons)


@dataclass(frozen=True)
class Nchs:
    """NCHS standards for proportions, from their own capped 95 % Korn–Graubard interval.

    Withheld: n or effective n below 30, absolute width ≥ 0.30, or width above 0.05 and relative width
    above 130 %. Reviewed (moderate): 0 or 1, fewer than 8 degrees of freedom, or the complement
    failing the relative width. Source: Parker, Talih, Malec et al. (2017), National Center for Health
    Statistics Data Presentation Standards for Proportions, Vital and Health Statistics 2(175), the summary of
    the standards; the pages were not at hand to be cited. Means and totals are judged by a CV of 30 % (NCHS's
    earlier rule).
    """

    minimum_n: int = 30
    width_always: float = 0.05
    width_never: float = 0.30
    relative_width: float = 1.30
    minimum_df: int = 8
    cv_of_others: float = 0.30

    def judge(self, quality: Quality) -> Verdict:
        """Classes high (present), moderate (review or footnote), low (suppress)."""
        q, yes = quality, quality.is_proportion
        p = np.clip(np.where(yes, q.estimate, 0.5), 0, 1)
        low, high = korn_graubard(p, np.where(yes, q.se, 0.0), q.n, q.df, 0.95)
        width = high - low
        with np.errstate(divide="ignore", invalid="ignore"):
            wide = (width > self.width_always) & (width / p > self.relative_width)
            wide_complement = (width > self.width_always) & (width / (1 - p) > self.relative_width)
        extreme = (p == 0) | (p == 1)
        reasons = [
            (yes & (q.n < self.minimum_n), PrecisionRule.FEW_CASES),
            (yes & (q.n_eff < self.minimum_n), PrecisionRule.FEW_EFFECTIVE),
            (yes & (width >= self.width_never), PrecisionRule.WIDE),
            (yes & wide & ~extreme, PrecisionRule.WIDE_FOR_SIZE),
            (~yes & (q.cv >= self.cv_of_others), PrecisionRule.CV),
            (~yes & np.isnan(q.cv), PrecisionRule.NO_CV),
        ]
        failed = np.logical_or.reduce([mask for mask, _ in reasons])
        review = (yes & (extreme | wide_complement)) | (q.df < self.minimum_df)
        return _verdict(q, np.select([failed, review], _CLASSES, Precision.HIGH).astype(object), reasons)


@dataclass(frozen=True)
class Cepal:
    """CEPAL's 2023 criteria: design effect, effective n, df, then log-CV (proportions) or CV, and cases.

    Proportions: log-CV = se/(−q ln q) with q = min(p, 1 − p), at most 17.5 %; above it they pass, as
    weak, from one half on. Means and totals: CV at most 20 % firm, to 30 % weak. Unweighted cases of
    the category (of the base for means): 50 firm, 30 weak. An effect below 1 needs 100 cases and a
    planned domain.

    Source: CEPAL (2023), Diseño y análisis estadístico de las encuestas de hogares de América Latina,
    Metodologías de la CEPAL 5, chapter on criteria of quality and dissemination. Its printed pages could not be had:
    the thresholds are those that INE Chile's R package calidad 0.8 (CRAN, scheme "eclac_2023") applies in its
    name; its manual points to CEPAL's digital repository, item f04569e6-4f38-42e7-a32b-e0b298e0ab9c. The log-CV
    and its 17.5 % are Barnett-Walker et al.'s (2003). The author's public draft of the chapter (A. Gutiérrez,
    HHS-Handbook, chapter 19, Criterios de calidad y difusión) recommends others, as alerts: 14 degrees of freedom,
    effective n 61, n 153, 40 cases. All are fields of this class.
    """

    minimum_n: int = 100
    minimum_n_eff: float = 60.0
    minimum_df: int = 9
    log_cv: float = 0.175
    cv_firm: float = 0.20
    cv_weak: float = 0.30
    cases_firm: int = 50
    cases_weak: int = 30
    planned_domains: bool = True

    def judge(self, quality: Quality) -> Verdict:
        """Classes high (reliable), moderate (weakly reliable), low (not reliable)."""
        q, yes = quality, quality.is_proportion
        smaller = np.where(yes, np.minimum(q.estimate, 1 - q.estimate), np.nan)
        with np.errstate(divide="ignore", invalid="ignore"):
            log_cv = q.se / (-smaller * np.log(smaller))
        cases = np.where(yes, q.n_category, q.n)
        noisy = ~(log_cv <= self.log_cv)
        below_one = (q.deff < 1) & ((q.n < self.minimum_n) | (not self.planned_domains))
        reasons = [
            (below_one, PrecisionRule.DEFF_BELOW_ONE),
            (~(q.n_eff >= self.minimum_n_eff), PrecisionRule.FEW_EFFECTIVE),
            (q.df < self.minimum_df, PrecisionRule.FEW_DF),
            (yes & noisy & (q.estimate < 0.5), PrecisionRule.LOG_CV),
            (~yes & ~(q.cv <= self.cv_weak), PrecisionRule.CV),
            (cases < self.cases_weak, PrecisionRule.FEW_CASES),
        ]
        failed = np.logical_or.reduce([mask for mask, _ in reasons])
        weak = (yes & noisy) | (~yes & ~(q.cv <= self.cv_firm)) | (cases < self.cases_firm)
        return _verdict(q, np.select([failed, weak], _CLASSES, Precision.HIGH).astype(object), reasons)


Scheme = Inegi | Nchs | Cepal
SCHEMES: tuple[tuple[str, type[Scheme]], ...] = (("inegi", Inegi), ("nchs", Nchs), ("cepal", Cepal))


def scheme_named(name: str) -> Scheme:
    """The scheme with its published thresholds: "inegi", "nchs" or "cepal"."""
    for own, made in SCHEMES:
        if own == name.lower():
            return made()
    raise ValueError(f"Unknown precision scheme {name!r}; use one of {', '.join(own for own, _ in SCHEMES)}.")


def _verdict(quality: Quality, precision: np.ndarray, reasons: list[tuple[np.ndarray, PrecisionRule]]) -> Verdict:
    """Put before the scheme's reasons what no scheme can pass: no cases, no degrees of freedom, no value."""
    empty = quality.n == 0
    withheld = empty | ~(quality.df > 0)
    undefined = ~np.isfinite(quality.estimate)
    withheld |= undefined
    masks = [~(quality.df > 0), undefined, *(np.asarray(mask, dtype=bool) for mask, _ in reasons)]
    codes = [PrecisionRule.NO_DF, PrecisionRule.NO_VALUE, *(rule for _, rule in reasons)]
    rule = np.where(empty, PrecisionRule.NONE, np.select(masks, codes, PrecisionRule.NONE)).astype(object)
    imprecise = rule != PrecisionRule.NONE
    reason = np.select([empty, imprecise], [Reason.NO_CASES, Reason.IMPRECISE], Reason.PUBLISHABLE).astype(object)
    precision[withheld] = Precision.UNKNOWN
    return Verdict(precision, ~(empty | imprecise), reason, rule)
