"""Named precision schemes: class, publishable or not, and the reason in the words readers get.

An estimate that fails stays in the data, marked; reports leave it out of print.
"""

from dataclasses import dataclass

import numpy as np

from .intervals import korn_graubard

HIGH, MODERATE, LOW, NONE = "alta", "moderada", "baja", ""
NO_CASES = "sin casos en la base"
# A share of nobody or of everybody has no coefficient of variation: the width of its interval, in proportions.
EXTREME_MODERATE, EXTREME_LOW = 0.05, 0.10
NO_DF = "sin grados de libertad para estimar el error"
UNDEFINED = "sin valor: el denominador es cero"


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
    """Class, publishable and reason ("" when publishable), one each an estimate."""

    precision: np.ndarray
    publishable: np.ndarray
    reason: np.ndarray


@dataclass(frozen=True)
class Inegi:
    """INEGI's three classes of the coefficient of variation: < 15 %, 15 to < 30 %, 30 % or more.

    Source: INEGI, Presentación de resultados and tabulados de precisión (colour by CV); 30 % or
    more "uso con cautela", here not printed. A proportion of 0 or 1 has no coefficient to judge by (0/0, or 0 of any
    few cases): by the width of its capped 95 % Korn–Graubard interval, 1 − 0.025^(1/n), it is "alta" to
    ``extreme_moderate``, "moderada" to ``extreme_low``. That is ours, and the same for 0 and 1.
    """

    moderate_from: float = 0.15
    low_from: float = 0.30
    extreme_moderate: float = EXTREME_MODERATE
    extreme_low: float = EXTREME_LOW

    def judge(self, quality: Quality) -> Verdict:
        """Classes "alta", "moderada", "baja"."""
        q, extreme = quality, quality.is_proportion & ((quality.estimate <= 0) | (quality.estimate >= 1))
        ends = np.where(extreme, q.estimate, 0.0)
        lower, upper = korn_graubard(ends, np.zeros(len(ends)), np.where(extreme, q.n, np.nan), q.df, 0.95)
        width = upper - lower
        wide = extreme & (width > self.extreme_low)
        low = wide | (~extreme & (q.cv >= self.low_from))
        moderate = np.where(extreme, width > self.extreme_moderate, q.cv >= self.moderate_from)
        precision = np.select([low, moderate], [LOW, MODERATE], HIGH).astype(object)
        limit, points = f"{self.low_from * 100:g}", f"{self.extreme_low * 100:g}"
        reasons = [
            (wide, f"precisión baja: 0 o 100 por ciento con un intervalo de más de {points} puntos"),
            (low, f"precisión baja: coeficiente de variación de {limit} por ciento o más"),
        ]
        unknown = np.isnan(q.cv) & ~extreme
        reasons.append((unknown, "estimación igual a cero: no tiene coeficiente de variación"))
        precision[unknown] = NONE
        return _verdict(quality, precision, reasons)


@dataclass(frozen=True)
class Nchs:
    """NCHS standards for proportions, from their own capped 95 % Korn–Graubard interval.

    Withheld: n or effective n below 30, absolute width ≥ 0.30, or width above 0.05 and relative width
    above 130 %. Reviewed ("moderada"): 0 or 1, fewer than 8 degrees of freedom, or the complement
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
        """Classes "alta" (present), "moderada" (review or footnote), "baja" (suppress)."""
        q, yes = quality, quality.is_proportion
        p = np.clip(np.where(yes, q.estimate, 0.5), 0, 1)
        low, high = korn_graubard(p, np.where(yes, q.se, 0.0), q.n, q.df, 0.95)
        width = high - low
        with np.errstate(divide="ignore", invalid="ignore"):
            wide = (width > self.width_always) & (width / p > self.relative_width)
            wide_complement = (width > self.width_always) & (width / (1 - p) > self.relative_width)
        extreme = (p == 0) | (p == 1)
        reasons = [
            (yes & (q.n < self.minimum_n), f"menos de {self.minimum_n} casos"),
            (yes & (q.n_eff < self.minimum_n), f"muestra efectiva menor que {self.minimum_n}"),
            (yes & (width >= self.width_never), "intervalo de Korn y Graubard demasiado ancho"),
            (yes & wide & ~extreme, "intervalo de Korn y Graubard demasiado ancho para su tamaño"),
            (~yes & (q.cv >= self.cv_of_others), "coeficiente de variación demasiado grande"),
            (~yes & np.isnan(q.cv), "sin coeficiente de variación"),
        ]
        failed = np.logical_or.reduce([mask for mask, _ in reasons])
        review = (yes & (extreme | wide_complement)) | (q.df < self.minimum_df)
        return _verdict(q, np.select([failed, review], [LOW, MODERATE], HIGH).astype(object), reasons)


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
        """Classes "alta" (reliable), "moderada" (weakly reliable), "baja" (not reliable)."""
        q, yes = quality, quality.is_proportion
        smaller = np.where(yes, np.minimum(q.estimate, 1 - q.estimate), np.nan)
        with np.errstate(divide="ignore", invalid="ignore"):
            log_cv = q.se / (-smaller * np.log(smaller))
        cases = np.where(yes, q.n_category, q.n)
        noisy = ~(log_cv <= self.log_cv)
        below_one = (q.deff < 1) & ((q.n < self.minimum_n) | (not self.planned_domains))
        reasons = [
            (below_one, "efecto de diseño menor que uno con pocos casos"),
            (~(q.n_eff >= self.minimum_n_eff), f"muestra efectiva menor que {self.minimum_n_eff:g}"),
            (q.df < self.minimum_df, f"menos de {self.minimum_df} grados de libertad"),
            (yes & noisy & (q.estimate < 0.5), "coeficiente de variación logarítmico demasiado grande"),
            (~yes & ~(q.cv <= self.cv_weak), "coeficiente de variación demasiado grande"),
            (cases < self.cases_weak, f"menos de {self.cases_weak} casos"),
        ]
        failed = np.logical_or.reduce([mask for mask, _ in reasons])
        weak = (yes & noisy) | (~yes & ~(q.cv <= self.cv_firm)) | (cases < self.cases_firm)
        return _verdict(q, np.select([failed, weak], [LOW, MODERATE], HIGH).astype(object), reasons)


Scheme = Inegi | Nchs | Cepal
SCHEMES: tuple[tuple[str, type[Scheme]], ...] = (("inegi", Inegi), ("nchs", Nchs), ("cepal", Cepal))


def scheme_named(name: str) -> Scheme:
    """The scheme with its published thresholds: "inegi", "nchs" or "cepal"."""
    for own, made in SCHEMES:
        if own == name.lower():
            return made()
    raise ValueError(f"Unknown precision scheme {name!r}; use one of {', '.join(own for own, _ in SCHEMES)}.")


def _verdict(quality: Quality, precision: np.ndarray, reasons: list[tuple[np.ndarray, str]]) -> Verdict:
    """Put before the scheme's reasons what no scheme can pass: no cases, no degrees of freedom, no value."""
    empty = quality.n == 0
    withheld = empty | ~(quality.df > 0)
    undefined = ~np.isfinite(quality.estimate)
    withheld |= undefined
    masks = [empty, ~(quality.df > 0), undefined, *(np.asarray(mask, dtype=bool) for mask, _ in reasons)]
    words = [NO_CASES, NO_DF, UNDEFINED, *(word for _, word in reasons)]
    reason = np.select(masks, words, "").astype(object)
    precision[withheld] = NONE
    return Verdict(precision, reason == "", reason)
